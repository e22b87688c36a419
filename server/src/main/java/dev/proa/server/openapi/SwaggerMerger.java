package dev.proa.server.openapi;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.aggregator.RemoteSwagger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Merges what extension servers tell into the document of this server. A path that is there stays as it is. A definition or parameter with
 * the name of another that differs is renamed: {@code NAME_v2}, or the next number that is free. Definitions that differ in descriptions
 * alone are the same, since this server's are those of Kubernetes but for some of their line breaks. For one thread.
 */
final class SwaggerMerger {
    private static final String KINDS = "x-kubernetes-group-version-kind";

    private final SwaggerDocument into;
    private final List<MapValue> others = new ArrayList<>();
    /** The names that others have. Of this server's, only those have to be compared. */
    private final Set<String> compared = new HashSet<>();

    private final Map<String, MapValue> definitions = new HashMap<>();
    private final Map<String, MapValue> parameters = new HashMap<>();

    SwaggerMerger(SwaggerDocument into, List<RemoteSwagger> told) {
        this.into = into;
        for (RemoteSwagger each : told) {
            MapValue other = each.document();
            others.add(other);
            other.map(SwaggerParts.DEFINITIONS).forEach(entry -> compared.add(entry.getKey()));
            other.map(SwaggerParts.PARAMETERS).forEach(entry -> compared.add(entry.getKey()));
        }
    }

    /** Adds a definition of this server. */
    void definition(String name, MapValue schema) {
        into.definition(name, schema);
        if (compared.contains(name)) {
            definitions.put(name, schema);
        }
    }

    /** Adds a parameter of this server. */
    void parameter(String name, MapValue parameter) {
        into.parameter(name, parameter);
        if (compared.contains(name)) {
            parameters.put(name, parameter);
        }
    }

    /** Adds what the others tell, after all of this server's. */
    void merge() {
        others.forEach(this::merge);
    }

    private void merge(MapValue all) {
        MapValue other = SwaggerParts.withPaths(all, path -> !into.paths.containsKey(path));
        if (other.map(SwaggerParts.PATHS).isEmpty()) {
            return;
        }
        Map<String, String> newDefinitions = renames(
                other.map(SwaggerParts.DEFINITIONS),
                into.definitions,
                definitions,
                schema -> SwaggerParts.withoutTexts(schema.without(KINDS)));
        Map<String, String> newParameters =
                renames(other.map(SwaggerParts.PARAMETERS), into.parameters, parameters, UnaryOperator.identity());
        Map<String, String> references = new HashMap<>();
        newDefinitions.forEach((name, now) -> references.put(
                SwaggerParts.reference(SwaggerParts.DEFINITIONS, name),
                SwaggerParts.reference(SwaggerParts.DEFINITIONS, now)));
        newParameters.forEach((name, now) -> references.put(
                SwaggerParts.reference(SwaggerParts.PARAMETERS, name),
                SwaggerParts.reference(SwaggerParts.PARAMETERS, now)));
        each(other.map(SwaggerParts.DEFINITIONS), newDefinitions, references, this::add);
        each(other.map(SwaggerParts.PARAMETERS), newParameters, references, (name, parameter) -> {
            if (parameters.putIfAbsent(name, parameter) == null) {
                into.parameter(name, parameter);
            }
        });
        each(other.map(SwaggerParts.PATHS), Map.of(), references, into::path);
    }

    private static void each(
            MapValue parts,
            Map<String, String> names,
            Map<String, String> references,
            BiConsumer<String, MapValue> consumer) {
        for (Map.Entry<String, @Nullable Object> part : parts) {
            if (part.getValue() instanceof MapValue value) {
                consumer.accept(
                        names.getOrDefault(part.getKey(), part.getKey()), SwaggerParts.renamed(value, references));
            }
        }
    }

    private void add(String name, MapValue schema) {
        MapValue before = definitions.get(name);
        MapValue after = before == null ? schema : withKinds(before, schema.list(KINDS));
        if (after != before) {
            definitions.put(name, after);
            into.definition(name, after);
        }
    }

    /** A schema that is also that of those kinds. */
    private static MapValue withKinds(MapValue schema, ListValue added) {
        Map<String, MapValue> kinds = new TreeMap<>();
        ListValue own = schema.list(KINDS);
        for (int i = 0; i < own.size(); i++) {
            kinds.put(text(own.map(i)), own.map(i));
        }
        int before = kinds.size();
        for (int i = 0; i < added.size(); i++) {
            kinds.putIfAbsent(text(added.map(i)), added.map(i));
        }
        return kinds.size() == before ? schema : schema.with(KINDS, ListValue.copyOf(kinds.values()));
    }

    private static String text(MapValue kind) {
        return kind.string("group") + "/" + kind.string("version") + "." + kind.string("kind");
    }

    /**
     * The new names of parts whose names are taken by something else.
     *
     * @param taken the parts that are there
     * @param known those of them that are compared
     * @param essence what of two parts has to be the same
     */
    private static Map<String, String> renames(
            MapValue parts, Map<String, byte[]> taken, Map<String, MapValue> known, UnaryOperator<MapValue> essence) {
        Map<String, String> renames = new HashMap<>();
        Set<String> chosen = new HashSet<>();
        for (Map.Entry<String, @Nullable Object> part : parts) {
            String name = part.getKey();
            if (!taken.containsKey(name) || !(part.getValue() instanceof MapValue value)) {
                continue;
            }
            MapValue wanted = essence.apply(value);
            String now = name;
            for (int i = 2; isOther(taken, known.get(now), now, wanted, essence); i++) {
                String next = name + "_v" + i;
                boolean free = !taken.containsKey(next);
                now = free && (chosen.contains(next) || parts.has(next)) ? now : next;
            }
            if (!now.equals(name)) {
                renames.put(name, now);
                chosen.add(now);
            }
        }
        return renames;
    }

    private static boolean isOther(
            Map<String, byte[]> taken,
            @Nullable MapValue known,
            String name,
            MapValue wanted,
            UnaryOperator<MapValue> essence) {
        return taken.containsKey(name)
                && (known == null || !essence.apply(known).equals(wanted));
    }
}
