package dev.proa.node.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.node.linux.Namespaces;
import dev.proa.node.linux.netlink.RouteMessages.Link;
import dev.proa.node.linux.netlink.RouteSocket;
import dev.proa.node.linux.nftables.NfTables;
import dev.proa.node.network.Cidr;
import dev.proa.node.network.NodeNamespace;
import dev.proa.node.network.PodNetwork.HostPort;
import dev.proa.node.network.PodNetwork.Port;
import dev.proa.node.network.RoutedNetwork;
import dev.proa.node.network.TestMachine;
import dev.proa.testing.Await;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clusters side by side on one machine, with a stranger on the machine's own network.
 *
 * <pre>
 *   stranger 10.9.1.2 ──── 10.9.1.1 machine ──── cluster "one": nodes 0 and 1, a pod each
 *                                           ──── cluster "two": likewise, with the same addresses
 * </pre>
 */
class ClusterNetworkTest {
    private static final Cidr PODS = Cidr.parse("10.244.0.0/16");
    private static final Cidr SERVICES = Cidr.parse("10.96.0.0/16");
    private static final String MACHINE = "10.9.1.1";
    private static final String STRANGER = "10.9.1.2";
    private static final Port WEB = new Port("TCP", 30080);

    @TempDir
    Path directory;

    TestMachine machine;
    TestMachine stranger;

    /** A cluster of two nodes, with a pod on each that serves at port 8080 and host port 9000. */
    private final class Some {
        final String name;
        final ClusterNetwork network;
        final RoutedNetwork[] nodes = new RoutedNetwork[2];
        final NodeNamespace[] places = new NodeNamespace[2];
        final String[] pods = new String[2];

        Some(String name, boolean exposed) throws IOException {
            this.name = name;
            network = machine.call(() -> ClusterNetwork.open(new ClusterNetwork.Config(
                    directory.resolve(name), PODS, SERVICES, exposed, directory.resolve("run"))));
            for (int i = 0; i < 2; i++) {
                Cidr range = Cidr.parse("10.244." + i + ".0/24");
                NodeNamespace place =
                        network.nodes().connect("node-" + i, directory.resolve(name + "-node-" + i), range);
                RoutedNetwork.Config config = new RoutedNetwork.Config(
                        directory.resolve(name + "-leases-" + i), PODS, range, SERVICES, "pod", false, place);
                places[i] = place;
                nodes[i] = Namespaces.callIn(place.namespace(), () -> RoutedNetwork.open(config));
                pods[i] = nodes[i].attach("pod", pod(i), List.of(new HostPort(9000, 8080, "TCP", "")))
                        .getFirst();
            }
        }

        Path pod(int node) {
            return directory.resolve(name + "-pod-" + node);
        }

        Some serving() throws IOException {
            for (int i = 0; i < 2; i++) {
                machine.serve(pod(i), pods[i], 8080, name + i);
            }
            return this;
        }

        void publish(int node) {
            network.ports().publish("test", Map.of(WEB, new InetSocketAddress(places[node].address(), 9000)));
        }

        String loopback() {
            return network.loopbackAddress().getHostAddress();
        }

        void uninstall() throws IOException {
            for (int i = 0; i < 2; i++) {
                nodes[i].detach("pod", pod(i));
                nodes[i].close();
                Namespaces.release(places[i].namespace());
            }
            network.uninstall();
            network.close();
        }

        /** As when the process ends. */
        void close() {
            for (RoutedNetwork node : nodes) {
                node.close();
            }
            network.close();
        }
    }

    @BeforeEach
    void start() throws IOException {
        machine = TestMachine.create(directory);
        stranger = TestMachine.create(directory, "stranger");
        machine.connectTo(stranger, "net0", MACHINE, STRANGER);
        for (String range : List.of("10.244.0.0/16", "10.96.0.0/16", "10.90.0.0/16")) {
            stranger.routeBy(MACHINE, Cidr.parse(range));
        }
    }

    @AfterEach
    void stop() throws Exception {
        if (stranger != null) {
            stranger.close();
            machine.close();
        }
    }

    /** Closes the socket of a program that listens on port 30080, and waits until its thread has let go of it. */
    private void end(ServerSocketChannel program) throws IOException, InterruptedException {
        program.close();
        Await.until("the port is free", this::isFree);
    }

