package dev.proa.node.network;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Namespaces;
import dev.proa.node.linux.netlink.RouteMessages.Route;
import dev.proa.node.linux.netlink.RouteMessages.RouteType;
import dev.proa.node.linux.netlink.RouteMessages.VethEnd;
import dev.proa.node.linux.netlink.RouteSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Assumptions;

/**
 * A network namespace that stands for a machine of its own, without any way out, and what tests do in it and in its pods. A
 * socket belongs to the namespace in which it was opened, so tests use sockets of several namespaces from one thread.
 */
public final class TestMachine implements AutoCloseable {
    private final Path namespace;
    private final List<AutoCloseable> open = new ArrayList<>();

    private TestMachine(Path namespace) {
        this.namespace = namespace;
    }

    /** Makes a machine, or skips the test where this user may not. */
    public static TestMachine create(Path directory) throws IOException {
        return create(directory, "machine");
    }

    /** Makes one of several machines of a test. */
    public static TestMachine create(Path directory, String name) throws IOException {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "making network namespaces needs root");
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/ns/net")), "this kernel has no network namespaces");
        Path namespace = directory.resolve(name);
        Namespaces.create(Namespaces.Kind.NETWORK, namespace);
        return new TestMachine(namespace);
    }

    /** The file that names the machine's namespace. */
    public Path namespace() {
        return namespace;
    }

    /**
     * Lays a cable to another machine.
     *
     * @param link its name here; it is {@code net0} there
     * @param here address of this end, in a network of 24 bits
     * @param there address of the other end
     */
    public void connectTo(TestMachine other, String link, String here, String there) throws IOException {
        int descriptor = Descriptors.open(other.namespace, Descriptors.O_RDONLY);
        try {
            call(() -> {
                try (RouteSocket routes = RouteSocket.open()) {
                    routes.addVeth(new VethEnd(link, -1), new VethEnd("net0", descriptor), 1500);
                    return null;
                }
            });
        } finally {
            Descriptors.close(descriptor);
        }
        up(link, here);
        other.up("net0", there);
    }

    private void up(String link, String address) throws IOException {
        call(() -> {
            try (RouteSocket routes = RouteSocket.open()) {
                int index = routes.link(link).index();
                routes.up(index);
                routes.addAddress(index, Cidr.parseAddress(address), 24);
                return null;
            }
        });
    }

    /** Sends what goes to {@code range} to another machine. */
    public void routeBy(String gateway, Cidr range) throws IOException {
        call(() -> {
            try (RouteSocket routes = RouteSocket.open()) {
                routes.putRoute(new Route(
                        RouteType.UNICAST,
                        range.network(),
                        range.prefix(),
                        Cidr.parseAddress(gateway),
                        routes.link("net0").index(),
                        null,
                        0));
                return null;
            }
        });
    }

    /** Calls {@code action} on a thread in the machine's namespace. */
    public <T> T call(Callable<T> action) throws IOException {
        return Namespaces.callIn(namespace, action);
    }

    /** Remembers something to be closed with the machine, last one first. */
    public <T extends AutoCloseable> T closing(T resource) {
        open.addFirst(resource);
        return resource;
    }

    /** Starts a TCP server in a namespace; it answers each line with {@code answer} and the client's address. */
    public ServerSocketChannel serve(Path in, String address, int port, String answer) throws IOException {
        ServerSocketChannel server = Namespaces.callIn(in, () -> ServerSocketChannel.open(StandardProtocolFamily.INET));
        server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        server.bind(new InetSocketAddress(address, port), 1024);
        closing(server);
        Thread.ofVirtual().start(() -> {
            while (server.isOpen()) {
                try {
                    SocketChannel connection = server.accept();
                    Thread.ofVirtual().start(() -> converse(connection, answer));
                } catch (IOException e) {
                    return;
                }
            }
        });
        return server;
    }

    /** Starts a UDP server in a namespace; it answers each datagram with {@code answer}. */
    public DatagramChannel serveDatagrams(Path in, String address, int port, String answer) throws IOException {
        DatagramChannel server = Namespaces.callIn(in, () -> DatagramChannel.open(StandardProtocolFamily.INET));
        server.bind(new InetSocketAddress(address, port));
        closing(server);
        Thread.ofVirtual().start(() -> {
            ByteBuffer buffer = ByteBuffer.allocate(1500);
            while (server.isOpen()) {
                try {
                    var peer = server.receive(buffer.clear());
                    server.send(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)), peer);
                } catch (IOException e) {
                    return;
                }
            }
        });
        return server;
    }

    private static void converse(SocketChannel connection, String answer) {
        try (connection) {
            ByteBuffer in = ByteBuffer.allocate(1024);
            String client = ((InetSocketAddress) connection.getRemoteAddress())
                    .getAddress()
                    .getHostAddress();
            while (connection.read(in.clear()) > 0) {
                connection.write(ByteBuffer.wrap((answer + " " + client + "\n").getBytes(StandardCharsets.UTF_8)));
            }
        } catch (IOException e) {
            // The client went away; there is nobody to tell.
        }
    }

    /** Opens a connection from a namespace. */
    public static SocketChannel connect(Path from, String address, int port) throws IOException {
        SocketChannel channel = Namespaces.callIn(from, () -> SocketChannel.open(StandardProtocolFamily.INET));
        try {
            channel.socket().connect(new InetSocketAddress(address, port), 30_000);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Fails soon when nobody answers. */
    public static void tryToConnect(Path from, String address, int port) throws IOException {
        try (SocketChannel channel = Namespaces.callIn(from, () -> SocketChannel.open(StandardProtocolFamily.INET))) {
            channel.socket().connect(new InetSocketAddress(address, port), 300);
        }
    }

    /** Sends a line and returns the answer without its end of line. */
    public static String ask(SocketChannel connection) throws IOException {
        connection.write(ByteBuffer.wrap("hello\n".getBytes(StandardCharsets.UTF_8)));
        ByteBuffer in = ByteBuffer.allocate(1024);
        if (connection.read(in) <= 0) {
            throw new IOException("The server closed the connection without an answer");
        }
        return new String(in.array(), 0, in.position(), StandardCharsets.UTF_8).strip();
    }

    /** Connects, asks and disconnects. */
    public static String ask(Path from, String address, int port) throws IOException {
        try (SocketChannel connection = connect(from, address, port)) {
            return ask(connection);
        }
    }

    /** A datagram socket of a namespace, connected to an address. */
    public static DatagramChannel datagrams(Path from, String address, int port) throws IOException {
        DatagramChannel channel = Namespaces.callIn(from, () -> DatagramChannel.open(StandardProtocolFamily.INET));
        channel.socket().setSoTimeout(2000);
        channel.connect(new InetSocketAddress(address, port));
        return channel;
    }

    /** Sends a datagram and returns the answer. */
    public static String exchange(DatagramChannel client) throws IOException {
        client.write(ByteBuffer.wrap(new byte[] {1}));
        ByteBuffer in = ByteBuffer.allocate(100);
        var selector = client.provider().openSelector();
        try (selector) {
            client.configureBlocking(false);
            client.register(selector, SelectionKey.OP_READ);
            if (selector.select(30_000) == 0) {
                throw new IOException("no answer");
            }
            client.read(in);
        }
        client.configureBlocking(true);
        return new String(in.array(), 0, in.position(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable resource : open) {
            resource.close();
        }
        Namespaces.release(namespace);
    }
}
