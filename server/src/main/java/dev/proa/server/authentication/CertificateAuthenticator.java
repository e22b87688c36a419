package dev.proa.server.authentication;

import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.ClientCertificate;
import dev.proa.server.auth.Credentials;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.pki.Certificates;
import dev.proa.server.pki.Subjects;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Authenticates connections by a client certificate that the cluster's authority signed: the common name is the user, the organizations are
 * the groups.
 */
public final class CertificateAuthenticator implements Authenticator {
    private static final Authentication INVALID =
            new Authentication.Invalid("the client certificate is not valid, or not of the cluster's authority");

    /** So many good certificates are remembered; only the authority can make more. */
    private static final int MOST_REMEMBERED = 10_000;

    private final X509Certificate authority;
    private final InstantSource clock;
    private final Map<X509Certificate, Subject> verified = new ConcurrentHashMap<>();

    public CertificateAuthenticator(X509Certificate authority, InstantSource clock) {
        this.authority = authority;
        this.clock = clock;
    }

    /** Whose certificate it is, and how long it is valid in milliseconds since 1970. */
    record Subject(Authentication user, long notBefore, long notAfter) {}

    @Override
    public Authentication authenticate(Credentials credentials) {
        ClientCertificate certificate = credentials.certificate();
        if (certificate == null) {
            return Authentication.NO_OPINION;
        }
        Subject subject = certificate.verified(this, this::subject).orElse(null);
        long now = clock.millis();
        return subject != null && now >= subject.notBefore() && now <= subject.notAfter() ? subject.user() : INVALID;
    }

    /** To verify a signature takes half a millisecond: a certificate that was found good is remembered. */
    private @Nullable Subject subject(X509Certificate certificate) {
        Subject known = verified.get(certificate);
        if (known != null) {
            return known;
        }
        Subject subject = verify(certificate);
        if (subject != null) {
            if (verified.size() >= MOST_REMEMBERED) {
                verified.clear();
            }
            verified.put(certificate, subject);
        }
        return subject;
    }

    private @Nullable Subject verify(X509Certificate certificate) {
        try {
            if (!Certificates.signedBy(certificate, authority) || !Certificates.forClients(certificate)) {
                return null;
            }
        } catch (CertificateException e) {
            return null;
        }
        String name = Subjects.commonName(certificate);
        if (name.isEmpty()) {
            return null;
        }
        UserInfo user = UserInfo.of(name, Subjects.organizations(certificate)).with(credentialId(certificate));
        return new Subject(
                new Authentication.Authenticated(user),
                certificate.getNotBefore().getTime(),
                certificate.getNotAfter().getTime());
    }

    /** Which certificate it was. */
    private static Map<String, List<String>> credentialId(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return Map.of(
                    UserInfo.CREDENTIAL, List.of("X509SHA256=" + HexFormat.of().formatHex(digest)));
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }
}
