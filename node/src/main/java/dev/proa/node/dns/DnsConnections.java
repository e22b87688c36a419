package dev.proa.node.dns;

import dev.proa.client.supervision.LoopGroup;
import dev.proa.http.UnauthenticatedConnections;
import dev.proa.node.limits.Rates;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DNS over TCP (RFC 7766): length-prefixed messages, with a limit of connections per client. Each query, from its first
 * byte to its last, and each response has a deadline, however slowly the bytes come.
 */
final class DnsConnections implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DnsConnections.class);
    private static final int MAX_CONNECTIONS = 500;
    private static final int MAX_OF_ADDRESS = 32;
    private static final Duration TIME = Duration.ofSeconds(10);
    private static final Duration SWEEP = Duration.ofMillis(500);
    private static final Duration PAUSE = Duration.ofMillis(10);

    /** Answers queries. */
    interface Answers {
        /** May block; null closes the connection. */
        @Nullable
        ByteBuffer answer(InetAddress client, ByteBuffer query);
    }

    private final ServerSocketChannel listening;
    private final Rates rates;
    private final Answers answers;
    private final UnauthenticatedConnections<Conversation> share =
            new UnauthenticatedConnections<>(MAX_CONNECTIONS, MAX_OF_ADDRESS, conversation -> false);
    private final Set<Conversation> open = ConcurrentHashMap.newKeySet();

    DnsConnections(ServerSocketChannel listening, Rates rates, Answers answers) {
        this.listening = listening;
        this.rates = rates;
        this.answers = answers;
    }

    void start(LoopGroup loops) {
        loops.run("dns-tcp", self -> accept());
        loops.run("dns-tcp-deadlines", self -> sweep());
    }

    private void accept() {
        ServerSocket server = listening.socket();
        while (listening.isOpen()) {
            try {
                Conversation conversation = new Conversation(server.accept());
                open.add(conversation);
                Conversation gone = share.add(conversation.client, conversation);
                if (gone != null) {
                    gone.close();
                }
                Thread.ofVirtual().start(conversation); // one client's: it ends, and closes the connection, if it fails
            } catch (IOException e) {
                if (listening.isOpen()) {
                    LOG.warn("DNS by TCP could not accept a connection", e);
                    LockSupport.parkNanos(SWEEP.toNanos()); // file descriptors may have run out
                }
            }
        }
    }

    /** Closes the connections whose deadline has passed. */
    private void sweep() {
        while (listening.isOpen()) {
            long now = System.nanoTime();
            open.stream().filter(conversation -> conversation.isOver(now)).forEach(Conversation::close);
            LockSupport.parkNanos(SWEEP.toNanos());
        }
    }

    @Override
    public void close() {
        DnsServer.quietly(listening);
        open.forEach(Conversation::close);
    }

    private final class Conversation implements Runnable {
        private final Socket socket;
        private final InetAddress client;
        private volatile long since = System.nanoTime();
        private volatile boolean answering;

        Conversation(Socket socket) {
            this.socket = socket;
            this.client = socket.getInetAddress();
        }

        @Override
        public void run() {
            try {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                OutputStream out = socket.getOutputStream();
                while (true) {
                    byte[] bytes = new byte[in.readUnsignedShort()];
                    in.readFully(bytes);
                    ByteBuffer answer = answer(bytes);
                    if (answer == null) {
                        return;
                    }
                    byte[] framed = new byte[answer.remaining() + 2];
                    ByteBuffer.wrap(framed).putShort((short) answer.remaining()).put(answer);
                    out.write(framed);
                    since = System.nanoTime();
                }
            } catch (EOFException e) {
                // The client has closed the connection.
            } catch (IOException e) {
                LOG.debug("DNS by TCP: {}", e.toString());
            } finally {
                close();
                open.remove(this);
                share.remove(client, this);
            }
        }

        private @Nullable ByteBuffer answer(byte[] query) {
            answering = true;
            try {
                // A client that sends queries without a pause would otherwise keep the carrier thread.
                Thread.yield();
                while (!rates.take(client, System.nanoTime())) {
                    LockSupport.parkNanos(PAUSE.toNanos());
                }
                return answers.answer(client, ByteBuffer.wrap(query));
            } finally {
                since = System.nanoTime();
                answering = false;
            }
        }

        boolean isOver(long now) {
            return !answering && now - since > TIME.toNanos();
        }

        void close() {
            DnsServer.quietly(socket);
        }
    }
}
