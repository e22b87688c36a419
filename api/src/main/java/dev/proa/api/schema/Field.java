package dev.proa.api.schema;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A field of a struct.
 *
 * @param name as in JSON
 * @param required whether OpenAPI lists it as required, which says less than validation does
 * @param atomic whether server-side apply sets the struct or map in it as a whole
 * @param granular whether server-side apply merges the struct in it field by field, although it sets its type as a whole
 * @param patch what a strategic merge patch does with it
 * @param defaultValue the default in OpenAPI; null for none. Mostly zero values; real defaulting knows more
 * @param enumeration the values that OpenAPI names, for the items of a list or map; empty when any will do
 * @param number the number in protobuf, after those of the embedded messages it is in, as {@code 1} or {@code 1.3}; empty when
 *     protobuf does not have it
 * @param definition the full name of the OpenAPI type of a field of {@link Schema.Scalar#ANY}; empty for others
 * @param presence how Go presents it
 */
public record Field(
        String name,
        Schema type,
        boolean required,
        boolean atomic,
        boolean granular,
        Patch patch,
        @Nullable Object defaultValue,
        List<Object> enumeration,
        String number,
        String definition,
        Presence presence) {

    /** How Go encodes an empty field in JSON. */
    public enum Presence {
        /** A pointer: absent when nil, else present even if empty. */
        POINTER,
        /** A pointer: null when nil. */
        NULLABLE,
        /** {@code omitempty}: absent when zero or empty. */
        OMITTED,
        /** Always present: as its zero value, an empty object, or null for a list, map or time. */
        ALWAYS
    }

    /**
     * The patch strategy of a field in a strategic merge patch.
     *
     * @param merge whether a list is merged with that of the patch instead of replaced by it
     * @param replace whether a map is replaced by that of the patch instead of merged with it
     * @param retainKeys whether clients are to say which keys of the map stay
     * @param mergeKey the field that tells the objects in a list apart; empty for lists of scalars
     */
    public record Patch(boolean merge, boolean replace, boolean retainKeys, String mergeKey) {
        /** Maps are merged, lists are replaced. */
        public static final Patch PLAIN = new Patch(false, false, false, "");
    }

    public Field {
        enumeration = List.copyOf(enumeration);
    }

    /** A field with the default patch strategy. */
    public static Field of(String name, Schema type, boolean required) {
        return new Field(name, type, required, false, false, Patch.PLAIN, null, List.of(), "", "", Presence.POINTER);
    }
}
