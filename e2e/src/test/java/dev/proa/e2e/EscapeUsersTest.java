package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pods with {@code hostUsers: false}: their root is nobody on the host (KEP-127). */
@Tag("escape")
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EscapeUsersTest {
    private final TestCluster cluster;
    private final String namespace;

    EscapeUsersTest(TestCluster cluster) {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("escape-users");
    }

    private Run kubectl(String... arguments) {
        return cluster.kubectl(Arguments.in(namespace, arguments));
    }

    private Run apply(String manifest) {
        return cluster.kubectlWithInput(manifest, "apply", "-n", namespace, "-f", "-");
    }

    private static String uidMap(String argument) throws IOException {
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            Path directory = Path.of("/proc/" + process.pid());
            try {
                if (Files.readString(directory.resolve("cmdline")).equals("sleep\0" + argument + "\0")) {
                    return Files.readString(directory.resolve("uid_map"))
                            .strip()
                            .replaceAll(" +", " ");
                }
            } catch (IOException e) {
                continue; // it has ended meanwhile
            }
        }
        throw new AssertionError("no process sleeps for " + argument);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatAPodHasIsItsOwnRoots(boolean shareProcesses) throws IOException {
        String pod = "users-" + shareProcesses;
        String duration = shareProcesses ? "481100" : "481101";
        apply("""
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: map}
                data: {key: value}
                """).ok();
        apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: %s}
                spec:
                  hostUsers: false
                  shareProcessNamespace: %s
                  terminationGracePeriodSeconds: 1
                  volumes: [{name: map, configMap: {name: map}}, {name: empty, emptyDir: {}}]
                  containers:
                    - name: main
                      image: "busybox:e2e"
                      command: [sh, -c, "touch /data/made; cat /map/key; echo; exec sleep %s"]
                      volumeMounts: [{name: map, mountPath: /map}, {name: empty, mountPath: /data}]
                      readinessProbe: {exec: {command: [test, -O, /data/made]}, periodSeconds: 1}
                """.formatted(pod, shareProcesses, duration)).ok();
        kubectl("wait", "pod/" + pod, "--for=condition=Ready", "--timeout=60s").ok();

        assertThat(kubectl("logs", pod).ok().text()).isEqualTo("value");
        String token = "/var/run/secrets/kubernetes.io/serviceaccount/token";
        assertThat(kubectl("exec", pod, "--", "stat", "-L", "-c", "%u", "/map/key", "/data/made", "/bin", token)
                        .ok()
                        .out()
                        .lines())
                .containsExactly("0", "0", "0", "0");
        String[] map = uidMap(duration).split(" ");
        assertThat(map[0]).isEqualTo("0");
        assertThat(Long.parseLong(map[1])).isGreaterThanOrEqualTo(65_536);
        assertThat(map[2]).isEqualTo("65536");
    }

    @Test
    void noTwoPodsHaveTheSame() throws IOException {
        for (String duration : new String[] {"481102", "481103"}) {
            apply(Manifests.pod("own-" + duration, "exec sleep " + duration)
                            .replace("spec:\n", "spec:\n  hostUsers: false\n"))
                    .ok();
        }
        kubectl("wait", "pod/own-481102", "pod/own-481103", "--for=condition=Ready", "--timeout=60s")
                .ok();

        assertThat(uidMap("481102")).isNotEqualTo(uidMap("481103"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hostNetwork", "hostPID", "hostIPC"})
    void theHostsNamespacesAreNotForThem(String shared) {
        Run run = apply(Manifests.pod("refused", "true")
                .replace("spec:\n", "spec:\n  hostUsers: false\n  " + shared + ": true\n"));

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("spec." + shared + ": Forbidden: when `hostUsers` is false");
    }

    @Test
    void anUnmaskedProcNeedsUsersOfItsOwnAndShowsNoWayOut() {
        String look = "cat /proc/interrupts | head -c1 | wc -c; for f in sys/kernel/core_pattern sys/vm/swappiness"
                + " sysrq-trigger; do (echo 0 > /proc/$f) 2>/dev/null && echo wrote $f; done; echo end; exec sleep 100000";
        String unmasked = Manifests.pod("unmasked", look)
                .replace("image: busybox:e2e\n", "image: busybox:e2e\n      securityContext: {procMount: Unmasked}\n");

        Run refused = apply(unmasked);
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("`hostUsers` must be false to use `Unmasked`");

        apply(unmasked.replace("spec:\n", "spec:\n  hostUsers: false\n")).ok();
        kubectl("wait", "pod/unmasked", "--for=condition=Ready", "--timeout=60s")
                .ok();
        assertThat(kubectl("logs", "unmasked").ok().out().lines()).containsExactly("1", "end");
    }
}
