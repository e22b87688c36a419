package dev.proa.server.pki;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/** Reads RSA keys and keys on elliptic curves from files in PEM, in the forms in which openssl writes them. */
public final class KeyFiles {
    private KeyFiles() {}

    /**
     * The first private key of a file.
     *
     * @throws IllegalArgumentException when there is none; the message names the file
     */
    public static PrivateKey privateKey(Path file) {
        return privateKey(file.toString(), text(file));
    }

    /**
     * The first private key in PEM.
     *
     * @param source what the message of a failure calls it
     */
    public static PrivateKey privateKey(String source, String pem) {
        for (Object block : blocks(source, pem)) {
            try {
                if (block instanceof PEMKeyPair pair) {
                    return new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo());
                } else if (block instanceof PrivateKeyInfo key) {
                    return new JcaPEMKeyConverter().getPrivateKey(key);
                }
            } catch (IOException e) {
                throw new IllegalArgumentException("the key in " + source + " cannot be used", e);
            }
        }
        throw new IllegalArgumentException(source + " has no private key");
    }

    /**
     * The public keys of a file; of its private keys the public parts.
     *
     * @throws IllegalArgumentException when there is none; the message names the file
     */
    public static List<PublicKey> publicKeys(Path file) {
        List<PublicKey> keys = new ArrayList<>();
        for (Object block : blocks(file.toString(), text(file))) {
            try {
                switch (block) {
                    case SubjectPublicKeyInfo key -> keys.add(new JcaPEMKeyConverter().getPublicKey(key));
                    case X509CertificateHolder certificate ->
                        keys.add(new JcaPEMKeyConverter().getPublicKey(certificate.getSubjectPublicKeyInfo()));
                    case PEMKeyPair pair ->
                        keys.add(publicKey(new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo())));
                    case PrivateKeyInfo key -> keys.add(publicKey(new JcaPEMKeyConverter().getPrivateKey(key)));
                    default -> {
                        // parameters of a curve, for example
                    }
                }
            } catch (IOException e) {
                throw new IllegalArgumentException("a key in " + file + " cannot be used", e);
            }
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException(file + " has neither public nor private keys");
        }
        return keys;
    }

    /**
     * The public part of a private key.
     *
     * @throws IllegalArgumentException when it is neither an RSA key nor one on an elliptic curve
     */
    public static PublicKey publicKey(PrivateKey key) {
        try {
            if (key instanceof RSAPrivateCrtKey rsa) {
                return KeyFactory.getInstance("RSA")
                        .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent()));
            } else if (key instanceof ECPrivateKey) {
                AsymmetricKeyParameter parameters = PrivateKeyFactory.createKey(key.getEncoded());
                ECPrivateKeyParameters ec = (ECPrivateKeyParameters) parameters;
                ECPublicKeyParameters made =
                        new ECPublicKeyParameters(ec.getParameters().getG().multiply(ec.getD()), ec.getParameters());
                return new JcaPEMKeyConverter()
                        .getPublicKey(SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(made));
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("a private key has no public part", e);
        }
        throw new IllegalArgumentException("a key is an RSA key, or one on an elliptic curve");
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read keys from " + file, e);
        }
    }

    private static List<Object> blocks(String source, String pem) {
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            List<Object> blocks = new ArrayList<>();
            for (Object block = parser.readObject(); block != null; block = parser.readObject()) {
                blocks.add(block);
            }
            return blocks;
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read keys from " + source, e);
        }
    }
}
