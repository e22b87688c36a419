package dev.proa.node.services;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.ObjectKey;
import dev.proa.node.network.PodNetwork.Port;
import dev.proa.node.proxy.ServiceChange;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodePortsTest {
    private final NodePorts ports = new NodePorts();

    private static ServiceChange change(String name, String policy, long nodePort, String endpointNode) {
        return new ServiceChange(
                new ObjectKey("default", name),
                MapValue.of(
                        "metadata",
                        MapValue.of("name", name, "namespace", "default"),
                        "spec",
                        MapValue.of(
                                "clusterIP",
                                "10.96.0.7",
                                "externalTrafficPolicy",
                                policy,
                                "ports",
                                ListValue.of(MapValue.of("port", 80L, "nodePort", nodePort)))),
                List.of(MapValue.of(
                        "addressType",
                        "IPv4",
                        "ports",
                        ListValue.of(MapValue.of("port", 8080L)),
                        "endpoints",
                        ListValue.of(MapValue.of("addresses", ListValue.of("10.244.0.2"), "nodeName", endpointNode)))));
    }

    private static Map<String, Inet4Address> nodes(String... names) {
        Map<String, Inet4Address> nodes = new LinkedHashMap<>();
        for (String name : names) {
            nodes.put(name, Inet4Address.ofLiteral("10.90.0." + (2 + name.charAt(0) - 'a')));
        }
        return nodes;
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(Inet4Address.ofLiteral(address), port);
    }

    @Test
    void leadsToTheFirstNodeAndWithPolicyLocalToOneWithAnEndpoint() {
        ports.setNodes(nodes("a", "b"));
        assertThat(ports.update(List.of(change("any", "Cluster", 30001, "b"), change("local", "Local", 30002, "b"))))
                .isTrue();
        assertThat(ports.targets())
                .containsOnly(
                        Map.entry(new Port("TCP", 30001), at("10.90.0.2", 30001)),
                        Map.entry(new Port("TCP", 30002), at("10.90.0.3", 30002)));

        assertThat(ports.setNodes(nodes("b"))).isTrue();
        assertThat(ports.targets()).containsEntry(new Port("TCP", 30001), at("10.90.0.3", 30001));
        assertThat(ports.setNodes(nodes("b"))).isFalse();
    }

    @Test
    void whatChangesNoTargetIsNoChange() {
        ports.setNodes(nodes("a"));
        ports.update(List.of(change("any", "Cluster", 30001, "a")));

        assertThat(ports.update(List.of(change("any", "Cluster", 30001, "b")))).isFalse();
        assertThat(ports.update(List.of(new ServiceChange(new ObjectKey("default", "other"), null, List.of()))))
                .isFalse();
        assertThat(ports.update(List.of(new ServiceChange(new ObjectKey("default", "any"), null, List.of()))))
                .isTrue();
        assertThat(ports.targets()).isEmpty();
    }
}
