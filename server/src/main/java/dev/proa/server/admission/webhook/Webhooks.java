package dev.proa.server.admission.webhook;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.matching.MatchConditions;
import dev.proa.server.admission.matching.MatchCriteria;
import dev.proa.server.admission.matching.Matched;
import dev.proa.server.admission.matching.RequestVersions;
import dev.proa.server.admission.matching.Revisions;
import dev.proa.server.admission.webhook.AdmissionReview.Verdict;
import dev.proa.server.store.Snapshot;
import dev.proa.server.webhook.WebhookCallException;
import dev.proa.server.webhook.WebhookClient;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The webhooks of one kind of configuration: finds those that a request is for, and calls them. Safe for any thread. Costs a request
 * next to nothing while there is no configuration.
 */
final class Webhooks {
    private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);

    private final String type;
    private final boolean mutating;
    private final Revisions<List<Webhook>> configurations;
    private final WebhookClient client;
    private final Supplier<WebhookMetrics> metrics;

    /** What both kinds of plugins are made of. */
    record Parts(WebhookClient client, MatchConditions.Compiler conditions, Supplier<WebhookMetrics> metrics) {
        static Parts of(WebhookClient client, MatchConditions.Compiler conditions, PrometheusRegistry registry) {
            return new Parts(client, conditions, new Once(registry));
        }
    }

    /** The metrics, once they are needed. */
    private static final class Once implements Supplier<WebhookMetrics> {
        private final PrometheusRegistry registry;
        private @Nullable WebhookMetrics made;

        Once(PrometheusRegistry registry) {
            this.registry = registry;
        }

        @Override
        public synchronized WebhookMetrics get() {
            WebhookMetrics known = made;
            if (known == null) {
                known = new WebhookMetrics(registry);
                made = known;
            }
            return known;
        }
    }

    /**
     * @param resource of the configurations
     * @param type in metrics: {@code admit} or {@code validating}
     */
    Webhooks(String resource, String type, boolean mutating, Parts parts) {
        this.type = type;
        this.mutating = mutating;
        this.client = parts.client();
        this.metrics = parts.metrics();
        this.configurations = new Revisions<>(
                resource + ".admissionregistration.k8s.io",
                configuration -> Webhook.all(configuration, parts.conditions()));
    }

    /** All webhooks, in the order of their configurations' names and in these in their order. */
    List<Webhook> all(Snapshot snapshot) {
        List<List<Webhook>> some = configurations.in(snapshot);
        if (some.size() < 2) {
            return some.isEmpty() ? List.of() : some.getFirst();
        }
        List<Webhook> all = new ArrayList<>();
        some.forEach(all::addAll);
        return all;
    }

    /**
     * A call that is due.
     *
     * @param object in the version of the target; empty when there is none
     * @param old likewise
     */
    record Invocation(Webhook webhook, AdmissionAttributes request, Matched target, MapValue object, MapValue old) {}

    /**
     * The call of a webhook that a request needs; null when it needs none.
     *
     * @throws StatusException when that cannot be told
     */
    @Nullable
    Invocation invocation(Webhook webhook, AdmissionAttributes request, Versions versions) {
        Matched target = webhook.criteria().match(request);
        if (target == null) {
            return null;
        }
        MapValue object = versions.object(request, target);
        MapValue old = versions.old(request, target);
        if (!webhook.conditions().hold(request, target, object, old)) {
            metrics.get().excluded(webhook, type, request.operation().name());
            return null;
        }
        return new Invocation(webhook, request, target, object, old);
    }

    /** The objects of a request in the versions that webhooks asked for, each converted once. For one thread. */
    static final class Versions {
        private final Map<Matched, MapValue> objects = new HashMap<>(2);
        private final Map<Matched, MapValue> olds = new HashMap<>(2);

        private MapValue object(AdmissionAttributes request, Matched target) {
            return objects.computeIfAbsent(target, as -> RequestVersions.to(request, as, request.object()));
        }

        private MapValue old(AdmissionAttributes request, Matched target) {
            return olds.computeIfAbsent(target, as -> RequestVersions.to(request, as, request.old()));
        }

        /** The object is another one now. */
        void changed() {
            objects.clear();
        }
    }

    /**
     * What came of a call.
     *
     * @param verdict null when there is none
     * @param failure why the request does not pass, if the failure policy does not let it; null when it passes
     */
    record Outcome(@Nullable Verdict verdict, @Nullable WebhookFailure failure) {
        static Outcome failed(WebhookFailure failure) {
            return new Outcome(null, failure);
        }
    }

    /** Calls a webhook, and counts that. Blocks. */
    Outcome call(Invocation invocation) {
        return counted(invocation, System.nanoTime(), ask(invocation));
    }

    /** The outcome, counted; a failure of what follows from it counts likewise. */
    Outcome counted(Invocation invocation, long since, Outcome outcome) {
        metrics.get()
                .called(
                        invocation.webhook(),
                        type,
                        invocation.request().operation().name(),
                        System.nanoTime() - since,
                        outcome.failure());
        return outcome;
    }

    Outcome ask(Invocation invocation) {
        Webhook webhook = invocation.webhook();
        AdmissionAttributes request = invocation.request();
        if (request.dryRun() && !webhook.allowsDryRun()) {
            return Outcome.failed(
                    webhook.sideEffects().isEmpty()
                            ? new WebhookFailure.NotCalled(webhook, "Webhook SideEffects is nil", 400)
                            : WebhookFailure.Broken.noDryRun(webhook));
        }
        AdmissionReview review =
                AdmissionReview.of(webhook.reviewVersions(), UUID.randomUUID().toString());
        if (review == null) {
            return Outcome.failed(new WebhookFailure.NotCalled(
                    webhook,
                    "could not create admission objects: webhook does not accept known AdmissionReview versions (v1,"
                            + " v1beta1)",
                    400));
        }
        MapValue question = review.question(request, invocation.target(), invocation.object(), invocation.old());
        MapValue answer;
        try {
            answer = client.post(webhook.client(), question, webhook.timeout());
        } catch (WebhookCallException e) {
            return Outcome.failed(
                    new WebhookFailure.NotCalled(webhook, "failed to call webhook: " + e.getMessage(), e.code()));
        }
        try {
            Verdict verdict = review.verdict(answer, mutating);
            return new Outcome(verdict, verdict.allowed() ? null : WebhookFailure.Denied.of(webhook, verdict.result()));
        } catch (IllegalArgumentException e) {
            return Outcome.failed(
                    new WebhookFailure.NotCalled(webhook, "received invalid webhook response: " + e.getMessage(), 503));
        }
    }

    /** Gives the client and the audit log what a webhook says besides. */
    static void tell(Invocation invocation, Outcome outcome) {
        Verdict verdict = outcome.verdict();
        if (verdict != null) {
            AdmissionAttributes request = invocation.request();
            request.warnings().addAll(verdict.warnings());
            String prefix = invocation.webhook().name() + "/";
            verdict.auditAnnotations().forEach((name, value) -> request.scope().annotate(prefix + name, value));
        }
    }

    /**
     * Lets a request pass whose webhook failed, if it may.
     *
     * @param annotation the name of the annotation that tells the audit log about it
     * @throws StatusException when it may not
     */
    static void decide(Invocation invocation, WebhookFailure failure, String annotation) {
        Webhook webhook = invocation.webhook();
        if (!(failure instanceof WebhookFailure.NotCalled notCalled && webhook.ignoresFailures())) {
            throw failure.status();
        }
        LOG.warn("Letting a request pass without an answer: {}", notCalled.message());
        invocation.request().scope().annotate(annotation, webhook.name());
    }

    /** Whether neither any webhook nor a policy is asked about a request. */
    static boolean isExempt(AdmissionAttributes request) {
        return MatchCriteria.isExempt(request);
    }
}
