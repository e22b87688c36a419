package dev.proa.server.authorization.webhook;

import dev.proa.server.auth.Authorizer.Verdict;
import dev.proa.server.webhook.ClientConfig;
import java.time.Duration;

/**
 * How a webhook is asked, as {@code WebhookConfiguration} of an {@code AuthorizationConfiguration}.
 *
 * @param name in metrics
 * @param client where it is
 * @param timeout of a call
 * @param allowedFor how long an answer counts that allows; zero for no longer than the request
 * @param otherwiseFor the same of other answers
 * @param version of the SubjectAccessReview that is sent: {@code v1} or {@code v1beta1}
 * @param onFailure {@link Verdict#DENY} or {@link Verdict#NO_OPINION}: what follows when there is no answer
 * @param conditions which requests it is asked about
 */
public record WebhookSettings(
        String name,
        ClientConfig client,
        Duration timeout,
        Duration allowedFor,
        Duration otherwiseFor,
        String version,
        Verdict onFailure,
        AccessConditions conditions) {

    public WebhookSettings {
        if (!version.equals("v1") && !version.equals("v1beta1")) {
            throw new IllegalArgumentException("there is no SubjectAccessReview of version " + version);
        }
        if (onFailure == Verdict.ALLOW) {
            throw new IllegalArgumentException("a webhook that fails allows nothing");
        }
    }
}
