package dev.proa.image.registry;

import dev.proa.image.ImageFailure;
import dev.proa.image.ImageFailure.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Certificates for registries whose issuer the JVM does not know, in the folders of Docker and Podman: {@code
 * ~/.config/containers/certs.d}, {@code /etc/containers/certs.d} and {@code /etc/docker/certs.d}, each with a folder {@code
 * <host>[:<port>]}. In it {@code *.crt} are issuers to trust besides the usual ones, and {@code NAME.cert} with {@code NAME.key}
 * (PKCS 8) is what the client shows. The first folder that exists is taken.
 */
public final class RegistryCertificates {
    private static final char[] NO_PASSWORD = new char[0];

    private final List<Path> folders;

    RegistryCertificates(List<Path> folders) {
        this.folders = List.copyOf(folders);
    }

    /** The folders of the user with this environment, and those of the machine. */
    public static RegistryCertificates of(Map<String, String> environment) {
        Path home = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
        return new RegistryCertificates(List.of(
                home.resolve(".config/containers/certs.d"),
                Path.of("/etc/containers/certs.d"),
                Path.of("/etc/docker/certs.d")));
    }

    /**
     * What to use for connections to a registry; null when nothing is configured.
     *
     * @param registry its host, with the port if it has one
     */
    @Nullable
    SSLContext context(String registry) {
        for (Path parent : folders) {
            Path folder;
            try {
                folder = parent.resolve(registry);
            } catch (InvalidPathException e) {
                return null;
            }
            if (registry.indexOf('/') < 0 && Files.isDirectory(folder)) {
                try {
                    return context(folder);
                } catch (GeneralSecurityException | IOException e) {
                    throw new ImageFailure(
                            Reason.INVALID, "cannot use the certificates in " + folder + ": " + e.getMessage(), e);
                }
            }
        }
        return null;
    }

    private static SSLContext context(Path folder) throws GeneralSecurityException, IOException {
        KeyStore trusted = empty();
        KeyStore own = empty();
        for (X509Certificate usual : usual()) {
            trusted.setCertificateEntry("usual-" + trusted.size(), usual);
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.endsWith(".crt")) {
                    for (Certificate issuer : certificates(file)) {
                        trusted.setCertificateEntry("own-" + trusted.size(), issuer);
                    }
                } else if (name.endsWith(".cert")) {
                    Path key = file.resolveSibling(name.substring(0, name.length() - "cert".length()) + "key");
                    own.setKeyEntry(
                            name, key(key), NO_PASSWORD, certificates(file).toArray(Certificate[]::new));
                }
            }
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, NO_PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static List<X509Certificate> usual() throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        List<X509Certificate> issuers = new ArrayList<>();
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager x509) {
                issuers.addAll(List.of(x509.getAcceptedIssuers()));
            }
        }
        return issuers;
    }

    private static List<Certificate> certificates(Path file) throws GeneralSecurityException, IOException {
        try (InputStream in = new ByteArrayInputStream(Files.readAllBytes(file))) {
            return List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(in));
        }
    }

    private static PrivateKey key(Path file) throws GeneralSecurityException, IOException {
        String pem = Files.readString(file, StandardCharsets.US_ASCII);
        String begin = "-----BEGIN PRIVATE KEY-----";
        int start = pem.indexOf(begin);
        int end = pem.indexOf("-----END PRIVATE KEY-----");
        if (start < 0 || end < start) {
            throw new GeneralSecurityException(
                    file.getFileName() + " is not in PKCS 8; convert it: openssl pkcs8 -topk8 -nocrypt");
        }
        byte[] der = Base64.getMimeDecoder().decode(pem.substring(start + begin.length(), end));
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (InvalidKeySpecException e) {
                continue; // a key of another kind
            }
        }
        throw new GeneralSecurityException(file.getFileName() + " is neither an RSA, EC nor EdDSA key");
    }
}
