package dev.proa.server.apiserver;

import dev.proa.api.pod.DisruptionAllowed;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.status.FieldError;
import dev.proa.api.status.Reason;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Serves the pod subresource {@code eviction}: deletes a pod if its PodDisruptionBudget allows it.
 *
 * <p>The budget's status is what evictions agree by. Each takes one of its {@code disruptionsAllowed} and notes the pod in {@code
 * disruptedPods}, in one update of the revision that it has looked at; so however many come at once, no more are let through than
 * the disruption controller has allowed.
 */
final class Evictions {
    private static final String KIND = "Eviction";
    private static final String API_VERSION = "policy/v1";
    private static final String OLD_API_VERSION = "policy/v1beta1";
    private static final Resource POD = new Resource("", "Pod");
    private static final Resource BUDGET = new Resource("policy", "poddisruptionbudget");
    private static final String BUDGETS = "poddisruptionbudgets";
    /** As whom the server updates budgets. */
    private static final UserInfo SERVER = UserInfo.of("system:apiserver", UserInfo.MASTERS);

    private static final int ATTEMPTS = 64;
    /** How many evictions the disruption controller may be behind. */
    private static final int MOST_DISRUPTED = 2_000;

    private static final int RETRY_SECONDS = 10;

    private final Registry registry;
    private final Deletions deletions;
    private final ObjectDecoder decoder;

    Evictions(Registry registry, Deletions deletions, ObjectDecoder decoder) {
        this.registry = registry;
        this.deletions = deletions;
        this.decoder = decoder;
    }

    ApiResponse evict(Call call) {
        ObjectDecoder.checkWriteOptions(call, "CreateOptions");
        MapValue decoded = decoder.decode(call, API_VERSION, KIND, OLD_API_VERSION);
        Creator.checkNamespace(call, decoded);
        AdmissionAttributes attributes = registry.admission.create(call, call.info.name(), decoded);
        MapValue eviction = registry.admission.mutate(attributes);
        if (!eviction.map("metadata").string("name").equals(call.info.name())) {
            throw StatusException.badRequest("name in URL does not match name in Eviction object");
        }
        MapValue given = eviction.map("deleteOptions");
        if (given.bool("ignoreStoreReadErrorWithClusterBreakingPotential")) {
            throw StatusException.invalid(
                    new Resource("policy", KIND),
                    call.info.name(),
                    List.of(FieldError.invalid(
                            "deleteOptions.ignoreStoreReadErrorWithClusterBreakingPotential",
                            true,
                            "can not be set for pod eviction, try after removing the option")));
        }
        checkDryRun(call, given.list("dryRun"));
        registry.admission.validate(attributes.withObject(eviction));
        DeleteOptions options = DeleteOptions.of(given, call.dryRun());
        return evict(call, options);
    }

    /** Both the request and the options of the deletion can say that nothing is to be done; they must not differ in how. */
    private static void checkDryRun(Call call, ListValue inOptions) {
        List<String> inRequest = call.query().all("dryRun");
        if (!inRequest.isEmpty() && !inOptions.isEmpty() && !inRequest.equals(List.copyOf(inOptions))) {
            throw StatusException.of(
                    Reason.Unknown,
                    "Non-matching dry-run options in request and content: [" + String.join(" ", inRequest) + "] and ["
                            + String.join(
                                    " ", inOptions.stream().map(String::valueOf).toList()) + "]",
                    MapValue.EMPTY);
        }
    }

    private ApiResponse evict(Call call, DeleteOptions options) {
        StoredObject pod = freed(call, options);
        if (pod == null) {
            return call.answer(201, Bindings.success(201));
        }
        List<StoredObject> budgets = budgets(pod);
        if (budgets.size() > 1) {
            throw StatusException.of(
                    Reason.Unknown,
                    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
                    MapValue.EMPTY);
        }
        StoredObject budget = budgets.isEmpty() ? null : budgets.getFirst();
        boolean free = budget != null && isFree(pod.value(), budget.value());
        if (budget != null && !free) {
            take(call, pod.key().name(), budget, options.dryRun());
        }
        boolean guarded = free && options.resourceVersion().isEmpty();
        try {
            // A pod that does not count must not have become ready since.
            delete(call, guarded ? options.at(version(pod.value())) : options);
        } catch (StatusException e) {
            if (guarded && e.is(Reason.Conflict)) {
                throw stillProcessed(Objects.requireNonNull(budget).key().name());
            }
            throw e;
        }
        return call.answer(201, Bindings.success(201));
    }

