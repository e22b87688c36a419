package dev.proa.server.resource.extension;

import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Fields;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Path;
import java.net.URI;
import java.net.URISyntaxException;

/** Validates the address of a webhook: a URL, or a service. */
final class WebhookValidation {
    private static final String FORM = "; desired format: https://host[/path]";

    private WebhookValidation() {}

    static void url(Path path, String url, Errors errors) {
        URI uri;
        try {
            // Java wants something behind the scheme, where Go does not.
            uri = new URI(url.matches("[a-z]+:(//)?") ? url.substring(0, url.indexOf(':')) + ":///" : url);
        } catch (URISyntaxException e) {
            errors.required(path, "url must be a valid URL: parse \"" + url + "\": " + e.getReason() + FORM);
            return;
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme();
        if (!scheme.equals("https")) {
            errors.invalid(path, scheme, "'https' is the only allowed URL scheme" + FORM);
        }
        if (uri.getHost() == null) {
            errors.invalid(path, "", "host must be specified" + FORM);
        }
        if (uri.getRawUserInfo() != null) {
            errors.invalid(path, uri.getRawUserInfo(), "user information is not permitted in the URL");
        }
        if (uri.getRawFragment() != null && !uri.getRawFragment().isEmpty()) {
            errors.invalid(path, uri.getFragment(), "fragments are not permitted in the URL");
        }
        if (uri.getRawQuery() != null && !uri.getRawQuery().isEmpty()) {
            errors.invalid(path, uri.getRawQuery(), "query parameters are not permitted in the URL");
        }
    }

    /**
     * @param name the field that the error for a missing name has, likewise {@code namespace}; some callers in
     *     Kubernetes swap them
     */
    static void service(Fields service, String name, String namespace) {
        reference(service, name, namespace);
        path(service, service.text("path"));
    }

    /** The same without a path. */
    static void reference(Fields service, String name, String namespace) {
        if (service.text("name").isEmpty()) {
            service.errors.required(service.at(name), "");
        }
        if (service.text("namespace").isEmpty()) {
            service.errors.required(service.at(namespace), "");
        }
        long port = service.number("port");
        if (!Formats.portNumber(port).isEmpty()) {
            service.errors.invalid(
                    service.at("port"), port, "port is not valid: " + String.join(", ", Formats.portNumber(port)));
        }
    }

    private static void path(Fields service, String path) {
        if (path.isEmpty() || path.equals("/")) {
            return;
        }
        if (path.equals("//")) {
            service.invalid("path", "segment[0] may not be empty");
            return;
        }
        if (!path.startsWith("/")) {
            service.invalid("path", "must start with a '/'");
        }
        String[] steps = path.substring(1).replaceAll("/$", "").split("/", -1);
        for (int i = 0; i < steps.length; i++) {
            if (steps[i].isEmpty()) {
                service.invalid("path", "segment[" + i + "] may not be empty");
                continue;
            }
            for (String wrong : Formats.dnsSubdomain(steps[i])) {
                service.invalid("path", "segment[" + i + "]: " + wrong);
            }
        }
    }
}
