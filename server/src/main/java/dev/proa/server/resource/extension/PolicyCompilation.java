package dev.proa.server.resource.extension;

import dev.proa.api.value.ListValue;
import dev.proa.server.cel.CelType;
import dev.proa.server.cel.Environment;
import dev.proa.server.expression.AdmissionEnvironments;
import dev.proa.server.expression.CompiledExpression;
import dev.proa.server.expression.MadeTypes;
import dev.proa.server.expression.PolicyExpressions;
import dev.proa.server.validation.Fields;
import java.util.List;

/** Checks that the expressions of webhooks and policies compile. */
final class PolicyCompilation {
    private PolicyCompilation() {}

    /** The match conditions of a webhook. */
    static void webhook(Fields hook) {
        if (!hook.map.list("matchConditions").isEmpty()) {
            conditions(hook, AdmissionEnvironments.withAuthorizer());
        }
    }

    static void validating(Fields spec) {
        PolicyExpressions expressions = policy(spec, false);
        Environment environment = expressions.environment();
        spec.each("validations", validation -> {
            expression(validation, "expression", environment, CelType.BOOL);
            expression(validation, "messageExpression", expressions.plain(), CelType.STRING);
        });
        spec.each(
                "auditAnnotations",
                annotation -> expression(annotation, "valueExpression", environment, CelType.STRING, CelType.NULL));
    }

    static void mutating(Fields spec) {
        Environment environment = policy(spec, true).environment();
        spec.each("mutations", mutation -> {
            mutation.in(
                    "applyConfiguration",
                    configuration -> expression(configuration, "expression", environment, MadeTypes.OBJECT));
            mutation.in(
                    "jsonPatch",
                    patch -> expression(patch, "expression", environment, CelType.list(MadeTypes.JSON_PATCH)));
        });
    }

    private static PolicyExpressions policy(Fields spec, boolean made) {
        ListValue variables = spec.map.list("variables");
        PolicyExpressions expressions = new PolicyExpressions(variables, spec.has("paramKind"), made);
        List<CompiledExpression> compiled = expressions.variables();
        for (int i = 0; i < compiled.size() && compiled.size() == variables.size(); i++) {
            if (!variables.map(i).string("expression").isBlank()
                    && !compiled.get(i).error().isEmpty()) {
                spec.errors.invalid(
                        spec.at("variables").index(i).child("expression"),
                        variables.map(i).string("expression"),
                        compiled.get(i).error());
            }
        }
        conditions(spec, expressions.environment());
        return expressions;
    }

    private static void conditions(Fields holder, Environment environment) {
        holder.each("matchConditions", condition -> expression(condition, "expression", environment, CelType.BOOL));
    }

    private static void expression(Fields holder, String name, Environment environment, CelType... allowed) {
        String text = holder.text(name);
        if (text.isBlank()) {
            return;
        }
        String error = CompiledExpression.of(environment, text, allowed).error();
        if (!error.isEmpty()) {
            holder.errors.invalid(holder.at(name), text, error);
        }
    }
}
