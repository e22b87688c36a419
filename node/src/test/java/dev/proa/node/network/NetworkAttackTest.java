package dev.proa.node.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.node.cri.Conditions;
import dev.proa.node.linux.Namespaces;
import dev.proa.node.network.PodNetwork.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What hostile pods try, and a hostile machine on the same network that sends what is for the cluster's ranges to the node.
 *
 * <pre>
 *   stranger 10.9.1.2 ──── 10.9.1.1 node (pods a and b)
 * </pre>
 */
class NetworkAttackTest {
    private static final String NODE = "10.9.1.1";
    private static final String STRANGER = "10.9.1.2";
    /** The last datagram of a sender: what it sent before has arrived by then, or never will. */
    private static final String LAST = "last";

    @TempDir
    Path directory;

    TestMachine machine;
    TestMachine stranger;
    RoutedNetwork network;
    String a;
    String b;

    @BeforeEach
    void start() throws IOException {
        machine = TestMachine.create(directory);
        stranger = TestMachine.create(directory, "stranger");
        machine.connectTo(stranger, "net0", NODE, STRANGER);
        stranger.routeBy(NODE, Cidr.parse("10.244.0.0/16"));
        stranger.routeBy(NODE, Cidr.parse("10.96.0.0/16"));
        network = machine.call(() -> RoutedNetwork.open(RoutedNetwork.Config.usual(directory.resolve("leases"))));
        a = network.attach("a", pod("a"), List.of(new HostPort(9000, 8080, "TCP", "")))
                .getFirst();
        b = network.attach("b", pod("b"), List.of()).getFirst();
    }

    @AfterEach
    void stop() throws Exception {
        if (network != null) {
            network.detach("a", pod("a"));
            network.detach("b", pod("b"));
            network.uninstall();
            network.close();
            stranger.close();
            machine.close();
        }
    }

    private Path pod(String name) {
        return directory.resolve("netns").resolve(name);
    }

    /** A socket that keeps what arrives at a port of a namespace. */
    private DatagramChannel listen(TestMachine on, Path in, StandardProtocolFamily family, int port)
            throws IOException {
        DatagramChannel channel = on.closing(Namespaces.callIn(in, () -> DatagramChannel.open(family)));
        channel.bind(new InetSocketAddress(port));
        channel.socket().setSoTimeout(10_000);
        return channel;
    }

