package dev.proa.cluster;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes the role of the controllers of careful updates, and extends the roles {@code admin}, {@code edit} and {@code view} to the kinds of Argo
 * Rollouts, under the names that Argo gives its own. What is there already stays as it is.
 */
final class DeliveryGrants {
    /** The service account in {@code kube-system} that the controllers act as. */
    static final String ACCOUNT = "proa-delivery";

    private static final String GROUP = "rbac.authorization.k8s.io";
    private static final String ROLE = "proa:delivery";
    private static final Kind<AnyObject> ROLES = Kind.any(GROUP, "v1", "ClusterRole", "clusterroles", false);
    private static final Kind<AnyObject> BINDINGS =
            Kind.any(GROUP, "v1", "ClusterRoleBinding", "clusterrolebindings", false);
    private static final List<String> KINDS =
            List.of("rollouts", "analysistemplates", "clusteranalysistemplates", "analysisruns", "experiments");
    private static final List<String> CONTROL = List.of("create", "delete", "get", "list", "patch", "update", "watch");
    private static final List<String> WRITE =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");
    private static final List<String> READ = List.of("get", "list", "watch");

    private final Client administrator;

    DeliveryGrants(Client administrator) {
        this.administrator = administrator;
    }

    void make() {
        create(
                ROLES,
                role(
                        ROLE,
                        rule(
                                "argoproj.io",
                                Stream.concat(
                                                KINDS.stream(),
                                                KINDS.stream()
                                                        .flatMap(kind ->
                                                                Stream.of(kind + "/status", kind + "/finalizers")))
                                        .toList(),
                                CONTROL),
                        rule("apps", List.of("replicasets"), CONTROL),
                        rule("apps", List.of("deployments"), List.of("get", "list", "watch", "patch")),
                        rule("", List.of("services"), CONTROL),
                        rule("", List.of("pods"), List.of("get", "list", "watch", "update")),
                        rule("", List.of("pods/eviction"), List.of("create")),
                        rule("", List.of("podtemplates", "secrets"), List.of("get")),
                        rule("discovery.k8s.io", List.of("endpointslices"), CONTROL),
                        rule("", List.of("endpoints"), List.of("delete")),
                        rule("", List.of("events"), List.of("create", "update", "patch")),
                        rule("batch", List.of("jobs"), CONTROL),
                        rule("gateway.networking.k8s.io", List.of("httproutes"), List.of("get", "update"))));
        create(
                BINDINGS,
                MapValue.of(
                        "apiVersion",
                        GROUP + "/v1",
                        "kind",
                        "ClusterRoleBinding",
                        "metadata",
                        MapValue.of("name", ROLE),
                        "roleRef",
                        MapValue.of("apiGroup", GROUP, "kind", "ClusterRole", "name", ROLE),
                        "subjects",
                        ListValue.of(
                                MapValue.of("kind", "ServiceAccount", "name", ACCOUNT, "namespace", "kube-system"))));
        List<String> all = List.of(
                "rollouts",
                "rollouts/scale",
                "rollouts/status",
                "analysistemplates",
                "clusteranalysistemplates",
                "analysisruns",
                "experiments");
        aggregate("admin", rule("argoproj.io", all, WRITE));
        aggregate("edit", rule("argoproj.io", all, WRITE));
        aggregate("view", rule("argoproj.io", KINDS, READ));
    }

    private void aggregate(String to, MapValue rule) {
        MapValue role = role("argo-rollouts-aggregate-to-" + to, rule);
        create(
                ROLES,
                role.withMap(
                        "metadata",
                        metadata -> metadata.with("labels", MapValue.of(GROUP + "/aggregate-to-" + to, "true"))));
    }

    private void create(Kind<AnyObject> kind, MapValue object) {
        ResourceClient<AnyObject> objects = administrator.resource(kind);
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

    private static MapValue role(String name, MapValue... rules) {
        return MapValue.of(
                "apiVersion",
                GROUP + "/v1",
                "kind",
                "ClusterRole",
                "metadata",
                MapValue.of("name", name),
                "rules",
                ListValue.copyOf(List.of(rules)));
    }

    private static MapValue rule(String group, List<String> resources, List<String> verbs) {
        return MapValue.of(
                "apiGroups",
                ListValue.of(group),
                "resources",
                ListValue.copyOf(resources),
                "verbs",
                ListValue.copyOf(verbs));
    }
}
