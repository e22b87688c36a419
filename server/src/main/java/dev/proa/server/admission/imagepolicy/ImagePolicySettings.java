package dev.proa.server.admission.imagepolicy;

import dev.proa.api.codec.GoText;
import dev.proa.api.config.ConfigObject;
import dev.proa.server.webhook.ClientConfig;
import dev.proa.server.webhook.WebhookKubeconfig;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How images are reviewed: {@code imagePolicy} of the plugin's configuration.
 *
 * @param webhook is asked
 * @param allowedFor how long its consent counts
 * @param deniedFor how long its refusal counts
 * @param pause before a call is repeated for the first time
 * @param defaultAllow whether images may run when it cannot be asked
 */
public record ImagePolicySettings(
        ClientConfig webhook, Duration allowedFor, Duration deniedFor, Duration pause, boolean defaultAllow) {
    private static final Duration LONGEST_TTL = Duration.ofMinutes(30);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    /**
     * Reads them, and the kubeconfig file that names the webhook.
     *
     * @throws IllegalArgumentException when they are not as they should be; the message says where
     */
    public static ImagePolicySettings of(ConfigObject file) {
        ConfigObject policy =
                file.object("imagePolicy").orElseThrow(() -> file.problem("imagePolicy", "Required value"));
        String kubeconfig = policy.text("kubeConfigFile", "");
        if (kubeconfig.isEmpty()) {
            throw policy.problem("kubeConfigFile", "Required value");
        }
        ImagePolicySettings settings = new ImagePolicySettings(
                WebhookKubeconfig.read(Path.of(kubeconfig)),
                time(policy, "allowTTL", Duration.ofSeconds(1), LONGEST_TTL, Duration.ofMinutes(5)),
                time(policy, "denyTTL", Duration.ofSeconds(1), LONGEST_TTL, Duration.ofSeconds(30)),
                time(policy, "retryBackoff", Duration.ofMillis(1), LONGEST_PAUSE, Duration.ofMillis(500)),
                policy.bool("defaultAllow", false));
        policy.end();
        return settings;
    }

    /** A number of units; 0 stands for what is usual, and -1 for none. */
    private static Duration time(ConfigObject policy, String field, Duration unit, Duration most, Duration usual) {
        long count = policy.integer(field, 0);
        if (count == 0) {
            return usual;
        }
        if (count == -1) {
            return Duration.ZERO;
        }
        if (count < 0 || count > most.dividedBy(unit)) {
            throw policy.problem(
                    field, "valid value is between " + GoText.duration(unit) + " and " + GoText.duration(most));
        }
        return unit.multipliedBy(count);
    }
}
