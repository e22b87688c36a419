package dev.proa.delivery.analysis.expression;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** One evaluation of an expression. */
final class Evaluator {
    /** What an evaluation may do, so that it ends: nodes, and items of lists that it makes. */
    private static final int MOST_STEPS = 1_000_000;
    /** Characters that are compared in the time of a step. */
    private static final int CHARS_A_STEP = 256;

    private final Map<String, @Nullable Object> variables;
    private final InstantSource clock;
    private int steps;
    /** What the innermost predicate is asked about: null outside of one. */
    private @Nullable Scope scope;

    /** An element of a list, its index, and what {@code reduce} has so far. */
    record Scope(
            @Nullable Object element, long index, @Nullable Object acc) {}

    /** Ends a chain at nothing. */
    private static final class Nothing extends RuntimeException {
        private static final long serialVersionUID = 1;

        Nothing() {
            super(null, null, false, false);
        }
    }

    Evaluator(Map<String, ? extends @Nullable Object> variables, InstantSource clock) {
        this.variables = new HashMap<>(variables);
        this.clock = clock;
    }

    Instant now() {
        return clock.instant();
    }

    /** Counts what is done or made, before it is. */
    void spend(long amount) {
        if (amount < 0 || amount > MOST_STEPS - steps) {
            throw new ExpressionException("memory budget exceeded");
        }
        steps += (int) amount;
    }

    /** Counts a value that is to be written out: each of its parts as often as it is in there. */
    void spendWriting(@Nullable Object value) {
        spend(value, 1);
    }

    /** Counts a value that is to be compared. */
    void spendReading(@Nullable Object value) {
        spend(value, CHARS_A_STEP);
    }

    private void spend(@Nullable Object value, int charsAStep) {
        switch (value) {
            case String text -> spend(1 + text.length() / charsAStep);
            case List<?> list -> {
                spend(1);
                list.forEach(item -> spend(item, charsAStep));
            }
            case Map<?, ?> map -> {
                spend(1);
                map.forEach((key, item) -> {
                    spend(key, charsAStep);
                    spend(item, charsAStep);
                });
            }
            case null, default -> spend(1);
        }
    }

    /** Counts the search for a text or pattern in another text. */
    void spendSearching(String text, String sought) {
        spend((long) text.length() * Math.max(1, sought.length()) / CHARS_A_STEP);
    }

    @Nullable
    Object evaluate(Node node) {
        spend(1);
        return switch (node) {
            case Node.Constant(Object value) -> value;
            case Node.Name(String name) -> variables.get(name);
            case Node.Element(String name) -> element(name);
            case Node.Unary(String operator, Node of) -> unary(operator, evaluate(of));
            case Node.Binary(String operator, Node left, Node right) -> binary(operator, left, right);
            case Node.Conditional(Node condition, Node then, Node otherwise) ->
                evaluate(Values.bool(evaluate(condition)) ? then : otherwise);
            case Node.Member(Node of, Node key, boolean optional) ->
                member(
                        evaluate(of),
                        key,
                        optional && !(of instanceof Node.Name)); // a variable's type is known to be nil
            case Node.Chain(Node members) -> chain(members);
            case Node.Slice slice -> slice(slice);
            case Node.Items(List<Node> items) -> all(items);
            case Node.Entries entries -> entries(entries);
            case Node.Call(String function, List<Node> arguments) -> Functions.call(function, arguments, this);
            case Node.Predicate(Node body) -> evaluate(body);
            case Node.Let(String name, Node value, Node body) -> {
                variables.put(name, evaluate(value));
                yield evaluate(body);
            }
        };
    }

    /** Evaluates the body of a predicate for an element. */
    @Nullable
    Object ask(Node predicate, Scope about) {
        Scope outer = scope;
        scope = about;
        try {
            return evaluate(predicate);
        } finally {
            scope = outer;
        }
    }

    private List<@Nullable Object> all(List<Node> nodes) {
        List<@Nullable Object> values = new ArrayList<>();
        for (Node node : nodes) {
            values.add(evaluate(node));
        }
        return values;
    }

