package dev.proa.server.pki;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Signs certificate requests as the cluster's authority, as the signers of kube-controller-manager do. Thread-safe. */
public final class CertificateRequests {
    /** As {@code --cluster-signing-duration} of kube-controller-manager. */
    private static final Duration LONGEST = Duration.ofDays(365);

    private static final Duration SHORTEST = Duration.ofMinutes(10);
    private static final Duration BACKDATED = Duration.ofMinutes(5);
    /** What is valid for less than this is so from now on, the rest from the time to which it is dated back. */
    private static final Duration SHORT = Duration.ofHours(8);

    private static final SecureRandom RANDOM = new SecureRandom();

    private static final Map<String, Integer> USAGES = Map.of(
            "signing",
            KeyUsage.digitalSignature,
            "digital signature",
            KeyUsage.digitalSignature,
            "content commitment",
            KeyUsage.nonRepudiation,
            "key encipherment",
            KeyUsage.keyEncipherment,
            "key agreement",
            KeyUsage.keyAgreement,
            "data encipherment",
            KeyUsage.dataEncipherment,
            "cert sign",
            KeyUsage.keyCertSign,
            "crl sign",
            KeyUsage.cRLSign,
            "encipher only",
            KeyUsage.encipherOnly,
            "decipher only",
            KeyUsage.decipherOnly);

    /** In the order in which Go writes them. */
    private static final List<Map.Entry<String, KeyPurposeId>> PURPOSES = List.of(
            Map.entry("any", KeyPurposeId.anyExtendedKeyUsage),
            Map.entry("server auth", KeyPurposeId.id_kp_serverAuth),
            Map.entry("client auth", KeyPurposeId.id_kp_clientAuth),
            Map.entry("code signing", KeyPurposeId.id_kp_codeSigning),
            Map.entry("email protection", KeyPurposeId.id_kp_emailProtection),
            Map.entry("s/mime", KeyPurposeId.id_kp_emailProtection),
            Map.entry("ipsec end system", KeyPurposeId.id_kp_ipsecEndSystem),
            Map.entry("ipsec tunnel", KeyPurposeId.id_kp_ipsecTunnel),
            Map.entry("ipsec user", KeyPurposeId.id_kp_ipsecUser),
            Map.entry("timestamping", KeyPurposeId.id_kp_timeStamping),
            Map.entry("ocsp signing", KeyPurposeId.id_kp_OCSPSigning),
            Map.entry("microsoft sgc", KeyPurposeId.id_kp_msSGC),
            Map.entry("netscape sgc", KeyPurposeId.id_kp_nsSGC));

    private final CertificateAndKey authority;
    private final InstantSource clock;

    CertificateRequests(CertificateAndKey authority, InstantSource clock) {
        this.authority = authority;
        this.clock = clock;
    }

    /**
     * Signs a request.
     *
     * @param usages as in {@code spec.usages} of a CertificateSigningRequest
     * @param seconds for which the certificate is wanted to be valid; 0 for a year, which is the most
     * @return the certificate in PEM
     * @throws IllegalStateException when the authority has expired
     */
    public String sign(CertificateRequest request, Set<String> usages, long seconds) {
        Instant now = clock.instant();
        Duration validity = validity(seconds);
        Instant before = now.minus(BACKDATED);
        Instant after = (validity.compareTo(SHORT) < 0 ? now : before).plus(validity);
        Instant last = authority.certificate().getNotAfter().toInstant();
        if (!now.isBefore(last)) {
            throw new IllegalStateException(
                    "refusing to sign a certificate that expired in the past: NotAfter=" + last);
        }
        try {
            return Pem.encode("CERTIFICATE", issue(request, usages, before, after.isBefore(last) ? after : last));
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("The certificate request cannot be signed: " + e.getMessage(), e);
        }
    }

    private static Duration validity(long seconds) {
        if (seconds == 0 || seconds > LONGEST.toSeconds()) {
            return LONGEST;
        }
        return seconds < SHORTEST.toSeconds() ? SHORTEST : Duration.ofSeconds(seconds);
    }

    private byte[] issue(CertificateRequest request, Set<String> usages, Instant before, Instant after)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        X500Name subject = Subjects.signed(request.encoded().getSubject());
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                X500Name.getInstance(
                        authority.certificate().getSubjectX500Principal().getEncoded()),
                new BigInteger(127, RANDOM).add(BigInteger.ONE),
                Date.from(before),
                Date.from(after),
                subject,
                request.encoded().getPublicKey());
        int bits =
                usages.stream().mapToInt(usage -> USAGES.getOrDefault(usage, 0)).reduce(0, (a, b) -> a | b);
        if (bits != 0) {
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(bits));
        }
        KeyPurposeId[] purposes = PURPOSES.stream()
                .filter(purpose -> usages.contains(purpose.getKey()))
                .map(Map.Entry::getValue)
                .distinct()
                .toArray(KeyPurposeId[]::new);
        if (purposes.length > 0) {
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
        }
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(
                Extension.authorityKeyIdentifier,
                false,
                new JcaX509ExtensionUtils()
                        .createAuthorityKeyIdentifier(authority.certificate().getPublicKey()));
        List<GeneralName> names = request.signedNames();
        if (!names.isEmpty()) {
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    subject.getRDNs().length == 0,
                    new GeneralNames(names.toArray(GeneralName[]::new)));
        }
        return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(authority.key()))
                .getEncoded();
    }
}
