package dev.proa.server.resource;

import org.jspecify.annotations.Nullable;

/** The path of a field. Cheap to make: it becomes a string only when an error names it. */
final class Path {
    private final @Nullable Path parent;
    private final @Nullable String name;
    private final int index;

    private Path(@Nullable Path parent, @Nullable String name, int index) {
        this.parent = parent;
        this.name = name;
        this.index = index;
    }

    static Path of(String name) {
        return new Path(null, name, -1);
    }

    Path child(String child) {
        return new Path(this, child, -1);
    }

    Path index(int item) {
        return new Path(this, null, item);
    }

    /** The value of a key of a map: {@code limits[cpu]}. */
    Path key(String key) {
        return new Path(this, key, -2);
    }

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
        if (name == null) {
            out.append('[').append(index).append(']');
        } else if (index == -2) {
            out.append('[').append(name).append(']');
        } else {
            if (!out.isEmpty()) {
                out.append('.');
            }
            out.append(name);
        }
    }
}
