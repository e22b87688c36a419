package dev.proa.node.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.linux.Namespaces;
import dev.proa.node.linux.netlink.RouteSocket;
import dev.proa.node.machine.ClusterNetwork;
import dev.proa.node.network.Cidr;
import dev.proa.node.network.NodeNamespace;
import dev.proa.node.network.PodNetwork.Port;
import dev.proa.node.network.RoutedNetwork;
import dev.proa.node.network.TestMachine;
import dev.proa.node.proxy.ServiceWatcher;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes of a cluster on one machine, each in its network namespace. */
class NodeNetworkTest {
    private static final Cidr PODS = Cidr.parse("10.244.0.0/16");
    private static final Cidr SERVICES = Cidr.parse("10.96.0.0/16");

    @TempDir
    Path directory;

    private ClusterNetwork cluster(TestMachine machine) throws IOException {
        return machine.call(() -> ClusterNetwork.open(new ClusterNetwork.Config(
                directory.resolve("cluster"), PODS, SERVICES, false, directory.resolve("run"))));
    }

    private NodeNetwork open(ClusterNetwork cluster, int index) throws IOException {
        Cidr range = Cidr.parse("10.244." + index + ".0/24");
        NodeNamespace place = cluster.nodes().connect("node-" + index, namespace(index), range);
        NodeNetwork.Config config = new NodeNetwork.Config(
                "node-" + index,
                new RoutedNetwork.Config(
                        directory.resolve("leases-" + index), PODS, range, SERVICES, "pod", false, place),
                "cluster.local",
                Inet4Address.ofLiteral("10.96.0.10"));
        return Namespaces.callIn(place.namespace(), () -> NodeNetwork.open(config));
    }