    /**
     * Deletes the pod if no budget counts it: it has ended, is being deleted, or has not begun.
     *
     * @return the pod as it is if a budget may count it; null when it was deleted
     */
    private @Nullable StoredObject freed(Call call, DeleteOptions options) {
        for (int attempt = 1; ; attempt++) {
            StoredObject pod = registry.get(call, call.key());
            String phase = pod.value().map("status").string("phase");
            boolean over = phase.equals("Succeeded")
                    || phase.equals("Failed")
                    || pod.value().map("metadata").has("deletionTimestamp");
            if (!over && !phase.equals("Pending")) {
                return pod;
            }
            boolean guarded = !over && options.resourceVersion().isEmpty();
            try {
                delete(call, guarded ? options.at(version(pod.value())) : options);
                return null;
            } catch (StatusException e) {
                if (!guarded || !e.is(Reason.Conflict) || attempt == ATTEMPTS) {
                    throw e; // or else it has begun meanwhile: look again
                }
            }
        }
    }

    private List<StoredObject> budgets(StoredObject pod) {
        List<StoredObject> matching = new ArrayList<>(1);
        String resource = BUDGETS + ".policy";
        for (StoredObject budget :
                registry.store.snapshot().list(resource, pod.key().namespace(), null)) {
            if (selects(budget.value(), pod.value().map("metadata").map("labels"))) {
                matching.add(budget);
            }
        }
        return matching;
    }

    private static boolean selects(MapValue budget, MapValue labels) {
        Object selector = budget.map("spec").get("selector");
        try {
            return LabelSelector.of(selector instanceof MapValue map ? map : null)
                    .matches(labels);
        } catch (IllegalArgumentException e) {
            return false; // one that cannot be read selects nothing
        }
    }

    /** Whether a pod is not ready and its budget does not mind that it goes ({@code unhealthyPodEvictionPolicy}, KEP-3017). */
    private static boolean isFree(MapValue pod, MapValue budget) {
        ListValue conditions = pod.map("status").list("conditions");
        for (int i = 0; i < conditions.size(); i++) {
            if (conditions.map(i).string("type").equals("Ready")
                    && conditions.map(i).string("status").equals("True")) {
                return false;
            }
        }
        MapValue status = budget.map("status");
        long desired = status.integer("desiredHealthy", 0);
        return budget.map("spec").string("unhealthyPodEvictionPolicy").equals("AlwaysAllow")
                || desired > 0 && status.integer("currentHealthy", 0) >= desired;
    }

    /**
     * Takes one of the disruptions that a budget allows.
     *
     * @throws StatusException when it allows none
     */
    private void take(Call call, String pod, StoredObject budget, boolean dryRun) {
        if (dryRun) {
            taken(call, pod, budget.value());
            return;
        }
        String name = budget.key().name();
        Call update = update(call, budget.key());
        try {
            registry.update(update, budget.key(), "status", current -> taken(call, pod, current.value()));
        } catch (StatusException e) {
            throw e.is(Reason.Conflict)
                    ? StatusException.timeout(
                            "couldn't update PodDisruptionBudget \"" + name + "\" due to conflicts", RETRY_SECONDS)
                    : e;
        }
    }

    /** The server's own request to update the status of a budget. */
    private static Call update(Call call, Key budget) {
        Endpoint endpoint = Objects.requireNonNull(call.catalog.endpoint("policy", "v1", BUDGETS));
        String path =
                "/apis/policy/v1/namespaces/" + budget.namespace() + "/" + BUDGETS + "/" + budget.name() + "/status";
        RequestInfo info = new RequestInfo(
                "update", "policy", "v1", budget.namespace(), BUDGETS, budget.name(), "status", "", path);
        ApiRequest request =
                new ApiRequest("PUT", info, Query.EMPTY, ApiRequest.Body.NONE, "", SERVER, "kube-apiserver");
        return new Call(request, info, call.catalog, endpoint, call.now, null);
    }

