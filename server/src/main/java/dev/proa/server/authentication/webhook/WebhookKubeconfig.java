package dev.proa.server.authentication.webhook;

import dev.proa.server.configuration.ConfigObject;
import dev.proa.server.pki.KeyFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * Where a webhook is and how the API server shows itself to it, in the form of a kubeconfig: of its current context the cluster is the webhook, the
 * user is the API server. Requests are posted to exactly the cluster's URL.
 *
 * @param authorization the header {@code Authorization} to be sent; empty for none
 * @param tls whom the API server trusts, and what it shows
 */
record WebhookKubeconfig(URI server, String authorization, SSLContext tls) {

    /**
     * Reads the file. Relative paths in it begin in its directory.
     *
     * @throws IllegalArgumentException when it does not say where the webhook is, or uses what there is not here; the message has no secret
     * @throws UncheckedIOException when a file cannot be read
     */
    static WebhookKubeconfig read(Path file) {
        ConfigObject root = ConfigObject.read(file);
        String context = root.text("current-context", "");
        ConfigObject current = named(root, "contexts", context, "context");
        ConfigObject cluster = named(root, "clusters", current.text("cluster", ""), "cluster");
        String userName = current.text("user", "");
        Optional<ConfigObject> user =
                userName.isEmpty() ? Optional.empty() : Optional.of(named(root, "users", userName, "user"));
        if (cluster.bool("insecure-skip-tls-verify", false)) {
            throw cluster.problem("insecure-skip-tls-verify", "a webhook that nobody verifies is not asked");
        }
        URI server = server(cluster);
        return new WebhookKubeconfig(
                server, user.map(from -> authorization(from, file)).orElse(""), tls(cluster, user, file));
    }

    private static ConfigObject named(ConfigObject root, String list, String name, String what) {
        return root.objects(list).stream()
                .filter(entry -> entry.text("name", "").equals(name))
                .findFirst()
                .flatMap(entry -> entry.object(what))
                .orElseThrow(() -> root.problem(list, "there is no " + what + " \"" + name + "\""));
    }

    private static URI server(ConfigObject cluster) {
        String text = cluster.text("server", "");
        try {
            URI server = new URI(text);
            if (("https".equals(server.getScheme()) || "http".equals(server.getScheme()))
                    && server.getHost() != null
                    && server.getUserInfo() == null) {
                return server;
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(cluster + ".server is not a URL", e);
        }
        throw cluster.problem("server", "must be a URL of http or https");
    }

    private static String authorization(ConfigObject user, Path file) {
        for (String unknown : List.of("exec", "auth-provider")) {
            if (user.has(unknown)) {
                throw user.problem(unknown, "is not supported for webhooks");
            }
        }
        String token = user.text("token")
                .or(() -> user.text("tokenFile").map(path -> text(file, path).strip()))
                .orElse("");
        if (!token.isEmpty()) {
            return "Bearer " + token;
        }
        String name = user.text("username", "");
        return name.isEmpty()
                ? ""
                : "Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (name + ":" + user.text("password", "")).getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Path file, String path) {
        Path other = file.toAbsolutePath().resolveSibling(path);
        try {
            return Files.readString(other);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + other + ": " + e.getMessage(), e);
        }
    }

    /** PEM that is in the object itself, or in a file that it names. */
    private static Optional<String> pem(ConfigObject object, String name, Path file) {
        Optional<String> data = object.text(name + "-data");
        if (data.isPresent()) {
            try {
                return Optional.of(new String(Base64.getMimeDecoder().decode(data.get()), StandardCharsets.ISO_8859_1));
            } catch (IllegalArgumentException e) {
                throw object.problem(name + "-data", "is no Base64");
            }
        }
        return object.text(name).filter(path -> !path.isEmpty()).map(path -> text(file, path));
    }

    private static SSLContext tls(ConfigObject cluster, Optional<ConfigObject> user, Path file) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    user.map(from -> keys(from, file)).orElse(null),
                    pem(cluster, "certificate-authority", file)
                            .map(text -> trust(cluster, text))
                            .orElse(null),
                    null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This JDK has no TLS", e);
        }
    }

    private static Collection<? extends Certificate> certificates(String pem) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static TrustManager[] trust(ConfigObject cluster, String pem) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            for (Certificate certificate : certificates(pem)) {
                trusted.setCertificateEntry("ca-" + trusted.size(), certificate);
            }
            if (trusted.size() == 0) {
                throw cluster.problem("certificate-authority", "has no certificates");
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(trusted);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException(cluster + ".certificate-authority cannot be used", e);
        }
    }

    private static KeyManager[] keys(ConfigObject user, Path file) {
        Optional<String> certificate = pem(user, "client-certificate", file);
        Optional<String> key = pem(user, "client-key", file);
        if (certificate.isEmpty() && key.isEmpty()) {
            return new KeyManager[0];
        }
        if (certificate.isEmpty() || key.isEmpty()) {
            throw user.problem("", "client-certificate and client-key belong together");
        }
        try {
            PrivateKey secret = KeyFiles.privateKey(user + ".client-key", key.get());
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    "client",
                    secret,
                    new char[0],
                    certificates(certificate.get()).toArray(Certificate[]::new));
            KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
            factory.init(store, new char[0]);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException(user + ": the client certificate cannot be used", e);
        }
    }
}
