package dev.proa.server.pki;

import dev.proa.server.auth.UserInfo;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The cluster's certificate authority and everything it has signed, in one directory or in memory.
 *
 * <p>Files are {@code NAME.crt} and {@code NAME.key} (PEM, keys readable by the owner only); {@code ca} signs all others but
 * {@code front-proxy-client}, which {@code front-proxy-ca} signs; {@code sa} is the key pair of service account tokens and has {@code sa.pub} instead of a certificate. What is missing is
 * made, what nears its expiry or no longer fits (another authority, further names) is made anew when it is asked for.
 *
 * <p>All keys are on the curve P-256. Safe for use by several threads of one process.
 */
public final class Pki {
    /** The common name of the API server's certificate as a front proxy. */
    public static final String FRONT_PROXY = "front-proxy-client";

    private static final String SERVER = "apiserver";
    private static final String REGISTRY = "registry";

    private static final Duration RENEW_BEFORE = Duration.ofDays(30);
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> PUBLIC = PosixFilePermissions.fromString("rw-r--r--");

    private static final long SETTLE_NANOS = 5_000_000;

    /** Null keeps everything in {@link #kept}, which has what was read last otherwise. */
    private final @Nullable Path directory;

    private final InstantSource clock;
    private final CertificateAndKey authority;
    private final Map<String, CertificateAndKey> kept = new ConcurrentHashMap<>();
    private @Nullable KeyPair tokenKey;

    private Pki(@Nullable Path directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
        this.authority = load("ca", null, null).orMake(() -> Certificates.authority("kubernetes", clock.instant()));
    }

    /**
     * Opens the directory, and makes it and the authority when there is none.
     *
     * @throws UncheckedIOException when it can be neither read nor written
     */
    public static Pki open(Path directory, InstantSource clock) {
        try {
            Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot create " + directory + " for certificates", e);
        }
        return new Pki(directory, clock);
    }

    /** Makes an authority whose files are never written: everything is kept in memory. */
    public static Pki inMemory(InstantSource clock) {
        return new Pki(null, clock);
    }

    /** The certificate of the authority. */
    public X509Certificate authority() {
        return authority.certificate();
    }

    /** The certificate of the authority as PEM text, for kubeconfigs and {@code kube-root-ca.crt}. */
    public String authorityPem() {
        return authority.certificatePem();
    }

    /** Reads and signs certificate requests. */
    public CertificateRequests requests() {
        return new CertificateRequests(authority, clock);
    }

    /**
     * What the API server shows to its clients.
     *
     * @param names further host names and addresses than the usual ones ({@code kubernetes.default.svc}, {@code localhost},
     *     127.0.0.1, 10.96.0.1, the name of this host)
     */
    public CertificateAndKey server(Collection<String> names) {
        Set<String> all = usualNames();
        all.addAll(names);
        return server(SERVER, "kube-apiserver", List.of(), all);
    }

    private static Set<String> usualNames() {
        Set<String> all = new LinkedHashSet<>(List.of(
                "kubernetes",
                "kubernetes.default",
                "kubernetes.default.svc",
                "kubernetes.default.svc.cluster.local",
                "localhost",
                "127.0.0.1",
                "10.96.0.1"));
        hostName(all);
        return all;
    }

    /** The names and addresses by which clients know the API server and the image registry: those in their certificates, and the usual ones. */
    public Set<String> serverNames() {
        Set<String> all = usualNames();
        for (String file : List.of(SERVER, REGISTRY)) {
            CertificateAndKey shown = kept.get(file);
            if (shown != null) {
                try {
                    all.addAll(Certificates.names(shown.certificate()));
                } catch (CertificateParsingException e) {
                    throw new IllegalStateException("The names in the certificate " + file + " cannot be read", e);
                }
            }
        }
        return all;
    }

    /** What the kubelet of a node shows to its clients. */
    public CertificateAndKey kubeletServer(String node, Collection<String> names) {
        Set<String> all = new LinkedHashSet<>(List.of(node, "localhost", "127.0.0.1"));
        all.addAll(names);
        return server("kubelet-server-" + node, "system:node:" + node, List.of("system:nodes"), all);
    }

    /** What the image registry shows to its clients. */
    public CertificateAndKey registryServer(Collection<String> names) {
        Set<String> all = new LinkedHashSet<>(List.of("localhost", "127.0.0.1"));
        all.addAll(names);
        return server(REGISTRY, "registry", List.of(), all);
    }

