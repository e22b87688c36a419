package dev.proa.server.expression;

import dev.proa.api.value.ListValue;
import dev.proa.server.cel.CelType;
import dev.proa.server.cel.Environment;
import dev.proa.server.cel.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The {@code matchConditions} of a webhook or policy (KEP-3716), which are compiled when they are needed first. Safe for any thread. */
public final class Conditions {
    private final ListValue conditions;
    private final Supplier<Environment> environment;
    private volatile @Nullable List<CompiledExpression> compiled;

    /** @param conditions objects with a {@code name} and an {@code expression} */
    public Conditions(ListValue conditions, Supplier<Environment> environment) {
        this.conditions = conditions;
        this.environment = environment;
    }

    /**
     * What came of conditions.
     *
     * @param failed whether one is false
     * @param error why some could not be evaluated, where none is false; empty when all could
     */
    public record Outcome(boolean failed, String error) {}

    private List<CompiledExpression> compiled() {
        List<CompiledExpression> known = compiled;
        if (known == null) {
            List<CompiledExpression> all = new ArrayList<>(conditions.size());
            Environment variables = environment.get();
            for (int i = 0; i < conditions.size(); i++) {
                all.add(CompiledExpression.of(variables, conditions.map(i).string("expression"), CelType.BOOL));
            }
            known = List.copyOf(all);
            compiled = known;
        }
        return known;
    }

    /**
     * Evaluates them all.
     *
     * @param budget pays for it
     */
    public Outcome evaluate(Map<String, ?> variables, RemainingBudget budget) {
        if (conditions.isEmpty()) {
            return new Outcome(false, "");
        }
        List<String> errors = new ArrayList<>(0);
        boolean failed = false;
        try {
            for (CompiledExpression condition : compiled()) {
                Program.Result result = condition.evaluate(variables, budget);
                if (result.failed()) {
                    errors.add(result.error());
                }
                failed |= Boolean.FALSE.equals(result.value());
            }
        } catch (RemainingBudget.Exhausted e) {
            return new Outcome(false, e.text());
        }
        String error =
                errors.size() == 1 ? errors.get(0) : errors.isEmpty() ? "" : "[" + String.join(", ", errors) + "]";
        return new Outcome(failed, failed ? "" : error);
    }
}
