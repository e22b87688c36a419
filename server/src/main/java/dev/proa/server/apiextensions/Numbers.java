package dev.proa.server.apiextensions;

import dev.proa.api.codec.GoText;
import org.jspecify.annotations.Nullable;

/** Compares numbers with the limits of schemas, as Kubernetes does: limits of integers are cut to integers. */
final class Numbers {
    private static final double MOST = (1L << 53) - 1;
    private static final double LEAST = -(1L << 53);
    private static final double TOLERANCE = 1e-9;

    private Numbers() {}

    /** What is wrong with a number. */
    interface Report {
        /** An error of the number's field. */
        void invalid(@Nullable Object value, String text);

        /** An error that names no field. */
        void whole(String text);
    }

    static void check(Number number, StructuralSchema schema, String path, Report report) {
        ValueValidation validation = schema.validation();
        String type = schema.isIntOrString() ? "" : schema.type();
        String format = validation == null ? "" : validation.format();
        range(number, type, format, "Checked", path, report);
        if (validation == null) {
            return;
        }
        Double multiple = validation.multipleOf();
        Double maximum = validation.maximum();
        Double minimum = validation.minimum();
        if (multiple != null) {
            boolean fits = range(multiple, type, format, "MultipleOf", path, report);
            multiple(number, multiple, fits, path, report);
        }
        if (minimum != null) {
            boolean fits = range(minimum, type, format, "Minimum boundary", path, report);
            boolean exclusive = validation.exclusiveMinimum();
            int order = order(number, minimum, fits);
            if (order < 0 || exclusive && order == 0) {
                String limit = shown(number, minimum, fits);
                report.invalid(
                        shownValue(number, fits),
                        path + " in body should be greater than " + (exclusive ? "" : "or equal to ") + limit);
            }
        }
        if (maximum != null) {
            boolean fits = range(maximum, type, format, "Maximum boundary", path, report);
            boolean exclusive = validation.exclusiveMaximum();
            int order = order(number, maximum, fits);
            if (order > 0 || exclusive && order == 0) {
                String limit = shown(number, maximum, fits);
                report.invalid(
                        shownValue(number, fits),
                        path + " in body should be less than " + (exclusive ? "" : "or equal to ") + limit);
            }
        }
    }

    /** Compares a number with a limit; an integer with the limit cut to one. */
    private static int order(Number number, double limit, boolean fits) {
        return fits && number instanceof Long whole
                ? Long.compare(whole, (long) limit)
                : Double.compare(number.doubleValue() + 0.0, limit + 0.0);
    }

    private static String shown(Number number, double limit, boolean fits) {
        return fits && number instanceof Long ? Long.toString((long) limit) : GoText.floating(limit);
    }

    private static Number shownValue(Number number, boolean fits) {
        return fits ? number : (Number) number.doubleValue();
    }

    private static void multiple(Number number, double factor, boolean fits, String path, Report report) {
        boolean integral = fits && number instanceof Long;
        long wholeFactor = (long) factor;
        Object shownFactor = integral ? (Object) wholeFactor : (Object) factor;
        if (integral ? wholeFactor <= 0 : factor <= 0) {
            report.invalid(
                    shownFactor,
                    "factor MultipleOf declared for " + path + " must be positive: " + GoText.printed(shownFactor));
            return;
        }
        double value = number.doubleValue();
        boolean is = integral
                ? number.longValue() % wholeFactor == 0
                : isWhole(factor < 1 ? 1 / factor * value : value / factor);
        if (!is) {
            report.invalid(
                    shownValue(number, fits), path + " in body should be a multiple of " + GoText.printed(shownFactor));
        }
    }

    /** Whether a number, which may be a limit, can be of the type and format; reports it otherwise. */
    private static boolean range(Number number, String type, String format, String what, String path, Report report) {
        boolean fits = switch (type) {
            case "integer" -> isIntegral(number, format.equals("int32"));
            case "number" -> !format.equals("float") || !Float.isInfinite(number.floatValue());
            default -> true;
        };
        if (!fits) {
            report.whole(what + " value must be of type " + type
                    + (format.isEmpty() ? " (default format)" : " with format " + format) + " in " + path);
        }
        return fits;
    }

    private static boolean isIntegral(Number number, boolean small) {
        if (number instanceof Long whole) {
            return !small || whole == whole.intValue();
        }
        double value = number.doubleValue();
        return value == Math.rint(value)
                && (small ? value == (int) value : value >= Long.MIN_VALUE && value < Long.MAX_VALUE);
    }

    /** Whether a number is so close to an integer that rounding may be why it is not one. */
    static boolean isWhole(double number) {
        if (!(number >= LEAST && number <= MOST)) {
            return false;
        }
        if (number == (long) number) {
            return true;
        }
        if (number < 1) {
            return false;
        }
        double whole = (long) number;
        return (number - whole) / (number + whole) < TOLERANCE;
    }

    /** Whether a value is one of an enumeration. An integer and a decimal are compared as the type of the latter, as Go converts them. */
    static boolean same(@Nullable Object value, @Nullable Object candidate) {
        if (value == null || candidate == null) {
            return false;
        }
        if (value instanceof Long whole && candidate instanceof Double decimal) {
            return whole.doubleValue() == decimal;
        }
        if (value instanceof Double decimal && candidate instanceof Long whole) {
            return decimal.longValue() == whole;
        }
        return value.equals(candidate);
    }
}
