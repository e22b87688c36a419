package dev.proa.server.admission.webhook;

import dev.proa.server.admission.MutatingPlugin;
import dev.proa.server.admission.ValidatingPlugin;
import dev.proa.server.admission.matching.ChangedObjects;
import dev.proa.server.admission.matching.MatchConditions;
import dev.proa.server.webhook.WebhookClient;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** The plugins that call admission webhooks. Both belong near the end of the admission chain, behind all that are built in. */
public final class AdmissionWebhooks {
    private final MutatingPlugin mutating;
    private final ValidatingPlugin validating;

    /**
     * @param client calls them
     * @param conditions reads their match conditions
     * @param objects reads the objects that they have changed
     * @param metrics where their metrics are registered, with the first call
     */
    public AdmissionWebhooks(
            WebhookClient client,
            MatchConditions.Compiler conditions,
            ChangedObjects objects,
            PrometheusRegistry metrics) {
        Webhooks.Parts parts = Webhooks.Parts.of(client, conditions, metrics);
        mutating = new MutatingWebhooks(parts, objects);
        validating = new ValidatingWebhooks(parts);
    }

    /** {@code MutatingAdmissionWebhook}. */
    public MutatingPlugin mutating() {
        return mutating;
    }

    /** {@code ValidatingAdmissionWebhook}. */
    public ValidatingPlugin validating() {
        return validating;
    }
}
