package dev.proa.api.patch;

import dev.proa.api.status.GoText;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How Go names and prints values in the messages of its errors. */
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
            default -> "int64";
        };
    }

    /** The name of JSON for the type of a value. */
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

    /** A value as {@code %v} prints it: {@code map[a:1 b:[x y]]}. */
    static String text(@Nullable Object value) {
        return switch (value) {
            case null -> "<nil>";
            case MapValue map -> {
                List<String> entries = new ArrayList<>();
                for (int i = 0; i < map.size(); i++) {
                    entries.add(map.nameAt(i) + ":" + text(map.valueAt(i)));
                }
                yield "map[" + String.join(" ", entries) + "]";
            }
            case ListValue list ->
                "[" + String.join(" ", list.stream().map(GoNames::text).toList()) + "]";
            case Double number -> GoText.floating(number);
            default -> value.toString();
        };
    }
}
