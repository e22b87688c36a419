package dev.proa.cluster.metrics;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.server.resourcemetrics.ResourceMetrics;

/** The role {@code system:aggregated-metrics-reader}, as metrics-server's manifest has it: who may view a namespace may read its metrics. */
final class MetricsReader {
    private static final String NAME = "system:aggregated-metrics-reader";
    private static final String GROUP = "rbac.authorization.k8s.io";
    private static final String AGGREGATE = GROUP + "/aggregate-to-";
    private static final Kind<AnyObject> ROLES = Kind.any(GROUP, "v1", "ClusterRole", "clusterroles", false);

    private MetricsReader() {}

    /** Makes the role, unless it is there already: an administrator may have changed it. */
    static void create(Client client) {
        ResourceClient<AnyObject> roles = client.resource(ROLES);
        try {
            if (roles.find(NAME) == null) {
                roles.create(ROLES.of(role()));
            }
        } catch (StatusException e) {
            if (e.code() != 409) {
                throw e;
            }
        }
    }

    private static MapValue role() {
        return MapValue.of(
                "apiVersion",
                GROUP + "/v1",
                "kind",
                "ClusterRole",
                "metadata",
                MapValue.of(
                        "name",
                        NAME,
                        "labels",
                        MapValue.of(
                                AGGREGATE + "admin", "true", AGGREGATE + "edit", "true", AGGREGATE + "view", "true")),
                "rules",
                ListValue.of(MapValue.of(
                        "apiGroups",
                        ListValue.of(ResourceMetrics.GROUP),
                        "resources",
                        ListValue.of("pods", "nodes"),
                        "verbs",
                        ListValue.of("get", "list", "watch"))));
    }
}