    private static MapValue taken(Call call, String pod, MapValue budget) {
        MapValue metadata = budget.map("metadata");
        MapValue status = budget.map("status");
        String name = metadata.string("name");
        if (status.integer("observedGeneration", 0) < metadata.integer("generation", 0)) {
            throw stillProcessed(name);
        }
        long allowed = status.integer("disruptionsAllowed", 0);
        if (allowed < 0) {
            throw StatusException.forbidden(BUDGET, name, "pdb disruptions allowed is negative");
        }
        if (status.map("disruptedPods").size() > MOST_DISRUPTED) {
            throw StatusException.forbidden(
                    BUDGET, name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller");
        }
        if (allowed == 0) {
            throw tooMany(whyNot(name, status), 0);
        }
        MapValue taken = status.with("disruptionsAllowed", allowed - 1)
                .withMap("disruptedPods", pods -> pods.with(pod, Times.format(call.now)));
        return budget.with("status", allowed == 1 ? DisruptionAllowed.settle(taken, call.now) : taken);
    }

    private static String whyNot(String name, MapValue status) {
        String budget = "The disruption budget " + name;
        MapValue condition = DisruptionAllowed.of(status);
        String message =
                condition != null && condition.string("status").equals("False") ? condition.string("message") : "";
        String reason = condition == null ? "" : condition.string("reason");
        if (!message.isEmpty() && reason.equals(DisruptionAllowed.SYNC_FAILED)) {
            // The numbers are not to be trusted then.
            return budget + " does not allow evicting pods currently because it failed sync: " + message;
        }
        long desired = status.integer("desiredHealthy", 0);
        long current = status.integer("currentHealthy", 0);
        if (current <= desired) {
            return budget + " needs " + desired + " healthy pods and has " + current + " currently";
        }
        String text = budget + " does not allow evicting pods currently";
        return message.isEmpty() ? text : text + " (" + reason + "): " + message;
    }

    private static StatusException stillProcessed(String budget) {
        return tooMany("The disruption budget " + budget + " is still being processed by the server.", RETRY_SECONDS);
    }

    private static StatusException tooMany(String cause, int retryAfterSeconds) {
        StatusException refusal = StatusException.of(
                Reason.TooManyRequests,
                "Cannot evict pod as it would violate the pod's disruption budget.",
                MapValue.of("causes", ListValue.of(MapValue.of("reason", "DisruptionBudget", "message", cause))));
        return retryAfterSeconds == 0 ? refusal : refusal.withRetryAfter(retryAfterSeconds);
    }

    /** Deletes the pod, after it was marked as disrupted (KEP-3329). */
    private void delete(Call call, DeleteOptions options) {
        if (options.dryRun()) {
            deletions.evict(call, call.key(), options);
            return;
        }
        StoredObject marked = registry.amend(call, call.key(), current -> {
            Deletions.checkPreconditions(POD, current, options);
            return marked(current.value(), Times.format(call.now));
        });
        deletions.evict(
                call, call.key(), options.resourceVersion().isEmpty() ? options : options.at(version(marked.value())));
    }

    private static MapValue marked(MapValue pod, String now) {
        MapValue condition = MapValue.of(
                "type",
                "DisruptionTarget",
                "status",
                "True",
                "lastProbeTime",
                null,
                "lastTransitionTime",
                now,
                "reason",
                "EvictionByEvictionAPI",
                "message",
                "Eviction API: evicting");
        return pod.withMap("status", status -> status.with("conditions", put(status.list("conditions"), condition)));
    }

    private static ListValue put(ListValue conditions, MapValue condition) {
        for (int i = 0; i < conditions.size(); i++) {
            MapValue before = conditions.map(i);
            if (before.string("type").equals(condition.string("type"))) {
                boolean same = before.string("status").equals(condition.string("status"));
                return conditions.with(
                        i, same ? condition.with("lastTransitionTime", before.get("lastTransitionTime")) : condition);
            }
        }
        return conditions.plus(condition);
    }

    private static String version(MapValue object) {
        return object.map("metadata").string("resourceVersion");
    }
}
