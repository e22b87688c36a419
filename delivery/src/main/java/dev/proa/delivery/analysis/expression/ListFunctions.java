package dev.proa.delivery.analysis.expression;

import dev.proa.delivery.analysis.expression.Evaluator.Scope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The functions of lists. */
final class ListFunctions {
    /** Those whose second argument is evaluated for each element. */
    static final Set<String> PREDICATED = Set.of(
            "all",
            "any",
            "one",
            "none",
            "map",
            "filter",
            "find",
            "findIndex",
            "findLast",
            "findLastIndex",
            "count",
            "sum",
            "groupBy",
            "countBy",
            "sortBy",
            "reduce");

    private ListFunctions() {}

    static @Nullable Object call(String name, List<Node> arguments, Evaluator evaluator) {
        List<?> list = Values.list(evaluator.evaluate(arguments.getFirst()));
        evaluator.spend(list.size());
        Node body = arguments.size() > 1 ? arguments.get(1) : new Node.Element("");
        return switch (name) {
            case "all" -> matching(list, body, evaluator).size() == list.size();
            case "any" -> !matching(list, body, evaluator).isEmpty();
            case "none" -> matching(list, body, evaluator).isEmpty();
            case "one" -> matching(list, body, evaluator).size() == 1;
            case "count" -> (long) matching(list, body, evaluator).size();
            case "filter" -> {
                List<@Nullable Object> kept = new ArrayList<>();
                matching(list, body, evaluator).forEach(index -> kept.add(list.get(index)));
                yield kept;
            }
            case "find", "findIndex", "findLast", "findLastIndex" -> found(name, list, body, evaluator);
            case "map" -> mapped(list, body, evaluator);
            case "sum" -> sum(mapped(list, body, evaluator));
            case "groupBy", "countBy" -> grouped(name.equals("countBy"), list, body, evaluator);
            case "sortBy" -> sorted(list, mapped(list, body, evaluator), descending(arguments, evaluator));
            default -> reduced(list, arguments, evaluator);
        };
    }

    private static List<Integer> matching(List<?> list, Node body, Evaluator evaluator) {
        List<Integer> indexes = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            if (Functions.test(evaluator, body, list.get(i), i)) {
                indexes.add(i);
            }
        }
        return indexes;
    }

    private static @Nullable Object found(String name, List<?> list, Node body, Evaluator evaluator) {
        List<Integer> indexes = matching(list, body, evaluator);
        boolean index = name.endsWith("Index");
        if (indexes.isEmpty()) {
            return null;
        }
        int at = name.startsWith("findLast") ? indexes.getLast() : indexes.getFirst();
        return index ? (Object) (long) at : list.get(at);
    }

    private static List<@Nullable Object> mapped(List<?> list, Node body, Evaluator evaluator) {
        List<@Nullable Object> results = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            results.add(evaluator.ask(body, new Scope(list.get(i), i, null)));
        }
        return results;
    }

    private static Object sum(List<@Nullable Object> values) {
        boolean whole = values.stream().allMatch(Long.class::isInstance);
        return whole
                ? (Object) values.stream().mapToLong(Values::integer).sum()
                : (Object) values.stream().mapToDouble(Values::number).sum();
    }

    private static Map<String, Object> grouped(boolean counts, List<?> list, Node body, Evaluator evaluator) {
        Map<String, List<@Nullable Object>> groups = new LinkedHashMap<>();
        List<@Nullable Object> keys = mapped(list, body, evaluator);
        for (int i = 0; i < list.size(); i++) {
            groups.computeIfAbsent(TextFunctions.printed(keys.get(i), evaluator), absent -> new ArrayList<>())
                    .add(list.get(i));
        }
        Map<String, Object> result = new LinkedHashMap<>();
        groups.forEach((key, group) -> result.put(key, counts ? (Object) (long) group.size() : group));
        return result;
    }

    private static boolean descending(List<Node> arguments, Evaluator evaluator) {
        return arguments.size() > 2 && "desc".equals(evaluator.evaluate(arguments.get(2)));
    }

    private static List<@Nullable Object> sorted(List<?> list, List<?> keys, boolean descending) {
        Comparator<Integer> order = (a, b) -> {
            Integer compared = Values.compare(keys.get(a), keys.get(b), "<");
            return compared == null ? 0 : compared;
        };
        List<Integer> indexes = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            indexes.add(i);
        }
        indexes.sort(descending ? order.reversed() : order);
        List<@Nullable Object> result = new ArrayList<>();
        indexes.forEach(index -> result.add(list.get(index)));
        return result;
    }

    private static @Nullable Object reduced(List<?> list, List<Node> arguments, Evaluator evaluator) {
        boolean initial = arguments.size() > 2;
        if (list.isEmpty() && !initial) {
            throw new ExpressionException("reduce of an empty array needs an initial value");
        }
        Object acc = initial ? evaluator.evaluate(arguments.get(2)) : list.getFirst();
        for (int i = initial ? 0 : 1; i < list.size(); i++) {
            acc = evaluator.ask(arguments.get(1), new Scope(list.get(i), i, acc));
        }
        return acc;
    }

    /** Those without a predicate. */
    static @Nullable Object plain(String name, List<@Nullable Object> values, Evaluator evaluator) {
        Object first = values.getFirst();
        switch (name) {
            case "len":
                return length(first);
            case "keys", "values":
                return entries(name.equals("keys"), first);
            default:
                break;
        }
        List<?> list = Values.list(first);
        evaluator.spend(list.size());
        return switch (name) {
            case "first" -> list.isEmpty() ? null : list.getFirst();
            case "last" -> list.isEmpty() ? null : list.getLast();
            case "take" -> list.subList(0, Math.clamp(Values.integer(values.get(1)), 0, list.size()));
            case "reverse" -> list.reversed();
            case "sort" -> sorted(list, list, values.size() > 1 && "desc".equals(values.get(1)));
            case "uniq" -> unique(list);
            case "flatten" -> flat(list, evaluator);
            default -> flat(values, evaluator); // concat
        };
    }

    private static long length(@Nullable Object value) {
        return switch (value) {
            case String text -> text.codePointCount(0, text.length());
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            case null, default ->
                throw new ExpressionException("invalid argument for len (type " + Values.type(value) + ")");
        };
    }

    private static List<?> entries(boolean keys, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return new ArrayList<>(keys ? map.keySet() : map.values());
        }
        throw new ExpressionException("cannot get " + (keys ? "keys" : "values") + " from " + Values.type(value));
    }

    private static List<@Nullable Object> unique(List<?> list) {
        List<@Nullable Object> result = new ArrayList<>();
        for (Object item : list) {
            if (result.stream().noneMatch(other -> Values.equal(item, other))) {
                result.add(item);
            }
        }
        return result;
    }

    /** Lists in lists become part of it. */
    private static List<@Nullable Object> flat(List<?> list, Evaluator evaluator) {
        List<@Nullable Object> result = new ArrayList<>();
        for (Object item : list) {
            evaluator.spend(1);
            result.addAll(item instanceof List<?> inner ? flat(inner, evaluator) : Collections.singletonList(item));
        }
        return result;
    }
}
