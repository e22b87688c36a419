package dev.proa.server.validation;

import dev.proa.api.value.MapValue;
import org.jspecify.annotations.Nullable;

/** Sets the defaults of absent fields, and copies the object only if a field changes. For one thread. */
public final class Defaulter {
    private final MapValue original;
    private MapValue.@Nullable Builder builder;

    private Defaulter(MapValue original) {
        this.original = original;
    }

    public static Defaulter of(MapValue original) {
        return new Defaulter(original);
    }

    /** Sets {@code name} when it is absent, null or the empty string. */
    public Defaulter fill(String name, Object value) {
        Object present = original.get(name);
        return present == null || present.equals("") ? set(name, value) : this;
    }

    /** Sets {@code name} when it is absent or null: a field that tells empty from absent, as Go's pointers do. */
    public Defaulter fillAbsent(String name, Object value) {
        return original.get(name) == null ? set(name, value) : this;
    }

    /** Sets {@code name} when it is absent, null or zero. */
    public Defaulter fillZero(String name, long value) {
        Object present = original.get(name);
        return present == null || present.equals(0L) ? set(name, value) : this;
    }

    /** Sets {@code name} whatever it was. */
    public Defaulter set(String name, @Nullable Object value) {
        if (builder == null) {
            builder = original.toBuilder();
        }
        builder.put(name, value);
        return this;
    }

    public MapValue done() {
        return builder == null ? original : builder.build();
    }
}
