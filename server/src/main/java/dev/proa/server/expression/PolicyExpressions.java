package dev.proa.server.expression;

import dev.proa.api.codec.GoText;
import dev.proa.api.value.ListValue;
import dev.proa.server.cel.CelMap;
import dev.proa.server.cel.CelType;
import dev.proa.server.cel.Environment;
import dev.proa.server.cel.EvaluationException;
import dev.proa.server.cel.Program;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The environment of a policy's expressions, with the variables that it defines. Safe for any thread. */
public final class PolicyExpressions {
    private final ListValue variables;
    private final boolean params;
    private final boolean made;
    private @Nullable Compiled compiled;

    /**
     * @param variables as the policy defines them
     * @param params whether the policy has parameters
     * @param made whether expressions may make objects
     */
    public PolicyExpressions(ListValue variables, boolean params, boolean made) {
        this.variables = variables;
        this.params = params;
        this.made = made;
    }

    /**
     * @param environment with all variables
     * @param plain the same without the authorizer, for messages
     */
    private record Compiled(Environment environment, Environment plain, Map<String, CompiledExpression> variables) {}

    private synchronized Compiled compiled() {
        Compiled known = compiled;
        if (known == null) {
            known = compile();
            compiled = known;
        }
        return known;
    }

    private Compiled compile() {
        Map<String, CompiledExpression> all = new LinkedHashMap<>();
        Environment environment = withVariables(extended(AdmissionEnvironments.withAuthorizer()), variables, all);
        CelType type = Objects.requireNonNull(environment.type("variables"));
        Environment plain = extended(AdmissionEnvironments.plain()).with("variables", type);
        Environment full = made ? environment.making(MadeTypes::of) : environment;
        return new Compiled(full, plain, all);
    }

    /**
     * An environment with the variables of a policy, each of which may use those before it.
     *
     * @param compiled gets them by name; null when they are not needed
     */
    static Environment withVariables(
            Environment environment, ListValue variables, @Nullable Map<String, CompiledExpression> compiled) {
        Map<String, CelType> types = new HashMap<>();
        Environment extended = environment.with("variables", CelType.struct("kubernetes.variables", types::get));
        for (int i = 0; i < variables.size(); i++) {
            String name = variables.map(i).string("name");
            CompiledExpression variable =
                    CompiledExpression.of(extended, variables.map(i).string("expression"));
            types.put(name, variable.type());
            if (compiled != null) {
                compiled.put(name, variable);
            }
        }
        return extended;
    }

    private Environment extended(Environment environment) {
        return params ? environment.with("params", CelType.DYN) : environment;
    }

    /** The variables of the policy, in their order. */
    public List<CompiledExpression> variables() {
        return List.copyOf(compiled().variables.values());
    }

    /** The environment of validations, conditions and mutations. */
    public Environment environment() {
        return compiled().environment;
    }

    /** The environment of messages. */
    public Environment plain() {
        return compiled().plain;
    }

    /** Variables of a request together with those of the policy, which are evaluated when they are used, and for which the budget pays. */
    public Map<String, @Nullable Object> with(Map<String, @Nullable Object> request, RemainingBudget budget) {
        Map<String, @Nullable Object> all = new HashMap<>(request);
        all.put("variables", new Evaluated(compiled().variables, all, budget));
        return all;
    }

    /** The values of variables, each evaluated at most once. For one thread. */
    private static final class Evaluated extends CelMap {
        private final Map<String, CompiledExpression> variables;
        private final Map<String, @Nullable Object> all;
        private final RemainingBudget budget;
        private final Map<String, Program.Result> values = new HashMap<>();

        Evaluated(
                Map<String, CompiledExpression> variables, Map<String, @Nullable Object> all, RemainingBudget budget) {
            this.variables = variables;
            this.all = all;
            this.budget = budget;
        }

        @Override
        public @Nullable Object find(@Nullable Object key) {
            CompiledExpression variable = key instanceof String name ? variables.get(name) : null;
            if (variable == null) {
                return ABSENT;
            }
            String name = String.valueOf(key);
            Program.Result result = values.get(name);
            if (result == null) {
                result = variable.evaluate(all, budget);
                values.put(name, result);
            }
            if (!variable.error().isEmpty()) {
                throw new EvaluationException(
                        "composited variable " + GoText.quote(name) + " fails to compile: " + variable.error());
            }
            if (result.failed()) {
                throw new EvaluationException(
                        "composited variable " + GoText.quote(name) + " fails to evaluate: " + result.error());
            }
            return result.value();
        }

        @Override
        public List<String> keys() {
            return List.copyOf(variables.keySet());
        }
    }
}
