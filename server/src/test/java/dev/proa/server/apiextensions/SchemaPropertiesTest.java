package dev.proa.server.apiextensions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.Tries;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What holds for whatever schema and object. */
class SchemaPropertiesTest {
    private static final int TRIES = 5_000;

    @Test
    void pruningOnceIsEnough() {
        Tries.run(TRIES, random -> {
            StructuralSchema schema = StructuralSchema.of(schema(random, 4));
            MapValue object = object(random);
            List<String> unknown = new ArrayList<>();
            MapValue pruned = Pruning.object(object, schema, unknown);
            assertThat(Pruning.object(pruned, schema, null)).isSameAs(pruned);
            assertThat(unknown).isSorted().doesNotHaveDuplicates();
            if (unknown.isEmpty()) {
                assertThat(pruned.without("apiVersion").without("kind"))
                        .isEqualTo(object.without("apiVersion").without("kind"));
            } else {
                assertThat(pruned).isNotEqualTo(object);
            }
        });
    }

    @Test
    void defaultingOnceIsEnough() {
        Tries.run(TRIES, random -> {
            StructuralSchema schema = StructuralSchema.of(schema(random, 4));
            MapValue object = Defaulting.withoutNulls(Pruning.object(object(random), schema, null), schema);
            assertThat(Defaulting.withoutNulls(object, schema)).isSameAs(object);
            MapValue defaulted = Defaulting.object(object, schema);
            assertThat(Defaulting.object(defaulted, schema)).isEqualTo(defaulted);
            assertThat(Pruning.object(defaulted, schema, null)).isEqualTo(defaulted);
        });
    }

    @Test
    void whatDidNotChangeHasNoErrors() {
        Tries.run(TRIES, random -> {
            MapValue text = schema(random, 4);
            StructuralSchema schema = StructuralSchema.of(text);
            MapValue object = Defaulting.object(Pruning.object(object(random), schema, null), schema);
            Correlation same = new Correlation(object, copy(object), schema);
            assertThat(SchemaValidation.errors(object, schema, "", null)).doesNotContainNull();
            if (same.isUnchanged()) {
                assertThat(SchemaValidation.errors(object, schema, "", same)).isEmpty();
            }
            MapValue other = object(random);
            Correlation changed = new Correlation(object, other, schema);
            assertThat(SchemaValidation.errors(object, schema, "", changed))
                    .isSubsetOf(SchemaValidation.errors(object, schema, "", null));
            assertThat(changed.isUnchanged()).isEqualTo(object.equals(other) && changed.isUnchanged());
        });
    }

    /** Without sharing anything. */
    private static MapValue copy(MapValue object) {
        return (MapValue) Edits.map(object, i -> copied(object.valueAt(i)));
    }

    private static @Nullable Object copied(@Nullable Object value) {
        return switch (value) {
            case MapValue map -> copy(map);
            case ListValue list ->
                ListValue.copyOf(new ArrayList<>(
                        list.stream().map(SchemaPropertiesTest::copied).toList()));
            case null, default -> value;
        };
    }

    private static MapValue schema(Random random, int depth) {
        MapValue.Builder schema = MapValue.builder().put("type", "object");
        MapValue.Builder properties = MapValue.builder();
        for (int i = random.nextInt(5); i > 0; i--) {
            properties.put(name(random), any(random, depth));
        }
        schema.put("properties", properties.build());
        if (random.nextInt(6) == 0) {
            schema.put("x-kubernetes-preserve-unknown-fields", true);
        }
        if (random.nextInt(4) == 0) {
            schema.put("required", ListValue.of(name(random)));
        }
        if (random.nextInt(6) == 0) {
            schema.put("minProperties", 2L);
        }
        return schema.build();
    }

    private static MapValue any(Random random, int depth) {
        MapValue schema = switch (depth == 0 ? random.nextInt(4) : random.nextInt(8)) {
            case 0 -> MapValue.of("type", "string", "maxLength", 2L);
            case 1 -> MapValue.of("type", "integer", "minimum", 1L);
            case 2 -> MapValue.of("type", "boolean");
            case 3 -> MapValue.of("x-kubernetes-int-or-string", true);
            case 4 -> MapValue.of("type", "array", "items", any(random, depth - 1));
            case 5 ->
                MapValue.of(
                        "type",
                        "array",
                        "x-kubernetes-list-type",
                        "map",
                        "x-kubernetes-list-map-keys",
                        ListValue.of("a"),
                        "items",
                        schema(random, depth - 1));
            case 6 -> MapValue.of("type", "object", "additionalProperties", any(random, depth - 1));
            default -> schema(random, depth - 1);
        };
        if (random.nextInt(4) == 0) {
            schema = schema.with("nullable", true);
        }
        if (random.nextInt(4) == 0 && !schema.string("type").isEmpty()) {
            schema = schema.with("default", fitting(schema.string("type"), random));
        }
        return schema;
    }

    private static Object fitting(String type, Random random) {
        return switch (type) {
            case "string" -> "x";
            case "integer" -> 5L;
            case "boolean" -> true;
            case "array" -> ListValue.EMPTY;
            default -> MapValue.of(name(random), 1L);
        };
    }

    private static MapValue object(Random random) {
        MapValue.Builder object = MapValue.builder();
        for (int i = random.nextInt(5); i > 0; i--) {
            object.put(name(random), value(random, 4));
        }
        return object.build();
    }

    private static @Nullable Object value(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 6 : 9)) {
            case 0 -> null;
            case 1 -> "x";
            case 2 -> "xyz";
            case 3 -> (long) random.nextInt(-1, 3);
            case 4 -> 0.5;
            case 5 -> random.nextBoolean();
            case 6 -> ListValue.of(value(random, depth - 1), value(random, depth - 1));
            default -> object(random);
        };
    }

    private static String name(Random random) {
        return Tries.pick(random, "a", "b", "c", "d", "kind", "metadata");
    }
}