    private Map<String, @Nullable Object> entries(Node.Entries entries) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < entries.keys().size(); i++) {
            map.put(
                    Values.text(evaluate(entries.keys().get(i))),
                    evaluate(entries.values().get(i)));
        }
        return map;
    }

    private @Nullable Object element(String name) {
        Scope about = scope;
        if (about == null) {
            throw new ExpressionException("cannot use pointer accessor outside predicate");
        }
        return switch (name) {
            case "" -> about.element;
            case "index" -> about.index;
            case "acc" -> about.acc;
            default -> throw new ExpressionException("unknown pointer #" + name);
        };
    }

    private static Object unary(String operator, @Nullable Object value) {
        return switch (operator) {
            case "not", "!" -> {
                if (value instanceof Boolean bool) {
                    yield !bool;
                }
                throw new ExpressionException(
                        "invalid operation: " + operator + " (mismatched type " + Values.type(value) + ")");
            }
            default -> {
                boolean minus = operator.equals("-");
                yield switch (value) {
                    case Long number -> minus ? -number : number;
                    case Double number -> minus ? -number : number;
                    case Duration duration -> minus ? duration.negated() : duration;
                    case null, default ->
                        throw new ExpressionException("invalid operation: " + operator + " " + Values.type(value));
                };
            }
        };
    }

    private @Nullable Object binary(String operator, Node left, Node right) {
        Object one = evaluate(left);
        switch (operator) {
            case "and", "&&":
                return Values.bool(one) && Values.bool(evaluate(right));
            case "or", "||":
                return Values.bool(one) || Values.bool(evaluate(right));
            case "??":
                return one == null ? evaluate(right) : one;
            default:
                Object other = evaluate(right);
                if (operator.equals("==") || operator.equals("!=")) {
                    checkTypes(operator, left, one, right, other);
                }
                return binary(operator, one, other);
        }
    }

    /** A variable beside a constant of another type is a mistake that expr-lang finds before it evaluates. */
    private static void checkTypes(
            String operator, Node left, @Nullable Object one, Node right, @Nullable Object other) {
        boolean known = left instanceof Node.Name && right instanceof Node.Constant
                || left instanceof Node.Constant && right instanceof Node.Name;
        boolean numbers = one instanceof Number && other instanceof Number;
        if (known && one != null && other != null && !numbers && one.getClass() != other.getClass()) {
            throw Values.mismatch(one, operator, other);
        }
    }

    private Object binary(String operator, @Nullable Object one, @Nullable Object other) {
        return switch (operator) {
            case "==" -> isEqual(one, other);
            case "!=" -> !isEqual(one, other);
            case "<", ">", "<=", ">=" -> ordered(operator, Values.compare(one, other, operator));
            case "in" -> in(one, other);
            case "contains" -> contains(Values.text(one), Values.text(other));
            case "startsWith" -> Values.text(one).startsWith(Values.text(other));
            case "endsWith" -> Values.text(one).endsWith(Values.text(other));
            case "matches" -> matches(Values.text(one), Values.text(other));
            case ".." -> range(Values.integer(one), Values.integer(other));
            default -> arithmetic(operator, one, other);
        };
    }

    private static boolean ordered(String operator, @Nullable Integer order) {
        if (order == null) {
            return false;
        }
        return switch (operator) {
            case "<" -> order < 0;
            case ">" -> order > 0;
            case "<=" -> order <= 0;
            default -> order >= 0;
        };
    }

    private boolean isEqual(@Nullable Object one, @Nullable Object other) {
        spendReading(one);
        return Values.equal(one, other);
    }

    private boolean contains(String text, String sought) {
        spendSearching(text, sought);
        return text.contains(sought);
    }

    private boolean in(@Nullable Object one, @Nullable Object other) {
        if (other instanceof List<?>) {
            spendReading(other);
        }
        return switch (other) {
            case null -> false;
            case List<?> list -> list.stream().anyMatch(item -> Values.equal(item, one));
            case Map<?, ?> map -> map.containsKey(one);
            default -> throw new ExpressionException("operator \"in\" not defined on " + Values.type(other));
        };
    }

    private boolean matches(String text, String pattern) {
        spend(pattern.length());
        spendSearching(text, pattern);
        try {
            return Pattern.compile(pattern).matcher(text).find();
        } catch (PatternSyntaxException e) {
            throw new ExpressionException("error parsing regexp: " + e.getMessage());
        }
    }

    private List<Long> range(long from, long to) {
        if (to < from) {
            return List.of();
        }
        long size = to - from;
        spend(size < 0 ? Long.MAX_VALUE : size); // negative when it is too large for a number
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    private Object arithmetic(String operator, @Nullable Object one, @Nullable Object other) {
        if (one instanceof Number a && other instanceof Number b) {
            return numbers(operator, a, b);
        }
        if (one instanceof String a && other instanceof String b && operator.equals("+")) {
            spend(a.length() + b.length());
            return a + b;
        }
        boolean minus = operator.equals("-");
        if (minus || operator.equals("+")) {
            if (one instanceof Instant a && other instanceof Duration b) {
                return minus ? a.minus(b) : a.plus(b);
            }
            if (one instanceof Duration a && other instanceof Instant b && !minus) {
                return b.plus(a);
            }
            if (one instanceof Duration a && other instanceof Duration b) {
                return minus ? a.minus(b) : a.plus(b);
            }
            if (one instanceof Instant a && other instanceof Instant b && minus) {
                return Duration.between(b, a);
            }
        }
        if (operator.equals("*") && one instanceof Long a && other instanceof Duration b) {
            return b.multipliedBy(a);
        }
        if (operator.equals("*") && one instanceof Duration a && other instanceof Long b) {
            return a.multipliedBy(b);
        }
        throw Values.mismatch(one, operator, other);
    }

    private static Object numbers(String operator, Number a, Number b) {
        boolean whole = a instanceof Long && b instanceof Long;
        double x = a.doubleValue();
        double y = b.doubleValue();
        return switch (operator) {
            case "+" -> whole ? (Object) (a.longValue() + b.longValue()) : (Object) (x + y);
            case "-" -> whole ? (Object) (a.longValue() - b.longValue()) : (Object) (x - y);
            case "*" -> whole ? (Object) (a.longValue() * b.longValue()) : (Object) (x * y);
            case "/" -> x / y;
            case "%" -> {
                if (!whole) {
                    throw Values.mismatch(a, operator, b);
                }
                if (b.longValue() == 0) {
                    throw new ExpressionException("integer divide by zero");
                }
                yield a.longValue() % b.longValue();
            }
            default -> Math.pow(x, y);
        };
    }

    private @Nullable Object chain(Node members) {
        try {
            return evaluate(members);
        } catch (Nothing e) {
            return null;
        }
    }

    private @Nullable Object member(@Nullable Object of, Node keyed, boolean optional) {
        if (of == null && optional) {
            throw new Nothing();
        }
        Object key = evaluate(keyed);
        return switch (of) {
            case Map<?, ?> map -> map.get(key);
            case List<?> list -> list.get(index(list.size(), key));
            case String text
            when key instanceof Number -> {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                yield (long) (bytes[index(bytes.length, key)] & 0xff);
            }
            case null, default -> throw new ExpressionException("cannot fetch " + key + " from " + Values.type(of));
        };
    }

    private static int index(int size, @Nullable Object key) {
        if (!(key instanceof Number number)) {
            throw new ExpressionException("cannot use " + Values.type(key) + " as an index");
        }
        long index = number.longValue();
        long at = index < 0 ? size + index : index;
        if (at < 0 || at >= size) {
            throw new ExpressionException("index out of range: " + index + " (array length is " + size + ")");
        }
        return (int) at;
    }

    private Object slice(Node.Slice slice) {
        Object of = evaluate(slice.of());
        int size = of instanceof String text ? text.length() : Values.list(of).size();
        int to = slice.to() == null ? size : bound(evaluate(slice.to()), size);
        int from = Math.min(slice.from() == null ? 0 : bound(evaluate(slice.from()), size), to);
        return of instanceof String text
                ? text.substring(from, to)
                : Values.list(of).subList(from, to);
    }

    private static int bound(@Nullable Object value, int size) {
        long at = Values.integer(value);
        return Math.clamp(at < 0 ? at + size : at, 0, size);
    }
}
