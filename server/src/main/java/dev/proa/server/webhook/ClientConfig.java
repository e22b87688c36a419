package dev.proa.server.webhook;

import dev.proa.api.value.MapValue;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Where a webhook is, as {@code WebhookClientConfig}: at a URL or behind a service.
 *
 * @param url empty when there is a service
 * @param service null when there is a URL
 * @param caBundle certificates of authorities in PEM, in Base64; empty for those that Java trusts
 * @param access how the API server proves who it is
 */
public record ClientConfig(String url, @Nullable Service service, String caBundle, Access access) {
    private static final int HTTPS = 443;

    /**
     * A service.
     *
     * @param port of the service
     * @param path as given; may be empty
     */
    public record Service(String namespace, String name, int port, String path) {
        /** Its name in certificates. */
        public String host() {
            return name + "." + namespace + ".svc";
        }
    }

    /** Of a webhook that is called without credentials. */
    public ClientConfig(String url, @Nullable Service service, String caBundle) {
        this(url, service, caBundle, Access.NONE);
    }

    /** Reads a {@code WebhookClientConfig}. A bundle of nothing but white space is none. */
    public static ClientConfig of(MapValue config) {
        Service service = null;
        if (config.get("service") instanceof MapValue to) {
            service = new Service(
                    to.string("namespace"), to.string("name"), (int) to.integer("port", HTTPS), to.string("path"));
        }
        String bundle = config.string("caBundle");
        return new ClientConfig(config.string("url"), service, isBlank(bundle) ? "" : bundle);
    }

    /** What is wrong with a bundle, as Kubernetes says it; empty when it can be used. */
    public static String bundleProblem(String caBundle) {
        if (caBundle.isEmpty()) {
            return "";
        }
        try {
            AuthorityBundle.of(caBundle);
            return "";
        } catch (WebhookCallException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static boolean isBlank(String base64) {
        try {
            return new String(Base64.getMimeDecoder().decode(base64), StandardCharsets.ISO_8859_1).isBlank();
        } catch (IllegalArgumentException e) {
            return false; // whoever uses it says what is wrong with it
        }
    }

    /**
     * Where requests are sent.
     *
     * @param host whose certificate is expected
     * @param port of the URL or the service
     * @param path cleaned as Go does: it begins with {@code /} and does not end with it, unless it is all
     * @param shown scheme, host and path in texts of errors
     */
    record Target(String host, int port, String path, String shown) {}

    /** @throws WebhookCallException when this is neither a URL nor a service */
    Target target() {
        if (service != null) {
            String path = clean(service.path());
            return new Target(
                    service.host(), service.port(), path, "https://" + service.host() + ":" + service.port() + path);
        }
        if (url.isEmpty()) {
            throw new WebhookCallException("webhook configuration must have either service or URL");
        }
        try {
            URI uri = new URI(url);
            if (!"https".equals(uri.getScheme()) || uri.getHost() == null) {
                throw new WebhookCallException("Unparsable URL: " + url + " is not of the form https://host[/path]");
            }
            String path = clean(uri.getRawPath());
            String host = uri.getHost();
            boolean v6 = host.startsWith("[");
            return new Target(
                    v6 ? host.substring(1, host.length() - 1) : host,
                    uri.getPort() < 0 ? HTTPS : uri.getPort(),
                    path,
                    "https://" + host + (uri.getPort() < 0 ? "" : ":" + uri.getPort()) + path);
        } catch (URISyntaxException e) {
            throw new WebhookCallException("Unparsable URL: " + e.getMessage());
        }
    }

    private static String clean(@Nullable String path) {
        Deque<String> kept = new ArrayDeque<>();
        for (String step : path == null ? new String[0] : path.split("/")) {
            if (step.equals("..")) {
                kept.pollLast();
            } else if (!step.isEmpty() && !step.equals(".")) {
                kept.addLast(step);
            }
        }
        return "/" + String.join("/", kept);
    }
}
