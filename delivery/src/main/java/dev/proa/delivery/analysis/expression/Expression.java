package dev.proa.delivery.analysis.expression;

import java.time.DateTimeException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A parsed expression, such as {@code result[0] >= 0.95}. Immutable. */
public final class Expression {
    private final Node node;

    private Expression(Node node) {
        this.node = node;
    }

    /**
     * Parses an expression.
     *
     * @param names the variables that it may use
     * @throws ExpressionException when it is malformed, or uses a name that there is not
     */
    public static Expression parse(String text, Set<String> names) {
        return new Expression(Parser.parse(text, names));
    }

    /**
     * Evaluates it. Values are those of JSON ({@code Long} or {@code Double}, {@code String}, {@code Boolean}, {@code List}, {@code Map},
     * null), {@code Instant} and {@code Duration}.
     *
     * @param clock tells {@code now()}
     * @throws ExpressionException when it does not fit the values, or takes too much time or memory
     */
    public @Nullable Object evaluate(Map<String, ? extends @Nullable Object> variables, InstantSource clock) {
        try {
            return new Evaluator(variables, clock).evaluate(node);
        } catch (ArithmeticException | DateTimeException e) { // of times and durations beyond what there are
            throw new ExpressionException(String.valueOf(e.getMessage()));
        }
    }

    /** A decoded value of JSON as a variable: all its numbers are {@code Double}, as in Go. */
    public static @Nullable Object variable(@Nullable Object json) {
        return TextFunctions.fromJson(json);
    }

    /** The type of a value, as Go names it. */
    public static String type(@Nullable Object value) {
        return Values.type(value);
    }
}
