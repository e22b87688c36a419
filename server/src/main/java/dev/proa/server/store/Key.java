package dev.proa.server.store;

/**
 * What an object is stored under. Keys are ordered by resource, then namespace, then name; namespaces as if each ended in a
 * slash, so that {@code a-b} comes before {@code a}: the order in which Kubernetes lists them, whose keys are paths.
 *
 * @param resource group and plural, {@code pods} or {@code deployments.apps}: all versions of a resource share their keys
 * @param namespace empty for cluster-scoped objects
 */
public record Key(String resource, String namespace, String name) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
        int order = resource.compareTo(other.resource);
        return order == 0 ? compareWithin(other.namespace, other.name) : order;
    }

    /** How this key stands to another one of the same resource. */
    int compareWithin(String otherNamespace, String otherName) {
        int order = compareNamespaces(namespace, otherNamespace);
        return order == 0 ? name.compareTo(otherName) : order;
    }

    @SuppressWarnings("ReferenceEquality") // the quick way; equal strings that are not the same one take the long way
    private static int compareNamespaces(String one, String two) {
        if (one == two) {
            return 0;
        }
        int order = one.compareTo(two);
        if (order == 0 || one.isEmpty() || two.isEmpty()) {
            return order;
        }
        if (order < 0 && two.startsWith(one)) {
            return '/' - two.charAt(one.length());
        }
        if (order > 0 && one.startsWith(two)) {
            return one.charAt(two.length()) - '/';
        }
        return order;
    }

    @Override
    public String toString() {
        return namespace.isEmpty() ? resource + "/" + name : resource + "/" + namespace + "/" + name;
    }
}
