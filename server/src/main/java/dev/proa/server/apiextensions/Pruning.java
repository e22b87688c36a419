package dev.proa.server.apiextensions;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Removes from objects what their schemas do not know. What needs no change is shared, not copied. */
public final class Pruning {
    private final @Nullable List<String> unknown;

    private Pruning(@Nullable List<String> unknown) {
        this.unknown = unknown;
    }

    /**
     * An object without the fields that its schema does not know. {@code apiVersion}, {@code kind} and {@code metadata}, there and in
     * embedded resources, stay as they are; {@link Coercion} looks after them.
     *
     * @param unknown gets the path of each field that is removed, as {@code spec.list[0].field}, in ascending order; null when nobody asks
     */
    public static MapValue object(MapValue object, StructuralSchema schema, @Nullable List<String> unknown) {
        List<String> paths = unknown == null ? null : new ArrayList<>(0);
        StructuralSchema root = schema.asResource();
        MapValue pruned = new Pruning(paths).map(object, root, null, root.preservesUnknownFields());
        if (unknown != null && paths != null) {
            paths.sort(null);
            unknown.addAll(paths);
        }
        return pruned;
    }

    /** A value within an object, without the fields that its schema does not know. */
    static @Nullable Object value(@Nullable Object value, StructuralSchema schema) {
        return new Pruning(null).value(value, schema, null, schema.preservesUnknownFields());
    }

    /**
     * Prunes a value.
     *
     * @param schema null when nothing is known of it, so that it may have no fields
     * @param preserving whether it keeps unknown fields, so that only what the schema names is looked into
     */
    private @Nullable Object value(
            @Nullable Object value, @Nullable StructuralSchema schema, @Nullable FieldPath at, boolean preserving) {
        return switch (value) {
            case MapValue map -> map(map, schema, at, preserving);
            case ListValue list -> {
                StructuralSchema items = schema == null ? null : schema.items();
                if (preserving && items == null) {
                    yield list;
                }
                boolean preservingItems = preserving || items != null && items.preservesUnknownFields();
                yield Edits.list(list, i -> value(list.get(i), items, FieldPath.item(at, i), preservingItems));
            }
            case null, default -> value;
        };
    }

    private MapValue map(MapValue map, @Nullable StructuralSchema schema, @Nullable FieldPath at, boolean preserving) {
        return Edits.map(map, i -> {
            String name = map.nameAt(i);
            if (schema != null && schema.isEmbeddedResource() && isOfEveryResource(name)) {
                return map.valueAt(i);
            }
            StructuralSchema field = schema == null ? null : schema.field(name);
            if (field != null || schema != null && schema.allowsAdditionalProperties()) {
                boolean preservingField = field != null && field.preservesUnknownFields();
                return value(map.valueAt(i), field, FieldPath.child(at, name), preservingField);
            }
            if (preserving) {
                return map.valueAt(i);
            }
            if (unknown != null && (at != null || !isOfEveryResource(name))) {
                unknown.add(FieldPath.child(at, name).toString());
            }
            return Edits.GONE;
        });
    }

    static boolean isOfEveryResource(String name) {
        return name.equals("apiVersion") || name.equals("kind") || name.equals("metadata");
    }
}
