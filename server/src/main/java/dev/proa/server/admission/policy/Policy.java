package dev.proa.server.admission.policy;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.matching.MatchCriteria;
import dev.proa.server.expression.Conditions;
import dev.proa.server.expression.PolicyExpressions;
import dev.proa.server.store.StoredObject;
import org.jspecify.annotations.Nullable;

/**
 * What validating and mutating policies have in common. Expressions are compiled for the first request that needs them.
 *
 * @param ignoresFailures whether a request passes when the policy cannot be evaluated
 * @param paramKind {@code apiVersion} and {@code kind} of its parameters; null when it has none
 */
record Policy(
        String name,
        boolean ignoresFailures,
        MatchCriteria criteria,
        @Nullable MapValue paramKind,
        PolicyExpressions expressions,
        Conditions conditions,
        MapValue spec) {

    /** @param made whether expressions may make objects, as those of mutations do */
    static Policy of(StoredObject object, boolean made) {
        MapValue spec = object.value().map("spec");
        MapValue paramKind = spec.get("paramKind") instanceof MapValue kind ? kind : null;
        ListValue conditions = spec.list("matchConditions");
        PolicyExpressions expressions = new PolicyExpressions(spec.list("variables"), paramKind != null, made);
        return new Policy(
                object.key().name(),
                spec.string("failurePolicy").equals("Ignore"),
                MatchCriteria.ofPolicy(spec.map("matchConstraints")),
                paramKind,
                expressions,
                new Conditions(conditions, expressions::environment),
                spec);
    }
}
