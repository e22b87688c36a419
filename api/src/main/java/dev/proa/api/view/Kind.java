package dev.proa.api.view;

import dev.proa.api.value.MapValue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A kind of object that is a resource of the API, and the view to read it with.
 *
 * @param group the API group; empty for the core group
 * @param version the version of the group, as {@code v1}
 * @param kind the name of the kind, as {@code Pod}
 * @param plural the name of the resource in paths, as {@code pods}
 * @param namespaced whether objects live in namespaces
 * @param view makes the view of a value
 */
public record Kind<T extends KubeObject>(
        String group, String version, String kind, String plural, boolean namespaced, Function<MapValue, T> view) {
    /** A kind that has no view of its own, such as a custom resource. */
    public static Kind<AnyObject> any(String group, String version, String kind, String plural, boolean namespaced) {
        return new Kind<>(group, version, kind, plural, namespaced, AnyObject::new);
    }

    /** {@code group/version}, or only the version for the core group. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** {@code plural.group}, or only the plural for the core group, as in the messages of errors. */
    public String resource() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    /** Wraps {@code value} in the view of this kind, without checking its kind. */
    public T of(MapValue value) {
        return view.apply(value);
    }

    /** A new object of this kind with only its name, and its namespace unless that is empty. */
    public T of(String namespace, String name) {
        return view.apply(Views.object(apiVersion(), kind, namespace, name));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Kind<?> that
                && group.equals(that.group)
                && version.equals(that.version)
                && kind.equals(that.kind)
                && plural.equals(that.plural);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * group.hashCode() + version.hashCode()) + plural.hashCode();
    }

    @Override
    public String toString() {
        return apiVersion() + "/" + plural;
    }
}
