package dev.proa.server.admission.webhook;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.matching.MatchConditions;
import dev.proa.server.admission.matching.MatchCriteria;
import dev.proa.server.store.StoredObject;
import dev.proa.server.webhook.ClientConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A webhook of a configuration, read once for each of its revisions.
 *
 * @param configuration the name of the configuration
 * @param name its own, as in {@code check.example.com}
 * @param id tells it from all others
 * @param ignoresFailures whether a call that fails allows the request
 * @param sideEffects empty when it is not given, which old configurations may have
 * @param reinvoked whether it is called again when others have changed the object after it
 * @param reviewVersions of {@code AdmissionReview}, in the order in which it wants them
 */
record Webhook(
        String configuration,
        String name,
        String id,
        MatchCriteria criteria,
        MatchConditions conditions,
        ClientConfig client,
        boolean ignoresFailures,
        Duration timeout,
        String sideEffects,
        boolean reinvoked,
        List<String> reviewVersions) {

    private static final long SECONDS = 10;

    /** The webhooks of a configuration, in their order. */
    static List<Webhook> all(StoredObject configuration, MatchConditions.Compiler compiler) {
        ListValue webhooks = configuration.value().list("webhooks");
        List<Webhook> all = new ArrayList<>(webhooks.size());
        Map<String, Integer> seen = new HashMap<>();
        for (int i = 0; i < webhooks.size(); i++) {
            String name = webhooks.map(i).string("name");
            int number = seen.merge(name, 1, Integer::sum) - 1;
            all.add(of(configuration.key().name(), webhooks.map(i), number, compiler));
        }
        return List.copyOf(all);
    }

    private static Webhook of(String configuration, MapValue webhook, int number, MatchConditions.Compiler compiler) {
        String name = webhook.string("name");
        boolean ignores = webhook.string("failurePolicy").equals("Ignore");
        return new Webhook(
                configuration,
                name,
                configuration + "/" + name + "/" + number,
                MatchCriteria.ofWebhook(webhook),
                compiler.compile(webhook.list("matchConditions"), ignores),
                ClientConfig.of(webhook.map("clientConfig")),
                ignores,
                Duration.ofSeconds(webhook.integer("timeoutSeconds", SECONDS)),
                webhook.string("sideEffects"),
                webhook.string("reinvocationPolicy").equals("IfNeeded"),
                webhook.list("admissionReviewVersions").stream()
                        .map(String::valueOf)
                        .toList());
    }

    /** Whether it may be called for a request that must not change anything. */
    boolean allowsDryRun() {
        return sideEffects.equals("None") || sideEffects.equals("NoneOnDryRun");
    }
}
