package dev.proa.server.http;

import dev.proa.http.GuardedConnection;
import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.ClientCertificate;
import dev.proa.server.auth.Credentials;
import dev.proa.server.auth.UserInfo;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.HttpServerConnection;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** The open connections and their users. */
final class Connections {
    /** What so many writes put together goes out even if there is more to come: some 300 KB of usual watch events. */
    private static final int FLUSHES = 256;

    private static final int MOST_INTERMEDIATES = 3;

    /** What a user may send over an HTTP/2 connection before it is taken; a stranger may send the 64 KiB of RFC 9113. */
    private static final int USERS_WINDOW = 4 << 20;

    private final Authenticator authenticator;
    private final Map<HttpConnection, State> open = new ConcurrentHashMap<>();

    Connections(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    /**
     * The state of one connection.
     *
     * @param certificate what the client has shown; null for none
     */
    record State(
            HttpConnection http,
            GuardedConnection guard,
            @Nullable ClientCertificate certificate) {

        /** A user was authenticated on this connection; false when the user has too many connections. */
        boolean known(UserInfo user) {
            if (user.equals(UserInfo.ANONYMOUS)) {
                guard.unauthenticated();
                return true;
            }
            boolean first = guard.isStranger();
            if (!guard.known(user.name())) {
                return false;
            }
            if (first && http.protocolVersion() == HttpVersion.HTTP_2) {
                ((HttpServerConnection) http)
                        .channelHandlerContext()
                        .channel()
                        .eventLoop()
                        .execute(() -> http.setWindowSize(USERS_WINDOW));
            }
            return true;
        }
    }

    void opened(HttpConnection connection) {
        State state = state(connection);
        gatherWrites(connection);
        Credentials credentials = new Credentials(state.certificate(), header -> null);
        if (state.certificate() != null
                && !authenticator.mayBlock(credentials)
                && authenticator.authenticate(credentials) instanceof Authentication.Authenticated known) {
            state.known(known.user()); // if these are too many, its first request is told so
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

    /** What a client has shown besides its own certificate, up to a bound. */
    private static List<X509Certificate> intermediates(List<Certificate> shown) {
        return shown.stream()
                .skip(1)
                .limit(MOST_INTERMEDIATES)
                .filter(X509Certificate.class::isInstance)
                .map(X509Certificate.class::cast)
                .toList();
    }

    private State examine(HttpConnection connection) {
        GuardedConnection guard = GuardedConnection.of(connection);
        try {
            List<Certificate> certificates = connection.peerCertificates();
            if (certificates.isEmpty() || !(certificates.getFirst() instanceof X509Certificate certificate)) {
                return new State(connection, guard, null);
            }
            return new State(connection, guard, new ClientCertificate(certificate, intermediates(certificates)));
        } catch (SSLPeerUnverifiedException e) {
            return new State(connection, guard, null);
        }
    }
}
