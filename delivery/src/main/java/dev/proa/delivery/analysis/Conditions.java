package dev.proa.delivery.analysis;

import dev.proa.delivery.analysis.expression.Expression;
import dev.proa.delivery.analysis.expression.ExpressionException;
import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.Metric;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Judges a result by the conditions of its metric. */
final class Conditions {
    private Conditions() {}

    /**
     * The phase of a measurement with this result.
     *
     * @param result null for none
     * @throws AnalysisException when a condition cannot be evaluated, as Argo Rollouts says it
     */
    static String judge(Metric metric, @Nullable Object result, InstantSource clock) throws AnalysisException {
        String success = metric.successCondition();
        String failure = metric.failureCondition();
        boolean succeeded = !success.isEmpty() && holds("successCondition", success, result, clock);
        boolean failed = !failure.isEmpty() && holds("failureCondition", failure, result, clock);
        if (success.isEmpty() && failure.isEmpty()) {
            return AnalysisPhases.SUCCESSFUL;
        }
        if (failed || failure.isEmpty() && !succeeded) {
            return AnalysisPhases.FAILED;
        }
        return succeeded || success.isEmpty() ? AnalysisPhases.SUCCESSFUL : AnalysisPhases.INCONCLUSIVE;
    }

    private static boolean holds(String name, String condition, @Nullable Object result, InstantSource clock)
            throws AnalysisException {
        String message;
        try {
            Map<String, @Nullable Object> variables = Collections.singletonMap("result", result);
            Object value = Expression.parse(condition, Set.of("result")).evaluate(variables, clock);
            if (value instanceof Boolean bool) {
                return bool;
            }
            message = "expected bool, but got " + Expression.type(value);
        } catch (ExpressionException e) {
            message = String.valueOf(e.getMessage());
        }
        boolean empty = result == null || result instanceof List<?> list && list.isEmpty();
        throw new AnalysisException("could not evaluate " + name + " \"" + condition + "\": "
                + (empty ? "metric result is nil or empty: no data returned from the metric provider" : message));
    }

    /** The time that an expression such as {@code now() - duration("1h")} gives. */
    static Instant time(String expression, InstantSource clock) throws AnalysisException {
        try {
            Object value = Expression.parse(expression, Set.of()).evaluate(Map.of(), clock);
            if (value instanceof Instant time) {
                return time;
            }
            throw new AnalysisException("expected time.Time, but got " + Expression.type(value));
        } catch (ExpressionException e) {
            throw new AnalysisException(String.valueOf(e.getMessage()));
        }
    }
}
