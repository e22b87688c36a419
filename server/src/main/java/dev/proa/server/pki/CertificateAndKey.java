package dev.proa.server.pki;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

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

    /**
     * The private key as PEM text, not encrypted. A key on the curve P-256 is in the form of SEC 1 (RFC 5915), by whose label clients tell the
     * algorithm; any other is in PKCS #8.
     */
    public String keyPem() {
        PrivateKeyInfo info = PrivateKeyInfo.getInstance(key.getEncoded());
        if (!X9ObjectIdentifiers.prime256v1.equals(info.getPrivateKeyAlgorithm().getParameters())) {
            return pkcs8Pem();
        }
        SubjectPublicKeyInfo open =
                SubjectPublicKeyInfo.getInstance(certificate.getPublicKey().getEncoded());
        try {
            ECPrivateKey secret = ECPrivateKey.getInstance(info.parsePrivateKey());
            ECPrivateKey whole =
                    new ECPrivateKey(256, secret.getKey(), open.getPublicKeyData(), X9ObjectIdentifiers.prime256v1);
            return Pem.encode("EC PRIVATE KEY", whole.getEncoded());
        } catch (IOException e) {
            throw new UncheckedIOException("A key that was decoded cannot be encoded", e);
        }
    }

    /** The private key as PEM text (PKCS #8, not encrypted). */
    String pkcs8Pem() {
        return Pem.encode("PRIVATE KEY", key.getEncoded());
    }

    /** Whether the key is that of the certificate: their files are replaced one after the other. */
    boolean belongTogether() {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key);
            signature.update((byte) 1);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update((byte) 1);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Neither the key nor the certificate: for logs. */
    @Override
    public String toString() {
        return "CertificateAndKey[" + certificate.getSubjectX500Principal() + "]";
    }
}