    /** What arrived up to the last datagram. */
    private static List<String> arrived(DatagramChannel channel) throws IOException {
        List<String> texts = new ArrayList<>();
        while (!texts.contains(LAST)) {
            DatagramPacket packet = new DatagramPacket(new byte[100], 100);
            channel.socket().receive(packet);
            texts.add(new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8));
        }
        return texts;
    }

    @Test
    void aForeignSourceAddressNeverLeavesAPod() throws IOException {
        DatagramChannel outside = listen(stranger, stranger.namespace(), StandardProtocolFamily.INET, 7000);
        DatagramChannel onNode = listen(machine, machine.namespace(), StandardProtocolFamily.INET, 7000);
        DatagramChannel inPod = listen(machine, pod("b"), StandardProtocolFamily.INET, 7000);

        for (String source : List.of("192.0.2.1", b, network.gateway(), NODE, "10.96.0.10", "127.0.0.1")) {
            for (String destination : List.of(STRANGER, network.gateway(), NODE, b)) {
                RawPackets.sendDatagram(pod("a"), source, destination, 7000, "from " + source);
            }
        }
        for (String destination : List.of(STRANGER, network.gateway(), b)) {
            RawPackets.sendDatagram(pod("a"), a, destination, 7000, LAST);
        }

        assertThat(arrived(outside)).as("outside of the machine").containsExactly(LAST);
        assertThat(arrived(onNode)).as("on the node").containsExactly(LAST);
        assertThat(arrived(inPod)).as("in another pod").containsExactly(LAST);
    }

    @Test
    void aForeignSenderOfAddressResolutionIsNotRemembered() throws IOException {
        for (int i = 1; i <= 20; i++) {
            RawPackets.askWhoHas(pod("a"), "192.0.2." + i, network.gateway());
        }
        // An answer to the pod's own question comes after those to the others.
        machine.serve(machine.namespace(), network.gateway(), 7001, "node");
        TestMachine.ask(pod("a"), network.gateway(), 7001);

        assertThat(machine.call(() -> Files.readString(Path.of("/proc/thread-self/net/arp"))))
                .as("the neighbours that the node knows; the table is one for the whole machine")
                .contains(a)
                .doesNotContain("192.0.2.");
    }

    @Test
    void theNodeHasNoIpv6AddressOnALinkOfAPod() {
        Conditions.await(
                "the pod's end has one", () -> !addresses(pod("a"), "eth0").isEmpty());

        assertThat(addresses(machine.namespace(), "proa")).isEmpty();
    }

    @Test
    void aPodReachesNothingOfTheNodeByIpv6() throws IOException {
        DatagramChannel onNode = listen(machine, machine.namespace(), StandardProtocolFamily.INET6, 7000);
        DatagramChannel sender =
                machine.closing(Namespaces.callIn(pod("a"), () -> DatagramChannel.open(StandardProtocolFamily.INET6)));
        int link = Namespaces.callIn(
                pod("a"), () -> NetworkInterface.getByName("eth0").getIndex());
        // Somebody gives the node's ends addresses all the same.
        machine.call(() -> {
            try (var links = Files.newDirectoryStream(Path.of("/proc/sys/net/ipv6/conf"), "proa*")) {
                for (Path one : links) {
                    Files.writeString(one.resolve("addr_gen_mode"), "0");
                }
            }
            return null;
        });
        Conditions.await(
                "addresses that may be used",
                () -> addresses(machine.namespace(), "proa").size() == 2
                        && settled(addresses(machine.namespace(), "proa"))
                        && settled(addresses(pod("a"), "eth0")));

        for (String line : addresses(machine.namespace(), "proa")) {
            byte[] address = HexFormat.of().parseHex(line.substring(0, 32));
            sender.send(
                    ByteBuffer.wrap("by IPv6".getBytes(StandardCharsets.UTF_8)),
                    new InetSocketAddress(Inet6Address.getByAddress(null, address, link), 7000));
        }
        RawPackets.sendDatagram(pod("a"), a, network.gateway(), 7000, LAST);

        assertThat(arrived(onNode)).containsExactly(LAST);
    }

    /** The lines about such links of the namespace's table of IPv6 addresses. */
    private static List<String> addresses(Path namespace, String link) {
        try {
            return Namespaces.callIn(
                    namespace,
                    () -> Files.readAllLines(Path.of("/proc/thread-self/net/if_inet6")).stream()
                            .filter(line -> line.contains(link))
                            .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether none is still being tried out (flag 0x40). */
    private static boolean settled(List<String> addresses) {
        return addresses.stream().noneMatch(line -> line.contains(" c0 "));
    }

    @Test
    void aStrangerReachesNeitherPodsNorWhatServesThem() throws IOException {
        machine.serve(pod("a"), a, 8080, "a");
        machine.serve(machine.namespace(), network.gateway(), 6443, "api");
        machine.serve(machine.namespace(), NODE, 8081, "node");
        DatagramChannel dns = listen(machine, machine.namespace(), StandardProtocolFamily.INET, 7000);

        for (String destination : List.of(a, network.gateway(), "10.96.0.10")) {
            RawPackets.sendDatagram(stranger.namespace(), STRANGER, destination, 7000, "to " + destination);
            RawPackets.sendDatagram(stranger.namespace(), a, destination, 7000, "from a pod's address");
        }
        RawPackets.sendDatagram(stranger.namespace(), b, NODE, 7000, "from a pod's address to the node's");
        RawPackets.sendDatagram(stranger.namespace(), STRANGER, NODE, 7000, LAST);

        assertThat(arrived(dns)).containsExactly(LAST);
        assertThat(TestMachine.ask(stranger.namespace(), NODE, 8081))
                .as("the cable")
                .startsWith("node");
        assertThat(List.of(
                        strangerReaches(a, 8080),
                        strangerReaches(network.gateway(), 6443),
                        strangerReaches(network.gateway(), 9000),
                        strangerReaches(NODE, 9000)))
                .as("whether a stranger reaches a pod, the API, a host port, a host port by the node's own address")
                .containsOnly(false);
    }

    @Test
    void aPodReachesAStrangerInTheNodesName() throws IOException {
        stranger.serve(stranger.namespace(), STRANGER, 8080, "stranger");

        assertThat(TestMachine.ask(pod("a"), STRANGER, 8080)).isEqualTo("stranger " + NODE);
    }

    @Test
    void theMachineDoesNotBecomeARouterForOthers() throws Exception {
        try (TestMachine third = TestMachine.create(directory, "third")) {
            machine.connectTo(third, "net1", "10.9.2.1", "10.9.2.2");
            stranger.routeBy(NODE, Cidr.parse("10.9.2.0/24"));
            third.routeBy("10.9.2.1", Cidr.parse("10.9.1.0/24"));
            third.serve(third.namespace(), "10.9.2.2", 8080, "third");

            assertThat(strangerReaches("10.9.2.2", 8080)).isFalse();
        }
    }

    private boolean strangerReaches(String address, int port) {
        try {
            TestMachine.tryToConnect(stranger.namespace(), address, port);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void hostPortsOfAnExposedNodeAreForStrangersAndNothingElse() throws IOException {
        network.detach("a", pod("a"));
        network.close();
        network = machine.call(() -> RoutedNetwork.open(new RoutedNetwork.Config(
                directory.resolve("leases"),
                Cidr.parse("10.244.0.0/16"),
                Cidr.parse("10.244.0.0/24"),
                Cidr.parse("10.96.0.0/16"),
                "proa",
                true,
                null)));
        a = network.attach("a", pod("a"), List.of(new HostPort(9000, 8080, "TCP", "")))
                .getFirst();
        machine.serve(pod("a"), a, 8080, "a");

        assertThat(TestMachine.ask(stranger.namespace(), NODE, 9000)).isEqualTo("a " + STRANGER);
        assertThat(strangerReaches(a, 8080)).isFalse();
        assertThat(strangerReaches(network.gateway(), 9000)).isFalse();
    }
}
