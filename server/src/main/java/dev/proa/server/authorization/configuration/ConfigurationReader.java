package dev.proa.server.authorization.configuration;

import dev.proa.api.codec.GoDuration;
import dev.proa.api.codec.GoText;
import dev.proa.api.config.ConfigObject;
import dev.proa.api.status.FieldError;
import dev.proa.server.auth.Authorizer.Verdict;
import dev.proa.server.authorization.webhook.AccessConditions;
import dev.proa.server.authorization.webhook.WebhookSettings;
import dev.proa.server.validation.Formats;
import dev.proa.server.webhook.ClientConfig;
import dev.proa.server.webhook.WebhookKubeconfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads an {@code AuthorizationConfiguration} and says everything that is wrong with it, as Kubernetes does. For one use by one thread. */
final class ConfigurationReader {
    private static final String GROUP = "apiserver.config.k8s.io";
    private static final Set<String> VERSIONS = Set.of("v1", "v1beta1", "v1alpha1");
    private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration USUAL_ALLOWED = Duration.ofMinutes(5);
    private static final Duration USUAL_OTHERWISE = Duration.ofSeconds(30);
    private static final int MOST_CONDITIONS = 64;

    private final List<FieldError> errors = new ArrayList<>();
    private final List<AuthorizationConfiguration.Entry> entries = new ArrayList<>();
    private final Set<String> types = new HashSet<>();
    private final Set<String> names = new HashSet<>();

