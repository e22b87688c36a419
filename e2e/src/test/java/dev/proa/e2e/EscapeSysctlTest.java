package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pods that ask for settings of the machine's kernel. Each asks for the value that is set already, so that nothing changes where
 * the attack succeeds.
 */
@ExtendWith(SharedCluster.class)
@Tag("escape")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EscapeSysctlTest {
    private static final String PHASE = "jsonpath={.status.phase}/{.status.reason}/{.status.message}";

    private final TestCluster cluster;
    private final String namespace;

    EscapeSysctlTest(TestCluster cluster) {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("sysctls");
    }

    private Run kubectl(String... arguments) {
        return cluster.kubectl(Arguments.in(namespace, arguments)).ok();
    }

    private void apply(String name, String spec, String sysctl, String value) {
        String manifest = Manifests.pod(name, "cat /proc/sys/" + sysctl.replace('.', '/') + "; exec sleep 100000")
                .replace(
                        "spec:\n",
                        "spec:\n" + spec + "  securityContext: {sysctls: [{name: " + sysctl + ", value: "
                                + Manifests.quote(value) + "}]}\n");
        cluster.kubectlWithInput(manifest, "apply", "-n", namespace, "-f", "-").ok();
    }

    /** By lines: read as a whole, such a file gives only the first digit of a number, and that must not be written back. */
    private static String setting(Path file) throws IOException {
        return Files.readAllLines(file).getFirst();
    }

    private String awaitDecided(String pod) {
        return Await.until(
                "the kubelet has taken the pod or not",
                () -> kubectl("get", "pod", pod, "-o", PHASE).text(),
                phase -> !phase.isEmpty() && !phase.startsWith("Pending"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"vm.swappiness", "kernel.core_pattern", "vm/swappiness"})
    void refusesSettingsOfTheMachine(String sysctl) throws IOException {
        Path file = Path.of("/proc/sys", sysctl.split("[./]"));
        String value = setting(file);
        String pod = "sets-" + sysctl.replace('/', '-').replace("_", ".");

        apply(pod, "", sysctl, value);

        String dotted = sysctl.replace('/', '.');
        assertThat(awaitDecided(pod))
                .isEqualTo("Failed/SysctlForbidden/Pod was rejected: forbidden sysctl: \"" + dotted
                        + "\" not allowlisted");
        assertThat(setting(file)).isEqualTo(value);
        Await.until(
                "an event says so",
                () -> kubectl(
                                "get",
                                "events",
                                "-o",
                                "jsonpath={.items[*].message}",
                                "--field-selector",
                                "reason=SysctlForbidden,involvedObject.name=" + pod)
                        .text(),
                ("forbidden sysctl: \"" + dotted + "\" not allowlisted")::equals);
    }

    @Test
    void setsWhatIsSafeInThePodAlone() throws IOException {
        Path file = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
        String before = cluster.inside(() -> setting(file));
        for (String sysctl : List.of("net.ipv4.ip_unprivileged_port_start", "net/ipv4/ip_unprivileged_port_start")) {
            String pod = sysctl.contains("/") ? "slashes" : "dots";
            apply(pod, "", sysctl, "321");
            kubectl("wait", "pod/" + pod, "--for=condition=Ready", "--timeout=120s");
            assertThat(kubectl("logs", pod).text()).isEqualTo("321");
        }
        assertThat(cluster.inside(() -> setting(file))).isEqualTo(before);
    }

    @Test
    void stays() {
        apply("forbidden", "", "net.core.somaxconn", "128");
        String decided = awaitDecided("forbidden");
        assertThat(decided).startsWith("Failed/SysctlForbidden/");

        kubectl("annotate", "pod/forbidden", "looked=again");

        assertThat(kubectl("get", "pod", "forbidden", "-o", "jsonpath={.status.containerStatuses}")
                        .text())
                .isEmpty();
        assertThat(awaitDecided("forbidden")).isEqualTo(decided);
        kubectl("delete", "pod/forbidden", "--timeout=60s");
    }
}
