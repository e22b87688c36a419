package dev.proa.server.auth;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/**
 * The stage that says who makes a request: a client certificate of the cluster's authority, else a service account token, else
 * nobody ({@link UserInfo#ANONYMOUS}). Credentials that are present and worthless are an error, not nobody.
 *
 * <p>Safe for any thread; never blocks.
 */
public final class Authenticator {
    /** So many good certificates are remembered; only the authority can make more. */
    private static final int MOST_EXAMINED = 10_000;

    private final X509Certificate authority;
    private final ServiceAccountTokens tokens;
    private final InstantSource clock;
    private final Map<X509Certificate, CertificateUser> examined = new ConcurrentHashMap<>();

    public Authenticator(X509Certificate authority, ServiceAccountTokens tokens, InstantSource clock) {
        this.authority = authority;
        this.tokens = tokens;
        this.clock = clock;
    }

    /** What a client certificate says, while it is valid. */
    public final class CertificateUser {
        private final UserInfo user;
        private final long notBefore;
        private final long notAfter;

        private CertificateUser(UserInfo user, X509Certificate certificate) {
            this.user = user;
            this.notBefore = certificate.getNotBefore().getTime();
            this.notAfter = certificate.getNotAfter().getTime();
        }

        /** The user, or null when the certificate is not valid now. */
        public @Nullable UserInfo user() {
            long now = clock.millis();
            return now >= notBefore && now <= notAfter ? user : null;
        }
    }

    /**
     * Examines the certificate of a connection. One that was found good is known from then on: its signature takes half a millisecond to
     * verify.
     *
     * @return null when it was not signed by the authority for use by clients
     */
    public @Nullable CertificateUser examine(X509Certificate certificate) {
        CertificateUser known = examined.get(certificate);
        if (known != null) {
            return known;
        }
        CertificateUser user = verify(certificate);
        if (user != null) {
            if (examined.size() >= MOST_EXAMINED) {
                examined.clear();
            }
            examined.put(certificate, user);
        }
        return user;
    }

    private @Nullable CertificateUser verify(X509Certificate certificate) {
        try {
            if (!Certificates.signedBy(certificate, authority) || !Certificates.forClients(certificate)) {
                return null;
            }
        } catch (CertificateException e) {
            return null;
        }
        String name = "";
        List<String> groups = new ArrayList<>();
        try {
            for (Rdn rdn : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (rdn.getType().equals("CN")) {
                    name = rdn.getValue().toString();
                } else if (rdn.getType().equals("O")) {
                    groups.add(rdn.getValue().toString());
                }
            }
        } catch (InvalidNameException e) {
            return null;
        }
        return name.isEmpty()
                ? null
                : new CertificateUser(UserInfo.of(name, groups).with(credential(certificate)), certificate);
    }

    /** Which certificate it was that proved an identity. */
    private static Map<String, List<String>> credential(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return Map.of(
                    UserInfo.CREDENTIAL, List.of("X509SHA256=" + HexFormat.of().formatHex(digest)));
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Says whose token this is; null when it is worthless for this server. */
    public @Nullable UserInfo token(String token) {
        ServiceAccountTokens.Verified verified = tokens.verify(token, List.of(ServiceAccountTokens.ISSUER));
        return verified == null ? null : verified.user();
    }
}
