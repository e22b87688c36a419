package dev.proa.server.auth;

import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;

/** A certificate and the private key that belongs to it. */
public record CertificateAndKey(X509Certificate certificate, PrivateKey key) {

    /** The certificate as PEM text. */
    public String certificatePem() {
        try {
            return Pem.encode("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("A certificate that was decoded cannot be encoded", e);
        }
    }

    /** The private key as PEM text (PKCS #8, not encrypted). */
    public String keyPem() {
        return Pem.encode("PRIVATE KEY", key.getEncoded());
    }

    /** Neither the key nor the certificate: for logs. */
    @Override
    public String toString() {
        return "CertificateAndKey[" + certificate.getSubjectX500Principal() + "]";
    }
}
