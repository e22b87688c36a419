package dev.proa.node.agent;

import dev.proa.node.network.Cidr;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.util.Base64;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/** Encodes certificate requests (PKCS #10, RFC 2986) in DER, for which the JDK has no public class. */
final class CertificateRequest {
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int OCTETS = 0x04;
    private static final int BITS = 0x03;
    private static final byte[] VERSION = {0x02, 1, 0};
    /** 1.2.840.10045.4.3.2 */
    private static final byte[] ECDSA_WITH_SHA256 = {
        0x06, 8, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x04, 0x03, 0x02
    };
    /** 1.2.840.113549.1.9.14, the attribute that holds the extensions. */
    private static final byte[] EXTENSION_REQUEST = {
        0x06, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x09, 0x0e
    };
    /** 2.5.29.17 */
    private static final byte[] SUBJECT_ALTERNATIVE_NAME = {0x06, 3, 0x55, 0x1d, 0x11};

    private CertificateRequest() {}

    /**
     * A signed request in PEM.
     *
     * @param key on a curve
     * @param subject its distinguished name
     * @param dnsNames alternative names, in ASCII
     * @param addresses alternative names, IPv4
     */
    static String pem(KeyPair key, X500Principal subject, List<String> dnsNames, List<String> addresses)
            throws GeneralSecurityException {
        ByteArrayOutputStream names = new ByteArrayOutputStream();
        dnsNames.forEach(name -> names.writeBytes(der(0x82, name.getBytes(StandardCharsets.US_ASCII))));
        addresses.forEach(
                address -> names.writeBytes(der(0x87, Cidr.parseAddress(address).getAddress())));
        byte[] extension = der(SEQUENCE, SUBJECT_ALTERNATIVE_NAME, der(OCTETS, der(SEQUENCE, names.toByteArray())));
        byte[] attributes = names.size() == 0
                ? der(0xa0)
                : der(0xa0, der(SEQUENCE, EXTENSION_REQUEST, der(SET, der(SEQUENCE, extension))));
        byte[] info =
                der(SEQUENCE, VERSION, subject.getEncoded(), key.getPublic().getEncoded(), attributes);
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key.getPrivate());
        signature.update(info);
        byte[] request =
                der(SEQUENCE, info, der(SEQUENCE, ECDSA_WITH_SHA256), der(BITS, new byte[] {0}, signature.sign()));
        return "-----BEGIN CERTIFICATE REQUEST-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(request)
                + "\n-----END CERTIFICATE REQUEST-----\n";
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else if (length < 0x100) {
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
