package dev.proa.server.openapi;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.aggregator.RemoteSwagger;
import dev.proa.server.discovery.Digests;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Merges what extension servers tell into the document of this server. A path that is there stays as it is. A definition or parameter with
 * the name of another that differs is renamed: {@code NAME_v2}, or the next number that is free. Definitions that differ in descriptions
 * alone are the same, since this server's are those of Kubernetes but for some of their line breaks. What one of them tells is merged as a
 * whole or not at all, and only one of them is in memory as values at a time. For one thread.
 */
final class SwaggerMerger {
    private static final Logger LOG = LoggerFactory.getLogger(SwaggerMerger.class);

    private static final String KINDS = "x-kubernetes-group-version-kind";
    /** So many numbers are looked at for a name that is taken. */
    private static final int MOST_NUMBERS = 100;

    private final SwaggerDocument into;
    private final List<RemoteSwagger> others;
    /** The names that others have. Of this server's, only those have to be compared. */
    private final Set<String> compared = new HashSet<>();

    private final Section definitions;
    private final Section parameters;

    SwaggerMerger(SwaggerDocument into, List<RemoteSwagger> told) {
        this.into = into;
        others = told;
        definitions = new Section(
                into.definitions, into::encodeSchema, schema -> SwaggerParts.withoutTexts(schema.without(KINDS)));
        parameters = new Section(into.parameters, into::encodeParameter, UnaryOperator.identity());
        for (RemoteSwagger each : told) {
            orLeftOut(each, other -> {
                other.map(SwaggerParts.DEFINITIONS).forEach(entry -> compared.add(entry.getKey()));
                other.map(SwaggerParts.PARAMETERS).forEach(entry -> compared.add(entry.getKey()));
            });
        }
    }

    /** Adds a definition of this server. */
    void definition(String name, MapValue schema) {
        into.definition(name, schema);
        if (compared.contains(name)) {
            definitions.known.put(name, Json.encode(schema));
        }
    }

    /** Adds a parameter of this server. */
    void parameter(String name, MapValue parameter) {
        into.parameter(name, parameter);
        if (compared.contains(name)) {
            parameters.known.put(name, Json.encode(parameter));
        }
    }

    /** Adds what the others tell, after all of this server's. */
    void merge() {
        others.forEach(each -> orLeftOut(each, this::merge));
    }

    /** Does something with what an extension server tells, which may be anything: it alone is left out when that fails. */
    private static void orLeftOut(RemoteSwagger told, Consumer<MapValue> consumer) {
        try {
            consumer.accept(told.document());
        } catch (RuntimeException e) {
            if (told.isFirstTimeLeftOut()) {
                LOG.warn(
                        "What the extension server of {} tells in its /openapi/v2 is left out of this server's: {}",
                        told.api(),
                        e.toString());
            }
        }
    }

    private void merge(MapValue all) {
        MapValue other = SwaggerParts.withPaths(all, path -> !into.paths.containsKey(path));
        if (other.map(SwaggerParts.PATHS).isEmpty()) {
            return;
        }
        Map<String, String> newDefinitions = definitions.renames(other.map(SwaggerParts.DEFINITIONS));
        Map<String, String> newParameters = parameters.renames(other.map(SwaggerParts.PARAMETERS));
        Map<String, String> references = new HashMap<>();
        newDefinitions.forEach((name, now) -> references.put(
                SwaggerParts.reference(SwaggerParts.DEFINITIONS, name),
                SwaggerParts.reference(SwaggerParts.DEFINITIONS, now)));
        newParameters.forEach((name, now) -> references.put(
                SwaggerParts.reference(SwaggerParts.PARAMETERS, name),
                SwaggerParts.reference(SwaggerParts.PARAMETERS, now)));
        Addition addedDefinitions = new Addition(definitions);
        Addition addedParameters = new Addition(parameters);
        Map<String, byte[]> addedPaths = new HashMap<>();
        each(other.map(SwaggerParts.DEFINITIONS), newDefinitions, references, addedDefinitions::put);
        each(other.map(SwaggerParts.PARAMETERS), newParameters, references, addedParameters::put);
        each(
                other.map(SwaggerParts.PATHS),
                Map.of(),
                references,
                (path, item) -> addedPaths.put(path, into.encodePath(item)));
        // From here on nothing fails.
        addedDefinitions.commit();
        addedParameters.commit();
        into.paths.putAll(addedPaths);
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

    /** The definitions or the parameters that are there. */
    private static final class Section {
        private final Map<String, byte[]> taken;
        private final Function<MapValue, byte[]> encoder;
        /** What of two parts has to be the same. */
        private final UnaryOperator<MapValue> essence;
        /** Those of them that are compared, in JSON. */
        private final Map<String, byte[]> known = new HashMap<>();
        /** Digests of the essences of those. They stay when a definition gets more kinds. */
        private final Map<String, String> essences = new HashMap<>();

        Section(Map<String, byte[]> taken, Function<MapValue, byte[]> encoder, UnaryOperator<MapValue> essence) {
            this.taken = taken;
            this.encoder = encoder;
            this.essence = essence;
        }

        /** The new names of parts whose names are taken by something else. */
        Map<String, String> renames(MapValue parts) {
            Map<String, String> renames = new HashMap<>();
            Set<String> chosen = new HashSet<>();
            for (Map.Entry<String, @Nullable Object> part : parts) {
                String name = part.getKey();
                if (!taken.containsKey(name) || !(part.getValue() instanceof MapValue value)) {
                    continue;
                }
                String wanted = digest(value);
                if (!isSame(name, wanted)) {
                    String now = next(name, wanted, parts, chosen);
                    renames.put(name, now);
                    chosen.add(now);
                }
            }
            return renames;
        }

        /** The next name with a number that has the same part, or that nobody has. */
        private String next(String name, String wanted, MapValue parts, Set<String> chosen) {
            for (int i = 2; i < 2 + MOST_NUMBERS; i++) {
                String next = name + "_v" + i;
                boolean good =
                        taken.containsKey(next) ? isSame(next, wanted) : !parts.has(next) && !chosen.contains(next);
                if (good) {
                    return next;
                }
            }
            throw new IllegalArgumentException("all of the next " + MOST_NUMBERS + " names after "
                    + name.substring(0, Math.min(name.length(), 200)) + " are taken by something else");
        }

        private boolean isSame(String name, String wanted) {
            byte[] json = known.get(name);
            return json != null
                    && essences.computeIfAbsent(name, unused -> digest(Json.decodeMap(json)))
                            .equals(wanted);
        }

        private String digest(MapValue part) {
            return Digests.sha512(Json.encode(essence.apply(part)));
        }
    }

    /** What is added to a section, once all of it is known to be good. */
    private static final class Addition {
        private final Section to;
        private final Map<String, byte[]> json = new HashMap<>();
        private final Map<String, byte[]> encoded = new HashMap<>();

        Addition(Section to) {
            this.to = to;
        }

        /** Adds a part under a name that nobody has, or that the same part has, which becomes that of both's kinds. */
        void put(String name, MapValue part) {
            byte[] before = json.containsKey(name) ? json.get(name) : to.known.get(name);
            MapValue after = part;
            if (before != null) {
                ListValue kinds = part.list(KINDS);
                MapValue same = kinds.isEmpty() ? MapValue.EMPTY : Json.decodeMap(before);
                after = withKinds(same, kinds);
                if (after == same) {
                    return;
                }
            }
            json.put(name, Json.encode(after));
            encoded.put(name, to.encoder.apply(after));
        }

        void commit() {
            to.known.putAll(json);
            to.taken.putAll(encoded);
        }
    }
}
