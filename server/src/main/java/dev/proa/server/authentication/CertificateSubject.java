package dev.proa.server.authentication;

import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.pki.Subjects;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who a verified certificate belongs to: the common name is the user, the organizations are the groups, and Kubernetes has a type of its own for the uid.
 *
 * @param commonName may be empty
 * @param user null when the certificate names no user
 * @param notBefore in milliseconds since 1970
 * @param notAfter in milliseconds since 1970
 */
record CertificateSubject(String commonName, @Nullable Authentication user, long notBefore, long notAfter) {
    /** @param chain the certificate and those on which it depends */
    static CertificateSubject of(X509Certificate certificate, List<X509Certificate> chain) {
        String name = Subjects.commonName(certificate);
        List<String> groups = Subjects.organizations(certificate);
        List<String> uids = Subjects.uids(certificate);
        long notBefore = Long.MIN_VALUE;
        long notAfter = Long.MAX_VALUE;
        for (X509Certificate link : chain) {
            notBefore = Math.max(notBefore, link.getNotBefore().getTime());
            notAfter = Math.min(notAfter, link.getNotAfter().getTime());
        }
        boolean clear = uids.isEmpty() || uids.size() == 1 && !uids.getFirst().isEmpty();
        return new CertificateSubject(
                name,
                name.isEmpty() || !clear
                        ? null
                        : new Authentication.Authenticated(
                                user(name, uids.isEmpty() ? "" : uids.getFirst(), groups, certificate)),
                notBefore,
                notAfter);
    }

    private static UserInfo user(String name, String uid, List<String> groups, X509Certificate certificate) {
        return new UserInfo(name, uid, UserInfo.withAuthenticated(name, groups), credentialId(certificate));
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

    boolean isValidAt(long millis) {
        return millis >= notBefore && millis <= notAfter;
    }
}
