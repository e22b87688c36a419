package dev.proa.server.apiextensions;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Numeral;
import dev.proa.server.apiextensions.StructuralSchema.Extras;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads structural schemas, of which it makes nodes that are alike only once. For one thread. */
final class SchemaReader {
    /** The nodes that most properties have, shared by all schemas. */
    private static final Map<String, StructuralSchema> PLAIN = HashMap.newHashMap(6);

    static {
        for (String type : new String[] {"string", "integer", "number", "boolean", "object"}) {
            PLAIN.put(type, new StructuralSchema(type, 0, MapValue.EMPTY, null, null, null, Extras.NONE, null));
        }
    }

    private final Map<List<@Nullable Object>, StructuralSchema> nodes = new HashMap<>();

    StructuralSchema read(MapValue schema) {
        String type = schema.string("type");
        MapValue properties = properties(schema.map("properties"));
        Object additionalSchema = schema.get("additionalProperties");
        StructuralSchema additional = additionalSchema instanceof MapValue map ? read(map) : null;
        StructuralSchema items = schema.get("items") instanceof MapValue map ? read(map) : null;
        ValueValidation validation = validation(schema, type);
        Extras extras = extras(schema);
        Object defaultValue = Numeral.plain(schema.get("default"));
        int flags = flags(schema)
                | flag(
                        additionalSchema instanceof MapValue || Boolean.TRUE.equals(additionalSchema),
                        StructuralSchema.ADDITIONAL)
                | flag(Boolean.FALSE.equals(additionalSchema), StructuralSchema.CLOSED)
                | flag(!extras.rules().isEmpty(), StructuralSchema.RULES)
                | flag(schema.bool("x-kubernetes-embedded-resource"), StructuralSchema.HAS_EMBEDDED)
                | flag(defaultValue != null, StructuralSchema.DEFAULTS)
                | below(properties, additional, items);
        StructuralSchema plain = PLAIN.get(type);
        if (plain != null
                && flags == 0
                && properties.isEmpty()
                && items == null
                && defaultValue == null
                && extras == Extras.NONE
                && validation == null) {
            return plain;
        }
        // The nodes below are unique already, so comparing them is comparing references.
        List<@Nullable Object> parts =
                Arrays.asList(type, flags, properties, additional, items, defaultValue, extras, validation);
        StructuralSchema known = nodes.get(parts);
        if (known == null) {
            known = new StructuralSchema(type, flags, properties, additional, items, null, extras, validation);
            if (defaultValue != null) {
                Object pruned = Pruning.value(defaultValue, known);
                known = new StructuralSchema(type, flags, properties, additional, items, pruned, extras, validation);
            }
            nodes.put(parts, known);
        }
        return known;
    }

    private MapValue properties(MapValue schemas) {
        MapValue.Builder properties = MapValue.builder(schemas.size());
        for (int i = 0; i < schemas.size(); i++) {
            if (schemas.valueAt(i) instanceof MapValue schema) {
                properties.put(schemas.nameAt(i), read(schema));
            }
        }
        return properties.build();
    }

    private static int flags(MapValue schema) {
        return flag(schema.bool("nullable"), StructuralSchema.NULLABLE)
                | flag(schema.bool("x-kubernetes-preserve-unknown-fields"), StructuralSchema.PRESERVE)
                | flag(schema.bool("x-kubernetes-embedded-resource"), StructuralSchema.EMBEDDED)
                | flag(schema.bool("x-kubernetes-int-or-string"), StructuralSchema.INT_OR_STRING)
                | flag(schema.string("x-kubernetes-map-type").equals("atomic"), StructuralSchema.ATOMIC_MAP)
                | switch (schema.string("x-kubernetes-list-type")) {
                    case "set" -> StructuralSchema.SET;
                    case "map" -> StructuralSchema.MAP;
                    default -> 0;
                };
    }

    private static Extras extras(MapValue schema) {
        List<String> keys = strings(schema.list("x-kubernetes-list-map-keys"));
        ListValue rules = schema.list("x-kubernetes-validations");
        return keys.isEmpty() && rules.isEmpty() ? Extras.NONE : new Extras(keys, rules);
    }

    private static int flag(boolean set, int flag) {
        return set ? flag : 0;
    }

    /** The flags of what is anywhere below. */
    private static int below(
            MapValue properties, @Nullable StructuralSchema additional, @Nullable StructuralSchema items) {
        int below = (additional == null ? 0 : additional.flags()) | (items == null ? 0 : items.flags());
        for (int i = 0; i < properties.size(); i++) {
            below |= properties.valueAt(i) instanceof StructuralSchema property ? property.flags() : 0;
        }
        return below & (StructuralSchema.RULES | StructuralSchema.HAS_EMBEDDED | StructuralSchema.DEFAULTS);
    }

    private @Nullable ValueValidation validation(MapValue schema, String type) {
        ValueValidation validation = new ValueValidation(
                format(schema, type),
                schema.string("pattern"),
                decimal(schema, "minimum"),
                decimal(schema, "maximum"),
                schema.bool("exclusiveMinimum"),
                schema.bool("exclusiveMaximum"),
                decimal(schema, "multipleOf"),
                whole(schema, "minLength"),
                whole(schema, "maxLength"),
                whole(schema, "minItems"),
                whole(schema, "maxItems"),
                whole(schema, "minProperties"),
                whole(schema, "maxProperties"),
                schema.bool("uniqueItems"),
                (ListValue) Objects.requireNonNull(Numeral.plain(schema.list("enum"))),
                strings(schema.list("required")),
                all(schema.list("allOf")),
                all(schema.list("anyOf")),
                all(schema.list("oneOf")),
                schema.get("not") instanceof MapValue not ? read(not) : null);
        return validation.equals(NONE) ? null : validation;
    }

    private static final ValueValidation NONE = new ValueValidation(
            "",
            "",
            null,
            null,
            false,
            false,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            false,
            ListValue.EMPTY,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            null);

    /** The format, if it is one of those that Kubernetes checks for this type. */
    private static String format(MapValue schema, String type) {
        String format = schema.string("format");
        boolean known = switch (schema.bool("x-kubernetes-int-or-string") ? "" : type) {
            case "", "string" -> StringFormats.isKnown(format);
            case "integer" -> format.equals("int32") || format.equals("int64");
            case "number" -> format.equals("float") || format.equals("double");
            default -> false;
        };
        return known ? format : "";
    }

    private List<StructuralSchema> all(ListValue schemas) {
        List<StructuralSchema> all = new ArrayList<>(schemas.size());
        for (int i = 0; i < schemas.size(); i++) {
            all.add(read(schemas.map(i)));
        }
        return List.copyOf(all);
    }

    private static @Nullable Double decimal(MapValue schema, String name) {
        return schema.get(name) instanceof Number number ? Double.valueOf(number.doubleValue()) : null;
    }

    private static @Nullable Long whole(MapValue schema, String name) {
        return schema.get(name) instanceof Number number ? Long.valueOf(number.longValue()) : null;
    }

    private static List<String> strings(ListValue list) {
        List<String> strings = new ArrayList<>(list.size());
        for (Object item : list) {
            if (item instanceof String string) {
                strings.add(string);
            }
        }
        return List.copyOf(strings);
    }
}
