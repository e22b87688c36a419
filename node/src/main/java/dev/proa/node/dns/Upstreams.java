package dev.proa.node.dns;

import java.io.EOFException;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forwards queries to the node's resolvers, one after the other. Thread-safe; methods block. */
public final class Upstreams {
    private static final Logger LOG = LoggerFactory.getLogger(Upstreams.class);
    private static final int PORT = 53;
    private static final int HEADER = 12;
    /** The offset of the question count in the header. */
    private static final int QUESTIONS = 4;

    private static final int MAX_SERVERS = 3;
    private static final int MAX_BYTES = 0xffff;

    private final List<InetSocketAddress> servers;
    private final Duration patience;

    /**
     * @param servers in the order in which they are tried
     * @param patience the timeout for each of them
     */
    public Upstreams(List<InetSocketAddress> servers, Duration patience) {
        this.servers = List.copyOf(servers);
        this.patience = patience;
    }

    /**
     * The resolvers that a {@code resolv.conf(5)} names.
     *
     * @param file may be missing, which means no servers
     * @param own addresses of the cluster's own DNS, which are skipped to avoid loops
     */
    public static Upstreams read(Path file, Set<InetAddress> own) throws IOException {
        List<InetSocketAddress> servers = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                String[] words = line.strip().split("[ \t]+", -1);
                if (words.length >= 2 && words[0].equals("nameserver") && servers.size() < MAX_SERVERS) {
                    InetAddress address = address(words[1]);
                    if (address != null && !own.contains(address)) {
                        servers.add(new InetSocketAddress(address, PORT));
                    }
                }
            }
        } catch (NoSuchFileException e) {
            servers.clear();
        }
        return new Upstreams(servers, Duration.ofSeconds(2));
    }

    /** Null for what is not an address: resolvers ignore such lines too. */
    private static @Nullable InetAddress address(String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            LOG.info("/etc/resolv.conf names a resolver that is not an address: {}", text);
            return null;
        }
    }

    /** Whether there are no resolvers. */
    public boolean isEmpty() {
        return servers.isEmpty();
    }

    /**
     * Forwards a query unchanged.
     *
     * @param tcp whether the client used TCP, which is then used upstream too
     * @return the unchanged response, with the client's id
     * @throws IOException when none of them answers
     */
    public ByteBuffer ask(ByteBuffer query, boolean tcp) throws IOException {
        IOException failure = new IOException("This node has no DNS resolver");
        for (InetSocketAddress server : servers) {
            try {
                return tcp ? askByTcp(server, query) : askByUdp(server, query);
            } catch (IOException e) {
                e.addSuppressed(failure);
                failure = e;
            }
        }
        throw failure;
    }

    /** Uses a new source port for each query and compares the question, so that responses are hard to forge. */
    private ByteBuffer askByUdp(InetSocketAddress server, ByteBuffer query) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(server);
            byte[] bytes = bytes(query);
            socket.send(new DatagramPacket(bytes, bytes.length));
            long deadline = System.nanoTime() + patience.toNanos();
            DatagramPacket packet = new DatagramPacket(new byte[MAX_BYTES], MAX_BYTES);
            while (true) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    throw new SocketTimeoutException("No answer from " + server);
                }
                socket.setSoTimeout((int) left);
                socket.receive(packet);
                ByteBuffer answer = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
                if (answers(query, answer)) {
                    return answer;
                }
            }
        }
    }

    private ByteBuffer askByTcp(InetSocketAddress server, ByteBuffer query) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(server, (int) patience.toMillis());
            socket.setSoTimeout((int) patience.toMillis());
            byte[] bytes = bytes(query);
            ByteBuffer framed = ByteBuffer.allocate(bytes.length + 2)
                    .putShort((short) bytes.length)
                    .put(bytes);
            socket.getOutputStream().write(framed.array());
            byte[] length = socket.getInputStream().readNBytes(2);
            if (length.length < 2) {
                throw new EOFException(server + " closed the connection");
            }
            int expected = (length[0] & 0xff) << 8 | length[1] & 0xff;
            byte[] answer = socket.getInputStream().readNBytes(expected);
            if (answer.length < expected || !answers(query, ByteBuffer.wrap(answer))) {
                throw new IOException(server + " sent something that is no answer");
            }
            return ByteBuffer.wrap(answer);
        }
    }

    /**
     * Whether this is the response to the query: it has the same id and the same question, ignoring case, so a forger
     * must guess both, and the port. One without a question can only be an error (FORMERR).
     */
    static boolean answers(ByteBuffer query, ByteBuffer answer) {
        if (answer.remaining() < HEADER
                || answer.getShort(answer.position()) != query.getShort(query.position())
                || (answer.get(answer.position() + 2) & 0x80) == 0) {
            return false;
        }
        if (answer.getShort(answer.position() + QUESTIONS) == 0) {
            return (answer.get(answer.position() + 3) & 0xf) != DnsMessage.OK;
        }
        int length = questionLength(query);
        if (answer.remaining() < HEADER + length) {
            return false;
        }
        for (int i = HEADER; i < HEADER + length; i++) {
            if (lower(query.get(query.position() + i)) != lower(answer.get(answer.position() + i))) {
                return false;
            }
        }
        return true;
    }

    /** The length of the question of an already validated query: name, type and class. */
    private static int questionLength(ByteBuffer query) {
        int at = query.position() + HEADER;
        while (query.get(at) != 0) {
            at += query.get(at) + 1;
        }
        return at + 1 + 4 - query.position() - HEADER;
    }

    /** Lower-cases a letter; label lengths are never letters. */
    private static int lower(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
