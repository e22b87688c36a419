package dev.proa.server.authentication;

import dev.proa.server.auth.Authenticator;
import java.security.cert.X509Certificate;
import java.time.InstantSource;

/** The authenticators of an API server. */
public final class Authenticators {
    private Authenticators() {}

    /**
     * Client certificates, then bearer tokens of service accounts; a request without credentials is made by {@code system:anonymous}.
     *
     * @param authority signs the certificates of clients
     */
    public static Authenticator standard(X509Certificate authority, ServiceAccountTokens tokens, InstantSource clock) {
        return UnionAuthenticator.failingOnInvalid(
                UnionAuthenticator.of(
                        new CertificateAuthenticator(authority, clock), new BearerTokenAuthenticator(tokens)),
                new AnonymousAuthenticator());
    }
}
