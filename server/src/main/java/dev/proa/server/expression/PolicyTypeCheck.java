package dev.proa.server.expression;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.cel.CelType;
import dev.proa.server.cel.Compilation;
import dev.proa.server.cel.Environment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks the expressions of a validating policy against the types of the objects that it is for, and warns of what does not fit. */
public final class PolicyTypeCheck {
    private PolicyTypeCheck() {}

    /**
     * The warnings, as {@code status.typeChecking.expressionWarnings} has them.
     *
     * @param spec of the policy
     * @param types what the policy is for: the type of objects by their kind, as errors write it
     * @param params the type of its parameters; null when it is not known
     */
    public static ListValue warnings(MapValue spec, Map<String, CelType> types, @Nullable CelType params) {
        ListValue warnings = ListValue.EMPTY;
        ListValue validations = spec.list("validations");
        for (int i = 0; i < validations.size(); i++) {
            for (String name : new String[] {"expression", "messageExpression"}) {
                String expression = validations.map(i).string(name);
                List<String> issues = expression.isEmpty() ? List.of() : issues(expression, spec, types, params);
                if (!issues.isEmpty()) {
                    warnings = warnings.plus(MapValue.of(
                            "fieldRef", "spec.validations[" + i + "]." + name, "warning", String.join("\n", issues)));
                }
            }
        }
        return warnings;
    }

    private static List<String> issues(
            String expression, MapValue spec, Map<String, CelType> types, @Nullable CelType params) {
        List<String> issues = new ArrayList<>(0);
        types.forEach((kind, type) -> {
            Environment environment =
                    AdmissionEnvironments.withAuthorizer().with("object", type).with("oldObject", type);
            if (spec.has("paramKind")) {
                environment = environment.with("params", params == null ? CelType.DYN : params);
            }
            Compilation compilation = PolicyExpressions.withVariables(environment, spec.list("variables"), null)
                    .compile(expression);
            if (compilation.failed()) {
                issues.add(kind + ": " + compilation.issues() + "\n");
            }
        });
        return issues;
    }
}
