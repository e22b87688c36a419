package dev.proa.server.resource;

import dev.proa.api.value.MapValue;
import org.jspecify.annotations.Nullable;

/** Fills in what an object leaves open, and copies it only if there is something. For one thread. */
final class Defaulter {
    private final MapValue original;
    private MapValue.@Nullable Builder builder;

    private Defaulter(MapValue original) {
        this.original = original;
    }

    static Defaulter of(MapValue original) {
        return new Defaulter(original);
    }

    /** Sets {@code name} when it is absent, null or the empty string. */
    Defaulter fill(String name, Object value) {
        Object present = original.get(name);
        return present == null || present.equals("") ? set(name, value) : this;
    }

    /** Sets {@code name} when it is absent or null: a field that tells empty from absent, as Go's pointers do. */
    Defaulter fillAbsent(String name, Object value) {
        return original.get(name) == null ? set(name, value) : this;
    }

    /** Sets {@code name} when it is absent, null or zero. */
    Defaulter fillZero(String name, long value) {
        Object present = original.get(name);
        return present == null || present.equals(0L) ? set(name, value) : this;
    }

    /** Sets {@code name} whatever it was. */
    Defaulter set(String name, @Nullable Object value) {
        if (builder == null) {
            builder = original.toBuilder();
        }
        builder.put(name, value);
        return this;
    }

    MapValue done() {
        return builder == null ? original : builder.build();
    }
}
