package dev.proa.node.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.node.linux.Namespaces;
import dev.proa.node.linux.netlink.RouteMessages.Link;
import dev.proa.node.linux.netlink.RouteMessages.RouteType;
import dev.proa.node.linux.netlink.RouteSocket;
import dev.proa.node.linux.nftables.NfTables;
import dev.proa.node.network.PodNetwork.HostPort;
import dev.proa.node.network.PodNetwork.Port;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods on a machine of their own: a network namespace without a way out. */
class RoutedNetworkTest {
    @TempDir
    Path directory;

    TestMachine machine;
    RoutedNetwork network;

    @BeforeEach
    void start() throws IOException {
        machine = TestMachine.create(directory);
        network = open();
    }

    @AfterEach
    void stop() throws Exception {
        if (network != null) {
            network.detach("a", pod("a"));
            network.detach("b", pod("b"));
            network.close();
            machine.close();
        }
    }

    RoutedNetwork open() throws IOException {
        return machine.call(() -> RoutedNetwork.open(RoutedNetwork.Config.usual(directory.resolve("leases"))));
    }

    Path pod(String name) {
        return directory.resolve("netns").resolve(name);
    }

    String attach(String name, HostPort... ports) {
        return network.attach(name, pod(name), List.of(ports)).getFirst();
    }

    @Test
    void podsReachEachOtherAndTheNodeUnderTheirOwnAddresses() throws IOException {
        String a = attach("a");
        String b = attach("b");
        machine.serve(pod("b"), b, 8080, "b");
        machine.serve(machine.namespace(), network.gateway(), 8081, "node");
        machine.serve(pod("a"), "127.0.0.1", 8082, "loopback");

        assertThat(TestMachine.ask(pod("a"), b, 8080)).isEqualTo("b " + a);
        assertThat(TestMachine.ask(machine.namespace(), b, 8080)).isEqualTo("b " + network.gateway());
        assertThat(TestMachine.ask(pod("b"), network.gateway(), 8081)).isEqualTo("node " + b);
        assertThat(TestMachine.ask(pod("b"), b, 8080)).isEqualTo("b " + b);
        assertThat(TestMachine.ask(pod("a"), "127.0.0.1", 8082)).isEqualTo("loopback 127.0.0.1");
    }

    @Test
    void attachingAgainChangesNothing() throws IOException {
        String a = attach("a");
        machine.serve(pod("a"), a, 8080, "a");

        assertThat(attach("a")).isEqualTo(a);
        assertThat(TestMachine.ask(machine.namespace(), a, 8080)).startsWith("a ");
    }

    @Test
    void aHostPortLeadsToThePodFromTheNodeItsLoopbackAndPods() throws IOException {
        String a = attach("a", new HostPort(9000, 8080, "TCP", ""), new HostPort(9001, 8080, "TCP", "127.0.0.1"));
        attach("b");
        machine.serve(pod("a"), a, 8080, "a");

        assertThat(TestMachine.ask(machine.namespace(), "127.0.0.1", 9000)).startsWith("a ");
        assertThat(TestMachine.ask(machine.namespace(), "127.0.0.1", 9001)).startsWith("a ");
        assertThat(TestMachine.ask(pod("b"), network.gateway(), 9000)).startsWith("a ");
        assertThat(TestMachine.ask(pod("a"), network.gateway(), 9000)).startsWith("a ");
        assertThatThrownBy(() -> TestMachine.ask(pod("b"), network.gateway(), 9001))
                .isInstanceOf(IOException.class);

        network.detach("a", pod("a"));
        assertThatThrownBy(() -> TestMachine.ask(machine.namespace(), "127.0.0.1", 9000))
                .isInstanceOf(IOException.class);
    }

    @Test
    void noHostPortTakesWhatIsTheNodesOwn() throws IOException {
        network.reserve(new Port("TCP", 9000));
        for (String address : List.of("", "0.0.0.0", "127.0.0.1", network.gateway())) {
            assertThatThrownBy(() -> attach("a", new HostPort(9000, 8080, "TCP", address)))
                    .as("host address \"%s\"", address)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("9000/TCP");
        }
        assertThat(attach("b", new HostPort(9000, 8080, "UDP", ""))).isNotEmpty();
    }

    @Test
    void aPortThatBecomesTheNodesOwnLeadsToNoPodAnyMore() throws IOException {
        String a = attach("a", new HostPort(9000, 8080, "TCP", ""), new HostPort(9001, 8080, "TCP", "127.0.0.1"));
        machine.serve(pod("a"), a, 8080, "a");
        machine.serve(machine.namespace(), "127.0.0.1", 9000, "node");
        machine.serve(machine.namespace(), "127.0.0.1", 9001, "node");
        assertThat(TestMachine.ask(machine.namespace(), "127.0.0.1", 9000)).startsWith("a ");

        network.reserve(new Port("TCP", 9000));
        network.reserve(new Port("TCP", 9001));

        assertThat(TestMachine.ask(machine.namespace(), "127.0.0.1", 9000)).startsWith("node ");
        assertThat(TestMachine.ask(machine.namespace(), "127.0.0.1", 9001)).startsWith("node ");
        network.close();
        network = open();
        network.reserve(new Port("TCP", 9000));
        assertThat(TestMachine.ask(machine.namespace(), "127.0.0.1", 9000)).startsWith("node ");
    }

