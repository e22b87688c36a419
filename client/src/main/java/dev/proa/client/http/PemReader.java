package dev.proa.client.http;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Reads certificates and private keys in PEM (RFC 7468), keys also in the traditional forms of RFC 8017 (RSA, PKCS #1) and
 * RFC 5915 (EC, SEC 1).
 */
final class PemReader {
    private static final byte[] RSA = {
        0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 5, 0
    };
    private static final byte[] EC = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01};

    private PemReader() {}

    static List<X509Certificate> certificates(String pem) throws GeneralSecurityException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (var certificate : CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
            certificates.add((X509Certificate) certificate);
        }
        if (certificates.isEmpty()) {
            throw new GeneralSecurityException("it contains no certificate");
        }
        return certificates;
    }

    static PrivateKey privateKey(String pem) throws GeneralSecurityException {
        int begin = pem.indexOf("-----BEGIN ");
        while (begin >= 0) {
            int name = begin + "-----BEGIN ".length();
            int nameEnd = pem.indexOf("-----", name);
            String label = pem.substring(name, nameEnd);
            int end = pem.indexOf("-----END " + label, nameEnd);
            if (end < 0) {
                throw new GeneralSecurityException("the end of the " + label + " is missing");
            }
            if (label.endsWith("PRIVATE KEY")) {
                byte[] der = Base64.getMimeDecoder().decode(pem.substring(nameEnd + 5, end));
                return switch (label) {
                    case "PRIVATE KEY" -> parse(der);
                    case "RSA PRIVATE KEY" -> parse(wrap(RSA, der));
                    case "EC PRIVATE KEY" -> parse(wrap(ecAlgorithm(der), der));
                    default -> throw new GeneralSecurityException("a key of the form " + label + " cannot be read");
                };
            }
            begin = pem.indexOf("-----BEGIN ", end);
        }
        throw new GeneralSecurityException("there is no private key in it");
    }

    private static PrivateKey parse(byte[] pkcs8) throws GeneralSecurityException {
        for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                continue; // of another algorithm
            }
        }
        throw new GeneralSecurityException("the private key is neither of RSA nor of EC nor of Ed25519");
    }

    /** Wraps a key in a PKCS #8 structure. */
    private static byte[] wrap(byte[] algorithm, byte[] key) {
        return der(0x30, new byte[] {2, 1, 0}, der(0x30, algorithm), der(0x04, key));
    }

    /** The algorithm identifier with the curve, which an EC key names in its field {@code [0]}. */
    private static byte[] ecAlgorithm(byte[] key) throws GeneralSecurityException {
        for (int i = 0; i < key.length - 4; i++) {
            if (key[i] == (byte) 0xa0 && key[i + 2] == 0x06 && key[i + 1] == key[i + 3] + 2) {
                byte[] curve = new byte[key[i + 1]];
                System.arraycopy(key, i + 2, curve, 0, curve.length);
                ByteArrayOutputStream algorithm = new ByteArrayOutputStream();
                algorithm.writeBytes(EC);
                algorithm.writeBytes(curve);
                return algorithm.toByteArray();
            }
        }
        throw new GeneralSecurityException("the EC key does not name its curve");
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (length < 128) {
            out.write(length);
        } else if (length < 256) {
            out.write(0x81);
            out.write(length);
        } else {
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }
}
