package dev.proa.server.authentication;

import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.ClientCertificate;
import dev.proa.server.auth.Credentials;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;

/**
 * Authenticates connections by a client certificate that one of the cluster's authorities signed: the common name is the user, the organizations are
 * the groups.
 */
public final class CertificateAuthenticator implements Authenticator {
    private static final Authentication INVALID =
            new Authentication.Invalid("the client certificate is not valid, or not of the cluster's authority");

    private final Supplier<ClientAuthorities> authorities;
    private final InstantSource clock;

    public CertificateAuthenticator(X509Certificate authority, InstantSource clock) {
        this(always(authority), clock);
    }

    private static Supplier<ClientAuthorities> always(X509Certificate authority) {
        ClientAuthorities only = new ClientAuthorities(List.of(authority));
        return () -> only;
    }

    /** @param authorities those that count now */
    CertificateAuthenticator(Supplier<ClientAuthorities> authorities, InstantSource clock) {
        this.authorities = authorities;
        this.clock = clock;
    }

    @Override
    public boolean mayBlock(Credentials credentials) {
        ClientCertificate certificate = credentials.certificate();
        return certificate != null && authorities.get().mayTakeLong(certificate);
    }

    @Override
    public Authentication authenticate(Credentials credentials) {
        ClientCertificate certificate = credentials.certificate();
        if (certificate == null) {
            return Authentication.NO_OPINION;
        }
        CertificateSubject subject = authorities.get().subject(certificate, clock.instant());
        if (subject == null || !subject.isValidAt(clock.millis())) {
            return INVALID;
        }
        Authentication user = subject.user();
        return user == null ? INVALID : user;
    }
}