    /** The administrator: user {@code kubernetes-admin} in group {@code system:masters}. */
    public CertificateAndKey administrator() {
        return client("admin", "kubernetes-admin", List.of(UserInfo.MASTERS));
    }

    /** As whom the API server calls kubelets. */
    public CertificateAndKey kubeletClient() {
        return client("apiserver-kubelet-client", "kube-apiserver-kubelet-client", List.of(UserInfo.MASTERS));
    }

    /** The authority of front proxies, apart from the other one: whom it vouches for may speak for every user. */
    public synchronized CertificateAndKey frontProxyAuthority() {
        return load("front-proxy-ca", null, null)
                .orMake(() -> Certificates.authority("front-proxy-ca", clock.instant()));
    }

    /** As whom the API server calls extension API servers: {@link #FRONT_PROXY}. */
    public synchronized CertificateAndKey frontProxyClient() {
        CertificateAndKey issuer = frontProxyAuthority();
        return load(FRONT_PROXY, issuer, null)
                .orMake(() -> Certificates.client(issuer, FRONT_PROXY, List.of(), clock.instant()));
    }

    /**
     * What a client shows to the API server.
     *
     * @param file the files' name without ending
     * @param user the user name (common name)
     * @param groups the user's groups (organizations)
     */
    public synchronized CertificateAndKey client(String file, String user, List<String> groups) {
        return load(file, authority, null).orMake(() -> Certificates.client(authority, user, groups, clock.instant()));
    }

    private synchronized CertificateAndKey server(String file, String user, List<String> groups, Set<String> names) {
        return load(file, authority, names)
                .orMake(() -> Certificates.server(authority, user, groups, names, clock.instant()));
    }

    /** A certificate of the directory, by its file name without ending; authorities sign themselves. */
    public record Listed(String name, X509Certificate certificate) {
        /** Whether it is an authority, which signs others. */
        public boolean isAuthority() {
            return certificate.getBasicConstraints() >= 0;
        }
    }

