package dev.proa.http;

import io.vertx.core.http.HttpServerOptions;
import java.util.List;
import java.util.Set;

/**
 * The versions and cipher suites of TLS that servers accept: those with forward secrecy and authenticated encryption, which the CIS
 * benchmark of Kubernetes calls strong. The JDK's defaults have CBC suites beside them.
 */
public final class StrongTls {
    /** Best first. Those with RSA are for certificates that users give to servers. */
    public static final List<String> SUITES = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private static final Set<String> VERSIONS = Set.of("TLSv1.2", "TLSv1.3");

    private StrongTls() {}

    /** Restricts a server to them; returns its options. */
    public static HttpServerOptions restrict(HttpServerOptions options) {
        SUITES.forEach(options::addEnabledCipherSuite);
        options.setEnabledSecureTransportProtocols(VERSIONS);
        return options;
    }
}
