package dev.proa.control.scheduler.configuration;

import dev.proa.api.config.ConfigObject;
import dev.proa.api.selector.LabelRules;
import dev.proa.api.status.FieldError;
import dev.proa.client.http.Connection;
import dev.proa.control.scheduler.extender.ExtenderConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the extenders. */
final class ExtenderReader {
    private static final Duration USUAL_TIMEOUT = Duration.ofSeconds(5);
    private static final String QUOTA_PREFIX = "requests.";

    private final Path directory;
    private final List<FieldError> errors;
    private final Set<String> managed = new HashSet<>();

    ExtenderReader(Path directory, List<FieldError> errors) {
        this.directory = directory;
        this.errors = errors;
    }

    /**
     * Adds all to {@code extenders}.
     *
     * @return the resources that the scheduler has to ignore
     */
    Set<String> read(List<ConfigObject> objects, List<ExtenderConfig> extenders) {
        List<ExtenderConfig> last = new ArrayList<>();
        Set<String> ignored = new HashSet<>();
        int binders = 0;
        for (ConfigObject object : objects) {
            ExtenderConfig extender = extender(object);
            (extender.isIgnorable() ? last : extenders).add(extender);
            ignored.addAll(extender.ignoredByScheduler());
            binders += extender.bindVerb().isEmpty() ? 0 : 1;
        }
        if (binders > 1) {
            errors.add(FieldError.invalid(
                    "extenders",
                    "found " + binders + " extenders implementing bind",
                    "only one extender can implement bind"));
        }
        extenders.addAll(last);
        return ignored;
    }

    private ExtenderConfig extender(ConfigObject object) {
        String prioritize = object.text("prioritizeVerb", "");
        long weight = object.integer("weight", 0);
        if (!prioritize.isEmpty() && weight <= 0) {
            errors.add(FieldError.invalid(object.place("weight"), weight, "must have a positive weight applied to it"));
        }
        Set<String> resources = new HashSet<>();
        Set<String> ignored = new HashSet<>();
        for (ConfigObject resource : object.objects("managedResources")) {
            String name = resource.text("name", "");
            checkResource(resource.place("name"), name);
            resources.add(name);
            if (resource.bool("ignoredByScheduler", false)) {
                ignored.add(name);
            }
        }
        Duration timeout = object.duration("httpTimeout", USUAL_TIMEOUT);
        return new ExtenderConfig(
                connection(object),
                object.text("filterVerb", ""),
                object.text("preemptVerb", ""),
                prioritize,
                object.text("bindVerb", ""),
                weight,
                timeout.isZero() ? USUAL_TIMEOUT : timeout,
                object.bool("nodeCacheCapable", false),
                resources,
                ignored,
                object.bool("ignorable", false));
    }

    private void checkResource(String place, String name) {
        List<FieldError> wrong = LabelRules.keyErrors(place, name);
        errors.addAll(wrong);
        boolean isExtended = name.contains("/")
                && !name.contains("kubernetes.io/")
                && !name.startsWith(QUOTA_PREFIX)
                && LabelRules.keyErrors(place, QUOTA_PREFIX + name).isEmpty();
        if (wrong.isEmpty() && !isExtended) {
            errors.add(FieldError.invalid(place, name, "is an invalid extended resource name"));
        }
        if (!managed.add(name)) {
            errors.add(FieldError.invalid(place, name, "duplicate extender managed resource name"));
        }
    }

    private Connection connection(ConfigObject object) {
        URI url;
        try {
            url = URI.create(object.text("urlPrefix", ""));
        } catch (IllegalArgumentException e) {
            throw object.problem("urlPrefix", "must be a URL");
        }
        if (url.getHost() == null || !Set.of("http", "https").contains(url.getScheme())) {
            throw object.problem("urlPrefix", "must be a URL that begins with http:// or https:// and has a host");
        }
        boolean https = object.bool("enableHTTPS", false);
        Optional<ConfigObject> tls = object.object("tlsConfig");
        String authority = tls.map(config -> pem(config, "ca")).orElse(null);
        String certificate = tls.map(config -> pem(config, "cert")).orElse(null);
        String key = tls.map(config -> pem(config, "key")).orElse(null);
        boolean insecure = tls.map(config -> config.bool("insecure", false)).orElse(false);
        if (insecure && authority != null) {
            throw object.problem(
                    "tlsConfig", "specifying a root certificates file with the insecure flag is not allowed");
        }
        tls.flatMap(config -> config.text("serverName").filter(name -> !name.isEmpty()))
                .ifPresent(name -> {
                    throw object.problem(
                            "tlsConfig.serverName",
                            "is not supported; the certificate must be valid for the host of urlPrefix");
                });
        return new Connection(url, authority, insecure || https && authority == null, certificate, key, null);
    }

    /** What a field has as data, or the file that another field names. */
    private @Nullable String pem(ConfigObject config, String what) {
        String data = config.text(what + "Data", "");
        String file = config.text(what + "File", "");
        if (!data.isEmpty()) {
            try {
                return new String(Base64.getDecoder().decode(data), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                throw config.problem(what + "Data", "must be base64");
            }
        }
        if (file.isEmpty()) {
            return null;
        }
        try {
            return Files.readString(directory.resolve(file));
        } catch (IOException e) {
            throw config.problem(what + "File", "cannot be read: " + e.getMessage());
        }
    }
}
