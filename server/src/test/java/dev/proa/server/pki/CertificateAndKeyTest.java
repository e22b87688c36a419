package dev.proa.server.pki;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.security.interfaces.ECPrivateKey;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.junit.jupiter.api.Test;

class CertificateAndKeyTest {

    /** Many keys, so that some numbers have a zero before them or fewer than 32 bytes. */
    @Test
    void keysOnP256AreWrittenInSec1WithTheirCurve() throws Exception {
        CertificateAndKey authority = Certificates.authority("ca", Instant.now());
        for (int i = 0; i < 300; i++) {
            CertificateAndKey pair = Certificates.client(authority, "me", List.of(), Instant.now());
            assertThat(pair.keyPem()).startsWith("-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE");
            assertThat(pair.pkcs8Pem()).startsWith("-----BEGIN PRIVATE KEY-----\n");
            try (PEMParser parser = new PEMParser(new StringReader(pair.keyPem()))) {
                PEMKeyPair read = (PEMKeyPair) parser.readObject();
                JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
                assertThat(converter.getPrivateKey(read.getPrivateKeyInfo()))
                        .extracting(key -> ((ECPrivateKey) key).getS())
                        .isEqualTo(((ECPrivateKey) pair.key()).getS());
                assertThat(converter.getPublicKey(read.getPublicKeyInfo()))
                        .isEqualTo(pair.certificate().getPublicKey());
            }
        }
    }
}
