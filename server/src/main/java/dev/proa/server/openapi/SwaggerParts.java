package dev.proa.server.openapi;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Takes documents in the form of OpenAPI 2.0 apart, which others wrote. */
public final class SwaggerParts {
    static final String PATHS = "paths";
    static final String DEFINITIONS = "definitions";
    static final String PARAMETERS = "parameters";

    private static final String REF = "$ref";

    private SwaggerParts() {}

    /**
     * The paths, definitions and parameters of a document, with some of the paths alone. What only the other paths referred to is left out;
     * what none referred to stays.
     *
     * @param kept tells the paths that stay
     */
    public static MapValue withPaths(MapValue document, Predicate<String> kept) {
        MapValue paths = objects(document.map(PATHS), unused -> true);
        MapValue some = objects(paths, kept);
        MapValue parameters = objects(document.map(PARAMETERS), unused -> true);
        MapValue definitions = objects(document.map(DEFINITIONS), unused -> true);
        Set<String> before = definitionsBehind(paths, parameters, definitions);
        Set<String> after = definitionsBehind(some, parameters, definitions);
        return MapValue.of(
                PATHS,
                some,
                DEFINITIONS,
                objects(definitions, name -> after.contains(name) || !before.contains(name)),
                PARAMETERS,
                parameters);
    }

    /** Whether objects and lists are nested deeper than so many levels; the value itself is the first. */
    public static boolean isDeeperThan(int levels, @Nullable Object value) {
        return switch (value) {
            case MapValue map -> {
                boolean deeper = levels == 0;
                for (int i = 0; i < map.size() && !deeper; i++) {
                    deeper = isDeeperThan(levels - 1, map.valueAt(i));
                }
                yield deeper;
            }
            case ListValue list -> {
                boolean deeper = levels == 0;
                for (int i = 0; i < list.size() && !deeper; i++) {
                    deeper = isDeeperThan(levels - 1, list.get(i));
                }
                yield deeper;
            }
            case null, default -> false;
        };
    }

    private static MapValue objects(MapValue all, Predicate<String> kept) {
        MapValue.Builder some = MapValue.builder();
        for (Map.Entry<String, @Nullable Object> entry : all) {
            if (entry.getValue() instanceof MapValue && kept.test(entry.getKey())) {
                some.put(entry.getKey(), entry.getValue());
            }
        }
        return some.build();
    }

    private static Set<String> definitionsBehind(MapValue paths, MapValue parameters, MapValue definitions) {
        Set<String> found = new HashSet<>();
        Set<String> seen = new HashSet<>();
        Deque<MapValue> left = new ArrayDeque<>();
        left.add(paths);
        while (!left.isEmpty()) {
            each(left.remove(), reference -> {
                if (!seen.add(reference)) {
                    return;
                }
                if (reference.startsWith(reference(DEFINITIONS, ""))) {
                    String name = reference.substring(reference(DEFINITIONS, "").length());
                    found.add(name);
                    left.add(definitions.map(name));
                } else if (reference.startsWith(reference(PARAMETERS, ""))) {
                    left.add(parameters.map(
                            reference.substring(reference(PARAMETERS, "").length())));
                }
            });
        }
        return found;
    }

    /** How a part of a document is referred to. */
    static String reference(String section, String name) {
        return "#/" + section + "/" + name;
    }

    private static void each(@Nullable Object value, Consumer<String> references) {
        switch (value) {
            case MapValue map -> {
                if (map.get(REF) instanceof String reference) {
                    references.accept(reference);
                }
                map.forEach(entry -> each(entry.getValue(), references));
            }
            case ListValue list -> list.forEach(item -> each(item, references));
            case null, default -> {}
        }
    }

    /** What clients go by in a schema: without descriptions and without the order of required fields. */
    static MapValue withoutTexts(MapValue schema) {
        MapValue.Builder left = MapValue.builder(schema.size());
        for (Map.Entry<String, @Nullable Object> entry : schema) {
            boolean text = entry.getKey().equals("description") && entry.getValue() instanceof String;
            if (!text && !entry.getKey().equals("x-kubernetes-unions")) {
                left.put(entry.getKey(), withoutTexts(entry.getKey(), entry.getValue()));
            }
        }
        return left.build();
    }

    private static @Nullable Object withoutTexts(String name, @Nullable Object value) {
        return switch (value) {
            case MapValue map -> withoutTexts(map);
            case ListValue list
            when name.equals("required") -> {
                List<String> names = new ArrayList<>();
                list.forEach(item -> names.add(String.valueOf(item)));
                names.sort(null);
                yield ListValue.copyOf(names);
            }
            case ListValue list -> {
                List<@Nullable Object> items = new ArrayList<>();
                list.forEach(item -> items.add(withoutTexts("", item)));
                yield ListValue.copyOf(items);
            }
            case null, default -> value;
        };
    }

    /** The same with other references; the very same when it has none of them. */
    static MapValue renamed(MapValue value, Map<String, String> references) {
        MapValue.Builder changed = null; // from the first change on, so that all of them cost one copy
        for (int i = 0; i < value.size(); i++) {
            Object before = value.valueAt(i);
            Object now = value.nameAt(i).equals(REF) && before instanceof String reference
                    ? references.getOrDefault(reference, reference)
                    : renamedAny(before, references);
            if (now != before && changed == null) {
                changed = MapValue.builder(value.size());
                for (int j = 0; j < i; j++) {
                    changed.put(value.nameAt(j), value.valueAt(j));
                }
            }
            if (changed != null) {
                changed.put(value.nameAt(i), now);
            }
        }
        return changed == null ? value : changed.build();
    }

    private static @Nullable Object renamedAny(@Nullable Object value, Map<String, String> references) {
        if (value instanceof MapValue map) {
            return renamed(map, references);
        }
        if (!(value instanceof ListValue list)) {
            return value;
        }
        List<@Nullable Object> changed = null;
        for (int i = 0; i < list.size(); i++) {
            Object now = renamedAny(list.get(i), references);
            if (now != list.get(i) && changed == null) {
                changed = new ArrayList<>(list);
            }
            if (changed != null) {
                changed.set(i, now);
            }
        }
        return changed == null ? list : ListValue.copyOf(changed);
    }
}