    private boolean isFree() {
        try (ServerSocketChannel other = machine.call(ServerSocketChannel::open)) {
            other.bind(new InetSocketAddress("127.0.0.1", 30080));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private boolean strangerReaches(String address, int port) {
        return reaches(stranger.namespace(), address, port);
    }

    private static boolean reaches(Path from, String address, int port) {
        try {
            TestMachine.tryToConnect(from, address, port);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Asks from a socket of the machine that is bound to a cluster's address. */
    private String ask(Some cluster, String address, int port) throws IOException {
        try (SocketChannel channel = machine.call(SocketChannel::open)) {
            channel.bind(new InetSocketAddress(cluster.network.machineAddress(), 0));
            channel.socket().connect(new InetSocketAddress(address, port), 5_000);
            return TestMachine.ask(channel);
        }
    }

    @Test
    void podsOfTwoNodesReachEachOtherAndTheMachineByTheirOwnAddresses() throws IOException {
        Some one = new Some("one", false).serving();
        machine.serve(machine.namespace(), "10.90.0.1", 6443, "api");

        assertThat(TestMachine.ask(one.pod(0), one.pods[1], 8080)).isEqualTo("one1 " + one.pods[0]);
        assertThat(TestMachine.ask(one.pod(1), one.pods[0], 8080)).isEqualTo("one0 " + one.pods[1]);
        assertThat(TestMachine.ask(one.pod(1), "10.90.0.1", 6443)).isEqualTo("api " + one.pods[1]);
        assertThat(TestMachine.ask(one.pod(0), "10.90.0.3", 9000)).startsWith("one1 ");
        one.uninstall();
    }

    @Test
    void twoNodesHaveTheSameHostPortAndNothingOfEachOther() throws IOException {
        Some one = new Some("one", false).serving();

        for (int i = 0; i < 2; i++) {
            String address = one.places[i].address().getHostAddress();
            assertThat(TestMachine.ask(machine.namespace(), address, 9000)).startsWith("one" + i + " ");
            assertThat(TestMachine.ask(one.places[i].namespace(), "127.0.0.1", 9000))
                    .startsWith("one" + i + " ");
            machine.serve(one.places[i].namespace(), "0.0.0.0", 80, "host" + i);
            assertThat(TestMachine.ask(one.pod(0), address, 80)).startsWith("host" + i + " ");
        }
        one.uninstall();
    }

    @Test
    void clustersWithTheSamePodAddressesDoNotReachEachOther() throws IOException {
        Some one = new Some("one", false).serving();
        Some two = new Some("two", false).serving();
        assertThat(two.pods).isEqualTo(one.pods);

        assertThat(ask(one, one.pods[1], 8080)).isEqualTo("one1 10.90.0.1");
        assertThat(ask(two, two.pods[1], 8080)).isEqualTo("two1 10.90.1.1");
        assertThat(TestMachine.ask(two.pod(0), two.pods[1], 8080)).isEqualTo("two1 " + two.pods[0]);
        machine.serve(machine.namespace(), "10.90.1.1", 6443, "api");
        assertThat(reaches(one.pod(0), "10.90.1.1", 6443)).isFalse();
        assertThat(reaches(one.pod(0), "10.90.1.2", 9000)).isFalse();
        assertThat(reaches(one.places[0].namespace(), "10.90.1.2", 9000)).isFalse();

        try (SocketChannel lasting = TestMachine.connect(two.pod(0), two.pods[1], 8080)) {
            one.uninstall();
            assertThat(TestMachine.ask(lasting)).isEqualTo("two1 " + two.pods[0]);
            assertThat(ask(two, two.pods[0], 8080)).isEqualTo("two0 10.90.1.1");
        }
        two.uninstall();
        assertThat(machine.call(ClusterNetworkTest::linkNames)).noneMatch(name -> name.startsWith("proa"));
    }

    private static List<String> linkNames() {
        try (RouteSocket routes = RouteSocket.open()) {
            return routes.links().stream().map(Link::name).toList();
        }
    }

    @Test
    void eachClusterHasItsPublishedPortsAtAnAddressOfItsOwn() throws IOException {
        Some one = new Some("one", false).serving();
        Some two = new Some("two", false).serving();
        one.publish(0);
        two.publish(1);

        assertThat(List.of(one.loopback(), two.loopback())).containsExactly("127.0.0.1", "127.0.0.2");
        assertThat(TestMachine.ask(machine.namespace(), "127.0.0.1", 30080)).isEqualTo("one0 10.90.0.1");
        assertThat(TestMachine.ask(machine.namespace(), "127.0.0.2", 30080)).isEqualTo("two1 10.90.1.1");
        assertThat(TestMachine.ask(machine.namespace(), MACHINE, 30080)).startsWith("one0 ");
        assertThat(strangerReaches(MACHINE, 30080)).isFalse();

        one.network.ports().publish("test", Map.of());
        assertThat(reaches(machine.namespace(), "127.0.0.1", 30080)).isFalse();
        assertThat(reaches(machine.namespace(), "127.0.0.2", 30080)).isTrue();
        one.uninstall();
        two.uninstall();
    }

    @Test
    void aPortOfAProgramOfTheMachineStaysThatPrograms() throws Exception {
        Some one = new Some("one", true).serving();
        ServerSocketChannel program = machine.serve(machine.namespace(), "127.0.0.1", 30080, "program");
        one.publish(0);
        assertThat(TestMachine.ask(machine.namespace(), "127.0.0.1", 30080)).startsWith("program ");

        end(program);
        one.network.ports().publish("test", Map.of());
        one.publish(0);
        assertThat(TestMachine.ask(machine.namespace(), "127.0.0.1", 30080)).startsWith("one0 ");
        one.uninstall();
    }

    @Test
    void noProgramCanListenWhereAPublishedPortIs() throws IOException {
        Some one = new Some("one", false).serving();
        Some two = new Some("two", false).serving();
        one.publish(0);
        two.publish(1);

        for (String address : List.of("127.0.0.1", "0.0.0.0", "127.0.0.2")) {
            assertThatThrownBy(() -> machine.serve(machine.namespace(), address, 30080, "program"))
                    .as(address)
                    .isInstanceOf(BindException.class);
        }
        assertThat(TestMachine.ask(machine.namespace(), "127.0.0.2", 30080)).startsWith("two1 ");
        one.network.ports().publish("test", Map.of());
        machine.serve(machine.namespace(), "127.0.0.1", 30080, "program");
        assertThat(TestMachine.ask(machine.namespace(), "127.0.0.1", 30080)).startsWith("program ");
        one.uninstall();
        two.uninstall();
    }

    @Test
    void aPortThatAProgramTookWhileNoServerRanStaysThatPrograms() throws Exception {
        Some first = new Some("one", false).serving();
        first.publish(0);
        first.close();
        ServerSocketChannel program = machine.serve(machine.namespace(), "127.0.0.1", 30080, "program");

        Some again = new Some("one", false);
        assertThat(TestMachine.ask(machine.namespace(), "127.0.0.1", 30080)).startsWith("program ");
        again.publish(0);
        assertThat(TestMachine.ask(machine.namespace(), "127.0.0.1", 30080)).startsWith("program ");
        end(program);
        again.publish(0); // as services change
        assertThat(TestMachine.ask(machine.namespace(), "127.0.0.1", 30080)).startsWith("one0 ");
        again.uninstall();
    }

    @Test
    void datagramsOfOneClientFollowAPublishedPort() throws IOException {
        Some one = new Some("one", false);
        Port port = new Port("UDP", 30053);
        for (int i = 0; i < 2; i++) {
            machine.serveDatagrams(one.places[i].namespace(), "0.0.0.0", 30053, "node" + i);
        }
        try (DatagramChannel client = TestMachine.datagrams(machine.namespace(), "127.0.0.1", 30053)) {
            assertThatThrownBy(() -> TestMachine.exchange(client)).isInstanceOf(IOException.class);
            for (int i : List.of(0, 1, 0)) {
                one.network
                        .ports()
                        .publish("test", Map.of(port, new InetSocketAddress(one.places[i].address(), 30053)));
                assertThat(TestMachine.exchange(client)).isEqualTo("node" + i);
            }
            one.network.ports().publish("test", Map.of());
            assertThatThrownBy(() -> TestMachine.exchange(client)).isInstanceOf(IOException.class);
        }
        one.uninstall();
    }

    @Test
    void aStrangerReachesPublishedPortsOfAnExposedClusterAndNothingElse() throws IOException {
        Some one = new Some("one", true).serving();
        one.publish(1);
        machine.serve(machine.namespace(), "10.90.0.1", 6443, "api");

        assertThat(TestMachine.ask(stranger.namespace(), MACHINE, 30080)).isEqualTo("one1 " + STRANGER);
        assertThat(strangerReaches("10.90.0.1", 6443)).isFalse();
        assertThat(strangerReaches("10.90.0.3", 9000)).isFalse();
        assertThat(strangerReaches(one.pods[0], 8080)).isFalse();
        assertThat(strangerReaches(MACHINE, 9000)).isFalse();
        one.uninstall();
    }

    @Test
    void makesItsRulesAgainWhenSomebodyElseRemovesThem() throws IOException {
        Some one = new Some("one", false).serving();
        one.publish(0);
        machine.call(() -> {
            try (NfTables tables = NfTables.open()) {
                tables.deleteTable("proa0");
                return null;
            }
        });
        assertThat(reaches(machine.namespace(), MACHINE, 30080)).isFalse();

        one.network.resync();
        assertThat(TestMachine.ask(machine.namespace(), "127.0.0.1", 30080)).startsWith("one0 ");
        one.uninstall();
    }

    @Test
    void closesWhatItHasOpenedWhenItCannotBeOpened() throws IOException {
        Path ports = Files.createDirectories(directory.resolve("one")).resolve("ports");
        Files.writeString(ports, "nonsense\n");
        long before = descriptors();

        assertThatThrownBy(() -> new Some("one", false)).isInstanceOf(RuntimeException.class);
        assertThat(descriptors()).isEqualTo(before);
        Files.delete(ports);
        new Some("one", false).uninstall();
    }

    /** How many sockets and namespaces this process has open. */
    private static long descriptors() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(ClusterNetworkTest::isSocketOrNamespace).count();
        }
    }

    private static boolean isSocketOrNamespace(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().matches("(socket|net):.*");
        } catch (IOException e) {
            return false; // the one by which the directory is read
        }
    }

    @Test
    void podsGetOutInTheMachinesName() throws IOException {
        Some one = new Some("one", false);
        stranger.serve(stranger.namespace(), STRANGER, 8080, "stranger");

        for (int i = 0; i < 2; i++) {
            assertThat(TestMachine.ask(one.pod(i), STRANGER, 8080)).isEqualTo("stranger " + MACHINE);
            assertThat(TestMachine.ask(one.places[i].namespace(), STRANGER, 8080))
                    .isEqualTo("stranger " + MACHINE);
        }
        one.uninstall();
    }

    @Test
    void aNodeDoesNotSpeakInTheNameOfAnother() throws IOException {
        Some one = new Some("one", false).serving();
        Path other = one.places[1].namespace();
        InetAddress foreign = InetAddress.ofLiteral(one.places[0].address().getHostAddress());
        Namespaces.callIn(other, () -> {
            try (RouteSocket routes = RouteSocket.open()) {
                routes.addAddress(routes.link("lo").index(), Cidr.parseAddress(foreign.getHostAddress()), 32);
                return null;
            }
        });

        try (SocketChannel channel = Namespaces.callIn(other, SocketChannel::open)) {
            channel.bind(new InetSocketAddress(foreign, 0));
            assertThatThrownBy(() -> channel.socket().connect(new InetSocketAddress("10.90.0.1", 6443), 300))
                    .isInstanceOf(java.net.SocketTimeoutException.class);
        }
        one.uninstall();
    }

    /** A pod in the network of a node may advertise itself as an IPv6 router, and as many networks as it likes. */
    @Test
    void whatJoinsNodesKnowsNoIpv6() throws IOException {
        Some one = new Some("one", false);
        Path router = directory.resolve("one/router");

        Path addresses = Path.of("/proc/thread-self/net/if_inet6");
        Path off = Path.of("/proc/sys/net/ipv6/conf/n0/disable_ipv6");
        assumeTrue(Files.exists(addresses), "this kernel has no IPv6");
        assertThat(Namespaces.callIn(router, () -> Files.readString(addresses))).isEmpty();
        assertThat(Namespaces.callIn(router, () -> Files.readString(off))).startsWith("1");
        one.uninstall();
    }

    @Test
    void whatWasConnectedStaysWhenTheProcessEnds() throws IOException {
        Some first = new Some("one", false).serving();
        Some two;
        try (SocketChannel lasting = TestMachine.connect(first.pod(0), first.pods[1], 8080)) {
            first.publish(1);
            first.close();
            two = new Some("two", false);
            Some again = new Some("one", false);
            assertThat(again.pods).isEqualTo(first.pods);
            assertThat(again.loopback()).isEqualTo("127.0.0.1");
            assertThat(two.loopback()).isEqualTo("127.0.0.2");
            assertThat(TestMachine.ask(lasting)).startsWith("one1 ");
            assertThat(TestMachine.ask(machine.namespace(), "127.0.0.1", 30080)).startsWith("one1 ");
            assertThat(ask(again, again.pods[0], 8080)).startsWith("one0 ");
            again.uninstall();
        }
        // Its number is another's meanwhile.
        Some three = new Some("three", false);
        Some one = new Some("one", false).serving();
        assertThat(three.loopback()).isEqualTo("127.0.0.1");
        assertThat(one.loopback()).isEqualTo("127.0.0.3");
        assertThat(ask(one, one.pods[0], 8080)).startsWith("one0 ");
        for (Some cluster : List.of(one, two, three)) {
            cluster.uninstall();
        }
    }

    @Test
    void theAddressesOfAClusterWhoseDirectoryIsGoneAreFree() throws Exception {
        Some lost = new Some("lost", false);
        lost.close();
        try (var files = Files.walk(directory.resolve("lost"))) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                if (Namespaces.isBound(file)) {
                    Namespaces.release(file);
                }
                Files.deleteIfExists(file);
            }
        }

