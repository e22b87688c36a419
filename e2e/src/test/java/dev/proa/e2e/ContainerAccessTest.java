package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** How kubectl gets into containers: logs, exec, attach, cp, port-forward. */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContainerAccessTest {
    /** More than all buffers on the way hold together. */
    private static final int MANY_BYTES = 12_000_000;

    private static final Pattern FORWARDING = Pattern.compile("Forwarding from 127\\.0\\.0\\.1:(\\d+) -> \\d+");

    private final TestCluster cluster;
    private final String namespace;

    @TempDir
    private Path directory;

    ContainerAccessTest(TestCluster cluster) {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("access");
    }

    private Run kubectl(String... arguments) {
        return tryKubectl(arguments).ok();
    }

    private Run tryKubectl(String... arguments) {
        return cluster.kubectl(Arguments.in(namespace, arguments));
    }

    private Process start(String... arguments) throws IOException {
        return cluster.startKubectl(Arguments.in(namespace, arguments));
    }

    @BeforeAll
    void deploy() {
        String manifests = String.join(
                "---\n",
                Manifests.web("web", 1),
                Manifests.pod("idle", "while read line; do echo got $line; done; exec sleep 100000")
                        .replace("image: busybox:e2e\n", "image: busybox:e2e\n      stdin: true\n"),
                Manifests.pod("said", "echo one; echo two >&2; echo three"),
                Manifests.pod(
                                "again",
                                "if [ -e /keep/once ]; then echo second; exec sleep 100000; fi; "
                                        + "touch /keep/once; echo first; exit 3")
                        .replace(
                                "restartPolicy: Never\n",
                                "restartPolicy: Always\n  volumes: [{name: keep, emptyDir: {}}]\n")
                        .replace(
                                "image: busybox:e2e\n",
                                "image: busybox:e2e\n      volumeMounts: [{name: keep, mountPath: /keep}]\n"),
                TWO,
                Manifests.pod("absent", "true").replace("busybox:e2e", "registry.invalid/absent:1"));
        cluster.kubectlWithInput(manifests, "apply", "-n", namespace, "-f", "-").ok();
        kubectl("rollout", "status", "deployment/web", "--timeout=120s");
        kubectl("wait", "pod/idle", "pod/two", "--for=condition=Ready", "--timeout=120s");
        kubectl("wait", "pod/said", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=120s");
    }

    private static final String TWO = """
            apiVersion: v1
            kind: Pod
            metadata: {name: two, labels: {tier: pair}}
            spec:
              terminationGracePeriodSeconds: 1
              initContainers:
                - {name: first, image: 'busybox:e2e', command: [echo, prepared]}
              containers:
                - {name: left, image: 'busybox:e2e', command: [sh, -c, 'echo from left; exec sleep 100000']}
                - {name: right, image: 'busybox:e2e', command: [sh, -c, 'echo from right; exec sleep 100000']}
            """;

    @Test
    void showsLogs() {
        assertThat(kubectl("logs", "said").out().lines()).containsExactlyInAnyOrder("one", "two", "three");
        assertThat(kubectl("logs", "said", "--tail=1").out().lines()).hasSize(1);
        assertThat(kubectl("logs", "said", "--tail=0").out()).isEmpty();
        assertThat(kubectl("logs", "said", "--limit-bytes=2").out()).hasSize(2);
        assertThat(kubectl("logs", "said", "--timestamps").out().lines())
                .hasSize(3)
                .allSatisfy(line -> assertThat(line).matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z (one|two|three)"));
        assertThat(kubectl("logs", "said", "--since=1h").out().lines()).hasSize(3);
        String later = Instant.now().plusSeconds(3600).toString();
        assertThat(kubectl("logs", "said", "--since-time=" + later).out()).isEmpty();
    }

    @Test
    void showsLogsOfSeveralContainers() {
        Await.until(
                "both have spoken",
                () -> kubectl("logs", "two", "--all-containers").out(),
                out -> out.lines().count() == 3);
        assertThat(kubectl("logs", "two", "-c", "right").text()).isEqualTo("from right");
        assertThat(kubectl("logs", "two", "-c", "first").text()).isEqualTo("prepared");
        assertThat(kubectl("logs", "-l", "tier=pair", "--all-containers", "--prefix")
                        .out()
                        .lines())
                .containsExactlyInAnyOrder(
                        "[pod/two/first] prepared", "[pod/two/left] from left", "[pod/two/right] from right");
    }

    @Test
    void saysWhyThereIsNoLog() {
        Await.until(
                "its image cannot be had",
                () -> tryKubectl("logs", "absent").err(),
                text -> text.matches("(?s)Error from server \\(BadRequest\\): container \"main\" in pod \"absent\" is "
                        + "waiting to start: (image can't be pulled|trying and failing to pull image)\n"));
        assertThat(tryKubectl("logs", "idle", "--previous").exits(1).err())
                .isEqualTo("Error from server (BadRequest): previous terminated container \"main\" in pod \"idle\" "
                        + "not found\n");
        assertThat(tryKubectl("logs", "two", "-c", "third").exits(1).err())
                .contains("container third is not valid for pod two");
        assertThat(tryKubectl("logs", "nobody").exits(1).err()).contains("\"nobody\" not found");
    }

    @Test
    void showsTheLogBeforeARestart() {
        Await.until("it was restarted", () -> tryKubectl("logs", "again").out(), "second\n"::equals);

        assertThat(kubectl("logs", "again", "--previous").out()).isEqualTo("first\n");
    }

    @Test
    void followsALogUntilItsContainerEnds() throws Exception {
        cluster.kubectlWithInput(
                        Manifests.pod("counts", "echo begun; while [ ! -e /end ]; do sleep 0.1; done; seq 1 20000"),
                        "apply",
                        "-n",
                        namespace,
                        "-f",
                        "-")
                .ok();
        kubectl("wait", "pod/counts", "--for=condition=Ready", "--timeout=60s");
        Process follower = start("logs", "-f", "counts");
        try (BufferedReader reader = follower.inputReader()) {
            assertThat(reader.readLine()).isEqualTo("begun");
            kubectl("exec", "counts", "--", "touch", "/end");
            List<String> lines = reader.lines().toList();

            assertThat(lines).hasSize(20_000);
            assertThat(lines.getLast()).isEqualTo("20000");
            assertThat(follower.waitFor()).isZero();
        } finally {
            follower.destroyForcibly();
        }
    }

    @Test
    void runsCommands() {
        Run run = tryKubectl("exec", "idle", "--", "sh", "-c", "echo out; echo err >&2; exit 7")
                .exits(7);

        assertThat(run.out()).isEqualTo("out\n");
        assertThat(run.err()).isEqualTo("err\ncommand terminated with exit code 7\n");
        assertThat(kubectl("exec", "two", "-c", "right", "--", "cat", "/proc/1/cmdline")
                        .out())
                .contains("sleep");
        assertThat(kubectl("exec", "deploy/web", "--", "hostname").text()).startsWith("web-");
    }

    @Test
    void saysWhyACommandCannotRun() {
        assertThat(tryKubectl("exec", "idle", "--", "nonsense").exits(1).err())
                .contains("exec: \"nonsense\": executable file not found in $PATH");
        assertThat(tryKubectl("exec", "two", "-c", "third", "--", "true")
                        .exits(1)
                        .err())
                .contains("container third is not valid for pod two");
        assertThat(tryKubectl("exec", "absent", "--", "true").exits(1).err())
                .contains("container not found (\"main\")");
        assertThat(tryKubectl("exec", "nobody", "--", "true").exits(1).err())
                .isEqualTo("Error from server (NotFound): pods \"nobody\" not found\n");
    }

    @Test
    void carriesManyBytesBothWays() throws Exception {
        byte[] bytes = randomBytes();
        Process cat = start("exec", "-i", "idle", "--", "cat");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<byte[]> read = threads.submit(() -> cat.getInputStream().readAllBytes());
            try (var out = cat.getOutputStream()) {
                out.write(bytes);
            }

            assertThat(Arrays.equals(read.get(), bytes)).isTrue();
            assertThat(cat.waitFor()).isZero();
        } finally {
            cat.destroyForcibly();
        }
    }

    @Test
    void endsInputsOften() {
        for (int i = 0; i < 10; i++) {
            String text = "line " + i + "\n";
            assertThat(cluster.kubectlWithInput(text, Arguments.in(namespace, "exec", "-i", "idle", "--", "cat"))
                            .ok()
                            .out())
                    .isEqualTo(text);
        }
    }

    @Test
    void debugsWithAContainerOfItsOwn() throws Exception {
        kubectl("debug", "idle", "--image=" + TestCluster.BUSYBOX, "-c", "look", "--", "sh", "-c", "hostname; exit 4");
        Await.until(
                "it has looked", () -> tryKubectl("logs", "idle", "-c", "look").out(), "idle\n"::equals);
        kubectl(
                "wait",
                "pod/idle",
                "--for=jsonpath={.status.ephemeralContainerStatuses[0].state.terminated.exitCode}=4",
                "--timeout=60s");
        Process debugger = start(
                "debug",
                "-i",
                "idle",
                "--image=" + TestCluster.BUSYBOX,
                "-c",
                "talk",
                "--",
                "sh",
                "-c",
                "read a; echo $a");
        try (BufferedReader reader = debugger.inputReader()) {
            debugger.getOutputStream().write("hello\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            debugger.getOutputStream().flush();

            assertThat(reader.lines()).contains("hello");
            assertThat(debugger.waitFor()).isZero();
        } finally {
            debugger.destroyForcibly();
        }
        assertThat(kubectl("get", "pod", "idle").out()).contains("1/1", "Running");
    }

    @Test
    void attaches() throws Exception {
        Process attached = start("attach", "-i", "idle");
        try (BufferedReader reader = attached.inputReader()) {
            attached.getOutputStream().write("hello\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            attached.getOutputStream().flush();

            assertThat(reader.readLine()).isEqualTo("got hello");
        } finally {
            attached.destroyForcibly();
        }
    }

    @Test
    void copiesFilesAndFolders() throws IOException {
        Path there = Files.createDirectories(directory.resolve("there/sub"));
        byte[] bytes = randomBytes();
        Files.write(there.resolve("big"), bytes);
        Files.writeString(there.resolveSibling("small"), "small\n");
        Path back = directory.resolve("back");

        kubectl("cp", there.getParent().toString(), "idle:/copied");
        kubectl("cp", "idle:/copied", back.toString());

        assertThat(Arrays.equals(Files.readAllBytes(back.resolve("sub/big")), bytes))
                .isTrue();
        assertThat(back.resolve("small")).hasContent("small\n");
    }

    @Test
    void copiesAFileOf200MegabytesBothWays() throws Exception {
        kubectl("exec", "idle", "--", "sh", "-c", "head -c 200000000 /dev/urandom > /large");
        Path large = directory.resolve("large");

        kubectl("cp", "idle:/large", large.toString());
        kubectl("cp", large.toString(), "idle:/larger");

        String sums =
                kubectl("exec", "idle", "--", "sha256sum", "/large", "/larger").out();
        assertThat(sums.lines().map(line -> line.substring(0, 64)).distinct()).hasSize(1);
        assertThat(Files.size(large)).isEqualTo(200_000_000);
        kubectl("exec", "idle", "--", "rm", "/large", "/larger");
        Files.delete(large);
    }

    private static byte[] randomBytes() {
        byte[] bytes = new byte[MANY_BYTES];
        new Random(36).nextBytes(bytes);
        return bytes;
    }

    @Test
    void forwardsPorts() throws Exception {
        String pod = kubectl("get", "pods", "-l", "app=web", "-o", "name").text();
        for (String[] target : new String[][] {{"service/web", ":80"}, {"deployment/web", ":8080"}, {pod, ":http"}}) {
            try (PortForward forward = new PortForward(target)) {
                for (int i = 0; i < 3; i++) {
                    assertThat(forward.get("/").body()).startsWith("web-");
                }
            }
        }
    }

    @Test
    void forwardsManyConnectionsAtOnce() throws Exception {
        kubectl("exec", "deploy/web", "--", "sh", "-c", "seq 1 200000 > /tmp/www/numbers");
        List<Future<Http.Answer>> answers = new ArrayList<>();
        try (PortForward forward = new PortForward("service/web", ":80");
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 8; i++) {
                answers.add(threads.submit(() -> forward.get("/numbers")));
            }
            for (Future<Http.Answer> answer : answers) {
                assertThat(answer.get().body()).hasSize(1_288_895).endsWith("\n200000\n");
            }
            assertThat(forward.get("/").status()).isEqualTo(200);
        }
    }

    @Test
    void goesOnWhenAClientOfAForwardedPortLeavesEarly() throws Exception {
        kubectl("exec", "deploy/web", "--", "sh", "-c", "head -c 20000000 /dev/zero > /tmp/www/zeros");
        try (PortForward forward = new PortForward("service/web", ":80")) {
            for (int i = 0; i < 3; i++) {
                cluster.inside(() -> {
                    try (var socket = new java.net.Socket("127.0.0.1", forward.port)) {
                        socket.getOutputStream()
                                .write("GET /zeros HTTP/1.0\r\n\r\n"
                                        .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                        return socket.getInputStream().readNBytes(100_000).length;
                    }
                });
                assertThat(forward.get("/").status()).isEqualTo(200);
            }
        }
    }

    @Test
    void saysWhenNobodyListens() throws Exception {
        Process forward = start("port-forward", "pod/idle", ":9");
        try {
            int port = PortForward.port(forward);
            cluster.inside(() -> {
                try (var socket = new java.net.Socket("127.0.0.1", port)) {
                    return socket.getInputStream().read();
                } catch (IOException reset) {
                    return -1;
                }
            });
            // That kubectl ends is its own choice.
            assertThat(forward.errorReader().lines())
                    .anySatisfy(line -> assertThat(line)
                            .contains("failed to connect to localhost:9 inside the pod", "Connection refused"));
        } finally {
            forward.destroyForcibly();
        }
    }

    /** {@code kubectl port-forward} to a port that it chooses. */
    private final class PortForward implements AutoCloseable {
        private final Process process;
        private final int port;

        PortForward(String... target) throws IOException {
            process = start("port-forward", target[0], target[1]);
            port = port(process);
        }

        static int port(Process process) throws IOException {
            String line = process.inputReader().readLine();
            Matcher matcher = FORWARDING.matcher(String.valueOf(line));
            if (!matcher.matches()) {
                throw new AssertionError("port-forward said: " + line
                        + process.errorReader().lines().toList());
            }
            return Integer.parseInt(matcher.group(1));
        }

        Http.Answer get(String path) throws IOException {
            return Http.get(cluster, "127.0.0.1", port, path);
        }

        @Override
        public void close() {
            process.destroy();
        }
    }
}
