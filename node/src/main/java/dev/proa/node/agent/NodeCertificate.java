package dev.proa.node.agent;

import dev.proa.node.sandbox.state.StateFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A certificate of a node, with its key.
 *
 * @param key on a curve
 * @param chain the certificate, followed by those of the authorities that it needs
 */
public record NodeCertificate(PrivateKey key, List<X509Certificate> chain) {
    private static final String KEY_BEGINS = "-----BEGIN PRIVATE KEY-----";

    public NodeCertificate {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("a chain of no certificates");
        }
    }

    X509Certificate certificate() {
        return chain.getFirst();
    }

    /** Reads what {@link #write} has written; null when there is no such file. */
    static @Nullable NodeCertificate read(Path file) throws IOException, GeneralSecurityException {
        if (!Files.exists(file)) {
            return null;
        }
        String pem = Files.readString(file);
        int key = Math.max(pem.indexOf(KEY_BEGINS), 0);
        List<X509Certificate> chain = certificates(pem.substring(0, key));
        if (chain.isEmpty()) {
            throw new GeneralSecurityException("no certificate before a private key in " + file);
        }
        String base64 = pem.substring(key).replaceAll("-----[A-Z ]+-----|\\s", "");
        return new NodeCertificate(
                KeyFactory.getInstance("EC")
                        .generatePrivate(
                                new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64))),
                chain);
    }

    /** Writes certificate and key into one file, which only its owner may read, as a whole. */
    void write(Path file) throws IOException {
        StateFiles.write(file, certificatePem() + keyPem());
    }

    static List<X509Certificate> certificates(String pem) throws GeneralSecurityException {
        List<X509Certificate> chain = new ArrayList<>();
        for (var certificate : CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
            chain.add((X509Certificate) certificate);
        }
        return chain;
    }

    String certificatePem() {
        StringBuilder pem = new StringBuilder();
        for (X509Certificate certificate : chain) {
            try {
                pem.append(pem("CERTIFICATE", certificate.getEncoded()));
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException("a certificate that was decoded cannot be encoded", e);
            }
        }
        return pem.toString();
    }

    String keyPem() {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END " + label + "-----\n";
    }

    /** Not the key: for logs. */
    @Override
    public String toString() {
        return "NodeCertificate[" + certificate().getSubjectX500Principal() + " until "
                + certificate().getNotAfter().toInstant() + "]";
    }
}
