package dev.proa.node.proxy;

import static dev.proa.node.proxy.Tables.elsewhere;
import static dev.proa.node.proxy.Tables.leaving;
import static dev.proa.node.proxy.Tables.ready;
import static dev.proa.node.proxy.Tables.service;
import static dev.proa.node.proxy.Tables.table;
import static dev.proa.node.proxy.Tables.tcp;
import static dev.proa.node.proxy.Tables.udp;
import static dev.proa.node.proxy.Tables.unready;
import static dev.proa.node.proxy.Tables.withAffinity;
import static dev.proa.node.proxy.Tables.withExternalAddress;
import static dev.proa.node.proxy.Tables.withPolicies;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.node.Tries;
import dev.proa.node.linux.nftables.NfTables;
import dev.proa.node.network.Cidr;
import dev.proa.node.network.PodNetwork;
import dev.proa.node.network.RoutedNetwork;
import dev.proa.node.network.TestMachine;
import dev.proa.node.proxy.ServiceTable.Endpoint;
import dev.proa.node.proxy.ServiceTable.Service;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Services of a node with three pods, in a network namespace without a way out. */
class NftServiceProxyTest {
    private static final String WEB = "10.96.7.7";

    @TempDir
    Path directory;

    TestMachine machine;
    RoutedNetwork network;
    NftServiceProxy proxy;
    List<String> addresses = new ArrayList<>();
    List<Endpoint> endpoints = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        machine = TestMachine.create(directory);
        network = machine.call(() -> RoutedNetwork.open(RoutedNetwork.Config.usual(directory.resolve("leases"))));
        proxy = openProxy();
        for (int i = 0; i < 3; i++) {
            String address = network.attach("pod" + i, pod(i), List.of()).getFirst();
            addresses.add(address);
            endpoints.add(ready(address, 8080));
            machine.serve(pod(i), address, 8080, "pod" + i);
        }
    }

    /** As {@code nft flush ruleset} does, which a firewall's reload begins with. */
    @Test
    void comesBackWhenSomebodyElseRemovesItsRules() throws IOException {
        proxy.sync(table(web(endpoints.get(0), endpoints.get(1))));
        proxy.resync();
        assertThat(TestMachine.ask(pod(0), WEB, 80)).startsWith("pod");

        machine.call(() -> {
            try (NfTables tables = NfTables.open()) {
                tables.deleteTable("proa-services");
                return null;
            }
        });
        assertThatThrownBy(() -> TestMachine.tryToConnect(pod(0), WEB, 80)).isInstanceOf(IOException.class);
        proxy.resync();
        assertThat(TestMachine.ask(pod(0), WEB, 80)).startsWith("pod");
    }

    @Test
    void aChangeOfOneServiceAmongThousandsIsAFewMessages() {
        List<Service> services = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            services.add(numbered(i, endpoints.get(0), endpoints.get(1)));
        }
        proxy.sync(new ServiceTable(services));
        long all = proxy.sent();
        assertThat(all).isGreaterThan(2000);

        proxy.update(List.of(numbered(7, endpoints.get(0), endpoints.get(2))), List.of());
        assertThat(proxy.sent() - all).isBetween(1L, 6L);

        long before = proxy.sent();
        proxy.update(List.of(numbered(7, endpoints.get(0), endpoints.get(2)), services.get(8)), List.of());
        assertThat(proxy.sent()).as("the same again").isEqualTo(before);
        proxy.update(List.of(), List.of(services.get(9).key()));
        assertThat(proxy.sent() - before).isBetween(1L, 6L);
    }

    private static Service numbered(int number, Endpoint... endpoints) {
        return service(
                "service" + number,
                "10.96." + (number / 250 + 1) + "." + (number % 250 + 1),
                tcp(80, 30000 + number, endpoints));
    }

    /** The kernel refuses a change that does not fit to what it has; then all would be made anew. {@code -Dproa.changes} makes more. */
    @Test
    void randomChangesFitToWhatTheKernelHas() throws IOException {
        proxy.sync(table(web(endpoints.get(0))));
        Tries.run(1, random -> {
            for (int i = Integer.getInteger("proa.changes", 500); i > 0; i--) {
                ServiceRuleSetTest.RandomChange change = ServiceRuleSetTest.RandomChange.make(random);
                long before = proxy.sent();
                proxy.update(change.changed(), change.gone());
                assertThat(proxy.sent() - before).isLessThan(80);
            }
        });
        assertThat(proxy.remade()).isZero();
        assertThat(TestMachine.ask(pod(0), WEB, 80)).startsWith("pod0");
    }

    @AfterEach
    void stop() throws Exception {
        if (network != null) {
            for (int i = 0; i < 3; i++) {
                network.detach("pod" + i, pod(i));
            }
            proxy.close();
            network.close();
            machine.close();
        }
    }

    NftServiceProxy openProxy() throws IOException {
        return machine.call(() ->
                NftServiceProxy.open("proa-services", Cidr.parse("10.96.0.0/16"), Cidr.parse("10.244.0.0/16"), true));
    }

    Path pod(int number) {
        return directory.resolve("netns").resolve("pod" + number);
    }

    Service web(Endpoint... endpoints) {
        return service("web", WEB, tcp(80, 30080, endpoints));
    }

    Set<String> answers(Path from, String address, int port) throws IOException {
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < 60; i++) {
            answers.add(TestMachine.ask(from, address, port).split(" ")[0]);
        }
        return answers;
    }

    @Test
    void aClusterAddressLeadsToAllEndpointsFromPodsAndFromTheNode() throws IOException {
        proxy.sync(table(web(endpoints.get(0), endpoints.get(1))));

        assertThat(answers(pod(2), WEB, 80)).containsExactly("pod0", "pod1");
        assertThat(answers(machine.namespace(), WEB, 80)).containsExactly("pod0", "pod1");
        assertThat(answers(pod(0), WEB, 80)).containsExactly("pod0", "pod1");
        assertThat(TestMachine.ask(pod(2), WEB, 80)).endsWith(" " + addresses.get(2));
    }

    @Test
    void aNodePortLeadsToAllEndpointsFromEverywhere() throws IOException {
        proxy.sync(table(web(endpoints.get(0), endpoints.get(1))));

        assertThat(answers(machine.namespace(), "127.0.0.1", 30080)).containsExactly("pod0", "pod1");
        assertThat(answers(machine.namespace(), network.gateway(), 30080)).containsExactly("pod0", "pod1");
        assertThat(answers(pod(0), network.gateway(), 30080)).containsExactly("pod0", "pod1");
    }

    @Test
    void aServiceOnTheNodeItselfIsReachedByItsClusterAddress() throws IOException {
        machine.serve(machine.namespace(), network.gateway(), 6443, "node");
        proxy.sync(table(service("kubernetes", "10.96.0.1", tcp(443, 0, ready(network.gateway(), 6443)))));

        assertThat(TestMachine.ask(pod(0), "10.96.0.1", 443)).startsWith("node ");
        assertThat(TestMachine.ask(machine.namespace(), "10.96.0.1", 443)).startsWith("node ");
    }

    @Test
    void aServiceOnTheNodesLoopbackIsReachedByItsClusterAddressOnly() throws IOException {
        machine.serve(machine.namespace(), "127.0.0.1", 6443, "node");
        proxy.sync(table(service("kubernetes", "10.96.0.1", tcp(443, 0, ready("127.0.0.1", 6443)))));

        assertThat(TestMachine.ask(pod(0), "10.96.0.1", 443)).startsWith("node ");
        assertThat(TestMachine.ask(machine.namespace(), "10.96.0.1", 443)).startsWith("node ");
        assertThatThrownBy(() -> TestMachine.connect(pod(0), network.gateway(), 6443))
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void withoutEndpointsConnectionsAreRefusedAtOnce() throws IOException {
        proxy.sync(table(web(unready(addresses.getFirst(), 8080))));

        for (int i = 0; i < 20; i++) { // what is not answered at all ends otherwise, by a timeout
            assertThatThrownBy(() -> TestMachine.connect(pod(1), WEB, 80)).isInstanceOf(ConnectException.class);
            assertThatThrownBy(() -> TestMachine.connect(machine.namespace(), WEB, 80))
                    .isInstanceOf(ConnectException.class);
            assertThatThrownBy(() -> TestMachine.connect(machine.namespace(), "127.0.0.1", 30080))
                    .isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void whatNoServiceClaimsIsRefusedAtOnce() throws IOException {
        proxy.sync(ServiceTable.EMPTY);

        assertThatThrownBy(() -> TestMachine.connect(pod(1), "10.96.9.9", 80)).isInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> TestMachine.connect(machine.namespace(), "10.96.9.9", 80))
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void endpointsThatAreLeavingServeWhenNobodyElseDoes() throws IOException {
        proxy.sync(table(web(leaving(addresses.getFirst(), 8080))));
        assertThat(answers(pod(2), WEB, 80)).containsExactly("pod0");

        proxy.sync(table(web(leaving(addresses.getFirst(), 8080), endpoints.get(1))));
        assertThat(answers(pod(2), WEB, 80)).containsExactly("pod1");
    }

    @Test
    void aClientWithAffinityStaysUntilItsEndpointIsGone() throws IOException {
        Service sticky = withAffinity(web(endpoints.toArray(Endpoint[]::new)), Duration.ofHours(1));
        proxy.sync(table(sticky));

        Set<String> first = answers(pod(2), WEB, 80);
        assertThat(first).hasSize(1);
        assertThat(answers(machine.namespace(), "127.0.0.1", 30080)).hasSize(1);

        int chosen = Integer.parseInt(first.iterator().next().substring(3));
        List<Endpoint> others = new ArrayList<>(endpoints);
        others.remove(chosen);
        proxy.sync(table(withAffinity(web(others.toArray(Endpoint[]::new)), Duration.ofHours(1))));
        Set<String> second = answers(pod(2), WEB, 80);
        assertThat(second).hasSize(1).isNotEqualTo(first);

        proxy.sync(table(sticky));
        assertThat(answers(pod(2), WEB, 80)).isEqualTo(second);

        proxy.sync(table(web(endpoints.toArray(Endpoint[]::new))));
        assertThat(answers(pod(2), WEB, 80)).hasSize(3);
    }

    @Test
    void affinityEndsWithItsTimeout() throws IOException {
        proxy.sync(table(withAffinity(web(endpoints.toArray(Endpoint[]::new)), Duration.ofMillis(20))));

        Set<String> answers = new TreeSet<>();
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (answers.size() < 2 && System.nanoTime() < deadline) {
            answers.add(TestMachine.ask(pod(2), WEB, 80));
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofMillis(60).toNanos());
        }
        assertThat(answers).hasSizeGreaterThan(1);
    }

    @Test
    void localPoliciesGoToEndpointsOnThisNodeOnly() throws IOException {
        Endpoint remote = elsewhere("10.244.7.7", 8080);
        proxy.sync(table(withPolicies(web(endpoints.getFirst(), remote), true, true)));
        assertThat(answers(pod(2), WEB, 80)).containsExactly("pod0");

        proxy.sync(table(withPolicies(web(remote), true, true)));
        assertThatThrownBy(() -> TestMachine.connect(pod(2), "10.96.9.9", 80)).isInstanceOf(ConnectException.class);
        SocketChannel channel = dev.proa.node.linux.Namespaces.callIn(
                pod(2), () -> SocketChannel.open(java.net.StandardProtocolFamily.INET));
        try (channel) {
            assertThatThrownBy(() -> channel.socket().connect(new java.net.InetSocketAddress(WEB, 80), 300))
                    .isInstanceOf(java.net.SocketTimeoutException.class);
        }
    }

    @Test
    void manyEndpointsAreChosenFromEvenly() throws IOException {
        List<Endpoint> many = new ArrayList<>();
        for (int port = 8081; port < 8081 + 20; port++) {
            machine.serve(pod(0), addresses.getFirst(), port, "port" + port);
            many.add(ready(addresses.getFirst(), port));
        }
        for (int count : List.of(5, 20)) {
            proxy.sync(table(web(many.subList(0, count).toArray(Endpoint[]::new))));
            java.util.Map<String, Integer> hits = new java.util.TreeMap<>();
            for (int i = 0; i < 40 * count; i++) {
                hits.merge(TestMachine.ask(pod(2), WEB, 80).split(" ")[0], 1, Integer::sum);
            }
            assertThat(hits).hasSize(count);
            assertThat(hits.values()).allMatch(n -> n > 12 && n < 85);
            proxy.sync(
                    table(withAffinity(web(many.subList(0, count).toArray(Endpoint[]::new)), Duration.ofSeconds(100))));
            assertThat(answers(pod(2), WEB, 80)).hasSize(1);
        }
    }

    @Test
    void externalAddressesAreServed() throws IOException {
        proxy.sync(table(withExternalAddress(web(endpoints.get(1)), "203.0.113.5")));

        assertThat(TestMachine.ask(pod(0), "203.0.113.5", 80)).startsWith("pod1 ");
    }

    @Test
    void anExternalAddressTakesNothingFromTheClusterOrTheMachine() throws IOException {
        machine.serve(pod(0), addresses.get(0), 80, "the pod itself");
        machine.serve(machine.namespace(), "127.0.0.1", 80, "the machine");
        proxy.sync(table(
                service("other", "10.96.8.8", tcp(80, 0, endpoints.get(2))),
                withExternalAddress(service("a", "10.96.9.1", tcp(80, 0, endpoints.get(1))), addresses.get(0)),
                withExternalAddress(service("b", "10.96.9.2", tcp(80, 0, endpoints.get(1))), "10.96.8.8"),
                withExternalAddress(service("c", "10.96.9.3", tcp(80, 0, endpoints.get(1))), "127.0.0.1")));

        assertThat(TestMachine.ask(pod(2), addresses.get(0), 80)).startsWith("the pod itself ");
        assertThat(TestMachine.ask(pod(0), "10.96.8.8", 80)).startsWith("pod2 ");
        assertThat(TestMachine.ask(machine.namespace(), "127.0.0.1", 80)).startsWith("the machine ");
    }

    @Test
    void theNodesOwnPortsAreNoNodePorts() throws IOException {
        machine.serve(machine.namespace(), "127.0.0.1", 30080, "the node");
        machine.serve(machine.namespace(), network.gateway(), 30081, "the node");
        proxy.reserve(new PodNetwork.Port("TCP", 30080));
        proxy.sync(table(web(endpoints.get(1)), service("other", "10.96.8.8", tcp(30080, 30081, endpoints.get(1)))));
        proxy.reserve(new PodNetwork.Port("TCP", 30081));

        assertThat(TestMachine.ask(machine.namespace(), "127.0.0.1", 30080)).startsWith("the node ");
        assertThat(TestMachine.ask(pod(0), network.gateway(), 30081)).startsWith("the node ");
        assertThat(TestMachine.ask(pod(0), "10.96.8.8", 30080)).startsWith("pod1 ");
    }

    @Test
    void servicesComeAndGo() throws IOException {
        for (int round = 0; round < 5; round++) {
            proxy.sync(table(
                    web(endpoints.get(round % 3)),
                    withAffinity(
                            service("api" + round, "10.96.8.8", tcp(81, 30081, endpoints.get(0), endpoints.get(1))),
                            Duration.ofSeconds(100))));
            assertThat(answers(pod(2), WEB, 80)).containsExactly("pod" + round % 3);
            assertThat(answers(pod(2), "10.96.8.8", 81)).hasSize(1);
        }
        proxy.sync(ServiceTable.EMPTY);
        assertThatThrownBy(() -> TestMachine.connect(pod(2), WEB, 80)).isInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> TestMachine.connect(machine.namespace(), "127.0.0.1", 30080))
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void aProxyThatStartsAgainBreaksNothing() throws IOException {
        proxy.sync(table(web(endpoints.get(0))));
        try (SocketChannel connection = TestMachine.connect(pod(2), WEB, 80)) {
            TestMachine.ask(connection);
            proxy.close();
            proxy = openProxy();
            assertThat(TestMachine.ask(pod(2), WEB, 80)).startsWith("pod0 ");
            proxy.sync(table(web(endpoints.get(1))));
            assertThat(TestMachine.ask(connection)).startsWith("pod0 ");
        }
        assertThat(TestMachine.ask(pod(2), WEB, 80)).startsWith("pod1 ");
    }

    @Test
    void rulesThatSomebodyElseRemovedAreMadeAgain() throws IOException {
        proxy.sync(table(web(endpoints.get(0))));
        machine.call(() -> {
            try (var tables = dev.proa.node.linux.nftables.NfTables.open()) {
                tables.deleteTable("proa-services");
            }
            return true;
        });
        proxy.sync(table(web(endpoints.get(1))));

        assertThat(TestMachine.ask(pod(2), WEB, 80)).startsWith("pod1 ");
    }

    @Test
    void aDatagramClientMovesToANewEndpointWithTheNextDatagram() throws IOException {
        for (int i = 0; i < 2; i++) {
            machine.serveDatagrams(pod(i), addresses.get(i), 5353, "pod" + i);
        }
        proxy.sync(table(service("dns", "10.96.0.10", udp(53, 30053, ready(addresses.get(0), 5353)))));
        try (DatagramChannel client = TestMachine.datagrams(pod(2), "10.96.0.10", 53);
                DatagramChannel byNodePort = TestMachine.datagrams(machine.namespace(), "127.0.0.1", 30053)) {
            assertThat(TestMachine.exchange(client)).isEqualTo("pod0");
            assertThat(TestMachine.exchange(byNodePort)).isEqualTo("pod0");

            proxy.sync(table(service("dns", "10.96.0.10", udp(53, 30053, ready(addresses.get(1), 5353)))));

            assertThat(TestMachine.exchange(client)).isEqualTo("pod1");
            assertThat(TestMachine.exchange(byNodePort)).isEqualTo("pod1");
        }
    }

    @Test
    void changingEndpointsUnderLoadLosesNothing() throws Exception {
        proxy.sync(table(web(endpoints.get(0), endpoints.get(1))));
        AtomicBoolean running = new AtomicBoolean(true);
        AtomicInteger requests = new AtomicInteger();
        List<Future<?>> clients = new ArrayList<>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Path from : List.of(pod(0), pod(2), machine.namespace())) {
                clients.add(executor.submit(() -> {
                    while (running.get()) {
                        TestMachine.ask(from, WEB, 80);
                        requests.incrementAndGet();
                    }
                    return requests;
                }));
                clients.add(executor.submit(() -> {
                    try (SocketChannel connection = TestMachine.connect(machine.namespace(), "127.0.0.1", 30080)) {
                        while (running.get()) {
                            TestMachine.ask(connection);
                            requests.incrementAndGet();
                        }
                    }
                    return requests;
                }));
            }
            long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            int changes = 0;
            try {
                while (changes < 300 || requests.get() < 3000) {
                    assertThat(System.nanoTime() - end)
                            .as("a minute, in which there were %d changes and %s requests", changes, requests)
                            .isNegative();
                    changes++;
                    proxy.sync(table(web(endpoints.get(changes % 3), endpoints.get((changes + 1) % 3))));
                }
            } finally {
                running.set(false);
            }
        }
        for (Future<?> client : clients) {
            failure(client);
        }
    }

    private static void failure(Future<?> client) throws InterruptedException {
        try {
            client.get();
        } catch (ExecutionException e) {
            throw new AssertionError("A request was lost", e.getCause());
        }
    }
}
