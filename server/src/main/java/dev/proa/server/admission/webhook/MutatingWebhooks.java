package dev.proa.server.admission.webhook;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.GoText;
import dev.proa.api.codec.Json;
import dev.proa.api.patch.JsonPatch;
import dev.proa.api.patch.PatchException;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.admission.MutatingPlugin;
import dev.proa.server.admission.matching.ChangedObjects;
import dev.proa.server.admission.matching.RequestVersions;
import dev.proa.server.admission.webhook.AdmissionReview.Verdict;
import dev.proa.server.admission.webhook.Webhooks.Invocation;
import dev.proa.server.admission.webhook.Webhooks.Outcome;
import dev.proa.server.admission.webhook.Webhooks.Parts;
import dev.proa.server.admission.webhook.Webhooks.Versions;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes' admission plugin {@code MutatingAdmissionWebhook}: webhooks change the object one after the other. When one has changed it,
 * all mutating plugins see it once more, and of the webhooks those that asked for it (KEP-1872).
 */
final class MutatingWebhooks implements MutatingPlugin {
    private static final String ANNOTATION = "mutation.webhook.admission.k8s.io/";
    /** Has parts of objects in it: it is on record only where those are. */
    private static final String PATCH = "patch.webhook.admission.k8s.io/";

    private final Webhooks webhooks;
    private final ChangedObjects objects;

    MutatingWebhooks(Parts parts, ChangedObjects objects) {
        webhooks = new Webhooks("mutatingwebhookconfigurations", "admit", true, parts);
        this.objects = objects;
    }

    @Override
    public String name() {
        return "MutatingAdmissionWebhook";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return true;
    }

    /** What is remembered of the first round. */
    private static final class Rounds {
        /** Webhooks that were called and will be again if somebody changes the object after them. */
        private final Set<String> invoked = new HashSet<>();

        /** Those of them that somebody has changed the object after. */
        private final Set<String> due = new HashSet<>();

        private @Nullable MapValue last;

        void changed() {
            due.addAll(invoked);
            invoked.clear();
        }
    }

    @Override
    public MapValue admit(AdmissionAttributes request) {
        List<Webhook> all = webhooks.all(request.snapshot());
        if (all.isEmpty() || Webhooks.isExempt(request)) {
            return request.object();
        }
        boolean again = request.scope().isReinvoked();
        Rounds rounds = request.scope().remembered(name(), Rounds.class, Rounds::new);
        if (again && !request.object().equals(rounds.last)) {
            rounds.changed();
        }
        AdmissionAttributes current = request;
        Versions versions = new Versions();
        for (int i = 0; i < all.size(); i++) {
            Webhook webhook = all.get(i);
            Invocation invocation = webhooks.invocation(webhook, current, versions);
            if (invocation == null || again && !rounds.due.contains(webhook.id())) {
                continue;
            }
            AdmissionAttributes before = current;
            current = current.withObject(call(invocation, (again ? "round_1_index_" : "round_0_index_") + i));
            if (current != before) {
                versions.changed();
                rounds.changed();
                request.scope().requireReinvocation();
            }
            if (webhook.reinvoked()) {
                rounds.invoked.add(webhook.id());
            }
        }
        rounds.last = current.object();
        return current.object();
    }

    /** The object after a call; the very same when it is not changed. */
    private MapValue call(Invocation invocation, String place) {
        AdmissionAttributes request = invocation.request();
        long start = System.nanoTime();
        Outcome outcome = webhooks.ask(invocation);
        Webhooks.tell(invocation, outcome);
        MapValue changed = request.object();
        Verdict verdict = outcome.verdict();
        if (outcome.failure() == null && verdict != null) {
            try {
                changed = changed(invocation, verdict);
            } catch (UnusableException e) {
                outcome = Outcome.failed(e.failure);
            }
        }
        WebhookFailure failure = webhooks.counted(invocation, start, outcome).failure();
        Webhook webhook = invocation.webhook();
        MapValue told = MapValue.of(
                "configuration", webhook.configuration(),
                "webhook", webhook.name(),
                "mutated", changed != request.object());
        request.scope().annotate(ANNOTATION + place, Json.toString(told));
        if (failure == null && verdict != null && changed != request.object()) {
            MapValue patched = told.without("mutated")
                    .with("patch", Json.decode(Base64.getMimeDecoder().decode(verdict.patch())))
                    .with("patchType", "JSONPatch");
            request.scope().annotate(PATCH + place, Json.toString(patched));
        }
        if (failure != null) {
            Webhooks.decide(invocation, failure, "failed-open." + ANNOTATION + place);
        }
        return changed;
    }

    /** What a webhook wants cannot be done. */
    private static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1;
        private final transient WebhookFailure failure;

        UnusableException(WebhookFailure failure) {
            super(failure.status().getMessage(), null, false, false);
            this.failure = failure;
        }

        static UnusableException internal(String why) {
            return new UnusableException(new WebhookFailure.Broken(StatusException.internalError(why)));
        }
    }

    private MapValue changed(Invocation invocation, Verdict verdict) throws UnusableException {
        AdmissionAttributes request = invocation.request();
        if (verdict.patch().isEmpty()) {
            return request.object();
        }
        JsonPatch patch = patch(invocation.webhook(), verdict);
        if (patch.size() == 0) {
            return request.object();
        }
        String name = GoText.quote(invocation.webhook().name());
        if (invocation.object().isEmpty()) {
            throw UnusableException.internal("admission webhook " + name
                    + " attempted to modify the object, which is not supported for this operation");
        }
        if (!verdict.patchType().equals("JSONPatch")) {
            throw new UnusableException(new WebhookFailure.NotCalled(
                    invocation.webhook(), "unsupported patch type " + GoText.quote(verdict.patchType()), 503));
        }
        MapValue seen = invocation.object();
        try {
            if (!(patch.apply(seen) instanceof MapValue patched)) {
                throw UnusableException.internal(
                        "admission webhook " + name + " made something of the object that is none");
            }
            if (patched.equals(seen)) {
                return request.object();
            }
            MapValue read = objects.read(request.scope().catalog(), invocation.target(), patched);
            return read.equals(seen) ? request.object() : RequestVersions.from(request, invocation.target(), read);
        } catch (PatchException e) {
            throw UnusableException.internal(String.valueOf(e.getMessage()));
        } catch (DecodeException e) {
            throw UnusableException.internal(String.valueOf(e.getMessage()));
        }
    }

    private static JsonPatch patch(Webhook webhook, Verdict verdict) throws UnusableException {
        try {
            return JsonPatch.of(Json.decode(Base64.getMimeDecoder().decode(verdict.patch())));
        } catch (PatchException e) {
            throw undecodable(webhook, String.valueOf(e.getMessage()));
        } catch (DecodeException | IllegalArgumentException e) {
            throw undecodable(webhook, String.valueOf(e.getMessage()));
        }
    }

    private static UnusableException undecodable(Webhook webhook, String why) {
        return new UnusableException(
                new WebhookFailure.NotCalled(webhook, "received undecodable patch in webhook response: " + why, 503));
    }
}
