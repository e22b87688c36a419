package dev.proa.api.status;

import dev.proa.api.view.Kind;

/**
 * A resource, or a kind, in the text of an error.
 *
 * @param group the API group; empty for the core group
 * @param name the plural name of the resource as {@code pods}, or for invalid objects the kind as {@code Pod}
 */
public record Resource(String group, String name) {
    /** No resource in particular. */
    public static final Resource NONE = new Resource("", "");

    public static Resource of(Kind<?> kind) {
        return new Resource(kind.group(), kind.plural());
    }

    /** The resource's kind instead of its plural, for {@link StatusException#invalid}. */
    public static Resource kindOf(Kind<?> kind) {
        return new Resource(kind.group(), kind.kind());
    }

    public boolean isNone() {
        return group.isEmpty() && name.isEmpty();
    }

    /** {@code deployments.apps}, or {@code pods} for the core group. */
    @Override
    public String toString() {
        return group.isEmpty() ? name : name + "." + group;
    }
}
