package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Namespace;
import dev.proa.client.Client;
import dev.proa.client.http.HttpTransport;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

/** A server that has run for almost a year shows a new certificate, and who is connected notices nothing. */
class CertificateRenewalTest {
    /** Certificates are checked by the real time: at the end of the test that of the server. */
    private final SimulatedClock clock = new SimulatedClock(Instant.now().minus(Duration.ofDays(340)));

    @Test
    void whatExpiresSoonIsRenewedWithoutARestart() throws Exception {
        ApiServerConfig config = ApiServerConfig.inMemory(clock).listeningOn("127.0.0.1", 0);
        try (EmbeddedApiServer server = EmbeddedApiServer.start(config);
                Client client = new Client(new HttpTransport(server.administrator()))) {
            SSLContext tls = server.administrator().tls();
            X509Certificate first = shown(tls, server.url());
            client.resource(Namespace.KIND).get("default");
            assertThat(shown(tls, server.url())).isEqualTo(first);

            clock.advance(Duration.ofDays(340));
            AtomicReference<X509Certificate> last = new AtomicReference<>(first);
            Await.until("another certificate", () -> {
                clock.advance(Duration.ofSeconds(2));
                last.set(shown(tls, server.url()));
                return !last.get().equals(first);
            });
            assertThat(last.get().getNotAfter().toInstant())
                    .isAfter(Instant.now().plus(Duration.ofDays(360)));
            assertThat(List.copyOf(last.get().getSubjectAlternativeNames()))
                    .isEqualTo(List.copyOf(first.getSubjectAlternativeNames()));
            client.resource(Namespace.KIND).get("default");
        }
    }

    /** In a handshake of its own, which trusts the cluster's authority only. */
    private static X509Certificate shown(SSLContext tls, String url) {
        URI server = URI.create(url);
        try (SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(server.getHost(), server.getPort())) {
            tls.getClientSessionContext().setSessionTimeout(1);
            socket.startHandshake();
            socket.getSession().invalidate();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
