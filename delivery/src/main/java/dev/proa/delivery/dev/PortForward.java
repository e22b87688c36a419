package dev.proa.delivery.dev;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.StatusException;
import dev.proa.client.Transport.TransportException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Forwards a port of loopback to pods, as long as the session lasts: each connection goes to the first of the pods that answers, so
 * the port stays while pods come and go. Connections to pods of an older version end once they are idle. Thread-safe.
 */
final class PortForward implements AutoCloseable {
    private static final int MOST_REPLAYED = 1 << 16;
    private static final int BACKLOG = 128;
    private static final long IDLE_NANOS = 200_000_000;

    private final ServerSocket server;
    private final PodAccess access;
    private final Supplier<List<Pod>> pods;
    private final PortOf port;
    private final Set<Forwarded> open = ConcurrentHashMap.newKeySet();

    /** The port of a pod. */
    interface PortOf {
        /** The number; 0 when the pod has no such port. */
        int number(Pod pod);
    }

    /**
     * Begins to forward.
     *
     * @param preferred port of loopback; another one when it is taken
     * @param pods that connections may go to, the best first
     */
    static PortForward listen(int preferred, PodAccess access, Supplier<List<Pod>> pods, PortOf port)
            throws IOException {
        ServerSocket server = new ServerSocket();
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try {
            server.bind(new InetSocketAddress(loopback, preferred), BACKLOG);
        } catch (BindException e) {
            server.bind(new InetSocketAddress(loopback, 0), BACKLOG);
        }
        PortForward forward = new PortForward(server, access, pods, port);
        Thread.ofVirtual().name("port-forward").start(forward::accept);
        return forward;
    }

    private PortForward(ServerSocket server, PodAccess access, Supplier<List<Pod>> pods, PortOf port) {
        this.server = server;
        this.access = access;
        this.pods = pods;
        this.port = port;
    }

    int localPort() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                client.setTcpNoDelay(true);
                Thread.ofVirtual().name("port-forward").start(() -> serve(client));
            } catch (IOException e) {
                // Closed, which the loop sees, or a client that was gone at once.
            }
        }
    }

    private void serve(Socket client) {
        Forwarded forwarded = new Forwarded(client);
        open.add(forwarded);
        try (client) {
            for (Pod pod : pods.get()) {
                int number = port.number(pod);
                if (number > 0 && forwarded.run(pod, number)) {
                    return;
                }
            }
        } catch (IOException e) {
            return; // the client is gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(forwarded);
            forwarded.end();
        }
    }

    /** Ends connections to other pods than these, once nothing has passed for a moment. */
    void keepOnly(Set<String> uids) {
        for (Forwarded forwarded : open) {
            forwarded.endUnless(uids);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("cannot close port " + localPort(), e);
        }
        open.forEach(Forwarded::end);
    }

    /** One connection. */
    private final class Forwarded {
        private final Socket client;
        private final java.io.ByteArrayOutputStream sent = new java.io.ByteArrayOutputStream();
        private PodAccess.@Nullable Connection upstream;
        private boolean answered;
        private boolean reading;
        private volatile String uid = "";
        private volatile long lastNanos = System.nanoTime();
        private volatile boolean retired;

        Forwarded(Socket client) {
            this.client = client;
        }

        /** Connects to a pod; returns whether that was it, so that no other must be tried. */
        boolean run(Pod pod, int number) throws IOException, InterruptedException {
            try (PodAccess.Connection connection = access.connect(pod.namespace(), pod.name(), number)) {
                uid = pod.uid();
                begin(connection);
                for (byte[] content = connection.read(); content != null; content = connection.read()) {
                    synchronized (this) {
                        answered = true;
                    }
                    lastNanos = System.nanoTime();
                    client.getOutputStream().write(content);
                    client.getOutputStream().flush();
                }
                return true;
            } catch (StatusException | TransportException e) {
                return isAnswered() || sent.size() >= MOST_REPLAYED || client.isClosed();
            }
        }

        private synchronized boolean isAnswered() {
            return answered;
        }

        /** Sends what the client has sent so far, and from then on what it sends. */
        private synchronized void begin(PodAccess.Connection connection) {
            upstream = connection;
            if (sent.size() > 0) {
                connection.write(sent.toByteArray(), sent.size());
            }
            if (!reading) {
                reading = true;
                Thread.ofVirtual().name("port-forward").start(this::read);
            }
        }

        private void read() {
            byte[] buffer = new byte[1 << 14];
            try {
                for (int n = client.getInputStream().read(buffer);
                        n >= 0;
                        n = client.getInputStream().read(buffer)) {
                    lastNanos = System.nanoTime();
                    pass(buffer, n);
                }
            } catch (IOException | TransportException e) {
                return; // whoever reads from the pod ends the connection
            } finally {
                if (!isAnswered() || client.isClosed()) {
                    end();
                }
            }
        }

        private synchronized void pass(byte[] buffer, int length) {
            if (!answered && sent.size() + length <= MOST_REPLAYED) {
                sent.write(buffer, 0, length);
            }
            if (upstream != null) {
                upstream.write(buffer, length);
            }
        }

        void endUnless(Set<String> uids) {
            if (!uid.isEmpty() && !uids.contains(uid) && !retired) {
                retired = true;
                Thread.ofVirtual().name("port-forward").start(() -> {
                    while (!client.isClosed() && System.nanoTime() - lastNanos < IDLE_NANOS) {
                        java.util.concurrent.locks.LockSupport.parkNanos(IDLE_NANOS / 4);
                    }
                    end();
                });
            }
        }

        synchronized void end() {
            try {
                client.close();
            } catch (IOException e) {
                return; // it is over either way
            } finally {
                if (upstream != null) {
                    upstream.close();
                }
            }
        }
    }
}
