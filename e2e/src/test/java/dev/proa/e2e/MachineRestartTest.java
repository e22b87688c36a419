package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.node.linux.Mounts;
import dev.proa.node.linux.Processes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The machine goes down and comes up again: its processes and mounts are gone, its files are still there. */
class MachineRestartTest {
    private static final String PODS = """
            apiVersion: v1
            kind: Pod
            metadata: {name: lasting}
            spec:
              terminationGracePeriodSeconds: 1
              volumes: [{name: memory, emptyDir: {medium: Memory}}, {name: disk, emptyDir: {}}]
              containers:
                - name: main
                  image: "busybox:e2e"
                  command: [sh, -c, "echo x >> /disk/starts; grep ' /memory ' /proc/mounts; exec sleep 100000"]
                  volumeMounts: [{name: memory, mountPath: /memory}, {name: disk, mountPath: /disk}]
            ---
            """ + Manifests.pod("once", "exec sleep 100000");

    @Test
    void podsAreStartedAgain() throws Exception {
        Path home;
        try (TestCluster cluster = TestCluster.start("restart")) {
            home = cluster.file("here", "").getParent();
            cluster.newNamespace("pods");
            cluster.kubectlWithInput(PODS, "apply", "-n", "pods", "-f", "-").ok();
            cluster.kubectl("wait", "-n", "pods", "pod/lasting", "pod/once", "--for=condition=Ready", "--timeout=60s")
                    .ok();

            cluster.kill();
            takeDown(home);
            cluster.restart();
            cluster.awaitReady();

            cluster.kubectl(
                            "wait",
                            "-n",
                            "pods",
                            "pod/lasting",
                            "--for=jsonpath={.status.containerStatuses[0].restartCount}=1",
                            "--timeout=60s")
                    .ok();
            cluster.kubectl("wait", "-n", "pods", "pod/lasting", "--for=condition=Ready", "--timeout=60s")
                    .ok();
            cluster.kubectl("wait", "-n", "pods", "pod/once", "--for=jsonpath={.status.phase}=Failed", "--timeout=60s")
                    .ok();
            assertThat(cluster.kubectl("exec", "-n", "pods", "lasting", "--", "cat", "/disk/starts")
                            .ok()
                            .out())
                    .isEqualTo("x\nx\n");
            for (String which : List.of("--previous=false", "--previous=true")) {
                assertThat(cluster.kubectl("logs", "-n", "pods", "lasting", which)
                                .ok()
                                .out())
                        .startsWith("tmpfs /memory tmpfs");
            }
            assertThat(cluster.kubectl(
                                    "get",
                                    "pod",
                                    "-n",
                                    "pods",
                                    "lasting",
                                    "-o",
                                    "jsonpath={.status.containerStatuses[0].lastState.terminated.exitCode}")
                            .ok()
                            .text())
                    .isEqualTo("255");
        }
        assertThat(home).as("deleted with what was mounted in it").doesNotExist();
    }

    /** The server is dead already. */
    private static void takeDown(Path home) throws IOException {
        for (Path keeper : find(home, "keeper")) {
            Processes.signal(Long.parseLong(Files.readString(keeper).strip()), Processes.SIGKILL);
        }
        for (Path container : find(home, "pid")) {
            long shim = ByteBuffer.wrap(Files.readAllBytes(container))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getLong();
            String id = container.getParent().getFileName().toString();
            if (Processes.commandLine(shim).equals(List.of("proa-shim", id))) {
                Processes.signal(shim, Processes.SIGKILL);
            }
        }
        for (Path mount : Mounts.below(home)) {
            Mounts.unmount(mount, Mounts.MNT_DETACH);
        }
        for (Path boot : find(home, "boot")) {
            Files.writeString(boot, "an earlier one");
        }
    }

    private static List<Path> find(Path home, String name) throws IOException {
        try (Stream<Path> files = Files.find(
                home.resolve("clusters"), 7, (path, attributes) -> path.endsWith(name) && attributes.isRegularFile())) {
            return files.filter(file -> !file.toString().contains("/upper/")
                            && !file.toString().contains("/rootfs/"))
                    .toList();
        }
    }
}
