package dev.proa.server.pki;

import java.io.IOException;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** A certificate request (PKCS #10) that was read; whoever sent it holds the key that it is for. Immutable. */
public final class CertificateRequest {
    private final JcaPKCS10CertificationRequest request;
    private final List<GeneralName> names;

    private CertificateRequest(JcaPKCS10CertificationRequest request, List<GeneralName> names) {
        this.request = request;
        this.names = names;
    }

    /**
     * Reads a request in PEM, the only block of the text.
     *
     * @throws IllegalArgumentException when it cannot be read, or is not signed by its own key; the message says what is wrong
     */
    public static CertificateRequest read(String pem) {
        byte[] der = Pem.only("CERTIFICATE REQUEST", pem);
        JcaPKCS10CertificationRequest request;
        CertificateRequest read;
        try {
            request = new JcaPKCS10CertificationRequest(der);
            read = new CertificateRequest(request, alternativeNames(request));
            read.addresses();
        } catch (IOException | RuntimeException e) { // Bouncy Castle throws many kinds of them
            throw new IllegalArgumentException("x509: malformed certificate request: " + e.getMessage(), e);
        }
        checkSignature(request);
        return read;
    }

    private static void checkSignature(JcaPKCS10CertificationRequest request) {
        String algorithm;
        try {
            algorithm = request.getPublicKey().getAlgorithm();
            if (request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(request.getPublicKey()))) {
                return;
            }
        } catch (GeneralSecurityException | OperatorCreationException | PKCSException | RuntimeException e) {
            throw new IllegalArgumentException(
                    "x509: cannot verify signature: algorithm unimplemented: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException(
                switch (algorithm) {
                    case "RSA" -> "crypto/rsa: verification error";
                    case "EC" -> "x509: ECDSA verification failure";
                    default -> "x509: " + algorithm + " verification failure";
                });
    }

    private static List<GeneralName> alternativeNames(JcaPKCS10CertificationRequest request) {
        Extensions extensions = request.getRequestedExtensions();
        Extension names = extensions == null ? null : extensions.getExtension(Extension.subjectAlternativeName);
        return names == null
                ? List.of()
                : List.of(GeneralNames.getInstance(names.getParsedValue()).getNames());
    }

    JcaPKCS10CertificationRequest encoded() {
        return request;
    }

    /** The alternative names of the types that are signed, by type. */
    List<GeneralName> signedNames() {
        List<GeneralName> signed = new ArrayList<>();
        for (int type : new int[] {
            GeneralName.dNSName, GeneralName.rfc822Name, GeneralName.iPAddress, GeneralName.uniformResourceIdentifier
        }) {
            names.stream().filter(name -> name.getTagNo() == type).forEach(signed::add);
        }
        return signed;
    }

    /** The common name of the subject; empty for none. */
    public String commonName() {
        return Subjects.commonName(request.getSubject());
    }

    /** All common names of the subject; parsers do not agree on which of several counts. */
    public List<String> commonNames() {
        return Subjects.commonNames(request.getSubject());
    }

    /** The organizations of the subject. */
    public List<String> organizations() {
        return Subjects.organizations(request.getSubject());
    }

    /** The DNS names among the alternative names. */
    public List<String> dnsNames() {
        return texts(GeneralName.dNSName);
    }

    /** The e-mail addresses among the alternative names. */
    public List<String> emailAddresses() {
        return texts(GeneralName.rfc822Name);
    }

    /** The URIs among the alternative names. */
    public List<String> uris() {
        return texts(GeneralName.uniformResourceIdentifier);
    }

    private List<String> texts(int type) {
        return names.stream()
                .filter(name -> name.getTagNo() == type)
                .map(name -> name.getName().toString())
                .toList();
    }

    /** The IP addresses among the alternative names. */
    public List<String> addresses() {
        return names.stream()
                .filter(name -> name.getTagNo() == GeneralName.iPAddress)
                .map(CertificateRequest::address)
                .toList();
    }

    private static String address(GeneralName name) {
        byte[] bytes = ASN1OctetString.getInstance(name.getName()).getOctets();
        try {
            return InetAddress.getByAddress(bytes).getHostAddress();
        } catch (IOException e) {
            throw new IllegalArgumentException("an IP address of " + bytes.length + " bytes", e);
        }
    }
}
