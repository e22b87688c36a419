package dev.proa.delivery.analysis.expression;

import dev.proa.api.codec.GoDuration;
import dev.proa.delivery.analysis.expression.Evaluator.Scope;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions of expressions; those of lists with a predicate are {@link ListFunctions}, of texts {@link TextFunctions}. */
final class Functions {
    /** The least and most arguments of each. */
    private static final Map<String, int[]> ARGUMENTS = Map.ofEntries(
            counted("asInt", 1, 1),
            counted("asFloat", 1, 1),
            counted("isNaN", 1, 1),
            counted("isInf", 1, 1),
            counted("isNil", 1, 1),
            counted("default", 2, 2),
            counted("all", 2, 2),
            counted("any", 2, 2),
            counted("one", 2, 2),
            counted("none", 2, 2),
            counted("map", 2, 2),
            counted("filter", 2, 2),
            counted("find", 2, 2),
            counted("findIndex", 2, 2),
            counted("findLast", 2, 2),
            counted("findLastIndex", 2, 2),
            counted("count", 1, 2),
            counted("sum", 1, 2),
            counted("groupBy", 2, 2),
            counted("countBy", 2, 2),
            counted("sortBy", 2, 3),
            counted("reduce", 2, 3),
            counted("len", 1, 1),
            counted("abs", 1, 1),
            counted("ceil", 1, 1),
            counted("floor", 1, 1),
            counted("round", 1, 1),
            counted("int", 1, 1),
            counted("float", 1, 1),
            counted("string", 1, 1),
            counted("type", 1, 1),
            counted("max", 1, 1000),
            counted("min", 1, 1000),
            counted("mean", 1, 1000),
            counted("median", 1, 1000),
            counted("first", 1, 1),
            counted("last", 1, 1),
            counted("take", 2, 2),
            counted("reverse", 1, 1),
            counted("uniq", 1, 1),
            counted("concat", 1, 1000),
            counted("flatten", 1, 1),
            counted("sort", 1, 2),
            counted("keys", 1, 1),
            counted("values", 1, 1),
            counted("get", 2, 2),
            counted("now", 0, 0),
            counted("duration", 1, 1),
            counted("date", 1, 1),
            counted("trim", 1, 1),
            counted("trimPrefix", 2, 2),
            counted("trimSuffix", 2, 2),
            counted("upper", 1, 1),
            counted("lower", 1, 1),
            counted("split", 2, 3),
            counted("replace", 3, 3),
            counted("repeat", 2, 2),
            counted("join", 1, 2),
            counted("indexOf", 2, 2),
            counted("lastIndexOf", 2, 2),
            counted("hasPrefix", 2, 2),
            counted("hasSuffix", 2, 2),
            counted("fromJSON", 1, 1));

    private Functions() {}

    private static Map.Entry<String, int[]> counted(String name, int least, int most) {
        return Map.entry(name, new int[] {least, most});
    }

    /** @throws ExpressionException when there is no such function */
    static void check(String name) {
        if (!ARGUMENTS.containsKey(name)) {
            throw new ExpressionException("unknown name " + name);
        }
    }

    /** @throws ExpressionException when it takes another number of arguments */
    static void check(String name, int arguments) {
        int[] bounds = ARGUMENTS.getOrDefault(name, new int[2]);
        if (arguments < bounds[0]) {
            throw new ExpressionException("not enough arguments to call " + name);
        }
        if (arguments > bounds[1]) {
            throw new ExpressionException("too many arguments to call " + name);
        }
    }

    /** Whether its second argument is evaluated for each element of the first. */
    static boolean takesPredicate(String name) {
        return ListFunctions.PREDICATED.contains(name);
    }

    static @Nullable Object call(String name, List<Node> arguments, Evaluator evaluator) {
        if (takesPredicate(name)) {
            return ListFunctions.call(name, arguments, evaluator);
        }
        List<@Nullable Object> values = new ArrayList<>();
        for (Node argument : arguments) {
            values.add(evaluator.evaluate(argument));
        }
        if (name.equals("now")) {
            return evaluator.now();
        }
        return TextFunctions.NAMES.contains(name)
                ? TextFunctions.call(name, values, evaluator)
                : of(name, values.getFirst(), values, evaluator);
    }

    private static @Nullable Object of(
            String name, @Nullable Object first, List<@Nullable Object> values, Evaluator evaluator) {
        return switch (name) {
            case "isNaN" -> Double.isNaN(Values.number(first));
            case "isInf" -> Double.isInfinite(Values.number(first));
            case "isNil" -> first == null;
            case "default" -> first == null ? values.get(1) : first;
            case "asInt", "int" -> integer(name, first);
            case "asFloat", "float" -> decimal(name, first);
            case "abs" ->
                first instanceof Long number ? (Object) Math.abs(number) : (Object) Math.abs(Values.number(first));
            case "ceil" -> Math.ceil(Values.number(first));
            case "floor" -> Math.floor(Values.number(first));
            case "round" -> rounded(Values.number(first));
            case "max", "min", "mean", "median" -> Numbers.of(name, values, evaluator);
            case "type" -> type(first);
            case "get" -> get(first, values.get(1));
            case "duration" ->
                GoDuration.parse(Values.text(first))
                        .orElseThrow(() -> new ExpressionException("time: invalid duration \"" + first + "\""));
            case "date" -> date(Values.text(first));
            default -> ListFunctions.plain(name, values, evaluator);
        };
    }

    /** Half away from zero. */
    private static double rounded(double number) {
        return Math.copySign(Math.floor(Math.abs(number) + 0.5), number);
    }

    private static long integer(String name, @Nullable Object value) {
        return switch (value) {
            case Long number -> number;
            case Double number -> number.longValue();
            case String text -> {
                try {
                    yield Long.parseLong(text);
                } catch (NumberFormatException e) {
                    throw new ExpressionException("strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
                }
            }
            case null, default -> throw new ExpressionException(name + "() not supported on " + Values.type(value));
        };
    }

    private static double decimal(String name, @Nullable Object value) {
        return switch (value) {
            case Number number -> number.doubleValue();
            case String text -> {
                try {
                    yield Double.parseDouble(text);
                } catch (NumberFormatException e) {
                    throw new ExpressionException("strconv.ParseFloat: parsing \"" + text + "\": invalid syntax");
                }
            }
            case null, default -> throw new ExpressionException(name + "() not supported on " + Values.type(value));
        };
    }

    private static String type(@Nullable Object value) {
        return switch (Values.type(value)) {
            case "<nil>" -> "nil";
            case "float64" -> "float";
            case "map[string]interface {}" -> "map";
            case "[]interface {}" -> "array";
            default -> Values.type(value);
        };
    }

    private static @Nullable Object get(@Nullable Object from, @Nullable Object key) {
        return switch (from) {
            case Map<?, ?> map -> map.get(key);
            case List<?> list -> {
                long index = Values.integer(key);
                long at = index < 0 ? list.size() + index : index;
                yield at < 0 || at >= list.size() ? null : list.get((int) at);
            }
            case null, default -> null;
        };
    }

    private static Instant date(String text) {
        try {
            return Instant.parse(text.length() == "2026-01-01".length() ? text + "T00:00:00Z" : text);
        } catch (DateTimeParseException e) {
            throw new ExpressionException("invalid date " + text);
        }
    }

    /** Whether a predicate holds of an element. */
    static boolean test(Evaluator evaluator, Node predicate, @Nullable Object element, long index) {
        return Values.bool(evaluator.ask(predicate, new Scope(element, index, null)));
    }
}
