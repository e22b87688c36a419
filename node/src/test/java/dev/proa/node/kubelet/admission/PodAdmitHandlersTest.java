package dev.proa.node.kubelet.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.node.kubelet.admission.PodAdmitHandlers.Rejection;
import dev.proa.node.kubelet.pod.TestPods;
import dev.proa.node.kubelet.status.PodStatuses;
import dev.proa.node.network.PodNetwork.Port;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodAdmitHandlersTest {
    private static final Pod POD = TestPods.of("{\"containers\": [{\"name\": \"c\"}]}");

    @Test
    void theFirstRefusalCounts() {
        PodAdmitHandlers admission = new PodAdmitHandlers(List.of(
                (pod, others) -> null,
                (pod, others) -> others.isEmpty() ? null : new Rejection("First", "one"),
                (pod, others) -> new Rejection("Second", "two")));

        assertThat(admission.check(POD, List.of(POD))).isEqualTo(new Rejection("First", "one"));
        assertThat(admission.check(POD, List.of())).isEqualTo(new Rejection("Second", "two"));
    }

    @Test
    void aRefusedPodHasFailed() {
        Pod pod = TestPods.of("{\"containers\": [{\"name\": \"c\"}]}", "{\"phase\": \"Pending\"}");

        Pod rejected = pod.withStatus(
                PodStatuses.rejected(pod, new Rejection("NodePorts", "the port is taken"), TestPods.NOW));

        assertThat(rejected.status().phase()).isEqualTo("Failed");
        assertThat(rejected.status().reason()).isEqualTo("NodePorts");
        assertThat(rejected.status().message()).isEqualTo("Pod was rejected: the port is taken");
        assertThat(rejected.status().startTime()).isEqualTo(TestPods.NOW);
        assertThat(rejected.status().containerStatuses()).isEmpty();
        assertThat(PodAdmitHandlers.rejected(rejected)).isTrue();
        assertThat(PodAdmitHandlers.rejected(pod)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "net.ipv4.tcp_syncookies,          false, false, ",
        "net/ipv4/tcp_syncookies,          false, true,  ",
        "net.ipv4.tcp_syncookies,          true,  false, not allowed with host Net enabled",
        "kernel.shm_rmid_forced,           true,  false, ",
        "kernel.shm_rmid_forced,           false, true,  not allowed with host IPC enabled",
        "net.ipv4.tcp_rmem,                false, false, ",
        "net.core.somaxconn,               false, false, not allowlisted",
        "kernel.shmmax,                    false, false, not allowlisted",
        "kernel.core_pattern,              false, false, not allowlisted",
        "vm.swappiness,                    true,  true,  not allowlisted",
    })
    void onlySafeSysctlsAreTaken(String name, boolean hostNetwork, boolean hostIpc, @Nullable String fault) {
        Pod pod = TestPods.of("{\"hostNetwork\": " + hostNetwork + ", \"hostIPC\": " + hostIpc
                + ", \"securityContext\": {\"sysctls\": [{\"name\": \"" + name + "\", \"value\": \"1\"}]}}");

        assertThat(new SysctlCheck().check(pod, List.of()))
                .isEqualTo(
                        fault == null
                                ? null
                                : new Rejection(
                                        "SysctlForbidden",
                                        "forbidden sysctl: \"" + name.replace('/', '.') + "\" " + fault));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // host port, address, protocol, more of the pod, whether it is taken
                "6443,  -,         TCP, -,                     true",
                "6443,  127.0.0.1, TCP, -,                     true",
                "6443,  -,         UDP, -,                     false",
                "6443,  -,         TCP, '\"hostNetwork\": true', false",
                "53,    -,         UDP, -,                     true",
                "8080,  -,         TCP, -,                     false",
                "30080, -,         TCP, -,                     true",
                "30080, -,         UDP, -,                     false",
                "9000,  -,         TCP, -,                     true",
                "9000,  127.0.0.2, TCP, -,                     true",
                "9001,  127.0.0.1, TCP, -,                     true",
                "9001,  127.0.0.2, TCP, -,                     false",
            })
    void aHostPortIsNobodyElses(int hostPort, String address, String protocol, String more, boolean taken) {
        Service service = TestPods.service("{\"spec\": {\"ports\": [{\"port\": 80, \"nodePort\": 30080}]}}");
        Pod other = TestPods.of(
                "{\"containers\": [{\"name\": \"c\", \"ports\": [{\"containerPort\": 1, \"hostPort\": 9000},"
                        + " {\"containerPort\": 2, \"hostPort\": 9001, \"hostIP\": \"127.0.0.1\"}]}]}");
        Pod pod = TestPods.of(
                "{%s \"containers\": [{\"name\": \"c\", \"ports\": [{\"containerPort\": 80, \"hostPort\": %d, \"protocol\": \"%s\"%s}]}]}"
                        .formatted(
                                more == null ? "" : more + ",",
                                hostPort,
                                protocol,
                                address == null ? "" : ", \"hostIP\": \"" + address + "\""));
        HostPortCheck check =
                new HostPortCheck(Set.of(new Port("TCP", 6443), new Port("UDP", 53)), () -> List.of(service));

        assertThat(check.check(pod, List.of(other)))
                .isEqualTo(
                        taken
                                ? new Rejection(
                                        "NodePorts",
                                        "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports")
                                : null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"os\": {\"name\": \"linux\"} | ",
                "\"securityContext\": {\"appArmorProfile\": {\"type\": \"Unconfined\"}} | ",
                "\"securityContext\": {\"seLinuxOptions\": {\"type\": \"container_t\"}} | ",
                "\"os\": {\"name\": \"windows\"} | PodOSNotSupported",
                "\"securityContext\": {\"appArmorProfile\": {\"type\": \"RuntimeDefault\"}} | AppArmor",
                "\"initContainers\": [{\"securityContext\": {\"appArmorProfile\": {\"type\": \"Localhost\"}}}] | AppArmor",
                "\"runtimeClassName\": \"gvisor\" | UnsupportedPodSpec",
                "\"containers\": [{\"name\": \"c\", \"securityContext\": {\"procMount\": \"Unmasked\"}}] | UnsupportedPodSpec",
                "\"hostUsers\": true, \"containers\": [{\"name\": \"c\", \"securityContext\": {\"procMount\": \"Unmasked\"}}] | UnsupportedPodSpec",
                "\"hostUsers\": false, \"containers\": [{\"name\": \"c\", \"securityContext\": {\"procMount\": \"Unmasked\"}}] | ",
            })
    void whatIsNotImplementedIsRefused(String spec, @Nullable String reason) {
        Rejection rejection = new SecurityFieldsCheck().check(TestPods.of("{" + spec + "}"), List.of());

        assertThat(rejection == null ? null : rejection.reason()).isEqualTo(reason);
    }
}
