package dev.proa.server.store;

/**
 * What an object is stored under. Keys are ordered by resource, then namespace, then name.
 *
 * @param resource group and plural, {@code pods} or {@code deployments.apps}: all versions of a resource share their keys
 * @param namespace empty for cluster-scoped objects
 */
public record Key(String resource, String namespace, String name) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
        int order = resource.compareTo(other.resource);
        if (order == 0) {
            order = namespace.compareTo(other.namespace);
        }
        return order == 0 ? name.compareTo(other.name) : order;
    }
}