        Some next = new Some("next", false).serving();
        assertThat(next.loopback()).isEqualTo("127.0.0.1");
        assertThat(ask(next, next.pods[1], 8080)).startsWith("next1 ");
        next.uninstall();
        for (int i = 0; i < 2; i++) {
            Namespaces.release(lost.pod(i));
            Namespaces.release(lost.places[i].namespace());
        }
    }

    @Test
    void leasesOfClustersThatAreGoneAreDeletedWhateverTheirNamespace() throws IOException {
        Path leases = Files.createDirectories(directory.resolve("run/clusters"));
        String boot =
                Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        Path gone = Files.writeString(leases.resolve(boot + ".1.0"), directory.resolve("gone") + "\n");
        Path other = Files.writeString(leases.resolve(boot + ".1.1"), directory + "\n");
        Path earlier = Files.writeString(leases.resolve("an-earlier-boot.1.0"), directory + "\n");

        Some one = new Some("one", false);
        assertThat(one.loopback()).isEqualTo("127.0.0.1");
        assertThat(List.of(gone, earlier)).noneMatch(Files::exists);
        assertThat(other).exists();
        one.uninstall();
    }

    @Test
    void addressesThatTheMachineRoutesElsewhereAreLeftOut() throws IOException {
        machine.routeBy(MACHINE.replace(".1.1", ".1.2"), Cidr.parse("10.90.0.0/23"));

        Some one = new Some("one", false).serving();
        assertThat(one.loopback()).isEqualTo("127.0.0.3");
        assertThat(ask(one, one.pods[0], 8080)).isEqualTo("one0 10.90.2.1");
        one.uninstall();
    }

    /** As machines in private networks of companies and clouds do. */
    @Test
    void aRouteOfTheMachineToAllThatClustersCouldHaveDoesNotKeepThemOut() throws IOException {
        machine.routeBy(STRANGER, Cidr.parse("10.0.0.0/8"));

        Some one = new Some("one", false).serving();
        assertThat(ask(one, one.pods[0], 8080)).isEqualTo("one0 10.90.0.1");
        one.uninstall();
    }

    @Test
    void theMachineRoutesForOthersOnlyIfItDidBefore() throws Exception {
        try (TestMachine third = TestMachine.create(directory, "third")) {
            machine.connectTo(third, "net1", "10.9.2.1", "10.9.2.2");
            stranger.routeBy(MACHINE, Cidr.parse("10.9.2.0/24"));
            third.routeBy("10.9.2.1", Cidr.parse("10.9.1.0/24"));
            third.serve(third.namespace(), "10.9.2.2", 8080, "third");

            Some one = new Some("one", true);
            assertThat(strangerReaches("10.9.2.2", 8080)).isFalse();
            one.uninstall();
            machine.call(() -> Files.writeString(Path.of("/proc/sys/net/ipv4/ip_forward"), "1"));
            Some two = new Some("two", true);
            assertThat(strangerReaches("10.9.2.2", 8080)).isTrue();
            two.uninstall();
        }
    }
}
