package dev.proa.cluster;

import dev.proa.client.Client;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes the role of the controllers of careful updates, and extends the roles {@code admin}, {@code edit} and {@code view} to the kinds of Argo
 * Rollouts, under the names that Argo gives its own. What is there already stays as it is.
 */
final class DeliveryGrants {
    /** The service account in {@code kube-system} that the controllers act as. */
    static final String ACCOUNT = "proa-delivery";

    private static final String ROLE = "proa:delivery";
    private static final List<String> KINDS =
            List.of("rollouts", "analysistemplates", "clusteranalysistemplates", "analysisruns", "experiments");
    private static final List<String> CONTROL = List.of("create", "delete", "get", "list", "patch", "update", "watch");
    private static final List<String> WRITE =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");
    private static final List<String> READ = List.of("get", "list", "watch");

    private final ClusterGrants grants;

    DeliveryGrants(Client administrator) {
        this.grants = new ClusterGrants(administrator);
    }

    void make() {
        grants.role(
                ROLE,
                ClusterGrants.rule(
                        "argoproj.io",
                        Stream.concat(
                                        KINDS.stream(),
                                        KINDS.stream()
                                                .flatMap(kind -> Stream.of(kind + "/status", kind + "/finalizers")))
                                .toList(),
                        CONTROL),
                ClusterGrants.rule("apps", List.of("replicasets"), CONTROL),
                ClusterGrants.rule("apps", List.of("deployments"), List.of("get", "list", "watch", "patch")),
                ClusterGrants.rule("", List.of("services"), CONTROL),
                ClusterGrants.rule("", List.of("pods"), List.of("get", "list", "watch", "update")),
                ClusterGrants.rule("", List.of("pods/eviction"), List.of("create")),
                ClusterGrants.rule("", List.of("podtemplates", "secrets"), List.of("get")),
                ClusterGrants.rule("discovery.k8s.io", List.of("endpointslices"), CONTROL),
                ClusterGrants.rule("", List.of("endpoints"), List.of("delete")),
                ClusterGrants.rule("", List.of("events"), List.of("create", "update", "patch")),
                ClusterGrants.rule("batch", List.of("jobs"), CONTROL),
                ClusterGrants.rule("gateway.networking.k8s.io", List.of("httproutes"), List.of("get", "update")));
        grants.binding(ROLE, ROLE, ClusterGrants.serviceAccount(ACCOUNT));
        List<String> all = List.of(
                "rollouts",
                "rollouts/scale",
                "rollouts/status",
                "analysistemplates",
                "clusteranalysistemplates",
                "analysisruns",
                "experiments");
        aggregate("admin", all, WRITE);
        aggregate("edit", all, WRITE);
        aggregate("view", KINDS, READ);
    }

    private void aggregate(String to, List<String> resources, List<String> verbs) {
        grants.aggregate("argo-rollouts-aggregate-to-" + to, to, ClusterGrants.rule("argoproj.io", resources, verbs));
    }
}