    private Path namespace(int index) {
        return directory.resolve("node-" + index);
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
                ClusterNetwork cluster = cluster(machine);
                NodeNetwork one = open(cluster, 0);
                NodeNetwork two = open(cluster, 1)) {
            Path a = directory.resolve("a");
            Path b = directory.resolve("b");
            String addressA = one.pods().attach("a", a, List.of()).getFirst();
            String addressB = two.pods().attach("b", b, List.of()).getFirst();
            machine.serve(b, addressB, 8080, "b");
            assertThat(TestMachine.ask(a, addressB, 8080)).isEqualTo("b " + addressA);

            Map<String, Inet4Address> nodes = new LinkedHashMap<>();
            nodes.put("node-0", cluster.nodes().address("node-0"));
            nodes.put("node-1", cluster.nodes().address("node-1"));
            NodePorts ports = new NodePorts();
            ports.setNodes(nodes);
            follow(one, informers, changes -> {
                if (ports.update(changes)) {
                    cluster.ports().publish("node ports", ports.targets());
                }
            });
            follow(two, informers);
            informers.start();
            publish(client, addressB, "Cluster");
            Await.until("the service", () -> answers(a, "10.96.1.2", 80) && answers(b, "10.96.1.2", 80));
            Await.until("the node port", () -> answers(machine.namespace(), "127.0.0.1", 30080));
            for (int i = 0; i < 2; i++) {
                String node = cluster.nodes().address("node-" + i).getHostAddress();
                assertThat(answers(machine.namespace(), node, 30080)).isTrue();
                assertThat(answers(namespace(i), "127.0.0.1", 30080)).isTrue();
            }
            assertThat(one.dnsAddress().getAddress().getHostAddress()).isEqualTo("10.244.0.1");

            publish(client, addressB, "Local");
            // Only where an endpoint is, and the machine's own port leads there; the client's address is kept.
            Await.until("policy Local", () -> !accepts(machine.namespace(), "10.90.0.2", 30080));
            assertThat(TestMachine.ask(machine.namespace(), "10.90.0.3", 30080)).isEqualTo("b 10.90.0.1");
            Await.until("the node port", () -> answers(machine.namespace(), "127.0.0.1", 30080));

            one.pods().detach("a", a);
            two.pods().detach("b", b);
            cluster.uninstall();
            for (int i = 0; i < 2; i++) {
                Namespaces.release(namespace(i));
            }
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

    @Test
    void anExternalAddressTakesNothingFromTheMachineOrFromAnotherNode() throws Exception {
        try (TestMachine machine = TestMachine.create(directory);
                Client client = new Client(new FakeTransport(Clock.system()));
                InformerFactory informers = new InformerFactory(client, Clock.system(), new Random(1));
                ClusterNetwork cluster = cluster(machine);
                NodeNetwork one = open(cluster, 0);
                NodeNetwork two = open(cluster, 1)) {
            Path a = directory.resolve("a");
            Path b = directory.resolve("b");
            one.pods().attach("a", a, List.of());
            String addressB = two.pods().attach("b", b, List.of()).getFirst();
            machine.serve(b, addressB, 8080, "b");
            machine.serve(machine.namespace(), "10.90.0.1", 80, "machine");
            machine.serve(namespace(1), "10.90.0.3", 10250, "node");
            two.reserve(new Port("TCP", 10250));
            follow(one, informers);
            follow(two, informers);
            informers.start();

            publish(client, addressB, "Cluster");
            Service service = client.resource(Service.KIND).in("default").find("web");
            client.resource(Service.KIND)
                    .in("default")
                    .update(new Service(service.value()
                            .withMap(
                                    "spec",
                                    spec -> spec.with(
                                                    "externalIPs",
                                                    ListValue.of(
                                                            "10.90.0.1", "10.90.0.254", "10.90.0.3", "203.0.113.5"))
                                            .with(
                                                    "ports",
                                                    ListValue.of(
                                                            MapValue.of("port", 80L), MapValue.of("port", 10250L))))));

            for (Path from : List.of(a, namespace(0))) {
                Await.until("the service", () -> answers(from, "203.0.113.5", 80) && answers(from, "10.90.0.3", 80));
                assertThat(TestMachine.ask(from, "10.90.0.1", 80)).startsWith("machine ");
                assertThat(TestMachine.ask(from, "10.90.0.3", 10250)).startsWith("node ");
                assertThat(accepts(from, "10.90.0.254", 80)).isFalse();
            }
            one.pods().detach("a", a);
            two.pods().detach("b", b);
            cluster.uninstall();
            for (int i = 0; i < 2; i++) {
                Namespaces.release(namespace(i));
            }
        }
    }

    private static void follow(NodeNetwork node, InformerFactory informers, ServiceWatcher.Listener... others) {
        node.follow(
                informers.informer(Service.KIND),
                informers.informer(EndpointSlice.KIND),
                new Supervisor(Clock.system(), new Random(2)),
                Clock.system(),
                others);
    }

    private static void publish(Client client, String address, String policy) {
        Service before = client.resource(Service.KIND).in("default").find("web");
        Service service = new Service(object(
                "v1",
                "Service",
                "web",
                "spec",
                MapValue.of(
                        "clusterIP",
                        "10.96.1.2",
                        "type",
                        "NodePort",
                        "externalTrafficPolicy",
                        policy,
                        "ports",
                        ListValue.of(MapValue.of("port", 80L, "nodePort", 30080L)))));
        if (before != null) {
            client.resource(Service.KIND)
                    .in("default")
                    .update(new Service(
                            before.value().with("spec", service.value().get("spec"))));
            return;
        }
        client.resource(Service.KIND).in("default").create(service);
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
                        ListValue.of(MapValue.of("addresses", ListValue.of(address), "nodeName", "node-1")))));
    }

    private static boolean answers(Path from, String address, int port) {
        try {
            return TestMachine.ask(from, address, port).startsWith("b ");
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether connections are made soon; those whose packets are dropped would wait for long. */
    private static boolean accepts(Path from, String address, int port) {
        try {
            TestMachine.tryToConnect(from, address, port);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void itStartsWithoutWaitingForAnything() throws Exception {
        try (TestMachine machine = TestMachine.create(directory)) {
            long start = System.nanoTime();
            try (ClusterNetwork cluster = cluster(machine);
                    NodeNetwork node = open(cluster, 0)) {
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
                node.uninstall();
                cluster.uninstall();
                Namespaces.release(namespace(0));
            }
        }
    }
}
