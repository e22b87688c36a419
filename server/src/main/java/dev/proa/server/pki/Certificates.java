package dev.proa.server.pki;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Makes and examines certificates. Bouncy Castle lays out the structures; keys and signatures are the JDK's, so that none of the
 * former's provider is loaded.
 */
public final class Certificates {
    private static final Duration AUTHORITY_VALIDITY = Duration.ofDays(3650);
    private static final Duration VALIDITY = Duration.ofDays(365);
    /** Clocks of other machines may lag. */
    private static final Duration BACKDATED = Duration.ofMinutes(5);

    private static final SecureRandom RANDOM = new SecureRandom();

    private Certificates() {}

    static KeyPair keyPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    /** A new authority that signs itself. */
    static CertificateAndKey authority(String name, Instant now) {
        return issue(null, name(name, List.of()), now, AUTHORITY_VALIDITY, Set.of(), null);
    }

    static CertificateAndKey client(CertificateAndKey authority, String user, List<String> groups, Instant now) {
        return issue(authority, name(user, groups), now, VALIDITY, Set.of(), KeyPurposeId.id_kp_clientAuth);
    }

    static CertificateAndKey server(
            CertificateAndKey authority, String user, List<String> groups, Collection<String> names, Instant now) {
        return issue(authority, name(user, groups), now, VALIDITY, names, KeyPurposeId.id_kp_serverAuth);
    }

    /** A new certificate, with a new key, for the same subject, names and purpose as one before. */
    static CertificateAndKey renewed(CertificateAndKey authority, X509Certificate before, Instant now)
            throws CertificateException {
        return issue(
                authority,
                X500Name.getInstance(before.getSubjectX500Principal().getEncoded()),
                now,
                VALIDITY,
                names(before),
                forClients(before) ? KeyPurposeId.id_kp_clientAuth : KeyPurposeId.id_kp_serverAuth);
    }

    private static CertificateAndKey issue(
            @Nullable CertificateAndKey authority,
            X500Name subject,
            Instant now,
            Duration validity,
            Collection<String> names,
            @Nullable KeyPurposeId purpose) {
        KeyPair pair;
        try {
            pair = keyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This JDK cannot make keys on the curve P-256", e);
        }
        PrivateKey signing = authority == null ? pair.getPrivate() : authority.key();
        return new CertificateAndKey(
                issue(authority, signing, subject, pair.getPublic(), now, validity, names, purpose), pair.getPrivate());
    }

    private static X509Certificate issue(
            @Nullable CertificateAndKey authority,
            PrivateKey signing,
            X500Name subject,
            PublicKey key,
            Instant now,
            Duration validity,
            Collection<String> names,
            @Nullable KeyPurposeId purpose) {
        try {
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            X500Name issuer = authority == null
                    ? subject
                    : X500Name.getInstance(
                            authority.certificate().getSubjectX500Principal().getEncoded());
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuer,
                    new BigInteger(63, RANDOM).add(BigInteger.ONE),
                    Date.from(now.minus(BACKDATED)),
                    Date.from(now.plus(validity)),
                    subject,
                    key);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority == null));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    authority == null
                            ? new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyCertSign | KeyUsage.keyEncipherment)
                            : new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment));
            if (purpose != null) {
                builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
            }
            builder.addExtension(Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(key));
            if (authority != null) {
                builder.addExtension(
                        Extension.authorityKeyIdentifier,
                        false,
                        extensions.createAuthorityKeyIdentifier(
                                authority.certificate().getPublicKey()));
            }
            if (!names.isEmpty()) {
                builder.addExtension(Extension.subjectAlternativeName, false, alternativeNames(names));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signing)));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("This JDK cannot make certificates on the curve P-256", e);
        }
    }

    private static X500Name name(String common, List<String> organizations) {
        X500NameBuilder builder = new X500NameBuilder(BCStyle.INSTANCE);
        organizations.forEach(organization -> builder.addRDN(BCStyle.O, organization));
        return builder.addRDN(BCStyle.CN, common).build();
    }

    private static GeneralNames alternativeNames(Collection<String> names) {
        return new GeneralNames(names.stream()
                .map(name -> new GeneralName(isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name))
                .toArray(GeneralName[]::new));
    }

    private static boolean isAddress(String name) {
        return name.indexOf(':') >= 0 || name.chars().allMatch(c -> c == '.' || c >= '0' && c <= '9');
    }

    /** The alternative names of a certificate: DNS names and addresses as text. */
    static Set<String> names(X509Certificate certificate) throws CertificateParsingException {
        Set<String> names = new HashSet<>();
        Collection<List<?>> all = certificate.getSubjectAlternativeNames();
        if (all != null) {
            for (List<?> entry : all) {
                if (entry.get(1) instanceof String name) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    /** Whether an authority signed a certificate. */
    public static boolean signedBy(X509Certificate certificate, X509Certificate authority) {
        if (!certificate.getIssuerX500Principal().equals(authority.getSubjectX500Principal())) {
            return false;
        }
        try {
            certificate.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** A certificate in PEM. */
    public static String pem(X509Certificate certificate) {
        try {
            return Pem.encode("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate has no encoding", e);
        }
    }

    /** Whether a certificate may be shown by a client. */
    public static boolean forClients(X509Certificate certificate) throws CertificateException {
        List<String> purposes = certificate.getExtendedKeyUsage();
        return purposes != null
                && (purposes.contains(KeyPurposeId.id_kp_clientAuth.getId())
                        || purposes.contains(KeyPurposeId.anyExtendedKeyUsage.getId()));
    }

    /** The certificates in a text that can be read; others, and whatever else there is, are passed over, as by Go's pools. */
    public static List<X509Certificate> readable(String pem) {
        List<X509Certificate> found = new ArrayList<>();
        for (Pem.Block block : Pem.blocks(pem)) {
            if (block.label().equals("CERTIFICATE") && !block.headers()) {
                try {
                    found.add((X509Certificate) CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(block.content())));
                } catch (CertificateException e) {
                    continue;
                }
            }
        }
        return found;
    }

    /**
     * What is wrong with a text that has to consist of certificates in PEM; empty for nothing. What is between them does not count, as in
     * Go's decoder.
     */
    public static String problem(String pem) {
        List<Pem.Block> blocks = Pem.blocks(pem);
        if (blocks.isEmpty()) {
            return "must contain at least one CERTIFICATE PEM block";
        }
        for (Pem.Block block : blocks) {
            if (!block.label().equals("CERTIFICATE")) {
                return "only CERTIFICATE PEM blocks are allowed, found \"" + block.label() + "\"";
            }
            if (block.headers()) {
                return "no PEM block headers are permitted";
            }
            try {
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(block.content()));
            } catch (CertificateException e) {
                return "x509: malformed certificate";
            }
        }
        return "";
    }
}
