package dev.proa.server.cel;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An object of a named type that an expression made, such as {@code Object{spec: ...}}. Immutable. */
public final class MadeObject extends CelMap {
    private final CelType type;
    private final Map<String, @Nullable Object> fields;

    MadeObject(CelType type, Map<String, @Nullable Object> fields) {
        this.type = type;
        this.fields = fields;
    }

    /** The name of the type. */
    public String typeName() {
        return type.name();
    }

    @Override
    public @Nullable Object find(@Nullable Object key) {
        return key instanceof String name && fields.containsKey(name) ? fields.get(name) : ABSENT;
    }

    @Override
    public List<String> keys() {
        return List.copyOf(fields.keySet());
    }
}
