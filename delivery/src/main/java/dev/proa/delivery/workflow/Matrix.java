package dev.proa.delivery.workflow;

import dev.proa.delivery.workflow.expression.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The combinations of a matrix. */
final class Matrix {
    private static final int MOST = 256;

    private Matrix() {}

    /**
     * All combinations: of the lists, without those that an {@code exclude} matches, and with what {@code include} adds to them or beside them.
     *
     * @throws IllegalArgumentException when it is no matrix; the message says why
     */
    static List<Map<String, @Nullable Object>> combinations(@Nullable Object matrix) {
        if (!(matrix instanceof Map<?, ?> entries)) {
            throw new IllegalArgumentException("the matrix must be a map of lists");
        }
        List<Map<String, @Nullable Object>> combinations = new ArrayList<>();
        combinations.add(Map.of());
        boolean any = false;
        for (Map.Entry<?, ?> entry : entries.entrySet()) {
            String name = (String) entry.getKey();
            if (name.equals("include") || name.equals("exclude")) {
                continue;
            }
            any = true;
            combinations = times(combinations, name, list(entry.getValue(), name));
        }
        List<Map<?, ?>> excludes = maps(entries.get("exclude"), "exclude");
        combinations.removeIf(one -> excludes.stream().anyMatch(exclude -> within(exclude, one)));
        if (!any) {
            combinations.clear();
        }
        include(combinations, maps(entries.get("include"), "include"));
        if (combinations.size() > MOST) {
            throw new IllegalArgumentException(
                    "the matrix has " + combinations.size() + " combinations; " + MOST + " are the most");
        }
        if (combinations.isEmpty()) {
            throw new IllegalArgumentException("the matrix has no combination");
        }
        return combinations;
    }

    private static List<Map<String, @Nullable Object>> times(
            List<Map<String, @Nullable Object>> before, String name, List<?> values) {
        List<Map<String, @Nullable Object>> after = new ArrayList<>();
        for (Map<String, @Nullable Object> one : before) {
            for (Object value : values) {
                if (after.size() > 100 * MOST) {
                    throw new IllegalArgumentException("the matrix has more than " + MOST + " combinations");
                }
                Map<String, @Nullable Object> more = new LinkedHashMap<>(one);
                more.put(name, value);
                after.add(more);
            }
        }
        return after;
    }

    /** Adds each include to every combination none of whose own values it would change; one that fits nowhere is a combination of its own. */
    private static void include(List<Map<String, @Nullable Object>> combinations, List<Map<?, ?>> includes) {
        List<Map<String, @Nullable Object>> originals = new ArrayList<>();
        combinations.forEach(one -> originals.add(new LinkedHashMap<>(one)));
        for (Map<?, ?> include : includes) {
            boolean added = false;
            for (int i = 0; i < originals.size(); i++) {
                Map<String, @Nullable Object> original = originals.get(i);
                if (include.entrySet().stream()
                        .allMatch(entry -> !original.containsKey((String) entry.getKey())
                                || same(entry.getValue(), original.get((String) entry.getKey())))) {
                    Map<String, @Nullable Object> to = combinations.get(i);
                    include.forEach((name, value) -> to.put((String) name, value));
                    added = true;
                }
            }
            if (!added) {
                Map<String, @Nullable Object> own = new LinkedHashMap<>();
                include.forEach((name, value) -> own.put((String) name, value));
                combinations.add(own);
            }
        }
    }

    private static List<?> list(@Nullable Object value, String name) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw new IllegalArgumentException("'" + name + "' of the matrix must be a list");
    }

    private static List<Map<?, ?>> maps(@Nullable Object value, String name) {
        List<Map<?, ?>> maps = new ArrayList<>();
        for (Object item : value == null ? List.of() : list(value, name)) {
            if (!(item instanceof Map<?, ?> map)) {
                throw new IllegalArgumentException("'" + name + "' of the matrix must be a list of maps");
            }
            maps.add(map);
        }
        return maps;
    }

    private static boolean within(Map<?, ?> part, Map<String, @Nullable Object> whole) {
        return part.entrySet().stream()
                .allMatch(entry -> whole.containsKey((String) entry.getKey())
                        && same(entry.getValue(), whole.get((String) entry.getKey())));
    }

    /** Whether two values of a matrix are the same; of maps it is enough that the second has what the first has. */
    private static boolean same(@Nullable Object first, @Nullable Object second) {
        if (first instanceof Map<?, ?> part && second instanceof Map<?, ?> whole) {
            return part.entrySet().stream().allMatch(entry -> same(entry.getValue(), whole.get(entry.getKey())));
        }
        if (first instanceof List<?> list && second instanceof List<?> other) {
            return list.equals(other);
        }
        return Values.equal(first, second);
    }

    /** The values of a combination as they stand in the name of its job. */
    static String title(Map<String, @Nullable Object> combination) {
        List<String> texts = new ArrayList<>();
        combination.values().forEach(value -> flatten(value, texts));
        return String.join(", ", texts);
    }

    private static void flatten(@Nullable Object value, List<String> to) {
        switch (value) {
            case Map<?, ?> map -> map.values().forEach(item -> flatten(item, to));
            case List<?> list -> list.forEach(item -> flatten(item, to));
            case null, default -> {
                if (!Values.text(value).isEmpty()) {
                    to.add(Values.text(value));
                }
            }
        }
    }
}
