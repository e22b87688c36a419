package dev.proa.client;

import dev.proa.api.value.MapValue;

/**
 * The namespace and the name of an object, its identity among objects of one kind.
 *
 * @param namespace empty for cluster-scoped objects
 */
public record ObjectKey(String namespace, String name) implements Comparable<ObjectKey> {
    /** The key of an object. */
    public static ObjectKey of(MapValue object) {
        MapValue metadata = object.map("metadata");
        return new ObjectKey(metadata.string("namespace"), metadata.string("name"));
    }

    @Override
    public int compareTo(ObjectKey other) {
        int order = namespace.compareTo(other.namespace);
        return order != 0 ? order : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }
}
