package dev.proa.cluster;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import java.util.List;

/**
 * Makes cluster roles and bindings of Proa's own. What is there already stays as it is, so that an administrator may change it.
 *
 * @param client of somebody who may grant what is granted
 */
record ClusterGrants(Client client) {
    private static final String GROUP = "rbac.authorization.k8s.io";
    private static final Kind<AnyObject> ROLES = Kind.any(GROUP, "v1", "ClusterRole", "clusterroles", false);
    private static final Kind<AnyObject> BINDINGS =
            Kind.any(GROUP, "v1", "ClusterRoleBinding", "clusterrolebindings", false);

    void role(String name, MapValue... rules) {
        create(ROLES, role(MapValue.of("name", name), rules));
    }

    /** Makes a role whose rules the role {@code to}, as {@code edit}, has too. */
    void aggregate(String name, String to, MapValue... rules) {
        MapValue labels = MapValue.of(GROUP + "/aggregate-to-" + to, "true");
        create(ROLES, role(MapValue.of("name", name, "labels", labels), rules));
    }

    /** Gives a role to a subject: a {@link #group} or a {@link #serviceAccount}. */
    void binding(String name, String role, MapValue subject) {
        create(
                BINDINGS,
                MapValue.of(
                        "apiVersion",
                        GROUP + "/v1",
                        "kind",
                        "ClusterRoleBinding",
                        "metadata",
                        MapValue.of("name", name),
                        "roleRef",
                        MapValue.of("apiGroup", GROUP, "kind", "ClusterRole", "name", role),
                        "subjects",
                        ListValue.of(subject)));
    }

    static MapValue rule(String group, List<String> resources, List<String> verbs) {
        return MapValue.of(
                "apiGroups",
                ListValue.of(group),
                "resources",
                ListValue.copyOf(resources),
                "verbs",
                ListValue.copyOf(verbs));
    }

    static MapValue group(String name) {
        return MapValue.of("apiGroup", GROUP, "kind", "Group", "name", name);
    }

    /** The service account of that name in {@code kube-system}. */
    static MapValue serviceAccount(String name) {
        return MapValue.of("kind", "ServiceAccount", "name", name, "namespace", "kube-system");
    }

    private static MapValue role(MapValue metadata, MapValue... rules) {
        return MapValue.of(
                "apiVersion",
                GROUP + "/v1",
                "kind",
                "ClusterRole",
                "metadata",
                metadata,
                "rules",
                ListValue.copyOf(List.of(rules)));
    }

    private void create(Kind<AnyObject> kind, MapValue object) {
        ResourceClient<AnyObject> objects = client.resource(kind);
        try {
            if (objects.find(object.map("metadata").string("name")) == null) {
                objects.create(kind.of(object));
            }
        } catch (StatusException e) {
            if (e.code() != 409) {
                throw e;
            }
        }
    }
}
