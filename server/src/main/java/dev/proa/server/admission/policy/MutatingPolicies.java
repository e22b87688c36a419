package dev.proa.server.admission.policy;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.schema.Struct;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.typed.MergeType;
import dev.proa.api.typed.StructTypes;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.admission.GroupVersionKind;
import dev.proa.server.admission.MutatingPlugin;
import dev.proa.server.admission.expression.AdmissionVariables;
import dev.proa.server.admission.matching.ChangedObjects;
import dev.proa.server.admission.matching.Matched;
import dev.proa.server.admission.matching.RequestVersions;
import dev.proa.server.admission.policy.PolicyParams.MisconfiguredException;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.cel.Budget;
import dev.proa.server.cel.Values;
import dev.proa.server.expression.Conditions.Outcome;
import dev.proa.server.expression.RemainingBudget;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Changes objects as mutating policies want it (KEP-3962). */
public final class MutatingPolicies implements MutatingPlugin {
    private final PolicySource<MutatingPolicy> policies =
            new PolicySource<>("mutatingadmissionpolicies", "mutatingadmissionpolicybindings", MutatingPolicy::of);
    private final Authorizer authorizer;
    private final ChangedObjects objects;
    private final PolicyMetrics metrics;

    /**
     * @param authorizer answers what expressions ask of it
     * @param objects reads the objects that policies have changed
     * @param metrics where those of the policies are registered, once there is something to count
     */
    public MutatingPolicies(Authorizer authorizer, ChangedObjects objects, PrometheusRegistry metrics) {
        this.authorizer = authorizer;
        this.objects = objects;
        this.metrics = new PolicyMetrics(metrics, true);
    }

    @Override
    public String name() {
        return "MutatingAdmissionPolicy";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return operation != Operation.DELETE;
    }

    @Override
    public MapValue admit(AdmissionAttributes request) {
        List<PolicySource.Bound<MutatingPolicy>> bound = policies.of(request);
        if (bound.isEmpty()) {
            return request.object();
        }
        Rounds rounds = request.scope().remembered(name(), Rounds.class, Rounds::new);
        Admission admission = new Admission(request, rounds);
        if (request.scope().isReinvoked() && !request.object().equals(rounds.last)) {
            rounds.changed();
        }
        bound.forEach(admission::admit);
        rounds.last = admission.current.object();
        if (!admission.refusals.isEmpty()) {
            throw admission.refusal();
        }
        return admission.current.object();
    }

    /** What is remembered of the first round. */
    private static final class Rounds {
        /** What was invoked and will be again if somebody changes the object after it. */
        private final Set<List<String>> invoked = new HashSet<>();

        /** What somebody has changed the object after. */
        private final Set<List<String>> due = new HashSet<>();

        private @Nullable MapValue last;

        void changed() {
            due.addAll(invoked);
            invoked.clear();
        }
    }

    /**
     * Why a request does not pass.
     *
     * @param invalid whether an expression is the reason, not the configuration
     */
    private record Why(String message, boolean invalid) {}

    /** All policies for one request, one after the other. */
    private final class Admission {
        private final Rounds rounds;
        private final List<Why> refusals = new ArrayList<>(0);
        private AdmissionAttributes current;

        Admission(AdmissionAttributes request, Rounds rounds) {
            this.current = request;
            this.rounds = rounds;
        }

        StatusException refusal() {
            ListValue causes = ListValue.EMPTY;
            for (Why why : refusals) {
                causes = causes.plus(MapValue.of("message", why.message));
            }
            ListValue all = causes;
            MapValue status =
                    current.forbidden("admission request denied by policy").status();
            return StatusException.from(status.with("message", refusals.get(0).message)
                    .with("reason", refusals.get(0).invalid ? "Invalid" : "Forbidden")
                    .withMap("details", details -> details.with("causes", all)));
        }

        private void refuse(Policy policy, @Nullable PolicyBinding binding, String why, boolean invalid) {
            if (!policy.ignoresFailures()) {
                String by = binding == null
                        ? "policy \"" + policy.name() + "\""
                        : "policy '" + policy.name() + "' with binding '" + binding.name() + "'";
                refusals.add(new Why(by + " denied request: " + why, invalid));
            }
        }

