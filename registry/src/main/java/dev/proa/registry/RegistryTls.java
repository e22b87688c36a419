package dev.proa.registry;

import dev.proa.http.AnyClientTrust;
import dev.proa.http.ServerKeys;
import dev.proa.http.StrongTls;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How a registry shows who it is.
 *
 * @param chain the server's certificate, then those that signed it
 * @param clientAuthority whose certificates clients are asked for
 */
public record RegistryTls(PrivateKey key, List<X509Certificate> chain, X509Certificate clientAuthority) {
    /** What a client may send of a body, over HTTP/2, before it is read. */
    private static final int WINDOW = 1 << 20;

    public RegistryTls {
        chain = List.copyOf(chain);
    }

    void apply(HttpServerOptions options) {
        StrongTls.restrict(options)
                .setInitialSettings(
                        new Http2Settings().setMaxConcurrentStreams(100).setInitialWindowSize(WINDOW))
                .setHttp2ConnectionWindowSize(4 * WINDOW)
                .setSsl(true)
                .setUseAlpn(true)
                .setKeyCertOptions(KeyCertOptions.wrap(new ServerKeys(key, chain)))
                .setTrustOptions(TrustOptions.wrap(new AnyClientTrust(clientAuthority)))
                .setClientAuth(ClientAuth.REQUEST)
                .setSslHandshakeTimeout(10)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS);
    }

    /** Not the key: for logs. */
    @Override
    public String toString() {
        return "RegistryTls[" + chain.getFirst().getSubjectX500Principal() + "]";
    }
}
