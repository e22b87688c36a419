package dev.proa.server.apiextensions;

import org.jspecify.annotations.Nullable;

/**
 * Where in an object a value is, as schemas see it: entries of maps look like fields. It becomes a string only when something is said of the
 * value. The object itself is null.
 *
 * @param name of a field or entry; empty for an item
 * @param index of an item
 */
record FieldPath(@Nullable FieldPath parent, String name, int index) {
    static FieldPath child(@Nullable FieldPath parent, String name) {
        return new FieldPath(parent, name, -1);
    }

    static FieldPath item(@Nullable FieldPath parent, int index) {
        return new FieldPath(parent, "", index);
    }

    /** The path of a value; empty for the object itself. */
    static String of(@Nullable FieldPath path) {
        return path == null ? "" : path.toString();
    }

    /** As {@code spec.list[0].field}. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        write(out);
        return out.toString();
    }

    private void write(StringBuilder out) {
        if (parent != null) {
            parent.write(out);
        }
        if (index >= 0) {
            out.append('[').append(index).append(']');
        } else {
            out.append(parent == null ? "" : ".").append(name);
        }
    }
}
