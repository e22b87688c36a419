package dev.proa.node.kubelet.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Pod;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.kubelet.pod.TestPods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SandboxConfigsTest {
    @TempDir
    private Path temporary;

    private Path host;

    @BeforeEach
    void writeResolverOfHost() throws IOException {
        host = Files.writeString(temporary.resolve("resolv.conf"), """
                # written by hand
                nameserver 192.0.2.1
                nameserver 192.0.2.2
                search old.example
                search corp.example. example
                options timeout:1 rotate
                """);
    }

    @ParameterizedTest
    @CsvSource({
        "ClusterFirst,            false, cluster",
        "ClusterFirst,            true,  host",
        "ClusterFirstWithHostNet, true,  cluster",
        "Default,                 false, host",
        "None,                    false, nothing",
    })
    void asksWhomThePolicyNames(String policy, boolean hostNetwork, String whom) {
        Pod pod = TestPods.of("{\"dnsPolicy\": \"" + policy + "\", \"hostNetwork\": " + hostNetwork
                + ", \"dnsConfig\": {\"searches\": [\"mine\"]}}");
        PodSandboxConfig.Dns dns = dns(pod);

        assertThat(dns.servers())
                .isEqualTo(
                        switch (whom) {
                            case "cluster" -> List.of("10.96.0.10");
                            case "host" -> List.of("192.0.2.1", "192.0.2.2");
                            default -> List.of();
                        });
        assertThat(dns.searches())
                .isEqualTo(
                        switch (whom) {
                            case "cluster" ->
                                List.of(
                                        "n.svc.cluster.local",
                                        "svc.cluster.local",
                                        "cluster.local",
                                        "corp.example",
                                        "example",
                                        "mine");
                            case "host" -> List.of("corp.example", "example", "mine");
                            default -> List.of("mine");
                        });
        assertThat(dns.options())
                .isEqualTo(
                        switch (whom) {
                            case "cluster" -> List.of("ndots:5");
                            case "host" -> List.of("timeout:1", "rotate");
                            default -> List.of();
                        });
    }

    @Test
    void takesTheHostsFileAsItIs() {
        assertThat(SandboxConfigs.dns(TestPods.of("{\"dnsPolicy\": \"Default\"}"), TestPods.NODE, host))
                .isNull();
    }

    @Test
    void mergesWhatThePodConfigures() {
        PodSandboxConfig.Dns dns = dns(TestPods.of("""
                {"dnsPolicy": "ClusterFirst", "dnsConfig": {
                  "nameservers": ["192.0.2.9", "10.96.0.10"], "searches": ["cluster.local", "mine"],
                  "options": [{"name": "ndots", "value": "2"}, {"name": "edns0"}]}}
                """));
        assertThat(dns.servers()).containsExactly("10.96.0.10", "192.0.2.9");
        assertThat(dns.searches())
                .containsExactly(
                        "n.svc.cluster.local", "svc.cluster.local", "cluster.local", "corp.example", "example", "mine");
        assertThat(dns.options()).containsExactlyInAnyOrder("ndots:2", "edns0");
    }

    @Test
    void keepsToWhatResolversBear() {
        String searches = IntStream.range(0, 40).mapToObj(i -> "\"s" + i + "\"").collect(Collectors.joining(","));
        PodSandboxConfig.Dns dns = dns(TestPods.of("{\"dnsPolicy\": \"None\", \"dnsConfig\": {\"searches\": ["
                + searches + "], \"nameservers\": [\"192.0.2.1\", \"192.0.2.2\", \"192.0.2.3\", \"192.0.2.4\"]}}"));
        assertThat(dns.servers()).hasSize(3);
        assertThat(dns.searches()).hasSize(32);

        String wide = Arrays.stream(new String[20])
                .map(same -> "x".repeat(63) + "." + "y".repeat(63))
                .map(domain -> domain + "." + domain.hashCode())
                .collect(Collectors.joining("\",\"a.", "\"a.", "\""));
        assertThat(String.join(
                        " ",
                        dns(TestPods.of("{\"dnsPolicy\": \"None\", \"dnsConfig\": {\"searches\": [" + wide + ", \""
                                        + "z".repeat(254) + "\"]}}"))
                                .searches()))
                .hasSizeLessThanOrEqualTo(2048);
    }

    @Test
    void withoutAFileOfTheHostThereIsNothingToTakeOver() {
        assertThat(SandboxConfigs.dns(
                        TestPods.of("{\"dnsPolicy\": \"Default\", \"dnsConfig\": {\"nameservers\": [\"192.0.2.9\"]}}"),
                        TestPods.NODE,
                        temporary.resolve("none")))
                .isEqualTo(new PodSandboxConfig.Dns(List.of("192.0.2.9"), List.of(), List.of()));
    }

    @Test
    void namesTheHost() {
        assertThat(config("{}").hostname()).isEqualTo("p");
        assertThat(config("{\"hostname\": \"h\"}").hostname()).isEqualTo("h");
        assertThat(config("{\"hostNetwork\": true}").hostname()).isEqualTo("node-1");
        PodSandboxConfig qualified = config("{\"hostname\": \"h\", \"subdomain\": \"s\"}");
        assertThat(qualified.hostname()).isEqualTo("h");
        assertThat(qualified.domain()).isEqualTo("s.n.svc.cluster.local");
        assertThat(config("{\"hostname\": \"h\", \"subdomain\": \"s\", \"setHostnameAsFQDN\": true}")
                        .hostname())
                .isEqualTo("h.s.n.svc.cluster.local");
        assertThat(config("{\"hostname\": \"h\", \"subdomain\": \"s\", \"hostnameOverride\": \"o.example\"}"))
                .returns("o.example", PodSandboxConfig::hostname)
                .returns("", PodSandboxConfig::domain);
        assertThat(config("{\"hostname\": \"" + "h".repeat(62) + ".tail\"}").hostname())
                .isEqualTo("h".repeat(62));
    }

    @Test
    void gathersAliasesOfOneAddress() {
        assertThat(config("{\"hostAliases\": [{\"ip\": \"192.0.2.1\", \"hostnames\": [\"a\", \"b\"]},"
                                + "{\"ip\": \"192.0.2.1\", \"hostnames\": [\"c\"]}]}")
                        .hostAliases())
                .containsEntry("192.0.2.1", List.of("a", "b", "c"));
    }

    @Test
    void limitsThePodAsAWhole() {
        assertThat(config("{}").resources().memoryLimitBytes()).isZero();
        assertThat(config("{\"resources\": {\"limits\": {\"memory\": \"64Mi\", \"cpu\": \"500m\"}}}")
                        .resources())
                .returns(64L << 20, dev.proa.node.cri.ContainerRuntime.Resources::memoryLimitBytes)
                .returns(50_000L, dev.proa.node.cri.ContainerRuntime.Resources::cpuQuotaMicros)
                .returns(512L, dev.proa.node.cri.ContainerRuntime.Resources::cpuShares);
    }

    private PodSandboxConfig.Dns dns(Pod pod) {
        PodSandboxConfig.Dns dns = SandboxConfigs.dns(pod, TestPods.NODE, host);
        assertThat(dns).isNotNull();
        return dns;
    }

    private static PodSandboxConfig config(String spec) {
        return SandboxConfigs.of(TestPods.of(spec), 0, TestPods.NODE, Path.of("logs"));
    }
}
