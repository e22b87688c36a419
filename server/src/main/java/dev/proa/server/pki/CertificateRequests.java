package dev.proa.server.pki;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.jspecify.annotations.Nullable;

/** Reads certificate requests (PKCS #10) and signs them as the cluster's authority. Thread-safe. */
public final class CertificateRequests {
    /** As {@code --cluster-signing-duration} of kube-controller-manager. */
    private static final Duration LONGEST = Duration.ofDays(365);

    private static final Duration SHORTEST = Duration.ofMinutes(10);

    private final CertificateAndKey authority;
    private final InstantSource clock;

    CertificateRequests(CertificateAndKey authority, InstantSource clock) {
        this.authority = authority;
        this.clock = clock;
    }

    /**
     * What a request asks for.
     *
     * @param commonName of the subject
     * @param organizations of the subject
     * @param names alternative names: DNS names and addresses
     * @param otherNames whether it has alternative names of other types, such as URIs
     */
    public record Requested(String commonName, Set<String> organizations, Set<String> names, boolean otherNames) {}

    /** Reads a request in PEM; null for one that cannot be read or whose signature is not by its own key. */
    public static @Nullable Requested read(String pem) {
        try {
            JcaPKCS10CertificationRequest request = parse(pem);
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(request.getPublicKey()))) {
                return null;
            }
            Set<String> names = new LinkedHashSet<>();
            boolean others = false;
            for (GeneralName name : alternativeNames(request)) {
                switch (name.getTagNo()) {
                    case GeneralName.dNSName -> names.add(name.getName().toString());
                    case GeneralName.iPAddress -> names.add(address(name));
                    default -> others = true;
                }
            }
            List<String> common = values(request, BCStyle.CN);
            return new Requested(
                    common.isEmpty() ? "" : common.getFirst(),
                    new HashSet<>(values(request, BCStyle.O)),
                    names,
                    others);
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException
                | IllegalArgumentException e) {
            return null;
        }
    }

    /**
     * Signs a request that {@link #read} accepts.
     *
     * @param usages as in {@code spec.usages} of a CertificateSigningRequest
     * @param seconds for which the certificate is wanted to be valid; 0 for a year, which is the most
     * @return the certificate in PEM
     */
    public String sign(String pem, Set<String> usages, long seconds) {
        try {
            JcaPKCS10CertificationRequest request = parse(pem);
            Instant now = clock.instant();
            Duration validity = seconds == 0 ? LONGEST : Duration.ofSeconds(seconds);
            validity = validity.compareTo(SHORTEST) < 0 ? SHORTEST : validity;
            Set<String> names = new LinkedHashSet<>();
            for (GeneralName name : alternativeNames(request)) {
                names.add(
                        name.getTagNo() == GeneralName.iPAddress
                                ? address(name)
                                : name.getName().toString());
            }
            PublicKey key = request.getPublicKey();
            X509Certificate certificate = Certificates.issue(
                    authority,
                    request.getSubject(),
                    key,
                    now,
                    validity.compareTo(LONGEST) > 0 ? LONGEST : validity,
                    names,
                    usages.contains("server auth") ? KeyPurposeId.id_kp_serverAuth : KeyPurposeId.id_kp_clientAuth);
            return Pem.encode("CERTIFICATE", certificate.getEncoded());
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("The certificate request cannot be read: " + e.getMessage(), e);
        }
    }

    private static JcaPKCS10CertificationRequest parse(String pem) throws IOException {
        return new JcaPKCS10CertificationRequest(Pem.decode("CERTIFICATE REQUEST", pem));
    }

    private static GeneralName[] alternativeNames(JcaPKCS10CertificationRequest request) {
        Extensions extensions = request.getRequestedExtensions();
        Extension names = extensions == null ? null : extensions.getExtension(Extension.subjectAlternativeName);
        return names == null
                ? new GeneralName[0]
                : GeneralNames.getInstance(names.getParsedValue()).getNames();
    }

    private static String address(GeneralName name) throws IOException {
        return java.net.InetAddress.getByAddress(
                        ASN1OctetString.getInstance(name.getName()).getOctets())
                .getHostAddress();
    }

    private static List<String> values(JcaPKCS10CertificationRequest request, ASN1ObjectIdentifier type) {
        List<String> values = new ArrayList<>();
        for (RDN rdn : request.getSubject().getRDNs(type)) {
            values.add(IETFUtils.valueToString(rdn.getFirst().getValue()));
        }
        return values;
    }
}
