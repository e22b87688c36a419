package dev.proa.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.stream.IntStream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.junit.jupiter.api.Test;

class CertificateRequestTest {
    private static PKCS10CertificationRequest request(KeyPair pair, List<String> names) throws Exception {
        String pem = CertificateRequest.pem(
                pair, new X500Principal("CN=system:node:web-0,O=system:nodes"), names, List.of("10.90.0.2"));
        return (PKCS10CertificationRequest) new PEMParser(new StringReader(pem)).readObject();
    }

    @Test
    void isReadByOthers() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();

        PKCS10CertificationRequest request = request(pair, List.of("web-0"));
        assertThat(request.getSubject()).hasToString("O=system:nodes,CN=system:node:web-0");
        assertThat(request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(pair.getPublic())))
                .isTrue();
        assertThat(GeneralNames.fromExtensions(request.getRequestedExtensions(), Extension.subjectAlternativeName)
                        .getNames())
                .extracting(Object::toString)
                .containsExactly("2: web-0", "7: #0a5a0002");

        // Longer than one byte says.
        List<String> many = IntStream.range(0, 100).mapToObj(i -> "name-" + i).toList();
        PKCS10CertificationRequest large = request(pair, many);
        assertThat(GeneralNames.fromExtensions(large.getRequestedExtensions(), Extension.subjectAlternativeName)
                        .getNames())
                .hasSize(101);
    }
}
