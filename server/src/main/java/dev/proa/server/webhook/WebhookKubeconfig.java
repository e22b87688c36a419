package dev.proa.server.webhook;

import dev.proa.api.codec.GoText;
import dev.proa.api.config.ConfigObject;
import dev.proa.server.configuration.ConfigFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;

/**
 * Reads the kubeconfig file that names a webhook: the cluster of the current context is the webhook, the user is the API server. Only webhooks by
 * HTTPS are called, and credentials are not asked of other programs.
 */
public final class WebhookKubeconfig {
    private final Path file;
    private final ConfigObject root;

    private WebhookKubeconfig(Path file) {
        this.file = file;
        this.root = ConfigFiles.read(file);
    }

    /**
     * Reads a file. Relative paths in it begin in its directory.
     *
     * @throws IllegalArgumentException when it names no webhook that can be called; the message says why, without any secret
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    public static ClientConfig read(Path file) {
        return read(file, false);
    }

    /** The same, but refuses {@code insecure-skip-tls-verify}: anybody could answer in the webhook's place. */
    public static ClientConfig readVerified(Path file) {
        return read(file, true);
    }

    private static ClientConfig read(Path file, boolean verified) {
        WebhookKubeconfig kubeconfig = new WebhookKubeconfig(file.toAbsolutePath());
        ConfigObject context = kubeconfig.current();
        ConfigObject cluster = kubeconfig.named("clusters", "cluster", context.text("cluster", ""));
        if (verified && cluster.bool("insecure-skip-tls-verify", false)) {
            throw cluster.problem("insecure-skip-tls-verify", "a webhook that nobody verifies is not asked");
        }
        String user = context.text("user", "");
        return kubeconfig.client(
                cluster, user.isEmpty() ? Optional.empty() : Optional.of(kubeconfig.named("users", "user", user)));
    }

    /** The current context; the only one where none is current. */
    private ConfigObject current() {
        String current = root.text("current-context", "");
        if (!current.isEmpty()) {
            return named("contexts", "context", current);
        }
        if (root.objects("contexts").size() == 1) {
            return root.objects("contexts")
                    .getFirst()
                    .object("context")
                    .orElseThrow(() -> root.problem("contexts[0].context", "Required value"));
        }
        throw root.problem("current-context", "Required value");
    }

    private ConfigObject named(String list, String kind, String name) {
        for (ConfigObject entry : root.objects(list)) {
            if (entry.text("name", "").equals(name)) {
                return entry.object(kind).orElseThrow(() -> entry.problem(kind, "Required value"));
            }
        }
        throw root.problem("", "there is no " + kind + " " + GoText.quote(name));
    }

    private ClientConfig client(ConfigObject cluster, Optional<ConfigObject> user) {
        String server = cluster.text("server", "");
        URI uri;
        try {
            uri = URI.create(server);
        } catch (IllegalArgumentException e) {
            throw cluster.problem("server", "is no URL");
        }
        if (!"https".equals(uri.getScheme()) || uri.getHost() == null) {
            throw cluster.problem("server", "must be of the form https://host[:port][/path]");
        }
        boolean insecure = cluster.bool("insecure-skip-tls-verify", false);
        String authorities = pem(cluster, "certificate-authority");
        if (insecure && !authorities.isEmpty()) {
            throw cluster.problem(
                    "insecure-skip-tls-verify",
                    "specifying a root certificates file with the insecure flag is not allowed");
        }
        String bundle = Base64.getEncoder().encodeToString(authorities.getBytes(StandardCharsets.US_ASCII));
        String problem = ClientConfig.bundleProblem(bundle);
        if (!problem.isEmpty()) {
            throw cluster.problem("certificate-authority", problem);
        }
        String name = cluster.text("tls-server-name", "");
        return new ClientConfig(server, null, bundle, access(name, insecure, user));
    }

    private Access access(String serverName, boolean insecure, Optional<ConfigObject> user) {
        if (user.isEmpty()) {
            return new Access(serverName, insecure, "", "", "", null, "", "");
        }
        ConfigObject who = user.get();
        if (who.has("exec") || who.has("auth-provider")) {
            throw who.problem("", "credentials of other programs (exec, auth-provider) are not supported here");
        }
        String certificate = pem(who, "client-certificate");
        String key = pem(who, "client-key");
        if (certificate.isEmpty() != key.isEmpty()) {
            throw who.problem("", "a client certificate needs its key, and a key its certificate");
        }
        return new Access(
                serverName,
                insecure,
                certificate,
                key,
                who.text("token", ""),
                who.text("tokenFile")
                        .filter(path -> !path.isEmpty())
                        .map(this::resolve)
                        .orElse(null),
                who.text("username", ""),
                who.text("password", ""));
    }

    private Path resolve(String path) {
        return file.resolveSibling(path);
    }

    /** What is given inline in Base64, or in a file; empty for neither. */
    private String pem(ConfigObject entry, String name) {
        String inline = entry.text(name + "-data", "");
        String path = entry.text(name, "");
        try {
            if (!inline.isEmpty()) {
                return new String(Base64.getMimeDecoder().decode(inline), StandardCharsets.US_ASCII);
            }
            return path.isEmpty() ? "" : Files.readString(resolve(path), StandardCharsets.US_ASCII);
        } catch (IllegalArgumentException e) {
            throw entry.problem(name + "-data", "is not base64");
        } catch (IOException e) {
            throw entry.problem(name, "cannot read " + resolve(path));
        }
    }
}
