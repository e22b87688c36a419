package dev.proa.server.admission.policy;

import dev.proa.api.codec.Json;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.admission.ValidatingPlugin;
import dev.proa.server.admission.expression.AdmissionVariables;
import dev.proa.server.admission.matching.Matched;
import dev.proa.server.admission.matching.RequestVersions;
import dev.proa.server.admission.policy.PolicyParams.MisconfiguredException;
import dev.proa.server.admission.policy.ValidatingPolicy.Failure;
import dev.proa.server.admission.policy.ValidatingPolicy.Verdict;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.cel.Values;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Holds requests against validating policies (KEP-3488). */
public final class ValidatingPolicies implements ValidatingPlugin {
    private static final int LONGEST_ANNOTATION = 10 * 1024;
    private static final String FAILURE = "validation.policy.admission.k8s.io/validation_failure";

    private final PolicySource<ValidatingPolicy> policies = new PolicySource<>(
            "validatingadmissionpolicies", "validatingadmissionpolicybindings", ValidatingPolicy::of);
    private final Authorizer authorizer;
    private final PolicyMetrics metrics;

    /**
     * @param authorizer answers what expressions ask of it
     * @param metrics where those of the policies are registered, once there is something to count
     */
    public ValidatingPolicies(Authorizer authorizer, PrometheusRegistry metrics) {
        this.authorizer = authorizer;
        this.metrics = new PolicyMetrics(metrics, false);
    }

    @Override
    public String name() {
        return "ValidatingAdmissionPolicy";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return true;
    }

    @Override
    public void validate(AdmissionAttributes request) {
        StatusException refusal = null;
        for (PolicySource.Bound<ValidatingPolicy> bound : policies.of(request)) {
            Evaluation evaluation = new Evaluation(bound, request);
            evaluation.run();
            refusal = refusal == null ? evaluation.refusal : refusal;
        }
        if (refusal != null) {
            throw refusal;
        }
    }

    /** One policy held against one request. */
    private final class Evaluation {
        private final ValidatingPolicy validating;
        private final Policy policy;
        private final List<PolicyBinding> bindings;
        private final AdmissionAttributes request;
        private final Map<String, Set<String>> annotations = new LinkedHashMap<>(0);
        private @Nullable Map<String, @Nullable Object> variables;

        /** The first of them; null when there is none. */
        private @Nullable StatusException refusal;

        Evaluation(PolicySource.Bound<ValidatingPolicy> bound, AdmissionAttributes request) {
            this.validating = bound.policy();
            this.policy = validating.policy();
            this.bindings = bound.bindings();
            this.request = request;
        }

        void run() {
            Matched target;
            Endpoint params;
            try {
                target = policy.criteria().match(request);
                params = target == null ? null : PolicyParams.endpoint(policy, request);
            } catch (StatusException e) {
                misconfigured(null, String.valueOf(e.getMessage()));
                return;
            } catch (MisconfiguredException e) {
                misconfigured(null, e.text());
                return;
            }
            if (target == null) {
                return;
            }
            for (PolicyBinding binding : bindings) {
                try {
                    if (binding.matches(request)) {
                        for (MapValue param : PolicyParams.of(params, binding, request)) {
                            hold(binding, target, param);
                        }
                    }
                } catch (StatusException e) {
                    misconfigured(binding, String.valueOf(e.getMessage()));
                } catch (MisconfiguredException e) {
                    misconfigured(binding, e.text());
                }
            }
            annotations.forEach(
                    (key, values) -> request.scope().annotate(policy.name() + "/" + key, String.join(", ", values)));
        }

        private void misconfigured(@Nullable PolicyBinding binding, String why) {
            if (!policy.ignoresFailures()) {
                refuse(binding, "failed to configure " + (binding == null ? "policy: " : "binding: ") + why, "");
            }
        }

        private Map<String, @Nullable Object> variables(Matched target, @Nullable MapValue param) {
            Map<String, @Nullable Object> known = variables;
            if (known == null) {
                known = AdmissionVariables.of(
                        request,
                        target,
                        RequestVersions.to(request, target, request.object()),
                        RequestVersions.to(request, target, request.old()),
                        authorizer);
                known.put("namespaceObject", AdmissionVariables.namespace(request));
                variables = known;
            }
            known.put("params", param == null ? null : Values.of(param));
            return known;
        }

        private void hold(PolicyBinding binding, Matched target, @Nullable MapValue param) {
            Verdict verdict = validating.evaluate(variables(target, param));
            for (Failure failure : verdict.failures()) {
                for (String action : binding.actions()) {
                    act(action, binding, failure);
                    observe(binding, failure, action.toLowerCase(Locale.ROOT));
                }
            }
            verdict.ignored().forEach(failure -> observe(binding, failure, "allow"));
            verdict.annotations()
                    .forEach((key, value) -> annotations
                            .computeIfAbsent(key, none -> new LinkedHashSet<>())
                            .add(value.length() > LONGEST_ANNOTATION ? value.substring(0, LONGEST_ANNOTATION) : value));
            verdict.annotationErrors().forEach(error -> {
                refuse(binding, error.message(), "");
                observe(binding, error, "deny");
            });
        }

        private void observe(PolicyBinding binding, Failure failure, String action) {
            String error = PolicyMetrics.errorType(failure.message());
            metrics.validated(policy.name(), binding.name(), error, action, failure.nanos());
        }

        private void act(String action, PolicyBinding binding, Failure failure) {
            switch (action) {
                case "Deny" -> refuse(binding, failure.message(), failure.reason());
                case "Warn" ->
                    request.warnings()
                            .add("Validation failed for ValidatingAdmissionPolicy '" + policy.name()
                                    + "' with binding '" + binding.name() + "': " + failure.message());
                case "Audit" ->
                    request.scope()
                            .annotate(
                                    FAILURE,
                                    Json.toString(ListValue.of(MapValue.of(
                                            "message",
                                            failure.message(),
                                            "policy",
                                            policy.name(),
                                            "binding",
                                            binding.name(),
                                            "expressionIndex",
                                            (long) failure.index(),
                                            "validationActions",
                                            ListValue.copyOf(binding.actions())))));
                default -> {}
            }
        }

        private void refuse(@Nullable PolicyBinding binding, String why, String reason) {
            if (refusal != null) {
                return;
            }
            String by = binding == null ? "" : " with binding '" + binding.name() + "'";
            String message = "ValidatingAdmissionPolicy '" + policy.name() + "'" + by + " denied request: " + why;
            refusal = Refusals.of(request, message, reason.isEmpty() ? "Invalid" : reason);
        }
    }
}
