package dev.proa.node.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.node.linux.Namespaces;
import dev.proa.node.linux.netlink.RouteMessages.Route;
import dev.proa.node.linux.netlink.RouteSocket;
import dev.proa.node.network.Cidr;
import dev.proa.node.network.TestMachine;
import java.io.IOException;
import java.net.Inet4Address;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that several processes connect to one cluster. */
class NodeLinksTest {
    private static final Cidr SERVICES = Cidr.parse("10.96.0.0/16");

    @TempDir
    Path directory;

    private ClusterNetwork open(TestMachine machine) throws IOException {
        return machine.call(() -> ClusterNetwork.open(new ClusterNetwork.Config(
                directory.resolve("cluster"), Cidr.parse("10.244.0.0/16"), SERVICES, false, directory.resolve("run"))));
    }

    private Path namespace(String node) {
        return directory.resolve(node);
    }

    /** The node that leads to services, as the router knows it. */
    private Inet4Address serviceRoute() throws IOException {
        return Namespaces.callIn(directory.resolve("cluster").resolve("router"), () -> {
            try (RouteSocket routes = RouteSocket.open()) {
                return routes.routes().stream()
                        .filter(route -> SERVICES.network().equals(route.destination()) && route.gateway() != null)
                        .map(Route::gateway)
                        .findFirst()
                        .orElseThrow();
            }
        });
    }

    @Test
    void nodesConnectAtTheSameTime() throws Exception {
        try (TestMachine machine = TestMachine.create(directory);
                ClusterNetwork network = open(machine);
                var threads = Executors.newFixedThreadPool(8)) {
            List<Callable<Inet4Address>> connects = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                String node = "node-" + i;
                Cidr pods = Cidr.parse("10.244." + i + ".0/24");
                connects.add(() ->
                        network.nodes().connect(node, namespace(node), pods).address());
            }
            Set<Inet4Address> addresses = new HashSet<>();
            for (Future<Inet4Address> connected : threads.invokeAll(connects)) {
                addresses.add(connected.get());
            }
            assertThat(addresses).hasSize(16);
            assertThat(serviceRoute().getHostAddress()).endsWith(".2");
            for (int i = 0; i < 16; i++) {
                network.nodes().remove("node-" + i, namespace("node-" + i));
            }
            network.uninstall();
        }
    }

    @Test
    void anotherProcessFindsTheNetworkByTheAddressOfTheMachine() throws Exception {
        try (TestMachine machine = TestMachine.create(directory);
                ClusterNetwork network = open(machine)) {
            Inet4Address first = network.nodes().address("first");
            NodeLinks found = machine.call(() -> NodeLinks.find(directory.resolve("run"), network.machineAddress()));

            assertThat(found.podRange()).isEqualTo(Cidr.parse("10.244.0.0/16"));
            assertThat(found.serviceRange()).isEqualTo(SERVICES);
            assertThat(found.address("first")).isEqualTo(first);
            assertThat(found.has("first", first.getHostAddress())).isTrue();
            assertThat(found.has("second", first.getHostAddress())).isFalse();
            assertThat(found.address("second"))
                    .isNotEqualTo(first)
                    .isEqualTo(network.nodes().address("second"));
            for (String wrong : List.of("10.90.7.1", "10.90.0.2", "192.168.0.1")) {
                assertThatThrownBy(() -> machine.call(
                                () -> NodeLinks.find(directory.resolve("run"), Inet4Address.ofLiteral(wrong))))
                        .isInstanceOf(NodeLinks.NoNetworkException.class)
                        .hasMessageContaining(wrong);
            }
            network.uninstall();
        }
    }

    @Test
    void servicesAreReachedThroughTheFirstNodeThatIsThere() throws Exception {
        try (TestMachine machine = TestMachine.create(directory);
                ClusterNetwork network = open(machine)) {
            NodeLinks links = network.nodes();
            Inet4Address first = links.address("first");
            Inet4Address second = links.connect("second", namespace("second"), Cidr.parse("10.244.1.0/24"))
                    .address();
            assertThat(serviceRoute()).isEqualTo(second);
            links.connect("first", namespace("first"), Cidr.parse("10.244.0.0/24"));
            assertThat(serviceRoute()).isEqualTo(first);

            links.remove("first", namespace("first"));
            assertThat(serviceRoute()).isEqualTo(second);
            assertThat(Namespaces.isBound(namespace("first"))).isFalse();
            assertThat(links.address("third")).as("a number that is free again").isEqualTo(first);
            links.remove("second", namespace("second"));
            links.remove("second", namespace("second")); // nothing to do
            network.uninstall();
        }
    }
}
