package dev.proa.api.patch;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Numeral;
import org.jspecify.annotations.Nullable;

/** The names of Go types in its error messages. */
final class GoNames {
    private GoNames() {}

    /** The Go type that a JSON value is decoded to. */
    static String type(@Nullable Object value) {
        return switch (value) {
            case null -> "%!s(<nil>)";
            case MapValue map -> "map[string]interface {}";
            case ListValue list -> "[]interface {}";
            case String string -> "string";
            case Boolean bool -> "bool";
            case Double number -> "float64";
            case Numeral number -> type(number.plain());
            default -> "int64";
        };
    }

    /** The JSON name of a value's type. */
    static String jsonType(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case MapValue map -> "object";
            case ListValue list -> "array";
            case String string -> "string";
            case Boolean bool -> "bool";
            default -> "number";
        };
    }
}
