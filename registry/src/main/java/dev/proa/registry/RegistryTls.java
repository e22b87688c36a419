package dev.proa.registry;

import dev.proa.http.AnyClientTrust;
import dev.proa.http.ServerKeys;
import dev.proa.http.StrongTls;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;

/**
 * How a registry shows who it is.
 *
 * @param keys the server's certificate, which may be exchanged
 * @param clientAuthority whose certificates clients are asked for
 */
public record RegistryTls(ServerKeys keys, X509Certificate clientAuthority) {
    /** What a client may send of a body, over HTTP/2, before it is read. */
    private static final int WINDOW = 1 << 20;

    void apply(HttpServerOptions options) {
        StrongTls.restrict(options)
                .setInitialSettings(
                        new Http2Settings().setMaxConcurrentStreams(100).setInitialWindowSize(WINDOW))
                .setHttp2ConnectionWindowSize(4 * WINDOW)
                .setSsl(true)
                .setUseAlpn(true)
                .setKeyCertOptions(KeyCertOptions.wrap(keys))
                .setTrustOptions(TrustOptions.wrap(new AnyClientTrust(clientAuthority)))
                .setClientAuth(ClientAuth.REQUEST)
                .setSslHandshakeTimeout(10)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS);
    }
}
