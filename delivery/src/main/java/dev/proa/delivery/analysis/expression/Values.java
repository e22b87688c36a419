package dev.proa.delivery.analysis.expression;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What holds of the values of expressions: types, equality, order. */
final class Values {
    private Values() {}

    /** The type as Go names it in messages. */
    static String type(@Nullable Object value) {
        return switch (value) {
            case null -> "<nil>";
            case Boolean bool -> "bool";
            case Long number -> "int";
            case Double number -> "float64";
            case String text -> "string";
            case Instant time -> "time.Time";
            case Duration duration -> "time.Duration";
            case Map<?, ?> map -> "map[string]interface {}";
            case List<?> list -> "[]interface {}";
            default -> value.getClass().getSimpleName();
        };
    }

    /** Whether two values are equal: numbers by value, others only when they are of one type. */
    static boolean equal(@Nullable Object left, @Nullable Object right) {
        if (left instanceof Number one && right instanceof Number other) {
            return one instanceof Long && other instanceof Long
                    ? one.equals(other)
                    : one.doubleValue() == other.doubleValue();
        }
        if (left instanceof List<?> one && right instanceof List<?> other) {
            Iterator<?> others = other.iterator();
            return one.size() == other.size() && one.stream().allMatch(item -> equal(item, others.next()));
        }
        if (left instanceof Map<?, ?> one && right instanceof Map<?, ?> other) {
            return one.size() == other.size()
                    && one.entrySet().stream()
                            .allMatch(entry -> other.containsKey(entry.getKey())
                                    && equal(entry.getValue(), other.get(entry.getKey())));
        }
        return Objects.equals(left, right);
    }

    /** Less than 0, 0 or more; NaN is less than nothing and more than nothing, which null says. */
    static @Nullable Integer compare(@Nullable Object left, @Nullable Object right, String operator) {
        if (left instanceof Long one && right instanceof Long other) {
            return one.compareTo(other);
        }
        if (left instanceof Number one && right instanceof Number other) {
            double a = one.doubleValue();
            double b = other.doubleValue();
            return Double.isNaN(a) || Double.isNaN(b) ? null : (Integer) (a < b ? -1 : a > b ? 1 : 0);
        }
        if (left instanceof String one && right instanceof String other) {
            return one.compareTo(other);
        }
        if (left instanceof Instant one && right instanceof Instant other) {
            return one.compareTo(other);
        }
        if (left instanceof Duration one && right instanceof Duration other) {
            return one.compareTo(other);
        }
        throw mismatch(left, operator, right);
    }

    static ExpressionException mismatch(@Nullable Object left, String operator, @Nullable Object right) {
        return new ExpressionException("invalid operation: " + type(left) + " " + operator + " " + type(right));
    }

    static boolean bool(@Nullable Object value) {
        if (value instanceof Boolean bool) {
            return bool;
        }
        throw new ExpressionException("expected bool, but got " + type(value));
    }

    static double number(@Nullable Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        throw new ExpressionException("invalid operation: " + type(value) + " is no number");
    }

    static long integer(@Nullable Object value) {
        return switch (value) {
            case Long number -> number;
            case Double number when number == Math.rint(number) && Math.abs(number) < 1e15 -> number.longValue();
            case null, default -> throw new ExpressionException("invalid operation: " + type(value) + " is no integer");
        };
    }

    static String text(@Nullable Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw new ExpressionException("invalid operation: " + type(value) + " is no string");
    }

    static List<?> list(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw new ExpressionException("invalid operation: " + type(value) + " is no array");
    }
}