    @Test
    void detachingTakesEverythingBack() throws IOException {
        String a = attach("a");

        network.detach("a", pod("a"));
        network.detach("a", pod("a"));

        assertThat(pod("a")).doesNotExist();
        assertThat(directory.resolve("leases")).isEmptyDirectory();
        assertThat(machine.call(RoutedNetworkTest::linkNames)).noneMatch(name -> name.startsWith("proa"));
        assertThat(attach("b")).isNotEqualTo(a);
    }

    @Test
    void aNewInstanceKnowsWhatIsAttached() throws IOException {
        String a = attach("a", new HostPort(9000, 8080, "TCP", ""));
        machine.serve(pod("a"), a, 8080, "a");
        try (SocketChannel connection = TestMachine.connect(machine.namespace(), "127.0.0.1", 9000)) {
            TestMachine.ask(connection);

            network.close();
            network = open();

            assertThat(TestMachine.ask(connection)).startsWith("a ");
        }
        assertThat(attach("a")).isEqualTo(a);
        assertThat(attach("b")).isNotEqualTo(a);
        assertThat(TestMachine.ask(machine.namespace(), "127.0.0.1", 9000)).startsWith("a ");
    }

    @Test
    void aNewInstanceClearsWhatACrashLeftBehind() throws IOException {
        attach("a");
        attach("b");
        String link = machine.call(RoutedNetworkTest::linkNames).stream()
                .filter(name -> name.startsWith("proa"))
                .findFirst()
                .orElseThrow();
        machine.call(() -> {
            try (RouteSocket routes = RouteSocket.open()) {
                routes.deleteLink(link);
            }
            return link;
        });
        Files.writeString(directory.resolve("leases/.10.244.0.77"), "sandbox half");

        network.close();
        network = open();

        try (var leases = Files.list(directory.resolve("leases"))) {
            assertThat(leases).hasSize(1);
        }
        attach("a");
        attach("b");
        assertThat(machine.call(RoutedNetworkTest::linkNames))
                .filteredOn(name -> name.startsWith("proa"))
                .hasSize(2);
    }

    @Test
    void aConnectionThatACrashLeftUnfinishedIsMadeAnew() throws IOException {
        String a = attach("a");
        machine.call(() -> {
            try (RouteSocket routes = RouteSocket.open()) {
                routes.routes().stream()
                        .filter(route -> route.prefix() == 32 && route.type() == RouteType.UNICAST)
                        .forEach(routes::deleteRoute);
            }
            return true;
        });
        network.close();
        network = open();

        String again = attach("a");
        machine.serve(pod("a"), again, 8080, "a");
        assertThat(TestMachine.ask(machine.namespace(), again, 8080)).startsWith("a ");
        assertThat(machine.call(RoutedNetworkTest::linkNames))
                .filteredOn(name -> name.startsWith("proa"))
                .hasSize(1);
        assertThat(a).isNotEmpty();
    }

    @Test
    void makesItsRulesAgainWhenSomebodyElseRemovesThem() throws IOException {
        String a = attach("a", new HostPort(9000, 8080, "TCP", ""));
        machine.serve(pod("a"), a, 8080, "a");
        machine.call(() -> {
            try (NfTables tables = NfTables.open()) {
                tables.deleteTable("proa-network");
                return null;
            }
        });
        assertThatThrownBy(() -> TestMachine.tryToConnect(machine.namespace(), "127.0.0.1", 9000))
                .isInstanceOf(IOException.class);

        network.resync();

        assertThat(TestMachine.ask(machine.namespace(), "127.0.0.1", 9000)).startsWith("a ");
    }

    @Test
    void theNodeOwnsTheRangesOfTheCluster() throws IOException {
        attach("a");

        assertThat(machine.call(() -> {
                    try (RouteSocket routes = RouteSocket.open()) {
                        return routes.routes();
                    }
                }))
                .filteredOn(route -> route.type() == RouteType.UNREACHABLE)
                .hasSize(3);
        assertThatThrownBy(() -> TestMachine.connect(machine.namespace(), "10.244.9.9", 80))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> TestMachine.connect(pod("a"), "10.244.9.9", 80))
                .isInstanceOf(IOException.class);
    }

    @Test
    void podsOnDifferentThreadsGetDifferentAddresses() throws Exception {
        List<String> names =
                java.util.stream.IntStream.range(0, 40).mapToObj(i -> "pod" + i).toList();
        try (var executor = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            var tasks = names.stream()
                    .map(name -> executor.submit(() -> attach(name)))
                    .toList();
            List<String> addresses = new java.util.ArrayList<>();
            for (var task : tasks) {
                addresses.add(task.get());
            }
            assertThat(addresses).doesNotHaveDuplicates().hasSize(40);
        } finally {
            names.forEach(name -> network.detach(name, pod(name)));
        }
    }

    @Test
    void uninstallingLeavesTheMachineAsItWas() throws IOException {
        attach("a");

        network.uninstall();

        machine.call(() -> {
            try (RouteSocket routes = RouteSocket.open()) {
                assertThat(routes.routes()).isEmpty();
                assertThat(routes.links()).extracting(Link::name).noneMatch(name -> name.startsWith("proa"));
            }
            return true;
        });
        assertThat(Namespaces.isBound(pod("a"))).isTrue();
    }

    private static List<String> linkNames() {
        try (RouteSocket routes = RouteSocket.open()) {
            return routes.links().stream().map(Link::name).toList();
        }
    }
}
