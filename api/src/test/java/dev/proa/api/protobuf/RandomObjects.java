package dev.proa.api.protobuf;

import dev.proa.api.schema.Field;
import dev.proa.api.schema.GoShape;
import dev.proa.api.schema.Schema;
import dev.proa.api.schema.Schema.ListOf;
import dev.proa.api.schema.Schema.MapOf;
import dev.proa.api.schema.Schema.Scalar;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.schema.Struct;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/** Random objects of built-in kinds, as Go would answer with them: of every field any value that its type has. */
public final class RandomObjects {
    private static final int DEEPEST = 12;

    private final Random random;
    private final double density;

    /** @param density how likely a field is there, from 0 to 1 */
    public RandomObjects(Random random, double density) {
        this.random = random;
        this.density = density;
    }

    /** Every built-in kind, as {@code group/version/Kind}, but those that only clients and requests have. */
    public static List<String> kinds() {
        TreeSet<String> kinds = new TreeSet<>();
        SchemaCatalog catalog = SchemaCatalog.builtin();
        for (String name : catalog.structNames()) {
            Struct struct = catalog.struct(name);
            if (struct != null
                    && !struct.kinds().isEmpty()
                    && struct.fields().stream().anyMatch(RandomObjects::isMetadata)) {
                kinds.addAll(struct.kinds());
            }
        }
        return List.copyOf(kinds);
    }

    private static boolean isMetadata(Field field) {
        return field.name().equals("metadata") && !field.number().isEmpty();
    }

    public MapValue object(String kind) {
        int slash = kind.lastIndexOf('/');
        String apiVersion = kind.substring(0, slash);
        Struct struct = SchemaCatalog.builtin().kind(apiVersion, kind.substring(slash + 1));
        if (struct == null) {
            throw new IllegalArgumentException(kind);
        }
        MapValue object = struct(struct, 0).with("apiVersion", apiVersion).with("kind", kind.substring(slash + 1));
        return GoShape.of(object, struct);
    }

    private MapValue struct(Struct struct, int depth) {
        MapValue.Builder builder = MapValue.builder();
        for (Field field : struct.fields()) {
            if (!field.number().isEmpty() && random.nextDouble() < density && depth < DEEPEST) {
                builder.put(field.name(), value(field.type(), field.definition(), depth + 1));
            }
        }
        return builder.build();
    }

    private Object value(Schema type, String definition, int depth) {
        return switch (type) {
            case Struct struct -> struct(struct, depth);
            case ListOf list -> list(list.item(), definition, depth);
            case MapOf map -> {
                MapValue.Builder entries = MapValue.builder();
                for (int i = 0; i <= random.nextInt(2); i++) {
                    entries.put("key-" + i, value(map.item(), definition, depth));
                }
                yield entries.build();
            }
            case Scalar scalar -> scalar(scalar, definition, depth);
        };
    }

    private ListValue list(Schema item, String definition, int depth) {
        List<Object> items = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(2); i++) {
            items.add(value(item, definition, depth));
        }
        return ListValue.copyOf(items);
    }

    private Object scalar(Scalar type, String definition, int depth) {
        return switch (type) {
            case STRING -> pick("", "text", "grüße 🙂", "a\nb\"c");
            case INT32 -> (long) pick(0, 1, -1, 300, Integer.MAX_VALUE, Integer.MIN_VALUE);
            case INT64 -> pick(0L, 1L, -1L, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE);
            case DOUBLE -> pick(1.5, -0.25, 1e300);
            case BOOL -> random.nextBoolean();
            case BYTES -> {
                byte[] bytes = new byte[1 + random.nextInt(5)];
                random.nextBytes(bytes);
                yield Base64.getEncoder().encodeToString(bytes);
            }
            case TIME -> pick("2026-01-02T03:04:05Z", "1969-12-31T23:59:59Z");
            case MICRO_TIME -> pick("2026-01-02T03:04:05.000006Z", "2026-01-02T03:04:05.123456Z");
            case QUANTITY -> pick("0", "100m", "5Gi", "12", "-3k");
            case INT_OR_STRING -> pick(0L, 80L, -1L, "25%", "http");
            case ANY -> any(AnyKind.of(definition), definition, depth);
        };
    }

    private Object any(AnyKind kind, String definition, int depth) {
        Protobuf types = new Protobuf(SchemaCatalog.builtin());
        return switch (kind) {
            case JSON ->
                definition.endsWith(".JSON")
                        ? pick("text", 7L, true, ListValue.of("a", 1L), MapValue.of("a", MapValue.of("b", 1L)))
                        : MapValue.of("f:metadata", MapValue.of("f:labels", MapValue.EMPTY));
            case EMPTY -> MapValue.EMPTY;
            case SCHEMA_OR_ARRAY ->
                random.nextBoolean() ? struct(types.schema(), depth) : list(types.schema(), "", depth);
            case SCHEMA_OR_BOOL -> random.nextBoolean() ? struct(types.schema(), depth) : (Object) random.nextBoolean();
            case SCHEMA_OR_STRINGS ->
                random.nextBoolean() ? struct(types.schema(), depth) : list(Scalar.STRING, "", depth);
        };
    }

    @SafeVarargs
    private <T> T pick(T... values) {
        return values[random.nextInt(values.length)];
    }
}
