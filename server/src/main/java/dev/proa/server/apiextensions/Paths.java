package dev.proa.server.apiextensions;

import dev.proa.server.validation.Path;
import org.jspecify.annotations.Nullable;

/** Paths of fields that start at the object itself, which is null. */
final class Paths {
    private Paths() {}

    static Path child(@Nullable Path parent, String name) {
        return parent == null ? Path.of(name) : parent.child(name);
    }

    static Path item(@Nullable Path parent, int index) {
        return parent == null ? Path.of("[" + index + "]") : parent.index(index);
    }

    static Path key(@Nullable Path parent, String key) {
        return parent == null ? Path.of("[" + key + "]") : parent.key(key);
    }
}
