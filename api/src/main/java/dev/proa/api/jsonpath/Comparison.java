package dev.proa.api.jsonpath;

import dev.proa.api.jsonpath.JsonPath.EvaluationException;
import org.jspecify.annotations.Nullable;

/** Compares values in filters, as Go's templates do: only values of the same type. */
final class Comparison {
    private Comparison() {}

    static boolean holds(@Nullable Object left, String operator, @Nullable Object right) {
        return switch (operator) {
            case "==" -> equal(left, right);
            case "!=" -> !equal(left, right);
            case "<" -> less(left, right);
            case "<=" -> less(left, right) || equal(left, right);
            case ">" -> !less(left, right) && !equal(left, right);
            case ">=" -> !less(left, right);
            default -> throw new EvaluationException("unrecognized filter operator " + operator);
        };
    }

    private static boolean equal(@Nullable Object left, @Nullable Object right) {
        return comparable(left, right).equals(right);
    }

    private static boolean less(@Nullable Object left, @Nullable Object right) {
        return switch (comparable(left, right)) {
            case String text -> right instanceof String other && text.compareTo(other) < 0;
            case Long number -> right instanceof Long other && number < other;
            case Double number -> right instanceof Double other && number < other;
            default -> throw new EvaluationException("invalid type for comparison");
        };
    }

    /** The left value, when it can be compared with the right one. */
    private static Object comparable(@Nullable Object left, @Nullable Object right) {
        if (left == null || right == null || !isBasic(left) || !isBasic(right)) {
            throw new EvaluationException("invalid type for comparison");
        }
        if (left.getClass() != right.getClass()) {
            throw new EvaluationException("incompatible types for comparison");
        }
        return left;
    }

    private static boolean isBasic(Object value) {
        return value instanceof String || value instanceof Number || value instanceof Boolean;
    }
}
