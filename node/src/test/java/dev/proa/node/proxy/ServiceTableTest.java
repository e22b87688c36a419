package dev.proa.node.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.node.proxy.ServiceTable.Endpoint;
import dev.proa.node.proxy.ServiceTable.Port;
import dev.proa.node.proxy.ServiceTable.Protocol;
import dev.proa.node.proxy.ServiceTable.Service;
import java.net.Inet4Address;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceTableTest {
    private static final MapValue SLICE = slice(
            "web",
            "http",
            8080L,
            endpoint("10.244.0.5", "node-1", MapValue.of("ready", true)),
            endpoint("10.244.1.6", "node-2", MapValue.of("ready", false, "serving", true, "terminating", true)),
            endpoint("10.244.0.7", "node-1", MapValue.EMPTY));

    private static MapValue service(Object... spec) {
        return MapValue.of("metadata", MapValue.of("name", "web", "namespace", "default"), "spec", MapValue.of(spec));
    }

    private static MapValue endpoint(String address, String node, MapValue conditions) {
        return MapValue.of("addresses", ListValue.of(address), "nodeName", node, "conditions", conditions);
    }

    private static MapValue slice(String service, String port, long number, MapValue... endpoints) {
        return MapValue.of(
                "metadata",
                MapValue.of("namespace", "default", "labels", MapValue.of("kubernetes.io/service-name", service)),
                "addressType",
                "IPv4",
                "ports",
                ListValue.of(MapValue.of("name", port, "port", number, "protocol", "TCP")),
                "endpoints",
                ListValue.of((Object[]) endpoints));
    }

    private static MapValue port(String name, long port, long nodePort) {
        return MapValue.of("name", name, "port", port, "protocol", "TCP", "nodePort", nodePort);
    }

    @Test
    void readsAServiceWithItsEndpoints() {
        MapValue service = service(
                "type",
                "NodePort",
                "clusterIP",
                "10.96.1.2",
                "clusterIPs",
                ListValue.of("10.96.1.2"),
                "ports",
                ListValue.of(port("http", 80L, 30080L)),
                "sessionAffinity",
                "ClientIP",
                "sessionAffinityConfig",
                MapValue.of("clientIP", MapValue.of("timeoutSeconds", 60L)),
                "externalTrafficPolicy",
                "Local");

        assertThat(Service.of(service, List.of(SLICE), "node-1"))
                .isEqualTo(new Service(
                        "default",
                        "web",
                        List.of(Inet4Address.ofLiteral("10.96.1.2")),
                        List.of(),
                        List.of(new Port(
                                "http",
                                Protocol.TCP,
                                80,
                                30080,
                                List.of(
                                        new Endpoint(
                                                Inet4Address.ofLiteral("10.244.0.5"), 8080, true, true, false, true),
                                        new Endpoint(
                                                Inet4Address.ofLiteral("10.244.1.6"), 8080, false, true, true, false),
                                        new Endpoint(
                                                Inet4Address.ofLiteral("10.244.0.7"), 8080, true, true, false, true)))),
                        Duration.ofSeconds(60),
                        true,
                        false));
    }

    @Test
    void leavesOutWhatNeedsNoProxy() {
        MapValue headless = service("clusterIP", "None", "clusterIPs", ListValue.of("None"));
        MapValue alias = service("type", "ExternalName", "externalName", "example.org");
        MapValue six = service("clusterIP", "fd00::1", "clusterIPs", ListValue.of("fd00::1"));

        for (MapValue service : List.of(headless, alias, six)) {
            assertThat(Service.of(service, List.of(SLICE), "node-1")).isNull();
        }
    }

    @Test
    void anEndpointInTwoSlicesIsOneEndpoint() {
        MapValue service = service("clusterIP", "10.96.1.2", "ports", ListValue.of(port("http", 80L, 0L)));

        Service read = Service.of(service, List.of(SLICE, SLICE), "node-1");

        assertThat(read.ports().getFirst().endpoints()).hasSize(3);
    }
}
