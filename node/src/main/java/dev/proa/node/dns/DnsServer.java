package dev.proa.node.dns;

import dev.proa.client.supervision.LoopGroup;
import dev.proa.node.limits.ConcurrencyLimit;
import dev.proa.node.limits.Rates;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster's DNS server, for UDP and TCP on one address. Names of the cluster are answered at once from a {@link
 * ClusterZone}; other queries are forwarded, each on its own virtual thread. Since the pods of a node
 * share its server, each client address is limited in queries a second, in forwarded queries and in connections.
 */
public final class DnsServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DnsServer.class);
    private static final int ATTEMPTS = 20;
    /** Forwarded queries in progress, of all clients and of one address. */
    private static final int MAX_WAITING = 1000;

    private static final int MAX_WAITING_OF_ADDRESS = 100;
    /** Queries a second of one address: a few times as many as any client needs. */
    private static final int RATE = 2000;

    private static final int BURST = 2 * RATE;
    /** The socket's receive buffer, so that a burst of one client does not drop others' queries. */
    private static final int QUEUE_BYTES = 4 << 20;

    private final DatagramChannel datagrams;
    private final DnsConnections connections;
    private final DnsResolver resolver;
    private final Rates rates = new Rates(RATE, BURST);
    private final AtomicBoolean started = new AtomicBoolean();
    private final ConcurrencyLimit<InetAddress> waiting = new ConcurrencyLimit<>(MAX_WAITING, MAX_WAITING_OF_ADDRESS);
    private final ClusterZone zone;

    private DnsServer(
            DatagramChannel datagrams, ServerSocketChannel connections, ClusterZone zone, Upstreams upstreams) {
        this.datagrams = datagrams;
        this.connections = new DnsConnections(connections, rates, this::answer);
        this.zone = zone;
        this.resolver = new DnsResolver(upstreams);
    }

    /**
     * Opens a server in the network namespace of the calling thread. Queries are queued until {@link #start}, since
     * threads started in a namespace stay in it.
     *
     * @param address where; port 0 takes any free one
     * @param zone the names of the cluster, which may change meanwhile
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
            datagrams.setOption(StandardSocketOptions.SO_RCVBUF, QUEUE_BYTES);
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

    /** Starts to answer, by these loops. Returns at once. Idempotent. */
    public DnsServer start(LoopGroup loops) {
        if (started.compareAndSet(false, true)) {
            // A platform thread: under constant load a virtual one would never leave its carrier.
            loops.run("proa-dns", Thread.ofPlatform().daemon(), self -> serveDatagrams());
            connections.start(loops);
        }
        return this;
    }

    /** The address it listens on. */
    public InetSocketAddress address() {
        try {
            return (InetSocketAddress) datagrams.getLocalAddress();
        } catch (IOException e) {
            throw new IllegalStateException("The DNS server is closed", e);
        }
    }

    @Override
    public void close() {
        quietly(datagrams);
        connections.close();
    }

    private void serveDatagrams() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(0xffff);
        while (datagrams.isOpen()) {
            try {
                if (datagrams.receive(buffer.clear()) instanceof InetSocketAddress client
                        && rates.take(client.getAddress(), System.nanoTime())) {
                    byte[] bytes = new byte[buffer.flip().remaining()];
                    buffer.get(bytes);
                    answerDatagram(client, ByteBuffer.wrap(bytes));
                }
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // An error of a client that is gone, not of the server.
                LOG.debug("DNS by UDP: {}", e.toString());
            } catch (RuntimeException e) {
                LOG.warn("A DNS query could not be answered", e);
            }
        }
    }

    private void answerDatagram(InetSocketAddress client, ByteBuffer bytes) throws IOException {
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
        DnsMessage answer = resolver.answer(zone, query);
        if (answer != null) {
            datagrams.send(DnsCodec.encode(answer, query.maxBytes()), client);
        } else if (waiting.take(client.getAddress())) {
            Thread.ofVirtual().start(() -> forwardDatagram(client, query, bytes));
        } else {
            datagrams.send(failure(query), client);
        }
    }

    private void forwardDatagram(InetSocketAddress client, DnsMessage query, ByteBuffer bytes) {
        try {
            datagrams.send(resolver.forward(zone, query, bytes, false), client);
        } catch (IOException e) {
            LOG.debug("DNS by UDP: {}", e.toString());
        } finally {
            waiting.give(client.getAddress());
        }
    }

    /** Answers a query over TCP; null closes the connection. */
    private @Nullable ByteBuffer answer(InetAddress client, ByteBuffer bytes) {
        DnsMessage query;
        try {
            query = DnsCodec.decode(bytes);
        } catch (DnsCodec.FormatException e) {
            return formatError(bytes);
        }
        if ((query.flags() & DnsMessage.ANSWER) != 0) {
            return null;
        }
        DnsMessage answer = resolver.answer(zone, query);
        if (answer != null) {
            return DnsCodec.encode(answer, 0xffff);
        }
        if (!waiting.take(client)) {
            return failure(query);
        }
        try {
            return resolver.forward(zone, query, bytes, true);
        } finally {
            waiting.give(client);
        }
    }

    private static ByteBuffer failure(DnsMessage query) {
        return DnsCodec.encode(query.answer(DnsMessage.SERVER_FAILURE), DnsMessage.CLASSIC_BYTES);
    }

    /** Null when there is no complete header, or when the message is itself a response. */
    private static @Nullable ByteBuffer formatError(ByteBuffer bytes) {
        if (bytes.remaining() < 12 || (bytes.get(bytes.position() + 2) & 0x80) != 0) {
            return null;
        }
        int id = Short.toUnsignedInt(bytes.getShort(bytes.position()));
        DnsMessage nothing = new DnsMessage(id, 0, null, List.of(), List.of(), List.of(), null);
        return DnsCodec.encode(nothing.answer(DnsMessage.FORMAT_ERROR), DnsMessage.CLASSIC_BYTES);
    }

    static void quietly(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            LOG.debug("Closing a DNS socket: {}", e.toString());
        }
    }
}
