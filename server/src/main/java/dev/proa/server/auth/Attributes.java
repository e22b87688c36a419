package dev.proa.server.auth;

/**
 * What somebody wants to do: to a resource, or to a path that is none.
 *
 * @param verb get, list, watch, create, update, patch, delete, deletecollection, or for a path the HTTP method in lower case
 * @param resource plural; empty for a path
 * @param subresource empty for the resource itself
 * @param namespace empty for cluster-scoped resources, and for all namespaces
 * @param name empty when no single object is meant
 * @param path for what is no resource; empty otherwise
 */
public record Attributes(
        UserInfo user,
        String verb,
        String group,
        String version,
        String resource,
        String subresource,
        String namespace,
        String name,
        String path) {

    public static Attributes ofPath(UserInfo user, String verb, String path) {
        return new Attributes(user, verb, "", "", "", "", "", "", path);
    }

    public boolean isResource() {
        return !resource.isEmpty();
    }

    /** The resource with its subresource, as in {@code pods/log}. */
    public String resourceAndSubresource() {
        return subresource.isEmpty() ? resource : resource + "/" + subresource;
    }
}
