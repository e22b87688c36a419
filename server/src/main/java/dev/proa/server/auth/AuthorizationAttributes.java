package dev.proa.server.auth;

import dev.proa.api.selector.FieldSelector;
import dev.proa.api.selector.LabelSelector;

/**
 * What a user wants to do, to a resource or to another path, as Kubernetes' {@code authorizer.Attributes}.
 *
 * @param verb get, list, watch, create, update, patch, delete, deletecollection, or for a path the HTTP method in lower case
 * @param resource plural; empty for a path
 * @param subresource empty for the resource itself
 * @param namespace empty for cluster-scoped resources, and for all namespaces
 * @param name empty when no single object is meant; of a list or a watch the name that it selects by a field
 * @param path for what is no resource; empty otherwise
 * @param fields which objects of a collection are meant
 * @param labels the same by labels
 */
public record AuthorizationAttributes(
        UserInfo user,
        String verb,
        String group,
        String version,
        String resource,
        String subresource,
        String namespace,
        String name,
        String path,
        FieldSelector fields,
        LabelSelector labels) {

    /** Of objects of a collection, by any labels. */
    public AuthorizationAttributes(
            UserInfo user,
            String verb,
            String group,
            String version,
            String resource,
            String subresource,
            String namespace,
            String name,
            String path,
            FieldSelector fields) {
        this(
                user,
                verb,
                group,
                version,
                resource,
                subresource,
                namespace,
                name,
                path,
                fields,
                LabelSelector.EVERYTHING);
    }

    /** Of all objects of a collection, or a single one. */
    public AuthorizationAttributes(
            UserInfo user,
            String verb,
            String group,
            String version,
            String resource,
            String subresource,
            String namespace,
            String name,
            String path) {
        this(user, verb, group, version, resource, subresource, namespace, name, path, FieldSelector.EVERYTHING);
    }

    public static AuthorizationAttributes ofPath(UserInfo user, String verb, String path) {
        return new AuthorizationAttributes(user, verb, "", "", "", "", "", "", path);
    }

    public boolean isResource() {
        return !resource.isEmpty();
    }

    /** The resource with its subresource, as in {@code pods/log}. */
    public String resourceAndSubresource() {
        return subresource.isEmpty() ? resource : resource + "/" + subresource;
    }
}
