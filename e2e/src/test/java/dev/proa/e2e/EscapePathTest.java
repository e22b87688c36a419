package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.Image;
import dev.proa.image.Reference;
import dev.proa.image.build.HostImageBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Paths of a container that lead to the host through {@code /proc}, and images and volumes that take the place of what the runtime mounts:
 * as CVE-2019-16884, CVE-2019-19921, CVE-2021-30465 and CVE-2024-21626. "The host" is a directory of the test's own.
 */
@Tag("escape")
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EscapePathTest {
    /** What containers end with that could not be started, in pods that do not start them again. */
    private static final String CANNOT_RUN = "StartError";

    private static final String UNPRIVILEGED =
            "{runAsUser: 1000, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}";

    private final TestCluster cluster;
    private final String namespace;
    private final Path host;

    EscapePathTest(TestCluster cluster) throws IOException {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("escape-path");
        this.host = Files.createTempDirectory("proa-e2e-host");
        Files.setPosixFilePermissions(host, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    @BeforeAll
    void buildImages() {
        for (String directory : new String[] {"proc", "sys", "dev"}) {
            image(
                    directory,
                    builder -> builder.link("/" + directory, "/data/" + directory)
                            .file("/data/" + directory + "/file", "", 0644));
        }
        image("ptmx", builder -> builder.link("/run/pts", "/proc/1/root" + host));
    }

    private Image image(String name, java.util.function.UnaryOperator<HostImageBuilder> change) {
        return change.apply(HostImageBuilder.busybox(Path.of("/bin/busybox")))
                .build(cluster.images(), Reference.parse("links-" + name + ":e2e"));
    }

    @AfterAll
    void removeHost() throws IOException {
        cluster.kubectl(Arguments.in(namespace, "delete", "pods", "--all", "--grace-period=1", "--timeout=60s"));
        Directories.delete(host);
    }

    /** @param fields of the specification and of the container: each its own line with the right indentation */
    private void run(String pod, String image, String script, String ofPod, String ofContainer) {
        String manifest = """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s}
                spec:
                  terminationGracePeriodSeconds: 1
                  restartPolicy: Never
                %s
                  containers:
                    - name: main
                      image: "%s"
                      command: [sh, -c, %s]
                %s
                """.formatted(pod, ofPod.indent(2), image, Manifests.quote(script), ofContainer.indent(6))
                .replace("HOST", host.toString());
        cluster.kubectlWithInput(manifest, "apply", "-n", namespace, "-f", "-").ok();
    }

    /** The phase, the reason and the message of the container, once it has ended or cannot start. */
    private String outcome(String pod) {
        String state = "{.status.phase} {.status.containerStatuses[0].state}";
        return Await.until(
                pod + " has ended or cannot start",
                () -> cluster.kubectl(Arguments.in(namespace, "get", "pod", pod, "-o", "jsonpath=" + state))
                        .text(),
                text -> text.startsWith("Succeeded")
                        || text.startsWith("Failed")
                        || text.contains(CANNOT_RUN)
                        || text.contains("CreateContainerError"));
    }

    private String log(String pod) {
        return cluster.kubectl(Arguments.in(namespace, "logs", pod)).text();
    }

    private void assertHostUntouched() throws IOException {
        try (var entries = Files.list(host)) {
            assertThat(entries).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/proc/1/root", "/proc/1/cwd", "/proc/self/root/proc/1/root", "/proc/1/task/1/root"})
    void theWorkingDirectoryIsInside(String through) throws IOException {
        String pod = "directory-" + Integer.toHexString(through.hashCode());
        run(
                pod,
                TestCluster.BUSYBOX,
                "echo x > escaped; pwd",
                "shareProcessNamespace: true",
                "workingDir: " + through + "HOST\nsecurityContext: " + UNPRIVILEGED);

        assertThat(outcome(pod)).doesNotStartWith("Succeeded");
        assertHostUntouched();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 9, 12, 15, 33, 64})
    void noDescriptorLeaks(int descriptor) throws IOException {
        run(
                "leak-" + descriptor,
                TestCluster.BUSYBOX,
                "ls -l /proc/self/fd/ ; pwd",
                "",
                "workingDir: /proc/self/fd/" + descriptor);

        assertThat(outcome("leak-" + descriptor)).contains(CANNOT_RUN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "terminationMessagePath: /proc/1/rootHOST/made/message",
                "volumeMounts: [{name: v, mountPath: /proc/1/rootHOST/made/volume}]",
                "volumeMounts: [{name: v, mountPath: /run/pts/made}]",
            })
    void nothingIsMountedOrMadeOutside(String field) throws IOException {
        String pod = "target-" + Integer.toHexString(field.hashCode());
        run(pod, "links-ptmx:e2e", "sleep 1", "shareProcessNamespace: true\nvolumes: [{name: v, emptyDir: {}}]", field);

        assertThat(outcome(pod)).contains(CANNOT_RUN);
        assertHostUntouched();
    }

    @ParameterizedTest
    @ValueSource(strings = {"proc", "sys", "dev"})
    void whatTheKernelTellsIsMountedOnRealDirectoriesOnly(String directory) {
        run(
                "link-" + directory,
                "links-" + directory + ":e2e",
                "mkdir -p /data/proc/sys; test -w /proc/sys/kernel/core_pattern && echo writable",
                "volumes: [{name: v, emptyDir: {}}]",
                "volumeMounts: [{name: v, mountPath: /data}]");

        assertThat(outcome("link-" + directory))
                .contains("open /" + directory + " of the image, which has to be a directory and no link");
    }

    @Test
    void aVolumeOnANullDeviceUnmasksNothing() {
        run(
                "unmask",
                TestCluster.BUSYBOX,
                "grep -cE ' /proc/(keys|timer_list) ' /proc/self/mounts; grep -c ' /proc/sys proc ro' /proc/self/mounts",
                "volumes: [{name: v, emptyDir: {}}]",
                "volumeMounts: [{name: v, mountPath: /dev/null, subPath: file}]");
        run(
                "unmask-all",
                TestCluster.BUSYBOX,
                "grep -cE ' /proc/(keys|timer_list) ' /proc/self/mounts; grep -c ' /proc/sys proc ro' /proc/self/mounts",
                "volumes: [{name: v, emptyDir: {}}]",
                "volumeMounts: [{name: v, mountPath: /dev}]");

        for (String pod : new String[] {"unmask", "unmask-all"}) {
            if (!outcome(pod).contains(CANNOT_RUN)) {
                assertThat(log(pod).lines()).containsExactly("2", "1");
            }
        }
    }

    @Test
    void nothingIsMountedInsideProc() {
        run(
                "in-proc",
                TestCluster.BUSYBOX,
                "true",
                "volumes: [{name: v, emptyDir: {}}]",
                "volumeMounts: [{name: v, mountPath: /sys/../proc/self/attr}]");

        assertThat(outcome("in-proc")).contains("cannot be mounted because it is inside /proc");
    }

    @Test
    void deviceNodesAreTheContainersOwn() throws IOException {
        String script = "for d in null zero full random urandom tty; do stat -c '%d:%i' /dev/$d; done;"
                + " stat -L -c '%d:%i' /proc/self/fd/0; exec sleep 100000";
        run("devices", TestCluster.BUSYBOX, script, "", "");
        String seen = Await.until(
                "it has written", () -> log("devices"), text -> text.lines().count() == 7);
        String[] execution = {"exec", "devices", "--", "stat", "-L", "-c", "%d:%i", "/proc/self/fd/0"};
        String command =
                cluster.kubectl(Arguments.in(namespace, execution)).ok().text();

        for (String device : new String[] {"null", "zero", "full", "random", "urandom", "tty"}) {
            Path node = Path.of("/dev", device);
            String own = Files.getAttribute(node, "unix:dev") + ":" + Files.getAttribute(node, "unix:ino");
            assertThat(seen.lines()).doesNotContain(own);
            assertThat(command).isNotEqualTo(own);
        }
    }
}
