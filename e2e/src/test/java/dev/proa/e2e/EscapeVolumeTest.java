package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.Reference;
import dev.proa.image.build.HostImageBuilder;
import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.SyscallProgram.Label;
import dev.proa.node.linux.SystemCall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Containers that change their volumes so as to reach the host through them. "The host" is a directory of the test's own. As
 * CVE-2017-1002101 and CVE-2021-25741 (subPath), and CVE-2017-1002102 (volumes that the kubelet writes).
 */
@Tag("escape")
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EscapeVolumeTest {
    private static final String IMAGE = "busybox-exchange:e2e";
    private static final int RACES = 14;

    private final TestCluster cluster;
    private final String namespace;
    private final Path host;

    EscapeVolumeTest(TestCluster cluster) throws IOException {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("escape-volume");
        this.host = Files.createTempDirectory("proa-e2e-host");
    }

    private Run kubectl(String... arguments) {
        return cluster.kubectl(Arguments.in(namespace, arguments)).ok();
    }

    private void apply(String manifest) {
        cluster.kubectlWithInput(manifest.replace("HOST", host.toString()), "apply", "-n", namespace, "-f", "-")
                .ok();
    }

    private String log(String pod, String container) {
        return cluster.kubectl(Arguments.in(namespace, "logs", pod, "-c", container))
                .text();
    }

    private String awaitLog(String pod, String container, String last) {
        return Await.until(pod + " has written " + last, () -> log(pod, container), text -> text.endsWith(last));
    }

    @BeforeAll
    void makeHost() throws IOException {
        Files.writeString(Files.createDirectory(host.resolve("precious")).resolve("proof"), "of the host");
        Path exchange = Files.write(host.resolve("exchange"), exchanger().toExecutable());
        assertThat(exchange.toFile().setExecutable(true)).isTrue();
        HostImageBuilder.busybox(Path.of("/bin/busybox"))
                .copy(exchange)
                .build(cluster.images(), Reference.parse(IMAGE));
    }

    @AfterAll
    void removeHost() throws IOException {
        cluster.kubectl(Arguments.in(namespace, "delete", "pods", "--all", "--grace-period=1", "--timeout=60s"));
        Directories.delete(host);
    }

    /** Exchanges /v/x and /v/link for ever. */
    private static SyscallProgram exchanger() {
        SyscallProgram program = new SyscallProgram();
        Label again = new Label();
        program.at(again);
        program.step(
                        "exchange",
                        SystemCall.RENAMEAT2,
                        Descriptors.AT_FDCWD,
                        program.text("/v/x"),
                        Descriptors.AT_FDCWD,
                        program.text("/v/link"),
                        2)
                .then(again)
                .ifFailed(again);
        return program;
    }

    @ParameterizedTest
    @CsvSource({
        "ConfigMap, configMap: {name: map}",
        "Secret, secret: {secretName: secret}",
        "Projected, projected: {sources: [{configMap: {name: map}}]}",
    })
    void aRefreshDeletesOnlyWhatTheKubeletMade(String kind, String source) {
        String name = "refresh-" + kind.toLowerCase(java.util.Locale.ROOT);
        String object = name + "-data";
        String data = kind.equals("Secret") ? "kind: Secret\nstringData" : "kind: ConfigMap\ndata";
        String manifest = "apiVersion: v1\nmetadata: {name: " + object + "}\n" + data + ": {value: VALUE}\n";
        apply(manifest.replace("VALUE", "old"));
        apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: %s}
                spec:
                  terminationGracePeriodSeconds: 1
                  volumes: [{name: v, %s}]
                  containers:
                    - name: main
                      image: "busybox:e2e"
                      command: [sh, -c, "exec 2>&1; rm /v/..data && ln -s HOST/precious /v/..data; echo tried; exec sleep 100000"]
                      volumeMounts: [{name: v, mountPath: /v}]
                """.formatted(
                name,
                source.replace("name: map", "name: " + object).replace("secretName: secret", "secretName: " + object)));
        awaitLog(name, "main", "tried");

        apply(manifest.replace("VALUE", "new"));
        Await.until(
                "the volume is refreshed",
                () -> kubectl("exec", name, "--", "cat", "/v/value").text(),
                "new"::equals);

        assertThat(host.resolve("precious/proof")).exists();
    }

    @Test
    void whatTheKubeletWritesIsReadOnly() {
        apply("""
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: map}
                data: {value: here}
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: secret}
                stringData: {value: here}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: written}
                spec:
                  restartPolicy: Never
                  volumes:
                    - {name: map, configMap: {name: map}}
                    - {name: secret, secret: {secretName: secret}}
                    - {name: downward, downwardAPI: {items: [{path: value, fieldRef: {fieldPath: metadata.name}}]}}
                    - {name: projected, projected: {sources: [{secret: {name: secret}}]}}
                  containers:
                    - name: main
                      image: "busybox:e2e"
                      command: [sh, -c, "exec 2>/dev/null; for v in map secret downward projected var/run/secrets/kubernetes.io/serviceaccount; do (echo x > /$v/value) && echo $v; (echo x > /$v/other) && echo $v; done; (echo x > /key) && echo key; echo end"]
                      volumeMounts:
                        - {name: map, mountPath: /map, readOnly: false}
                        - {name: secret, mountPath: /secret, readOnly: false}
                        - {name: downward, mountPath: /downward}
                        - {name: projected, mountPath: /projected}
                        - {name: map, mountPath: /key, subPath: value}
                """);

        assertThat(awaitLog("written", "main", "end").lines()).containsExactly("end");
    }

    @Test
    void aSubPathThatIsExchangedAllTheTimeStaysInItsVolume() {
        String racers =
                IntStream.range(0, RACES).mapToObj(i -> """
                            - name: race-%d
                              image: "busybox:e2e"
                              command: [sh, -c, "test -e /s/proof && echo hit; echo end; exec sleep 100000"]
                              volumeMounts: [{name: v, mountPath: /s, subPath: x}]
                        """.formatted(i)).collect(Collectors.joining());
        apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: race}
                spec:
                  terminationGracePeriodSeconds: 1
                  volumes: [{name: v, emptyDir: {}}]
                  initContainers:
                    - name: prepare
                      image: "busybox:e2e"
                      command: [sh, -c, "mkdir /v/x && ln -s HOST/precious /v/link"]
                      volumeMounts: [{name: v, mountPath: /v}]
                    - name: exchange
                      image: %s
                      restartPolicy: Always
                      command: [HOST/exchange]
                      volumeMounts: [{name: v, mountPath: /v}]
                  containers:
                """.formatted(IMAGE) + racers);

        Await.until(
                "each container has been started or has failed",
                () -> kubectl(
                                "get",
                                "pod",
                                "race",
                                "-o",
                                "jsonpath={range .status.containerStatuses[*]}{.state.running.startedAt}{.state.waiting.message}{\"\\n\"}{end}")
                        .text()
                        .lines()
                        .filter(line -> !line.isBlank())
                        .count(),
                count -> count >= RACES);
        assertThat(kubectl("get", "pod", "race", "-o", "jsonpath={.status.initContainerStatuses[1]}")
                        .text())
                .as("the exchange goes on")
                .contains("\"running\"", "\"restartCount\":0");
        long hits = IntStream.range(0, RACES)
                .filter(i -> log("race", "race-" + i).contains("hit"))
                .count();
        assertThat(hits).as("containers that got the host's directory").isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "absolute, absolute, subPath: absolute",
        "climbing, climbing, subPath: climbing",
        "beneath, absolute, subPath: absolute/made",
        "expanded, absolute, subPathExpr: $(WHERE)/expanded",
    })
    void aSubPathThroughALinkOutIsRefused(String name, String link, String path) {
        apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: link-%s}
                spec:
                  terminationGracePeriodSeconds: 1
                  volumes: [{name: v, emptyDir: {}}]
                  initContainers:
                    - name: link
                      image: "busybox:e2e"
                      command: [sh, -c, "ln -s HOST/precious /v/absolute; ln -s ../../../../../../../../../../../../../../HOST/precious /v/climbing"]
                      volumeMounts: [{name: v, mountPath: /v}]
                  containers:
                    - name: main
                      image: "busybox:e2e"
                      env: [{name: WHERE, value: absolute}]
                      command: [sh, -c, "echo in; exec sleep 100000"]
                      volumeMounts: [{name: v, mountPath: /s, %s}]
                """.formatted(name, path));

        String state = Await.until(
                "it was started or not",
                () -> kubectl(
                                "get",
                                "pod",
                                "link-" + name,
                                "-o",
                                "jsonpath={.status.containerStatuses[0].state.running.startedAt}{.status.containerStatuses[0].state.waiting.message}")
                        .text(),
                text -> !text.isEmpty());
        assertThat(host.resolve("precious")).isDirectoryContaining("glob:**/proof");
        assertThat(host.resolve("precious/made")).doesNotExist();
        assertThat(host.resolve("precious/expanded")).doesNotExist();
        assertThat(state)
                .isIn(
                        "failed to prepare subPath for volumeMount \"v\" of container \"main\"",
                        "failed to create subPath directory for volumeMount \"v\" of container \"main\"");
    }

    @Test
    void aSubPathThroughALinkInsideWorks() {
        apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: inside}
                spec:
                  terminationGracePeriodSeconds: 1
                  volumes: [{name: v, emptyDir: {}}]
                  initContainers:
                    - name: link
                      image: "busybox:e2e"
                      command: [sh, -c, "mkdir -p /v/a/b && ln -s a/b/../b /v/link && echo inside > /v/a/b/file"]
                      volumeMounts: [{name: v, mountPath: /v}]
                  containers:
                    - name: main
                      image: "busybox:e2e"
                      command: [sh, -c, "cat /s/file /f; stat -c %a /new; echo end; exec sleep 100000"]
                      volumeMounts:
                        - {name: v, mountPath: /s, subPath: link}
                        - {name: v, mountPath: /f, subPath: link/file}
                        - {name: v, mountPath: /new, subPath: link/not/there}
                """);

        assertThat(awaitLog("inside", "main", "end")).isEqualTo("inside\ninside\n777\nend");
    }

    @Test
    void whatIsSecretReachesNoDiskAndIsForItsOwnerOnly() throws IOException {
        // Pods of other tests exchange names in their volumes for as long as they run.
        kubectl("delete", "pods", "--all", "--grace-period=1", "--timeout=60s");
        apply("""
                apiVersion: v1
                kind: Secret
                metadata: {name: kept}
                stringData: {value: sEcrEt-0f-thE-tEst}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: keeps}
                spec:
                  terminationGracePeriodSeconds: 1
                  volumes: [{name: v, secret: {secretName: kept}}]
                  containers:
                    - name: main
                      image: "busybox:e2e"
                      env: [{name: KEPT, valueFrom: {secretKeyRef: {name: kept, key: value}}}]
                      command: [sh, -c, "echo $KEPT; cat /v/value; echo; echo end; exec sleep 100000"]
                      volumeMounts: [{name: v, mountPath: /v}]
                """);
        assertThat(awaitLog("keeps", "main", "end")).isEqualTo("sEcrEt-0f-thE-tEst\nsEcrEt-0f-thE-tEst\nend");
        String uid =
                kubectl("get", "pod", "keeps", "-o", "jsonpath={.metadata.uid}").text();

        List<Path> holders = new ArrayList<>();
        try (Stream<Path> files = Files.walk(cluster.directory().resolve("nodes"))) {
            for (Path file : files.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                    .toList()) {
                if (Files.size(file) > 0
                        && Files.size(file) < 1 << 20
                        && new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                                .contains("sEcrEt-0f-thE-tEst")) {
                    holders.add(file);
                }
            }
        }
        assertThat(holders).isNotEmpty().allSatisfy(file -> {
            boolean volume = file.toString().contains("/pods/" + uid + "/volumes/");
            if (volume) {
                assertThat(Files.getFileStore(file).type()).isEqualTo("tmpfs");
            } else {
                assertThat(Files.getPosixFilePermissions(file))
                        .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
            }
        });
        kubectl("delete", "pod", "keeps", "--timeout=30s");
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(uid);
    }

    @Test
    void whoTakesMoreOfTheDiskThanItMayIsEvicted() {
        apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: fills-volume}
                spec:
                  volumes: [{name: v, emptyDir: {sizeLimit: 1Mi}}]
                  containers:
                    - name: main
                      image: "busybox:e2e"
                      command: [sh, -c, "head -c 3000000 /dev/zero > /v/file; exec sleep 100000"]
                      volumeMounts: [{name: v, mountPath: /v}]
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: fills-layer}
                spec:
                  containers:
                    - name: main
                      image: "busybox:e2e"
                      resources: {limits: {ephemeral-storage: 1Mi}}
                      command: [sh, -c, "head -c 3000000 /dev/zero > /tmp/file; exec sleep 100000"]
                    - name: other
                      image: "busybox:e2e"
                      resources: {limits: {ephemeral-storage: 10Mi}}
                      command: [sleep, "100000"]
                """);
        Map<String, String> messages = Map.of(
                "fills-volume", "Usage of EmptyDir volume \"v\" exceeds the limit \"1Mi\".",
                "fills-layer", "Container main exceeded its local ephemeral storage limit \"1Mi\".");
        messages.forEach((pod, message) -> {
            Await.until(
                    pod + " is evicted",
                    () -> kubectl(
                                    "get",
                                    "pod",
                                    pod,
                                    "-o",
                                    "jsonpath={.status.phase} {.status.reason} {.status.message}")
                            .text(),
                    ("Failed Evicted " + message)::equals);
            Await.until(
                    "an event says so",
                    () -> kubectl(
                                    "get",
                                    "events",
                                    "--field-selector",
                                    "reason=Evicted,involvedObject.name=" + pod,
                                    "-o",
                                    "jsonpath={.items[*].message}")
                            .text(),
                    message::equals);
        });
    }

    @Test
    void saysWhichMountsAreReadOnlyAllTheWayDown() {
        apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: recursive}
                spec:
                  terminationGracePeriodSeconds: 1
                  automountServiceAccountToken: false
                  volumes: [{name: v, emptyDir: {}}]
                  containers:
                    - name: main
                      image: "busybox:e2e"
                      command: [sleep, "100000"]
                      volumeMounts:
                        - {name: v, mountPath: /a, readOnly: true, recursiveReadOnly: Enabled}
                        - {name: v, mountPath: /b, readOnly: true, recursiveReadOnly: IfPossible}
                        - {name: v, mountPath: /c, readOnly: true}
                        - {name: v, mountPath: /d}
                """);
        kubectl("wait", "pod/recursive", "--for=condition=Ready", "--timeout=60s");
        assertThat(kubectl(
                                "get",
                                "pod",
                                "recursive",
                                "-o",
                                "jsonpath={range .status.containerStatuses[0].volumeMounts[*]}{.mountPath}={.readOnly}{.recursiveReadOnly} {end}")
                        .text())
                .isEqualTo("/a=trueEnabled /b=trueEnabled /c=trueDisabled /d=");
        assertThat(kubectl(
                                "get",
                                "nodes",
                                "-o",
                                "jsonpath={.items[0].status.runtimeHandlers[0].features.recursiveReadOnlyMounts}")
                        .text())
                .isEqualTo("true");
    }
}
