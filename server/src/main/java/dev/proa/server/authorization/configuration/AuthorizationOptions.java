package dev.proa.server.authorization.configuration;

import dev.proa.api.codec.GoText;
import dev.proa.server.auth.Authorizer.Verdict;
import dev.proa.server.authorization.webhook.AccessConditions;
import dev.proa.server.authorization.webhook.WebhookSettings;
import dev.proa.server.webhook.WebhookKubeconfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The flags of kube-apiserver about authorization.
 *
 * @param file {@code --authorization-config}; null for none
 * @param modes {@code --authorization-mode}; empty for {@link AuthorizationConfiguration#USUAL}
 * @param webhook the flags {@code --authorization-webhook-*}
 */
public record AuthorizationOptions(@Nullable Path file, List<String> modes, WebhookFlags webhook) {
    /** No flag is given. */
    public static final AuthorizationOptions NONE = new AuthorizationOptions(null, List.of(), WebhookFlags.NONE);

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String NAME = "default";

    /**
     * Flags of the mode Webhook.
     *
     * @param file {@code --authorization-webhook-config-file}; null for none
     * @param version {@code --authorization-webhook-version}
     * @param allowedFor {@code --authorization-webhook-cache-authorized-ttl}
     * @param otherwiseFor {@code --authorization-webhook-cache-unauthorized-ttl}
     * @param given whether any of them is given
     */
    public record WebhookFlags(
            @Nullable Path file, String version, Duration allowedFor, Duration otherwiseFor, boolean given) {
        /** Their defaults. */
        public static final WebhookFlags NONE =
                new WebhookFlags(null, "v1beta1", Duration.ofMinutes(5), Duration.ofSeconds(30), false);
    }

    public AuthorizationOptions {
        modes = List.copyOf(modes);
        if (file != null && (!modes.isEmpty() || webhook.given())) {
            throw new IllegalArgumentException(
                    "--authorization-config can not be specified when --authorization-mode or"
                            + " --authorization-webhook-* flags are defined");
        }
        Set<String> seen = new HashSet<>();
        for (String mode : modes) {
            if (!AuthorizationMode.TYPES.contains(mode)) {
                throw new IllegalArgumentException("authorization-mode " + GoText.quote(mode) + " is not a valid mode");
            }
            if (!seen.add(mode)) {
                throw new IllegalArgumentException(
                        "authorization-mode " + modes + " has mode specified more than once");
            }
        }
        boolean asks = modes.contains(AuthorizationMode.WEBHOOK);
        if (asks && webhook.file() == null) {
            throw new IllegalArgumentException("authorization-mode Webhook's authorization config file not passed");
        }
        if (!asks && webhook.file() != null) {
            throw new IllegalArgumentException(
                    "cannot specify --authorization-webhook-config-file without mode Webhook");
        }
    }

    /**
     * What the flags without a file of configuration say.
     *
     * @throws IllegalArgumentException when a mode is not supported here, or the webhook's kubeconfig is not valid
     */
    AuthorizationConfiguration ofFlags() {
        if (modes.isEmpty()) {
            return AuthorizationConfiguration.USUAL;
        }
        List<AuthorizationConfiguration.Entry> entries = new ArrayList<>();
        for (String mode : modes) {
            Path kubeconfig = webhook.file();
            entries.add(
                    mode.equals(AuthorizationMode.WEBHOOK) && kubeconfig != null
                            ? new AuthorizationConfiguration.Webhook(new WebhookSettings(
                                    NAME,
                                    WebhookKubeconfig.read(kubeconfig),
                                    TIMEOUT,
                                    webhook.allowedFor(),
                                    webhook.otherwiseFor(),
                                    webhook.version(),
                                    Verdict.NO_OPINION,
                                    AccessConditions.NONE))
                            : new AuthorizationConfiguration.BuiltIn(AuthorizationMode.of(mode)));
        }
        return new AuthorizationConfiguration(entries);
    }
}
