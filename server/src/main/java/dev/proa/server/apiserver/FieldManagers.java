package dev.proa.server.apiserver;

import dev.proa.api.resource.ResourceType;
import dev.proa.api.schema.GoShape;
import dev.proa.api.schema.Struct;
import dev.proa.api.typed.MergeType;
import dev.proa.api.typed.StructTypes;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.fieldmanager.FieldManager;
import dev.proa.server.fieldmanager.ResetFields;
import dev.proa.server.fieldmanager.Versions;
import dev.proa.server.strategy.Strategy;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Makes the {@link FieldManager} of a request, and calls it with objects as they are stored. */
final class FieldManagers {
    private static final int LONGEST_NAME = 128;

    private FieldManagers() {}

    /** A new object with its managed fields. */
    static MapValue created(Call call, MapValue object) {
        FieldManager manager = of(call);
        MapValue versioned = call.endpoint.strategy().fromStorage(object);
        Object given = versioned.map("metadata").get("managedFields");
        return entries(call, manager, manager.empty(), shaped(call, versioned), given, object);
    }

    /**
     * An updated object with its managed fields.
     *
     * @param updated in the shape of Go, without what only the server sets
     * @param given the managed fields that the client sent; null for none
     */
    static MapValue updated(Call call, MapValue live, MapValue updated, @Nullable Object given) {
        Strategy strategy = call.endpoint.strategy();
        MapValue versioned = strategy.fromStorage(updated);
        return entries(
                call,
                of(call),
                strategy.fromStorage(live),
                versioned == updated ? updated : shaped(call, versioned),
                given,
                updated);
    }

    /** @param given not as in {@code shaped}: a list that is empty has no place in the shape, and asks that there be none */
    private static MapValue entries(
            Call call, FieldManager manager, MapValue live, MapValue shaped, @Nullable Object given, MapValue stored) {
        ListValue entries = manager.entries(live, with(shaped, given), manager(call), call.now);
        return with(stored, entries.isEmpty() ? null : entries);
    }

    /** An object with these managed fields; null for none. */
    static MapValue with(MapValue object, @Nullable Object managedFields) {
        MapValue metadata = object.map("metadata");
        MapValue changed = managedFields == null
                ? metadata.without("managedFields")
                : metadata.with("managedFields", managedFields);
        return changed == metadata ? object : object.with("metadata", changed);
    }

    /** The writer, by what it says itself. */
    static String manager(Call call) {
        String given = call.query().get("fieldManager");
        if (!given.isEmpty()) {
            return given;
        }
        String agent = call.request.userAgent();
        int slash = agent.indexOf('/');
        String program = agent.substring(0, slash < 0 ? agent.length() : slash);
        if (program.length() <= LONGEST_NAME && program.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            return program;
        }
        StringBuilder name = new StringBuilder();
        int[] length = {0};
        program.codePoints()
                .filter(c ->
                        c == ' ' || !Character.isISOControl(c) && !Character.isSpaceChar(c) && Character.isDefined(c))
                .forEach(c -> {
                    length[0] += Character.toString(c).getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
                    if (length[0] <= LONGEST_NAME) {
                        name.appendCodePoint(c);
                    }
                });
        return name.toString();
    }

    /** The field manager of a request for a resource, or for a subresource that is a part of it. */
    static FieldManager of(Call call) {
        Endpoint endpoint = call.endpoint;
        String subresource = call.info.subresource();
        ResourceType type = endpoint.type();
        String resource = endpoint.group().isEmpty() ? endpoint.plural() : endpoint.plural() + "." + endpoint.group();
        return new FieldManager(
                endpoint.apiVersion(),
                endpoint.kind(),
                subresource,
                () -> empty(call, endpoint.apiVersion(), endpoint.kind()),
                ResetFields.of(resource, subresource, type.subresource("status") != null, !endpoint.hasProtobuf()),
                new Served(call));
    }

    /** The field manager of the scale of a resource. */
    static FieldManager ofScale(Call call, String apiVersion) {
        Struct struct = Objects.requireNonNull(call.catalog.schemas().kind(apiVersion, "Scale"));
        return new FieldManager(
                apiVersion,
                "Scale",
                "scale",
                () -> empty(call, apiVersion, "Scale"),
                UnaryOperator.identity(),
                Versions.only(apiVersion, StructTypes.of(struct)));
    }

    private static MapValue empty(Call call, String apiVersion, String kind) {
        return shaped(call, MapValue.of("apiVersion", apiVersion, "kind", kind));
    }

    private static MapValue shaped(Call call, MapValue object) {
        Struct struct = call.catalog.schemas().kind(object.string("apiVersion"), object.string("kind"));
        return struct == null ? object : GoShape.of(object, struct);
    }

    /** The versions in which a resource is served. */
    private record Served(Call call) implements Versions {
        private @Nullable Endpoint endpoint(String apiVersion) {
            if (apiVersion.equals(call.endpoint.apiVersion())) {
                return call.endpoint;
            }
            int slash = apiVersion.indexOf('/');
            String group = slash < 0 ? "" : apiVersion.substring(0, slash);
            return group.equals(call.endpoint.group())
                    ? call.catalog.endpoint(group, apiVersion.substring(slash + 1), call.endpoint.plural())
                    : null;
        }

        @Override
        public @Nullable MergeType type(String apiVersion) {
            Endpoint endpoint = endpoint(apiVersion);
            if (endpoint == null) {
                return null;
            }
            MergeType type = endpoint.strategy().mergeType();
            if (type != null) {
                return type;
            }
            Struct struct = call.catalog.schemas().kind(apiVersion, endpoint.kind());
            return struct == null ? MergeType.DEDUCED : StructTypes.of(struct);
        }

        @Override
        public boolean changing() {
            return !call.endpoint.hasProtobuf();
        }

        @Override
        public MapValue convert(MapValue object, String apiVersion) {
            Endpoint from = Objects.requireNonNull(endpoint(object.string("apiVersion")));
            Endpoint to = Objects.requireNonNull(endpoint(apiVersion));
            MapValue stored = from.strategy().toStorage(object);
            return shaped(call, to.strategy().fromStorage(to.strategy().readFrom(from.strategy(), stored)));
        }
    }
}
