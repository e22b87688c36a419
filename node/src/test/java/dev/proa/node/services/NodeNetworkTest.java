package dev.proa.node.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.fake.Await;
import dev.proa.client.fake.FakeTransport;
import dev.proa.client.informer.InformerFactory;
import dev.proa.node.linux.netlink.RouteSocket;
import dev.proa.node.network.Cidr;
import dev.proa.node.network.RoutedNetwork;
import dev.proa.node.network.TestMachine;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes in one network namespace, as two nodes of a cluster on one machine are. */
class NodeNetworkTest {
    @TempDir
    Path directory;

    private NodeNetwork.Config config(String node, String range, String prefix) {
        return new NodeNetwork.Config(
                node,
                new RoutedNetwork.Config(
                        directory.resolve(node),
                        Cidr.parse("10.244.0.0/16"),
                        Cidr.parse(range),
                        Cidr.parse("10.96.0.0/16"),
                        prefix,
                        false,
                        directory.resolve("run")),
                "cluster.local",
                Inet4Address.ofLiteral("10.96.0.10"));
    }

    private static MapValue object(String apiVersion, String kind, String name, Object... more) {
        MapValue.Builder object = MapValue.builder()
                .put("apiVersion", apiVersion)
                .put("kind", kind)
                .put(
                        "metadata",
                        MapValue.of(
                                "name",
                                name,
                                "namespace",
                                "default",
                                "labels",
                                MapValue.of("kubernetes.io/service-name", "web")));
        for (int i = 0; i < more.length; i += 2) {
            object.put((String) more[i], more[i + 1]);
        }
        return object.build();
    }

    @Test
    void podsOfTwoNodesReachEachOtherAndTheSameServices() throws Exception {
        try (TestMachine machine = TestMachine.create(directory);
                Client client = new Client(new FakeTransport(Clock.system()));
                InformerFactory informers = new InformerFactory(client, Clock.system(), new Random(1));
                NodeNetwork one = machine.call(() -> NodeNetwork.open(config("node-1", "10.244.0.0/24", "proa")));
                NodeNetwork two = machine.call(() -> NodeNetwork.open(config("node-2", "10.244.1.0/24", "prob")))) {
            Path a = directory.resolve("a");
            Path b = directory.resolve("b");
            String addressA = one.pods().attach("a", a, List.of()).getFirst();
            String addressB = two.pods().attach("b", b, List.of()).getFirst();
            machine.serve(b, addressB, 8080, "b");
            assertThat(TestMachine.ask(a, addressB, 8080)).isEqualTo("b " + addressA);

            for (NodeNetwork node : List.of(one, two)) {
                node.follow(informers.informer(Service.KIND), informers.informer(EndpointSlice.KIND), Clock.system());
            }
            informers.start();
            publish(client, addressB);
            Await.until("the service", () -> answers(a, "10.96.1.2", 80) && answers(b, "10.96.1.2", 80));
            Await.until("the node port", () -> answers(machine.namespace(), "127.0.0.1", 30080));
            assertThat(one.dnsAddress().getAddress().getHostAddress()).isEqualTo("10.244.0.1");

            one.pods().detach("a", a);
            two.pods().detach("b", b);
            one.uninstall();
            two.uninstall();
            assertThatThrownBy(() -> TestMachine.connect(machine.namespace(), "127.0.0.1", 30080))
                    .isInstanceOf(ConnectException.class);
            assertThat(machine.call(() -> {
                        try (RouteSocket routes = RouteSocket.open()) {
                            return routes.routes();
                        }
                    }))
                    .isEmpty();
        }
    }

    private static void publish(Client client, String address) {
        client.resource(Service.KIND)
                .create(new Service(object(
                        "v1",
                        "Service",
                        "web",
                        "spec",
                        MapValue.of(
                                "clusterIP",
                                "10.96.1.2",
                                "type",
                                "NodePort",
                                "ports",
                                ListValue.of(MapValue.of("port", 80L, "nodePort", 30080L))))));
        client.resource(EndpointSlice.KIND)
                .create(new EndpointSlice(object(
                        "discovery.k8s.io/v1",
                        "EndpointSlice",
                        "web-1",
                        "addressType",
                        "IPv4",
                        "ports",
                        ListValue.of(MapValue.of("name", "", "port", 8080L, "protocol", "TCP")),
                        "endpoints",
                        ListValue.of(MapValue.of("addresses", ListValue.of(address))))));
    }

    private static boolean answers(Path from, String address, int port) {
        try {
            return TestMachine.ask(from, address, port).startsWith("b ");
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void itStartsWithoutWaitingForAnything() throws Exception {
        try (TestMachine machine = TestMachine.create(directory)) {
            long start = System.nanoTime();
            try (NodeNetwork node = machine.call(() -> NodeNetwork.open(config("node", "10.244.0.0/24", "proa")))) {
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
                node.uninstall();
            }
        }
    }
}
