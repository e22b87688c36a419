package dev.proa.api.quota;

import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Arithmetic on amounts by resource name, as in a quota's {@code hard} and {@code used}. The results are sorted by name. */
public final class Amounts {
    private Amounts() {}

    /** The amounts of a list of resources in an object; what is no quantity counts as zero. */
    public static Map<String, Quantity> of(MapValue list) {
        Map<String, Quantity> amounts = new TreeMap<>();
        list.forEach(entry -> amounts.put(entry.getKey(), Quantity.from(entry.getValue())));
        return amounts;
    }

    /** The amounts as a list of resources in an object. */
    public static MapValue toValue(Map<String, Quantity> amounts) {
        MapValue.Builder list = MapValue.builder(amounts.size());
        new TreeMap<>(amounts).forEach((name, amount) -> list.put(name, amount.toString()));
        return list.build();
    }

    public static Map<String, Quantity> plus(Map<String, Quantity> some, Map<String, Quantity> more) {
        Map<String, Quantity> sum = new TreeMap<>(some);
        more.forEach((name, amount) -> sum.merge(name, amount, Quantity::plus));
        return sum;
    }

    /** {@code some - less}; zero where that would be negative, and for names that only {@code less} has. */
    public static Map<String, Quantity> minusToZero(Map<String, Quantity> some, Map<String, Quantity> less) {
        Map<String, Quantity> rest = new TreeMap<>(some);
        less.forEach((name, amount) -> rest.merge(name, amount, (present, taken) -> present.minus(taken)));
        rest.replaceAll((name, amount) -> !some.containsKey(name) || amount.signum() <= 0 ? Quantity.ZERO : amount);
        return rest;
    }

    /** Only the amounts of some names. */
    public static Map<String, Quantity> only(Map<String, Quantity> amounts, Collection<String> names) {
        return filtered(amounts, entry -> names.contains(entry.getKey()));
    }

    /** The amounts that are not zero. */
    public static Map<String, Quantity> withoutZeros(Map<String, Quantity> amounts) {
        return filtered(amounts, entry -> !entry.getValue().isZero());
    }

    /** The amounts that are below zero. */
    public static Map<String, Quantity> negative(Map<String, Quantity> amounts) {
        return filtered(amounts, entry -> entry.getValue().signum() < 0);
    }

    /** The amounts that are above their limit; what has no limit is not. */
    public static Map<String, Quantity> above(Map<String, Quantity> amounts, Map<String, Quantity> limits) {
        return filtered(amounts, entry -> {
            Quantity limit = limits.get(entry.getKey());
            return limit != null && entry.getValue().compareTo(limit) > 0;
        });
    }

    private static Map<String, Quantity> filtered(
            Map<String, Quantity> amounts, Predicate<Map.Entry<String, Quantity>> which) {
        Map<String, Quantity> kept = new TreeMap<>();
        amounts.entrySet().stream().filter(which).forEach(entry -> kept.put(entry.getKey(), entry.getValue()));
        return kept;
    }

    /** Whether both have the same names with the same amounts, however they are written. */
    public static boolean equal(Map<String, Quantity> some, Map<String, Quantity> others) {
        return some.keySet().equals(others.keySet())
                && some.entrySet().stream()
                        .allMatch(entry ->
                                entry.getValue().compareTo(others.getOrDefault(entry.getKey(), Quantity.ZERO)) == 0);
    }

    /** As the texts of Kubernetes have it: {@code cpu=2,pods=1}. */
    public static String text(Map<String, Quantity> amounts) {
        return new TreeMap<>(amounts)
                .entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .collect(Collectors.joining(","));
    }
}
