package dev.proa.node.kubelet.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.kubelet.object.ReferencedObjects;
import dev.proa.node.kubelet.pod.TestPods;
import dev.proa.testing.FakeTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentTest {
    @ParameterizedTest
    @CsvSource({
        "plain, plain",
        "$(A), 1",
        "x$(A)y, x1y",
        "$$(A), $(A)",
        "$(B), $(B)",
        "$(A, $(A",
        "$A, $A",
        "100$, 100$"
    })
    void expands(String text, String expected) {
        assertThat(Environment.expand(text, Map.of("A", "1")::get)).isEqualTo(expected);
    }

    @Test
    void linksServicesOfTheNamespaceAndTheApi() throws Exception {
        assertThat(links("{}"))
                .containsEntry("KUBERNETES_SERVICE_HOST", "10.96.0.1")
                .containsEntry("KUBERNETES_SERVICE_PORT_HTTPS", "443")
                .containsEntry("MY_WEB_SERVICE_HOST", "10.96.0.2")
                .containsEntry("MY_WEB_SERVICE_PORT", "80")
                .containsEntry("MY_WEB_SERVICE_PORT_ADMIN_UI", "81")
                .containsEntry("MY_WEB_PORT", "tcp://10.96.0.2:80")
                .containsEntry("MY_WEB_PORT_81_UDP", "udp://10.96.0.2:81")
                .containsEntry("MY_WEB_PORT_81_UDP_PROTO", "udp")
                .containsEntry("MY_WEB_PORT_81_UDP_PORT", "81")
                .containsEntry("MY_WEB_PORT_81_UDP_ADDR", "10.96.0.2")
                .containsEntry("SIX_PORT", "tcp://[fd00::6]:80")
                .doesNotContainKeys("HEADLESS_SERVICE_HOST", "OTHER_SERVICE_HOST");
    }

    @Test
    void linksOnlyTheApiWhereLinksAreNotWanted() throws Exception {
        assertThat(links("{\"enableServiceLinks\": false}"))
                .containsEntry("KUBERNETES_SERVICE_HOST", "10.96.0.1")
                .doesNotContainKey("MY_WEB_SERVICE_HOST");
    }

    @Test
    void serviceOfThePodsNamespaceHidesTheApi() throws Exception {
        List<Service> services = new ArrayList<>(SERVICES);
        services.add(service("n", "kubernetes", "10.96.9.9", "{\"port\": 1, \"name\": \"https\"}"));
        for (int i = 0; i < 2; i++) {
            assertThat(build("{}", services)).containsEntry("KUBERNETES_SERVICE_HOST", "10.96.9.9");
            java.util.Collections.reverse(services);
        }
    }

    @Test
    void laterVariablesSeeEarlierOnesAndLinks() throws Exception {
        assertThat(build("""
                {"containers": [{"name": "main", "env": [
                  {"name": "A", "value": "1"}, {"name": "B", "value": "$(A)-$(MY_WEB_SERVICE_PORT)-$(C)"}, {"name": "C", "value": "3"},
                  {"name": "MY_WEB_PORT", "value": "mine"}, {"name": "EMPTY"}]}]}
                """, SERVICES))
                .containsEntry("B", "1-80-$(C)")
                .containsEntry("MY_WEB_PORT", "mine")
                .containsEntry("EMPTY", "");
    }

    private static final List<Service> SERVICES = List.of(
            service("default", "kubernetes", "10.96.0.1", "{\"port\": 443, \"name\": \"https\"}"),
            service(
                    "n",
                    "my-web",
                    "10.96.0.2",
                    "{\"port\": 80}, {\"port\": 81, \"name\": \"admin-ui\", \"protocol\": \"UDP\"}"),
            service("n", "headless", "None", "{\"port\": 80}"),
            service("n", "six", "fd00::6", "{\"port\": 80}"),
            service("o", "other", "10.96.0.3", "{\"port\": 80}"));

    private static Service service(String namespace, String name, String address, String ports) {
        return TestPods.service("{\"metadata\": {\"name\": \"" + name + "\", \"namespace\": \"" + namespace
                + "\"}, \"spec\": {\"clusterIP\": \"" + address + "\", \"ports\": [" + ports + "]}}");
    }

    private static Map<String, String> links(String spec) throws InterruptedException {
        return build(spec, SERVICES);
    }

    private static Map<String, String> build(String spec, List<Service> services) throws InterruptedException {
        Pod pod = TestPods.of(spec);
        var container = pod.spec().containers().isEmpty()
                ? TestPods.container("{\"name\": \"main\"}")
                : pod.spec().containers().getFirst();
        try (Client client = new Client(new FakeTransport(Clock.system()));
                ReferencedObjects references = new ReferencedObjects(
                        client,
                        new Supervisor(Clock.system(), new Random(2)),
                        Clock.system(),
                        new Random(1),
                        uid -> {})) {
            return new Environment(
                            pod, container, references, List.of("10.244.0.7"), "10.0.0.1", TestPods.NODE.allocatable())
                    .build(services);
        }
    }
}
