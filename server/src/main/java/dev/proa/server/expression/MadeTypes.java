package dev.proa.server.expression;

import dev.proa.server.cel.CelType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The types of the objects that mutations make: {@code Object}, those of its fields as {@code Object.spec}, and {@code JSONPatch}. */
public final class MadeTypes {
    public static final CelType OBJECT = CelType.struct("Object", field -> CelType.DYN);
    public static final CelType JSON_PATCH = CelType.struct(
            "JSONPatch",
            Map.of("op", CelType.STRING, "path", CelType.STRING, "from", CelType.STRING, "value", CelType.DYN)::get);

    private MadeTypes() {}

    /** The type of a name; null when there is none. */
    public static @Nullable CelType of(String name) {
        if (name.equals("Object")) {
            return OBJECT;
        }
        if (name.equals("JSONPatch")) {
            return JSON_PATCH;
        }
        return name.startsWith("Object.") ? CelType.struct(name, field -> CelType.DYN) : null;
    }
}
