package dev.proa.api.view;

import dev.proa.api.value.MapValue;

/**
 * A typed view of a value: a record with only the {@link MapValue} that it reads. The views of the built-in types are
 * generated from the schema.
 *
 * <p>What is absent, null or of another type reads as the zero value of Go: {@code ""}, 0, false, an empty list or
 * map, an empty view; only points in time and values without a type are null. {@code hasX} tells absence from zero.
 * {@code withX} gives a changed copy that shares the rest, {@code withoutX} one where the field is absent.
 */
public interface View {
    /** The value, to read fields that the view does not have. */
    MapValue value();

    /** Whether the field of this JSON name is present and not null. */
    default boolean has(String name) {
        return value().get(name) != null;
    }
}
