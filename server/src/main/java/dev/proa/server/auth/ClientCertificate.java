package dev.proa.server.auth;

import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The certificate that a client has shown on its connection. It is verified at most once for each connection. */
public final class ClientCertificate {
    private final X509Certificate certificate;
    private volatile @Nullable Optional<CertificateAuthenticator.Subject> verified;

    public ClientCertificate(X509Certificate certificate) {
        this.certificate = certificate;
    }

    /** What verification found; empty when the certificate is not one of a user. */
    Optional<CertificateAuthenticator.Subject> verified(
            Function<X509Certificate, CertificateAuthenticator.@Nullable Subject> verifier) {
        Optional<CertificateAuthenticator.Subject> known = verified;
        if (known == null) {
            known = Optional.ofNullable(verifier.apply(certificate));
            verified = known;
        }
        return known;
    }
}
