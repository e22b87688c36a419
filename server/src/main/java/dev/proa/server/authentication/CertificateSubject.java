package dev.proa.server.authentication;

import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.UserInfo;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
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
    private static final ASN1ObjectIdentifier UID = new ASN1ObjectIdentifier("1.3.6.1.4.1.57683.2");

    /** @param chain the certificate and those on which it depends */
    static CertificateSubject of(X509Certificate certificate, List<X509Certificate> chain) {
        String name = "";
        List<String> groups = new ArrayList<>();
        List<String> uids = new ArrayList<>();
        X500Name subject =
                X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        for (RDN rdn : subject.getRDNs()) {
            for (AttributeTypeAndValue part : rdn.getTypesAndValues()) {
                String value = part.getValue() instanceof ASN1String text ? text.getString() : "";
                if (part.getType().equals(BCStyle.CN)) {
                    name = value;
                } else if (part.getType().equals(BCStyle.O)) {
                    groups.add(value);
                } else if (part.getType().equals(UID)) {
                    uids.add(value);
                }
            }
        }
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
