package dev.proa.server.admission;

import dev.proa.api.resource.ResourceType;
import dev.proa.api.value.MapValue;

/** A kind of objects in one version of its group. */
public record GroupVersionKind(String group, String version, String kind) {

    /** The kind that is read and written at a resource, or at a subresource of it; {@code subresource} is empty for the resource itself. */
    public static GroupVersionKind of(ResourceType type, String subresource) {
        ResourceType.Subresource part = subresource.isEmpty() ? null : type.subresource(subresource);
        return part == null
                ? new GroupVersionKind(type.group(), type.version(), type.kind())
                : new GroupVersionKind(part.group(), part.version(), part.kind());
    }

    /** The kind of an object. */
    public static GroupVersionKind of(MapValue object) {
        String apiVersion = object.string("apiVersion");
        int slash = apiVersion.indexOf('/');
        return new GroupVersionKind(
                slash < 0 ? "" : apiVersion.substring(0, slash),
                apiVersion.substring(slash + 1),
                object.string("kind"));
    }

    /** {@code group/version}, or only the version for the core group. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** As an object of Kubernetes' type of the same name. */
    public MapValue toValue() {
        return MapValue.of("group", group, "version", version, "kind", kind);
    }

    /** As Go prints it: {@code apps/v1, Kind=Deployment}. */
    @Override
    public String toString() {
        return group + "/" + version + ", Kind=" + kind;
    }
}
