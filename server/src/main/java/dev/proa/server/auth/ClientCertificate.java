package dev.proa.server.auth;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The certificate that a client has shown on its connection. It is verified at most once for each connection and each trust. */
public final class ClientCertificate {
    private final X509Certificate certificate;
    private final List<X509Certificate> intermediates;
    private final ConcurrentHashMap<Object, Optional<?>> verified = new ConcurrentHashMap<>(2);

    public ClientCertificate(X509Certificate certificate) {
        this(certificate, List.of());
    }

    /** @param intermediates certificates of authorities that the client has shown with it */
    public ClientCertificate(X509Certificate certificate, List<X509Certificate> intermediates) {
        this.certificate = certificate;
        this.intermediates = List.copyOf(intermediates);
    }

    public X509Certificate certificate() {
        return certificate;
    }

    public List<X509Certificate> intermediates() {
        return intermediates;
    }

    /** Whether {@link #verified} knows already what verification finds. */
    public boolean isVerified(Object trust) {
        return verified.containsKey(trust);
    }

    /**
     * What verification found; empty when it found nothing.
     *
     * @param trust by what the certificate is verified: one with other authorities is another object
     */
    @SuppressWarnings("unchecked") // what a trust finds is of one type
    public <T> Optional<T> verified(Object trust, Function<ClientCertificate, @Nullable T> verifier) {
        Optional<?> known = verified.get(trust);
        if (known == null) {
            known = Optional.ofNullable(verifier.apply(this));
            verified.put(trust, known);
        }
        return (Optional<T>) known;
    }
}
