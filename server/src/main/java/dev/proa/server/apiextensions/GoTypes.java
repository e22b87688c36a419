package dev.proa.server.apiextensions;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import org.jspecify.annotations.Nullable;

/** The types by which Go names decoded values in texts. */
final class GoTypes {
    private GoTypes() {}

    /** As the verb {@code %T}. */
    static String of(@Nullable Object value) {
        return switch (value) {
            case null -> "<nil>";
            case String text -> "string";
            case Boolean bool -> "bool";
            case Long number -> "int64";
            case Number number -> "float64";
            case ListValue list -> "[]interface {}";
            case MapValue map -> "map[string]interface {}";
            default -> value.getClass().getSimpleName();
        };
    }
}
