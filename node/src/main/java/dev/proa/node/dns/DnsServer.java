package dev.proa.node.dns;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster's DNS server, by UDP and TCP on one address. Questions about the cluster are answered from the published {@link
 * ClusterZone} on the spot; those for others wait for the upstream resolvers, each on a virtual thread of its own.
 */
public final class DnsServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DnsServer.class);
    private static final int ATTEMPTS = 20;
    private static final int MAX_WAITING = 1000;
    private static final int MAX_CONNECTIONS = 500;
    private static final int IDLE_MILLIS = 10_000;

    private final DatagramChannel datagrams;
    private final ServerSocketChannel connections;
    private final DnsResolver resolver;
    private final AtomicBoolean started = new AtomicBoolean();
    private final Semaphore waiting = new Semaphore(MAX_WAITING);
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile ClusterZone zone;

    private DnsServer(
            DatagramChannel datagrams, ServerSocketChannel connections, ClusterZone zone, Upstreams upstreams) {
        this.datagrams = datagrams;
        this.connections = connections;
        this.zone = zone;
        this.resolver = new DnsResolver(upstreams);
    }

    /**
     * Opens a server in the network namespace of the calling thread. Queries wait until {@link #start}, since threads that are
     * begun in a namespace stay in it.
     *
     * @param address where; port 0 takes any free one
     * @throws IOException when the address cannot be bound
     */
    public static DnsServer open(InetSocketAddress address, ClusterZone zone, Upstreams upstreams) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return bind(address, zone, upstreams);
            } catch (BindException e) {
                // A port that is free for one protocol may be taken for the other.
                if (address.getPort() != 0 || attempt == ATTEMPTS) {
                    throw new IOException("Could not serve DNS on " + address + ": " + e.getMessage(), e);
                }
            }
        }
    }

    private static DnsServer bind(InetSocketAddress address, ClusterZone zone, Upstreams upstreams) throws IOException {
        DatagramChannel datagrams = DatagramChannel.open(StandardProtocolFamily.INET);
        ServerSocketChannel connections = null;
        try {
            datagrams.bind(address);
            connections = ServerSocketChannel.open(StandardProtocolFamily.INET);
            connections.bind(datagrams.getLocalAddress());
            return new DnsServer(datagrams, connections, zone, upstreams);
        } catch (IOException e) {
            datagrams.close();
            if (connections != null) {
                connections.close();
            }
            throw e;
        }
    }

    /** Starts to answer. Returns at once. Idempotent. */
    public DnsServer start() {
        if (started.compareAndSet(false, true)) {
            Thread.ofVirtual().name("dns-udp").start(this::serveDatagrams);
            Thread.ofVirtual().name("dns-tcp").start(this::serveConnections);
        }
        return this;
    }

    /** Where it serves. */
    public InetSocketAddress address() {
        try {
            return (InetSocketAddress) datagrams.getLocalAddress();
        } catch (IOException e) {
            throw new IllegalStateException("The DNS server is closed", e);
        }
    }

    /** Answers from this zone from now on. */
    public void publish(ClusterZone zone) {
        this.zone = zone;
    }

    @Override
    public void close() {
        quietly(datagrams);
        quietly(connections);
        open.forEach(DnsServer::quietly);
    }

    private void serveDatagrams() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(0xffff);
        while (datagrams.isOpen()) {
            try {
                SocketAddress client = datagrams.receive(buffer.clear());
                byte[] bytes = new byte[buffer.flip().remaining()];
                buffer.get(bytes);
                answerDatagram(client, ByteBuffer.wrap(bytes));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // A client that is gone makes the next call fail, not the server.
                LOG.debug("DNS by UDP: {}", e.toString());
            } catch (RuntimeException e) {
                LOG.warn("A DNS query could not be answered", e);
            }
        }
    }

    private void answerDatagram(SocketAddress client, ByteBuffer bytes) throws IOException {
        DnsMessage query;
        try {
            query = DnsCodec.decode(bytes);
        } catch (DnsCodec.FormatException e) {
            ByteBuffer refusal = formatError(bytes);
            if (refusal != null) {
                datagrams.send(refusal, client);
            }
            return;
        }
        if ((query.flags() & DnsMessage.ANSWER) != 0) {
            return;
        }
        ClusterZone now = zone;
        DnsMessage answer = resolver.answer(now, query);
        if (answer != null) {
            datagrams.send(DnsCodec.encode(answer, query.maxBytes()), client);
        } else if (waiting.tryAcquire()) {
            Thread.ofVirtual().start(() -> forwardDatagram(client, now, query, bytes));
        } else {
            datagrams.send(DnsCodec.encode(query.answer(DnsMessage.SERVER_FAILURE), DnsMessage.CLASSIC_BYTES), client);
        }
    }

    private void forwardDatagram(SocketAddress client, ClusterZone zone, DnsMessage query, ByteBuffer bytes) {
        try {
            datagrams.send(resolver.forward(zone, query, bytes, false), client);
        } catch (IOException e) {
            LOG.debug("DNS by UDP: {}", e.toString());
        } finally {
            waiting.release();
        }
    }

    private void serveConnections() {
        ServerSocket server = connections.socket();
        while (connections.isOpen()) {
            try {
                Socket socket = server.accept();
                if (open.size() >= MAX_CONNECTIONS) {
                    socket.close();
                    continue;
                }
                open.add(socket);
                Thread.ofVirtual().start(() -> converse(socket));
            } catch (IOException e) {
                if (connections.isOpen()) {
                    LOG.warn("DNS by TCP could not accept a connection", e);
                }
            }
        }
    }

    private void converse(Socket socket) {
        try (socket) {
            socket.setSoTimeout(IDLE_MILLIS);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            while (true) {
                byte[] bytes = new byte[in.readUnsignedShort()];
                in.readFully(bytes);
                ByteBuffer answer = answer(ByteBuffer.wrap(bytes));
                if (answer == null) {
                    return;
                }
                byte[] framed = new byte[answer.remaining() + 2];
                ByteBuffer.wrap(framed).putShort((short) answer.remaining()).put(answer);
                out.write(framed);
            }
        } catch (EOFException | SocketTimeoutException e) {
            // The client has no more questions.
        } catch (IOException e) {
            LOG.debug("DNS by TCP: {}", e.toString());
        } finally {
            open.remove(socket);
        }
    }

    private @Nullable ByteBuffer answer(ByteBuffer bytes) {
        DnsMessage query;
        try {
            query = DnsCodec.decode(bytes);
        } catch (DnsCodec.FormatException e) {
            return formatError(bytes);
        }
        if ((query.flags() & DnsMessage.ANSWER) != 0) {
            return null;
        }
        ClusterZone now = zone;
        DnsMessage answer = resolver.answer(now, query);
        return answer != null ? DnsCodec.encode(answer, 0xffff) : resolver.forward(now, query, bytes, true);
    }

    /** Null when there is not even a header to answer, or when what came is an answer itself. */
    private static @Nullable ByteBuffer formatError(ByteBuffer bytes) {
        if (bytes.remaining() < 12 || (bytes.get(bytes.position() + 2) & 0x80) != 0) {
            return null;
        }
        int id = Short.toUnsignedInt(bytes.getShort(bytes.position()));
        DnsMessage nothing = new DnsMessage(id, 0, null, List.of(), List.of(), List.of(), null);
        return DnsCodec.encode(nothing.answer(DnsMessage.FORMAT_ERROR), DnsMessage.CLASSIC_BYTES);
    }

    private static void quietly(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            LOG.debug("Closing a DNS socket: {}", e.toString());
        }
    }
}
