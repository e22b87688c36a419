package dev.proa.server.apiextensions.rules;

import dev.proa.server.apiextensions.StructuralSchema;
import dev.proa.server.apiextensions.ValueValidation;
import dev.proa.server.cel.CelType;
import dev.proa.server.cel.ValueType;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What schemas declare to expressions. */
final class SchemaTypes {
    private static final ValueType STRING = ValueType.scalar(CelType.STRING, ValueType.LARGEST_REQUEST - 2, 2);
    private static final ValueType OBJECT_META =
            ValueType.object("metadata", Map.of("name", STRING, "generateName", STRING), 2);

    private SchemaTypes() {}

    /**
     * The type of the values of a schema; null when expressions cannot see them.
     *
     * @param resource whether values are objects of Kubernetes, as the root and embedded resources are
     * @param name of the type
     */
    static @Nullable ValueType of(StructuralSchema schema, boolean resource, String name) {
        ValueValidation validation = schema.validation();
        if (schema.isIntOrString()) {
            return ValueType.scalar(CelType.DYN, longest(validation, List.of()), 1);
        }
        return switch (schema.type()) {
            case "array" -> {
                ValueType items = schema.items() == null ? null : child(schema.items(), name + ".@idx");
                yield items == null
                        ? null
                        : ValueType.list(items, limit(validation == null ? null : validation.maxItems()));
            }
            case "object" -> object(schema, resource, name);
            case "string" -> string(validation);
            case "boolean" -> ValueType.scalar(CelType.BOOL, 0, 4);
            case "number" -> ValueType.scalar(CelType.DOUBLE, 0, 1);
            case "integer" -> ValueType.scalar(CelType.INT, 0, 1);
            default -> null;
        };
    }

    private static @Nullable ValueType child(StructuralSchema schema, String name) {
        return of(schema, schema.isEmbeddedResource(), name);
    }

    /** A limit that must not be negative; -1 when there is none. */
    private static long limit(@Nullable Long limit) {
        return limit == null ? -1 : Math.max(0, limit);
    }

    /** The greatest length in bytes. */
    private static long longest(@Nullable ValueValidation validation, List<?> values) {
        Long most = validation == null ? null : validation.maxLength();
        if (most != null) {
            return Math.max(0, most) * 4;
        }
        return values.isEmpty()
                ? ValueType.LARGEST_REQUEST - 2
                : values.stream()
                        .mapToLong(value ->
                                value instanceof String text ? text.getBytes(StandardCharsets.UTF_8).length : 0)
                        .max()
                        .orElse(0);
    }

    private static ValueType string(@Nullable ValueValidation validation) {
        return switch (validation == null ? "" : validation.format()) {
            case "byte" -> {
                long most = validation == null ? -1 : limit(validation.maxLength());
                yield ValueType.scalar(CelType.BYTES, most < 0 ? ValueType.LARGEST_REQUEST - 2 : most, 2);
            }
            case "duration" -> ValueType.scalar(CelType.DURATION, 32, 3);
            case "date" -> ValueType.scalar(CelType.TIMESTAMP, 12, 12);
            case "date-time" -> ValueType.scalar(CelType.TIMESTAMP, 32, 21);
            default ->
                ValueType.scalar(
                        CelType.STRING,
                        longest(validation, validation == null ? List.of() : validation.enumeration()),
                        2);
        };
    }

    private static @Nullable ValueType object(StructuralSchema schema, boolean resource, String name) {
        StructuralSchema additional = schema.additionalProperties();
        ValueValidation validation = schema.validation();
        if (additional != null && !resource) {
            ValueType values = child(additional, name + ".@elem");
            return values == null
                    ? null
                    : ValueType.map(values, limit(validation == null ? null : validation.maxProperties()));
        }
        Map<String, ValueType> fields = new HashMap<>();
        long size = 2;
        for (String property : schema.propertyNames()) {
            StructuralSchema inner = schema.property(property);
            String field = ValueType.escaped(property);
            ValueType type = inner == null ? null : child(inner, name + "." + field);
            if (inner == null || type == null) {
                continue;
            }
            if (field != null) {
                fields.put(field, type);
            }
            if (validation != null && validation.required().contains(property) && inner.defaultValue() == null) {
                size += property.length() + type.minSize() + 4;
            }
        }
        if (resource && !describesResource(schema)) {
            fields.put("apiVersion", STRING);
            fields.put("kind", STRING);
            fields.put("metadata", OBJECT_META);
        }
        return ValueType.object(name, fields, size);
    }

    /** Whether a schema says what every resource has, of which a part is always there for rules. */
    static boolean describesResource(StructuralSchema schema) {
        StructuralSchema metadata = schema.property("metadata");
        return isString(schema.property("kind"))
                && isString(schema.property("apiVersion"))
                && metadata != null
                && metadata.type().equals("object")
                && isString(metadata.property("name"))
                && isString(metadata.property("generateName"));
    }

    private static boolean isString(@Nullable StructuralSchema schema) {
        return schema != null && schema.type().equals("string");
    }
}
