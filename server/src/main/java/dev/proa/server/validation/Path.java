package dev.proa.server.validation;

import org.jspecify.annotations.Nullable;

/** The path of a field. It becomes a string only when an error names it. */
public final class Path {
    private final @Nullable Path parent;
    private final @Nullable String name;
    private final int index;

    private Path(@Nullable Path parent, @Nullable String name, int index) {
        this.parent = parent;
        this.name = name;
        this.index = index;
    }

    public static Path of(String name) {
        return new Path(null, name, -1);
    }

    public Path child(String child) {
        return new Path(this, child, -1);
    }

    public Path index(int item) {
        return new Path(this, null, item);
    }

    /** The value of a key of a map: {@code limits[cpu]}. */
    public Path key(String key) {
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