    /** The certificates of a directory, by name; empty when there is none. Makes nothing. */
    public static List<Listed> list(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        List<Listed> listed = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.crt")) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName()).replaceFirst("\\.crt$", "");
                listed.add(new Listed(name, (X509Certificate) CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(file)))));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the certificates in " + directory, e);
        } catch (CertificateException e) {
            throw new IllegalStateException("A certificate in " + directory + " is damaged: " + e.getMessage(), e);
        }
        listed.sort(Comparator.comparing(Listed::name));
        return listed;
    }

    /**
     * Makes a certificate anew, with a new key, for the same subject and names, although it is not due.
     *
     * @param before no authority
     */
    public synchronized X509Certificate renew(Listed before) {
        if (before.isAuthority()) {
            throw new IllegalArgumentException(
                    before.name() + " is an authority: what it has signed would be worthless");
        }
        CertificateAndKey issuer = before.name().equals(FRONT_PROXY) ? frontProxyAuthority() : authority;
        try {
            CertificateAndKey made = Certificates.renewed(issuer, before.certificate(), clock.instant());
            return new Loaded(before.name(), null).orMake(() -> made).certificate();
        } catch (CertificateException e) {
            throw new IllegalStateException("The certificate " + before.name() + " is damaged: " + e.getMessage(), e);
        }
    }

    /** The key pair that signs service account tokens. */
    public synchronized KeyPair serviceAccountKey() {
        KeyPair pair = tokenKey;
        if (pair == null) {
            pair = directory == null ? makeTokenKey() : readOrMakeTokenKey(directory);
            tokenKey = pair;
        }
        return pair;
    }

    private static KeyPair makeTokenKey() {
        try {
            return Certificates.keyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This JDK makes no P-256 keys", e);
        }
    }

    private KeyPair readOrMakeTokenKey(Path directory) {
        Path key = directory.resolve("sa.key");
        Path pub = directory.resolve("sa.pub");
        try {
            if (Files.exists(key) && Files.exists(pub)) {
                KeyFactory factory = KeyFactory.getInstance("EC");
                PrivateKey secret = factory.generatePrivate(
                        new PKCS8EncodedKeySpec(Pem.decode("PRIVATE KEY", Files.readString(key))));
                PublicKey open =
                        factory.generatePublic(new X509EncodedKeySpec(Pem.decode("PUBLIC KEY", Files.readString(pub))));
                return new KeyPair(open, secret);
            }
            KeyPair pair = Certificates.keyPair();
            write(pub, Pem.encode("PUBLIC KEY", pair.getPublic().getEncoded()), PUBLIC);
            write(key, Pem.encode("PRIVATE KEY", pair.getPrivate().getEncoded()), PRIVATE);
            return pair;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read or write the service account key " + key, e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The service account key " + key + " is not a P-256 key", e);
        }
    }

    private static void hostName(Set<String> names) {
        try {
            names.add(InetAddress.getLocalHost().getHostName());
        } catch (UnknownHostException e) {
            // A host without a name has none to put into the certificate.
            return;
        }
    }

    /** @param issuer who has to have signed it; null for an authority, which signs itself */
    private Loaded load(String name, @Nullable CertificateAndKey issuer, @Nullable Set<String> names) {
        return directory == null ? remembered(name, issuer, names) : read(directory, name, issuer, names);
    }

    private Loaded remembered(String name, @Nullable CertificateAndKey issuer, @Nullable Set<String> names) {
        CertificateAndKey pair = kept.get(name);
        try {
            return new Loaded(name, pair != null && usable(pair.certificate(), issuer, names) ? pair : null);
        } catch (CertificateParsingException e) {
            throw new IllegalStateException("The names in the certificate " + name + " cannot be read", e);
        }
    }

    private Loaded read(Path directory, String name, @Nullable CertificateAndKey issuer, @Nullable Set<String> names) {
        Path crt = directory.resolve(name + ".crt");
        Path key = directory.resolve(name + ".key");
        if (!Files.exists(crt) || !Files.exists(key)) {
            return new Loaded(name, null);
        }
        try {
            CertificateAndKey pair = read(crt, key);
            CertificateAndKey before = kept.put(name, pair);
            if (before != null && !before.certificate().equals(pair.certificate())) {
                pair = settled(pair, crt, key);
                kept.put(name, pair);
            }
            return new Loaded(name, usable(pair.certificate(), issuer, names) ? pair : null);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + crt + " or " + key, e);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalStateException(crt + " or " + key + " is damaged; remove both, and they are made anew", e);
        }
    }

    private static CertificateAndKey read(Path crt, Path key) throws IOException, GeneralSecurityException {
        X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(crt)));
        PrivateKey secret = KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Pem.decode("PRIVATE KEY", Files.readString(key))));
        return new CertificateAndKey(certificate, secret);
    }

    /** Another process that renews a certificate replaces one file after the other. */
    private static CertificateAndKey settled(CertificateAndKey read, Path crt, Path key)
            throws IOException, GeneralSecurityException {
        CertificateAndKey pair = read;
        for (int i = 0; i < 20 && !pair.belongTogether(); i++) {
            LockSupport.parkNanos(SETTLE_NANOS);
            pair = read(crt, key);
        }
        if (!pair.belongTogether()) {
            throw new GeneralSecurityException("the key is not that of the certificate");
        }
        return pair;
    }

    private boolean usable(X509Certificate certificate, @Nullable CertificateAndKey issuer, @Nullable Set<String> names)
            throws CertificateParsingException {
        Instant renewal = certificate.getNotAfter().toInstant().minus(RENEW_BEFORE);
        if (clock.instant().isAfter(renewal)) {
            return false;
        }
        if (issuer != null && !Certificates.signedBy(certificate, issuer.certificate())) {
            return false;
        }
        return names == null || Certificates.names(certificate).containsAll(names);
    }

    private void write(Path file, String text, Set<PosixFilePermission> permissions) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        try (SeekableByteChannel channel = Files.newByteChannel(
                temporary,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(permissions))) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** What the directory held under a name; null when it is missing or can no longer be used. */
    private final class Loaded {
        private final String name;
        private final @Nullable CertificateAndKey pair;

        private Loaded(String name, @Nullable CertificateAndKey pair) {
            this.name = name;
            this.pair = pair;
        }

        private CertificateAndKey orMake(Supplier<CertificateAndKey> maker) {
            if (pair != null) {
                return pair;
            }
            CertificateAndKey made = maker.get();
            if (directory == null) {
                kept.put(name, made);
                return made;
            }
            try {
                kept.put(name, made);
                write(directory.resolve(name + ".key"), made.pkcs8Pem(), PRIVATE);
                write(directory.resolve(name + ".crt"), made.certificatePem(), PUBLIC);
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot write the certificate " + name + " to " + directory, e);
            }
            return made;
        }
    }
}
