package dev.proa.server.auth;

import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The certificate that a client has shown on its connection. It is verified at most once for each connection and each trust. */
public final class ClientCertificate {
    private final X509Certificate certificate;
    private final ConcurrentHashMap<Object, Optional<?>> verified = new ConcurrentHashMap<>(2);

    public ClientCertificate(X509Certificate certificate) {
        this.certificate = certificate;
    }

    /**
     * What verification found; empty when it found nothing.
     *
     * @param trust by what the certificate is verified: one with other authorities is another object
     */
    @SuppressWarnings("unchecked") // what a trust finds is of one type
    public <T> Optional<T> verified(Object trust, Function<X509Certificate, @Nullable T> verifier) {
        Optional<?> known = verified.get(trust);
        if (known == null) {
            known = Optional.ofNullable(verifier.apply(certificate));
            verified.put(trust, known);
        }
        return (Optional<T>) known;
    }
}