    private ConfigurationReader() {}

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException when it is not valid; the message says why
     */
    static AuthorizationConfiguration read(String source, byte[] text) {
        ConfigObject root;
        try {
            root = ConfigObject.parse(source, text);
            root.require(GROUP, VERSIONS, "AuthorizationConfiguration");
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "failed to load AuthorizationConfiguration from file: " + e.getMessage(), e);
        }
        ConfigurationReader reader = new ConfigurationReader();
        List<ConfigObject> authorizers = root.objects("authorizers");
        root.end();
        if (authorizers.isEmpty()) {
            reader.errors.add(FieldError.required("authorizers", "at least one authorization mode must be defined"));
        }
        for (int i = 0; i < authorizers.size(); i++) {
            reader.authorizer("authorizers[" + i + "]", authorizers.get(i));
        }
        if (!reader.errors.isEmpty()) {
            String all =
                    reader.errors.stream().map(FieldError::summary).distinct().collect(Collectors.joining(", "));
            throw new IllegalArgumentException(source + ": " + (reader.errors.size() == 1 ? all : "[" + all + "]"));
        }
        checkNames(source, reader.entries, authorizers);
        return new AuthorizationConfiguration(reader.entries);
    }

    private static void checkNames(
            String source, List<AuthorizationConfiguration.Entry> entries, List<ConfigObject> authorizers) {
        for (int i = 0; i < entries.size(); i++) {
            String name = authorizers.get(i).text("name", "");
            if (entries.get(i) instanceof AuthorizationConfiguration.BuiltIn(AuthorizationMode mode)
                    && !name.equals(mode.authorizerName())) {
                throw new IllegalArgumentException(source + ": expected name " + mode.authorizerName()
                        + " for authorizer " + mode.type() + " instead of " + name);
            }
        }
    }

    private void authorizer(String path, ConfigObject authorizer) {
        String type = authorizer.text("type", "");
        String name = authorizer.text("name", "");
        ConfigObject webhook = authorizer.object("webhook").orElse(null);
        authorizer.end();
        if (type.isEmpty()) {
            errors.add(FieldError.required(path + ".type", ""));
            return;
        }
        if (!AuthorizationMode.TYPES.contains(type)) {
            errors.add(FieldError.notSupported(path + ".type", type, AuthorizationMode.TYPES));
            return;
        }
        if (!types.add(type) && !type.equals(AuthorizationMode.WEBHOOK)) {
            errors.add(FieldError.duplicate(path + ".type", type));
            return;
        }
        name(path + ".name", name);
        if (!type.equals(AuthorizationMode.WEBHOOK)) {
            if (webhook != null) {
                errors.add(
                        FieldError.invalid(path + ".webhook", "non-null", "may only be specified when type=Webhook"));
            }
            entries.add(new AuthorizationConfiguration.BuiltIn(AuthorizationMode.of(type)));
        } else if (webhook == null) {
            errors.add(FieldError.required(path + ".webhook", "required when type=Webhook"));
        } else {
            webhook(path, name, webhook);
        }
    }

    private void name(String path, String name) {
        if (name.isEmpty()) {
            errors.add(FieldError.required(path, ""));
        } else if (names.contains(name)) {
            errors.add(FieldError.duplicate(path, name));
        } else if (!Formats.dnsSubdomain(name).isEmpty()) {
            errors.add(FieldError.invalid(
                    path, name, "authorizer name is invalid: " + String.join(", ", Formats.dnsSubdomain(name))));
        }
        names.add(name);
    }

    private void webhook(String path, String name, ConfigObject webhook) {
        int before = errors.size();
        Duration timeout = duration(webhook, "timeout", Duration.ZERO);
        if (timeout.isZero()) {
            errors.add(FieldError.required(path + ".timeout", ""));
        } else if (timeout.isNegative() || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            errors.add(FieldError.invalid(path + ".timeout", GoText.duration(timeout), "must be > 0s and <= 30s"));
        }
        Duration allowed = ttl(path, webhook, "authorizedTTL", USUAL_ALLOWED);
        Duration otherwise = ttl(path, webhook, "unauthorizedTTL", USUAL_OTHERWISE);
        boolean remembersAllowed = webhook.bool("cacheAuthorizedRequests", true);
        boolean remembersOthers = webhook.bool("cacheUnauthorizedRequests", true);
        String version = choice(path + ".subjectAccessReviewVersion", webhook, List.of("v1", "v1beta1"));
        List<ConfigObject> written = webhook.objects("matchConditions");
        conditionVersion(path + ".matchConditionSubjectAccessReviewVersion", webhook, !written.isEmpty());
        Verdict onFailure = choice(path + ".failurePolicy", webhook, List.of("NoOpinion", "Deny"))
                        .equals("Deny")
                ? Verdict.DENY
                : Verdict.NO_OPINION;
        ClientConfig client = client(path + ".connectionInfo", webhook);
        AccessConditions conditions = conditions(path + ".matchConditions", written);
        webhook.end();
        if (errors.size() == before && client != null) {
            entries.add(new AuthorizationConfiguration.Webhook(new WebhookSettings(
                    name,
                    client,
                    timeout,
                    remembersAllowed ? allowed : Duration.ZERO,
                    remembersOthers ? otherwise : Duration.ZERO,
                    version,
                    onFailure,
                    conditions)));
        }
    }

    private static Duration duration(ConfigObject object, String field, Duration usual) {
        String text = object.text(field, "");
        if (text.isEmpty()) {
            return usual;
        }
        return GoDuration.parse(text)
                .orElseThrow(() -> object.problem(field, "time: invalid duration " + GoText.quote(text)));
    }

    private Duration ttl(String path, ConfigObject webhook, String field, Duration usual) {
        Duration given = duration(webhook, field, usual);
        if (given.isNegative()) {
            errors.add(FieldError.invalid(path + "." + field, GoText.duration(given), "must be > 0s"));
        }
        return given.isZero() ? usual : given;
    }

    private String choice(String path, ConfigObject object, List<String> choices) {
        String value = object.text(path.substring(path.lastIndexOf('.') + 1), "");
        if (value.isEmpty()) {
            errors.add(FieldError.required(path, ""));
        } else if (!choices.contains(value)) {
            errors.add(FieldError.notSupported(path, value, choices));
        }
        return value;
    }

    private void conditionVersion(String path, ConfigObject webhook, boolean needed) {
        String value = webhook.text("matchConditionSubjectAccessReviewVersion", "");
        if (value.isEmpty() && needed) {
            errors.add(FieldError.required(path, "required if match conditions are specified"));
        } else if (!value.isEmpty() && !value.equals("v1")) {
            errors.add(FieldError.notSupported(path, value, List.of("v1")));
        }
    }

    private @Nullable ClientConfig client(String path, ConfigObject webhook) {
        ConfigObject info = webhook.object("connectionInfo").orElse(null);
        String type = info == null ? "" : info.text("type", "");
        String file = info == null ? "" : info.text("kubeConfigFile", "");
        if (info != null) {
            info.end();
        }
        switch (type) {
            case "" -> errors.add(FieldError.required(path + ".type", ""));
            case "KubeConfigFile" -> {
                String at = path + ".kubeConfigFile";
                if (file.isEmpty()) {
                    errors.add(FieldError.required(at, ""));
                } else if (!Path.of(file).isAbsolute()) {
                    errors.add(FieldError.invalid(at, file, "must be an absolute path"));
                } else if (!Files.exists(Path.of(file))) {
                    errors.add(FieldError.invalid(
                            at, file, "error loading file: stat " + file + ": no such file or directory"));
                } else if (!Files.isRegularFile(Path.of(file))) {
                    errors.add(FieldError.invalid(at, file, "must be a regular file"));
                } else {
                    return WebhookKubeconfig.read(Path.of(file));
                }
            }
            case "InClusterConfig" ->
                errors.add(FieldError.invalid(path + ".type", type, "is not allowed for kube-apiserver"));
            default ->
                errors.add(FieldError.notSupported(path + ".type", type, List.of("InClusterConfig", "KubeConfigFile")));
        }
        return null;
    }

    private AccessConditions conditions(String path, List<ConfigObject> written) {
        if (written.size() > MOST_CONDITIONS) {
            errors.add(FieldError.tooMany(path, written.size(), MOST_CONDITIONS));
            return AccessConditions.NONE;
        }
        AccessConditions conditions = AccessConditions.NONE;
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < written.size(); i++) {
            String at = path + "[" + i + "].expression";
            String expression = written.get(i).text("expression", "");
            written.get(i).end();
            if (expression.isBlank()) {
                errors.add(FieldError.required(at, ""));
            } else if (!seen.add(expression)) {
                errors.add(FieldError.duplicate(at, expression));
            } else {
                try {
                    conditions = conditions.with(expression);
                } catch (AccessConditions.InvalidException e) {
                    errors.add(FieldError.invalid(at, expression, String.valueOf(e.getMessage())));
                }
            }
        }
        return conditions;
    }
}
