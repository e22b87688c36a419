package dev.proa.server.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Yaml;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Key;
import dev.proa.server.store.MemoryStore;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServiceResolverTest {
    private final MemoryStore store = MemoryStore.inMemory();
    private final ServiceResolver resolver = new ServiceResolver(new Random(1));

    @BeforeEach
    void fill() {
        service("hook", "ports: [{name: web, port: 443, targetPort: 8443}, {name: metrics, port: 80}]");
        service("outside", "{type: ExternalName, externalName: hook.example.com}");
        slice("hook-1", "hook", """
                ports: [{name: web, port: 8443}, {name: metrics, port: 9090}]
                endpoints:
                - {addresses: [10.0.0.1], conditions: {ready: true}}
                - {addresses: [10.0.0.2], conditions: {ready: false}}
                """);
        slice("hook-2", "hook", "{ports: [{name: web, port: 9443}], endpoints: [{addresses: [10.0.0.3]}]}");
        slice("other", "other", "{ports: [{name: web, port: 8443}], endpoints: [{addresses: [10.0.0.4]}]}");
    }

    private void service(String name, String spec) {
        store.create(new Key("services", "team", name), MapValue.of("spec", yaml(spec)));
    }

    private void slice(String name, String service, String content) {
        MapValue labels = MapValue.of("kubernetes.io/service-name", service);
        store.create(
                new Key("endpointslices.discovery.k8s.io", "team", name),
                yaml(content).with("metadata", MapValue.of("labels", labels)));
    }

    private static MapValue yaml(String text) {
        return (MapValue) Yaml.decode(text.getBytes(StandardCharsets.UTF_8));
    }

    private ServiceResolver.Address resolve(String name, int port) {
        return resolver.resolve(store.snapshot(), "team", name, port);
    }

    @Test
    void choosesAmongReadyEndpointsOfThePort() {
        Set<ServiceResolver.Address> chosen = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            chosen.add(resolve("hook", 443));
        }
        assertThat(chosen)
                .containsExactlyInAnyOrder(
                        new ServiceResolver.Address("10.0.0.1", 8443), new ServiceResolver.Address("10.0.0.3", 9443));
        assertThat(resolve("hook", 80)).isEqualTo(new ServiceResolver.Address("10.0.0.1", 9090));
    }

    @Test
    void leadsExternalNamesToTheirHost() {
        assertThat(resolve("outside", 443)).isEqualTo(new ServiceResolver.Address("hook.example.com", 443));
    }

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(() -> resolve("missing", 443))
                .isInstanceOf(StatusException.class)
                .hasMessage("service \"missing\" not found");
        assertThatThrownBy(() -> resolve("hook", 8443)).hasMessage("no service port 8443 found for service \"hook\"");
        service("lonely", "ports: [{port: 443}]");
        assertThatThrownBy(() -> resolve("lonely", 443)).hasMessage("no endpoints available for service \"lonely\"");
    }
}
