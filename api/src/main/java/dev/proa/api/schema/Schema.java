package dev.proa.api.schema;

import java.util.List;

/** The type of a value: a scalar, a struct, or a list or map of one. Immutable. */
public sealed interface Schema permits Schema.Scalar, Schema.ListOf, Schema.MapOf, Struct {
    /** Types without fields. */
    enum Scalar implements Schema {
        STRING,
        INT32,
        INT64,
        DOUBLE,
        BOOL,
        /** Base64 in JSON. */
        BYTES,
        /** RFC 3339 with seconds. */
        TIME,
        /** RFC 3339 with six digits after the seconds. */
        MICRO_TIME,
        /** A string, or a number. */
        QUANTITY,
        INT_OR_STRING,
        /** Any value at all. */
        ANY
    }

    /** The list type ({@code x-kubernetes-list-type}), by which server-side apply merges lists. */
    enum ListType {
        /** As a whole. */
        ATOMIC,
        /** Item by item; items are unique scalars. */
        SET,
        /** Item by item; items are objects with unique keys. */
        MAP
    }

    /**
     * A list.
     *
     * @param keys the fields that tell items of a {@link ListType#MAP} apart; none for others
     */
    record ListOf(Schema item, ListType listType, List<String> keys) implements Schema {
        public ListOf {
            keys = List.copyOf(keys);
        }
    }

    /**
     * A map from strings.
     *
     * @param atomic whether server-side apply merges it as a whole
     */
    record MapOf(Schema item, boolean atomic) implements Schema {}
}
