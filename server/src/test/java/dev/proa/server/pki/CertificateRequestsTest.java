package dev.proa.server.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.ByteArrayInputStream;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;

/** What is signed, as kube-controller-manager's signers do, and what is not, as an attacker would like it. */
class CertificateRequestsTest {
    private static final ASN1ObjectIdentifier UID = new ASN1ObjectIdentifier("1.3.6.1.4.1.57683.2");
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private final CertificateAndKey authority = Certificates.authority("kubernetes", NOW);
    private final CertificateRequests requests = new CertificateRequests(authority, () -> NOW);

    private static String pem(KeyPair signing, KeyPair key, X500Name subject, Extensions extensions) throws Exception {
        var builder = new JcaPKCS10CertificationRequestBuilder(subject, key.getPublic());
        if (extensions != null) {
            builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions);
        }
        String algorithm = signing.getPrivate().getAlgorithm();
        String signature = switch (algorithm) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> "Ed25519";
        };
        return Pem.encode(
                "CERTIFICATE REQUEST",
                builder.build(new JcaContentSignerBuilder(signature).build(signing.getPrivate()))
                        .getEncoded());
    }

    private static String pem(X500Name subject) throws Exception {
        KeyPair key = Certificates.keyPair();
        return pem(key, key, subject, null);
    }

    private X509Certificate signed(String pem, long seconds, String... usages) throws Exception {
        String certificate = requests.sign(CertificateRequest.read(pem), Set.of(usages), seconds);
        assertThat(Certificates.problem(certificate)).isEmpty();
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Pem.decode("CERTIFICATE", certificate)));
    }

    @Test
    void usagesNamesAndTimesAreThoseThatWereAskedFor() throws Exception {
        KeyPair key = Certificates.keyPair();
        ExtensionsGenerator extensions = new ExtensionsGenerator();
        extensions.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
            new GeneralName(GeneralName.iPAddress, "10.0.0.7"),
            new GeneralName(GeneralName.dNSName, "n1"),
            new GeneralName(GeneralName.uniformResourceIdentifier, "spiffe://a/b"),
            new GeneralName(GeneralName.rfc822Name, "a@b.c"),
            new GeneralName(GeneralName.registeredID, "1.2.3"),
        }));
        extensions.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        String pem = pem(key, key, new X500Name("CN=alice,O=staff"), extensions.generate());

        CertificateRequest read = CertificateRequest.read(pem);
        assertThat(read.dnsNames()).containsExactly("n1");
        assertThat(read.addresses()).containsExactly("10.0.0.7");
        assertThat(read.uris()).containsExactly("spiffe://a/b");
        assertThat(read.emailAddresses()).containsExactly("a@b.c");

        X509Certificate certificate =
                signed(pem, 3600, "client auth", "server auth", "digital signature", "key encipherment");
        assertThat(certificate.getBasicConstraints()).isEqualTo(-1); // no authority, whatever was asked for
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(certificate.getKeyUsage()).startsWith(true, false, true, false);
        assertThat(certificate.getSubjectAlternativeNames())
                .containsExactly(
                        List.of(2, "n1"), List.of(1, "a@b.c"), List.of(7, "10.0.0.7"), List.of(6, "spiffe://a/b"));
        assertThat(certificate.getNotBefore().toInstant()).isEqualTo(NOW.minus(Duration.ofMinutes(5)));
        assertThat(certificate.getNotAfter().toInstant()).isEqualTo(NOW.plus(Duration.ofHours(1)));
        assertThat(certificate.getPublicKey()).isEqualTo(key.getPublic());
        certificate.verify(authority.certificate().getPublicKey());
    }

    @Test
    void longOnesEndAYearAfterTheTimeToWhichTheyAreDatedBackAndShortOnesLastTenMinutes() throws Exception {
        String pem = pem(new X500Name("CN=alice"));
        Instant longest = NOW.plus(Duration.ofDays(365)).minus(Duration.ofMinutes(5));
        assertThat(signed(pem, 0).getNotAfter().toInstant()).isEqualTo(longest);
        assertThat(signed(pem, 400L * 24 * 3600).getNotAfter().toInstant()).isEqualTo(longest);
        assertThat(signed(pem, 1).getNotAfter().toInstant()).isEqualTo(NOW.plus(Duration.ofMinutes(10)));
        assertThat(signed(pem, 0).getKeyUsage()).isNull();
    }

    @Test
    void nothingOutlivesTheAuthority() throws Exception {
        CertificateRequest request = CertificateRequest.read(pem(new X500Name("CN=alice")));
        Instant end = authority.certificate().getNotAfter().toInstant();
        String late = new CertificateRequests(authority, () -> end.minusSeconds(60)).sign(request, Set.of(), 0);
        assertThat(((X509Certificate) CertificateFactory.getInstance("X.509")
                                .generateCertificate(new ByteArrayInputStream(Pem.decode("CERTIFICATE", late))))
                        .getNotAfter()
                        .toInstant())
                .isEqualTo(end);
        assertThatIllegalStateException()
                .isThrownBy(() -> new CertificateRequests(authority, () -> end).sign(request, Set.of(), 0))
                .withMessageContaining("refusing to sign a certificate that expired in the past");
    }

    /** A group beside the common name in one relative name would be overlooked by whoever looks at the first attribute of each. */
    @Test
    void organizationsAreFoundWhereverTheyAre() throws Exception {
        X500Name hidden = new X500Name(new RDN[] {
            new RDN(new AttributeTypeAndValue[] {
                new AttributeTypeAndValue(BCStyle.CN, new DERUTF8String("alice")),
                new AttributeTypeAndValue(BCStyle.O, new DERUTF8String("system:masters")),
            }),
            new RDN(BCStyle.O, new DERUTF8String("a,b")),
            new RDN(UID, new DERUTF8String("1234")),
            new RDN(BCStyle.CN, new DERUTF8String("bob")),
        });
        CertificateRequest request = CertificateRequest.read(pem(hidden));
        assertThat(request.organizations()).containsExactly("system:masters", "a,b");
        assertThat(request.commonName()).isEqualTo("bob");

        X509Certificate certificate = signed(pem(hidden), 0, "client auth");
        assertThat(Subjects.commonName(certificate)).isEqualTo("bob");
        assertThat(Subjects.organizations(certificate)).containsExactlyInAnyOrder("system:masters", "a,b");
        assertThat(certificate.getSubjectX500Principal().getName()).doesNotContain(UID.getId());
    }

    @Test
    void keysOfAllKindsAreSigned() throws Exception {
        for (String kind : List.of("RSA", "Ed25519")) {
            KeyPair key = KeyPairGenerator.getInstance(kind).generateKeyPair();
            assertThat(signed(pem(key, key, new X500Name("CN=a"), null), 0).getPublicKey())
                    .isEqualTo(key.getPublic());
        }
    }

    @Test
    void whoHasNotTheKeyGetsNothing() throws Exception {
        String stolen = pem(Certificates.keyPair(), Certificates.keyPair(), new X500Name("CN=alice"), null);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CertificateRequest.read(stolen))
                .withMessage("x509: ECDSA verification failure");
        for (String broken : List.of("", "hello", Pem.encode("CERTIFICATE REQUEST", new byte[] {48, 3, 2, 1, 1}))) {
            assertThatIllegalArgumentException().isThrownBy(() -> CertificateRequest.read(broken));
        }
    }

    /** Others, such as approvers, could look at another block than the one that is signed. */
    @Test
    void onlyOneBlockIsRead() throws Exception {
        String one = pem(new X500Name("CN=alice"));
        for (String text : List.of(
                one + pem(new X500Name("CN=bob")), "x" + one, "x" + one + one, one.replace("-----END", "x-----END"))) {
            assertThatIllegalArgumentException().isThrownBy(() -> CertificateRequest.read(text));
        }
        assertThat(CertificateRequest.read("Of alice:\n" + one + "The end.").commonName())
                .isEqualTo("alice");
        assertThat(CertificateRequest.read(one.replace("\n", "\r\n")).commonName())
                .isEqualTo("alice");
    }

    @Test
    void endlessBeginningsTakeNoTime() {
        String begins = "-----BEGIN A-----\n".repeat(200_000);
        assertThat(Pem.blocks(begins)).isEmpty();
        assertThat(Pem.blocks(begins + "-----END A-----")).isEmpty();
        assertThat(Pem.blocks("x\n" + Pem.encode("A", new byte[] {1}) + "y\n" + Pem.encode("B B", new byte[] {2})))
                .extracting(Pem.Block::label)
                .containsExactly("A", "B B");
    }
}
