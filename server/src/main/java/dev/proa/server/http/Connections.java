package dev.proa.server.http;

import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.Authenticator.CertificateUser;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.HttpServerConnection;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * The connections that are open: who is at their other end, and when they were last of use. Those on which nothing is asked for long, or
 * a request does not get whole, are closed.
 */
final class Connections {
    private static final long IDLE_NANOS = Duration.ofSeconds(90).toNanos();
    private static final long BODY_NANOS = Duration.ofSeconds(60).toNanos();
    private static final long SWEEP_MILLIS = 10_000;

    /** With more connections than this, those on which nothing happens are closed sooner. */
    private static final int MANY = 2_000;

    private static final long IDLE_AMONG_MANY_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long SWEEP_AMONG_MANY_NANOS = Duration.ofSeconds(1).toNanos();

    /** What so many writes put together goes out even if there is more to come: some 300 KB of usual watch events. */
    private static final int FLUSHES = 256;

    private final Vertx vertx;
    private final Authenticator authenticator;
    private final Map<HttpConnection, State> open = new ConcurrentHashMap<>();
    private final AtomicLong swept = new AtomicLong(System.nanoTime());
    private long timer = -1;

    Connections(Vertx vertx, Authenticator authenticator) {
        this.vertx = vertx;
        this.authenticator = authenticator;
    }

    /** What is known of one connection. */
    static final class State {
        /** Whether a certificate was shown at all. */
        final boolean certificateShown;

        final @Nullable CertificateUser certificateUser;
        private final AtomicInteger requests = new AtomicInteger();
        private final AtomicInteger incomplete = new AtomicInteger();
        private volatile long lastChange = System.nanoTime();

        private State(boolean certificateShown, @Nullable CertificateUser certificateUser) {
            this.certificateShown = certificateShown;
            this.certificateUser = certificateUser;
        }

        /** A request's head is there; its body, if it has one, is still to come. */
        void begun(boolean body) {
            requests.incrementAndGet();
            if (body) {
                incomplete.incrementAndGet();
            }
            lastChange = System.nanoTime();
        }

        void bodyComplete() {
            incomplete.decrementAndGet();
            lastChange = System.nanoTime();
        }

        void answered() {
            requests.decrementAndGet();
            lastChange = System.nanoTime();
        }

        private boolean stale(long now, long idleNanos) {
            long quiet = now - lastChange;
            return requests.get() == 0 && quiet > idleNanos || incomplete.get() > 0 && quiet > BODY_NANOS;
        }
    }

    void start() {
        timer = vertx.setPeriodic(SWEEP_MILLIS, id -> sweep(open.size() > MANY));
    }

    void stop() {
        if (timer >= 0) {
            vertx.cancelTimer(timer);
            timer = -1;
        }
    }

    void opened(HttpConnection connection) {
        state(connection);
        gatherWrites(connection);
        if (open.size() > MANY) {
            long last = swept.get();
            if (System.nanoTime() - last > SWEEP_AMONG_MANY_NANOS && swept.compareAndSet(last, System.nanoTime())) {
                sweep(true);
            }
        }
    }

    /**
     * Has what one turn of the event loop writes to the streams of an HTTP/2 connection go out together when the turn is over. The watches
     * of a client share its connection: an event to sixty of them would otherwise be sixty TLS records and system calls.
     */
    private static void gatherWrites(HttpConnection connection) {
        if (connection.protocolVersion() == HttpVersion.HTTP_2 && connection instanceof HttpServerConnection server) {
            // last, so that it sees flushes of the channel before the HTTP/2 codec does
            server.channelHandlerContext().pipeline().addLast(new FlushConsolidationHandler(FLUSHES, true));
        }
    }

    State state(HttpConnection connection) {
        State known = open.get(connection);
        if (known != null) {
            return known;
        }
        State state = examine(connection);
        open.put(connection, state);
        connection.closeHandler(nothing -> open.remove(connection));
        return state;
    }

    private State examine(HttpConnection connection) {
        try {
            List<Certificate> certificates = connection.peerCertificates();
            if (certificates.isEmpty() || !(certificates.getFirst() instanceof X509Certificate certificate)) {
                return new State(false, null);
            }
            return new State(true, authenticator.examine(certificate));
        } catch (SSLPeerUnverifiedException e) {
            return new State(false, null);
        }
    }

    private void sweep(boolean many) {
        long now = System.nanoTime();
        long idle = many ? IDLE_AMONG_MANY_NANOS : IDLE_NANOS;
        open.forEach((connection, state) -> {
            if (state.stale(now, idle)) {
                connection.close();
            }
        });
    }
}
