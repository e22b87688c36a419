package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.Reference;
import dev.proa.image.build.HostImageBuilder;
import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.SystemCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A container leaves directories behind that are too deep for any path: that must not keep a cluster from ending and starting. */
@Tag("escape")
class EscapeDeepTreeTest {
    private static final String IMAGE = "busybox-deep:e2e";

    @TempDir
    private Path programs;

    /** Forty directories in each other, whose names have 250 bytes, below the current directory; the innermost has mode 000. */
    private static SyscallProgram deepener() {
        SyscallProgram program = new SyscallProgram();
        long name = program.text("d".repeat(250));
        for (int i = 1; i <= 40; i++) {
            program.step("make", SystemCall.MKDIRAT, Descriptors.AT_FDCWD, name, i == 40 ? 0 : 0755);
            program.step("enter", SystemCall.CHDIR, name).ignoringFailure();
        }
        program.step("end", SystemCall.EXIT_GROUP, 0);
        return program;
    }

    @Test
    void aClusterEndsAndStartsOverIt() throws IOException, InterruptedException {
        Path deepen = Files.write(programs.resolve("deepen"), deepener().toExecutable());
        assertThat(deepen.toFile().setExecutable(true)).isTrue();
        Path home;
        try (TestCluster cluster = TestCluster.start("deep")) {
            home = cluster.file("here", "").getParent();
            HostImageBuilder.busybox(Path.of("/bin/busybox"))
                    .copy(deepen)
                    .build(cluster.images(), Reference.parse(IMAGE));
            cluster.newNamespace("deep");
            for (String pod : new String[] {"one", "two"}) {
                cluster.kubectlWithInput("""
                                apiVersion: v1
                                kind: Pod
                                metadata: {name: %s}
                                spec:
                                  terminationGracePeriodSeconds: 1
                                  volumes: [{name: v, emptyDir: {}}]
                                  containers:
                                    - name: main
                                      image: %s
                                      command: [sh, -c, "(cd /root && %3$s) && (cd /v && %3$s) && exec sleep 100000"]
                                      volumeMounts: [{name: v, mountPath: /v}]
                                      readinessProbe: {exec: {command: [sh, -c, "test $(cat /proc/1/comm) = sleep"]}, periodSeconds: 1}
                                """.formatted(pod, IMAGE, deepen), "apply", "-n", "deep", "-f", "-")
                        .ok();
            }
            cluster.kubectl("wait", "-n", "deep", "pods", "--all", "--for=condition=Ready", "--timeout=60s")
                    .ok();

            cluster.kubectl("delete", "-n", "deep", "pod", "one", "--timeout=30s")
                    .ok();
            Run down = cluster.proa("down");
            assertThat(down.out() + down.err()).startsWith("Cluster ");
            assertThat(down.exit()).isZero();
            cluster.restart();
            cluster.awaitReady();
        }
        assertThat(home).as("deleted with all that is in it").doesNotExist();
    }
}