        void admit(PolicySource.Bound<MutatingPolicy> bound) {
            Policy policy = bound.policy().policy();
            Matched target;
            Endpoint params;
            try {
                target = policy.criteria().match(current);
                params = target == null ? null : PolicyParams.endpoint(policy, current);
            } catch (StatusException e) {
                refuse(policy, null, "failed to configure policy: " + e.getMessage(), false);
                return;
            } catch (MisconfiguredException e) {
                refuse(policy, null, "failed to configure policy: " + e.text(), false);
                return;
            }
            if (target == null) {
                return;
            }
            for (PolicyBinding binding : bound.bindings()) {
                try {
                    if (binding.matches(current)) {
                        for (MapValue param : PolicyParams.of(params, binding, current)) {
                            invoke(bound.policy(), binding, target, param);
                        }
                    }
                } catch (StatusException e) {
                    refuse(policy, binding, "failed to configure binding: " + e.getMessage(), false);
                } catch (MisconfiguredException e) {
                    refuse(policy, binding, "failed to configure binding: " + e.text(), false);
                }
            }
        }

        private Map<String, @Nullable Object> variables(Matched target, MapValue object, @Nullable MapValue param) {
            Map<String, @Nullable Object> variables = AdmissionVariables.of(
                    current, target, object, RequestVersions.to(current, target, current.old()), authorizer);
            variables.put("namespaceObject", AdmissionVariables.namespace(current));
            variables.put("params", param == null ? null : Values.of(param));
            return variables;
        }

        private void invoke(MutatingPolicy mutating, PolicyBinding binding, Matched target, @Nullable MapValue param) {
            Policy policy = mutating.policy();
            MapValue before = RequestVersions.to(current, target, current.object());
            Map<String, @Nullable Object> variables = variables(target, before, param);
            RemainingBudget budget = new RemainingBudget(Budget.MATCH_CONDITIONS);
            Outcome conditions =
                    policy.conditions().evaluate(policy.expressions().with(variables, budget), budget);
            if (!conditions.error().isEmpty()) {
                refuse(policy, binding, conditions.error(), true);
                return;
            }
            MapValue metadata = param == null ? MapValue.EMPTY : param.map("metadata");
            List<String> key =
                    List.of(policy.name(), binding.name(), metadata.string("namespace"), metadata.string("name"));
            boolean due = !current.scope().isReinvoked() || rounds.due.contains(key);
            if (conditions.failed() || !due || before.isEmpty()) {
                return;
            }
            MapValue object = before;
            for (MutatingPolicy.Mutation mutation : mutating.mutations()) {
                String error = PolicyMetrics.NO_ERROR;
                long since = System.nanoTime();
                try {
                    object = mutating.mutated(mutation, variables, object, mergeType(target));
                    variables.put("object", Values.of(object));
                } catch (MisconfiguredException e) {
                    refuse(policy, binding, e.text(), true);
                    error = PolicyMetrics.errorType(e.text());
                }
                metrics.mutated(policy.name(), binding.name(), error, System.nanoTime() - since);
            }
            if (!object.equals(before)) {
                write(target, object);
            }
            if (mutating.isReinvoked()) {
                rounds.invoked.add(key);
            }
        }

        /** @param changed the object in the version of the target */
        private void write(Matched target, MapValue changed) {
            MapValue read;
            try {
                read = objects.read(current.scope().catalog(), target, changed);
            } catch (DecodeException e) {
                throw StatusException.internalError(String.valueOf(e.getMessage()));
            }
            AdmissionAttributes before = current;
            current = current.withObject(RequestVersions.from(current, target, read));
            if (current != before) {
                rounds.changed();
                current.scope().requireReinvocation();
            }
        }

        private MergeType mergeType(Matched target) {
            GroupVersionKind kind = target.kind();
            Endpoint endpoint = current.scope()
                    .catalog()
                    .endpoint(
                            target.resource().group(),
                            target.resource().version(),
                            target.resource().plural());
            boolean whole = kind.equals(GroupVersionKind.of(target.resource(), ""));
            MergeType type =
                    endpoint == null || !whole ? null : endpoint.strategy().mergeType();
            if (type != null) {
                return type;
            }
            Struct struct = current.scope().catalog().schemas().kind(kind.apiVersion(), kind.kind());
            return struct == null ? MergeType.DEDUCED : StructTypes.of(struct);
        }
    }
}
