package dev.proa.e2e;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Namespaces;
import dev.proa.node.linux.Namespaces.Kind;
import dev.proa.node.linux.netlink.RouteMessages.Route;
import dev.proa.node.linux.netlink.RouteMessages.RouteType;
import dev.proa.node.linux.netlink.RouteMessages.VethEnd;
import dev.proa.node.linux.netlink.RouteSocket;
import dev.proa.node.network.Cidr;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Another machine on the network of a cluster's machine, which sends what is for the cluster's ranges that way. A network namespace
 * that is joined to the cluster's by a veth pair; both vanish when it is closed.
 */
final class Stranger implements AutoCloseable {
    /** The address of the cluster's machine on the network they share. */
    static final String MACHINE = "10.9.3.1";
    /** The stranger's own. */
    static final String ADDRESS = "10.9.3.2";

    private static final String LINK = "stranger0";
    private static final int PATIENCE_MILLIS = 300;

    private final TestCluster cluster;
    private final Path namespace;

    private Stranger(TestCluster cluster, Path namespace) {
        this.cluster = cluster;
        this.namespace = namespace;
    }

    static Stranger beside(TestCluster cluster) throws IOException {
        Path namespace = Files.createTempFile("proa-stranger", "");
        Namespaces.create(Kind.NETWORK, namespace);
        Stranger stranger = new Stranger(cluster, namespace);
        int descriptor = Descriptors.open(namespace, Descriptors.O_RDONLY);
        try {
            cluster.inside(() -> {
                try (RouteSocket routes = RouteSocket.open()) {
                    routes.addVeth(new VethEnd(LINK, -1), new VethEnd("eth0", descriptor), 1500);
                    up(routes, LINK, MACHINE);
                    return null;
                }
            });
        } finally {
            Descriptors.close(descriptor);
        }
        stranger.inside(() -> {
            try (RouteSocket routes = RouteSocket.open()) {
                int link = up(routes, "eth0", ADDRESS);
                for (String range : List.of("10.244.0.0", "10.96.0.0", "10.90.0.0")) {
                    routes.putRoute(new Route(
                            RouteType.UNICAST,
                            Inet4Address.ofLiteral(range),
                            16,
                            Inet4Address.ofLiteral(MACHINE),
                            link,
                            null,
                            0));
                }
                return null;
            }
        });
        return stranger;
    }

    private static int up(RouteSocket routes, String name, String address) {
        int link = routes.link(name).index();
        routes.up(link);
        routes.addAddress(link, Cidr.parseAddress(address), 24);
        return link;
    }

    private <T> T inside(java.util.concurrent.Callable<T> action) throws IOException {
        return Namespaces.callIn(namespace, action);
    }

    /** Whether a connection from here is accepted. */
    boolean reaches(String address, int port) throws IOException {
        return inside(() -> {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, port), PATIENCE_MILLIS);
                return true;
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** Whether a datagram from here is answered. */
    boolean isAnswered(String address, int port, byte[] datagram) throws IOException {
        try (DatagramSocket socket = inside(() -> new DatagramSocket())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.send(new DatagramPacket(datagram, datagram.length, new InetSocketAddress(address, port)));
            socket.receive(new DatagramPacket(new byte[512], 512));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** A socket here that keeps the datagrams that arrive at a port. */
    DatagramSocket listen(int port) throws IOException {
        return inside(() -> new DatagramSocket(port));
    }

    /** What has arrived at a socket, up to one that says {@code last}; fails after a minute without one. */
    static List<String> arrived(DatagramSocket socket, String last) throws IOException {
        socket.setSoTimeout(60_000);
        List<String> texts = new ArrayList<>();
        while (texts.isEmpty() || !texts.getLast().contains(last)) {
            DatagramPacket packet = new DatagramPacket(new byte[100], 100);
            socket.receive(packet);
            texts.add(packet.getAddress().getHostAddress() + " "
                    + new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8).strip());
        }
        return texts;
    }

    @Override
    public void close() throws IOException {
        cluster.inside(() -> {
            try (RouteSocket routes = RouteSocket.open()) {
                routes.deleteLink(LINK);
                return null;
            }
        });
        Namespaces.release(namespace);
    }
}
