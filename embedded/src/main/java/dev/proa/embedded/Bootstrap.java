package dev.proa.embedded;

import dev.proa.api.core.v1.Namespace;
import dev.proa.api.networking.v1.ServiceCIDR;
import dev.proa.api.scheduling.v1.PriorityClass;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import java.time.Instant;
import java.util.List;

/** Creates the objects that every API server has. Each is created if it is missing, and otherwise left alone. */
final class Bootstrap {
    private static final List<String> NAMESPACES = List.of("default", "kube-system", "kube-public", "kube-node-lease");

    private final Client client;

    Bootstrap(Client client) {
        this.client = client;
    }

    /** Creates the namespaces and priority classes. */
    void core() {
        for (String name : NAMESPACES) {
            ensure(Namespace.KIND, MapValue.of("metadata", MapValue.of("name", name)));
        }
        priorityClass(
                "system-cluster-critical",
                2_000_000_000L,
                "Used for system critical pods that must run in the "
                        + "cluster, but can be moved to another node if necessary.");
        priorityClass(
                "system-node-critical",
                2_000_001_000L,
                "Used for system critical pods that must not be moved from " + "their current node.");
    }

    /**
     * Creates the ServiceCIDR of the cluster's service range and marks it Ready, as kube-apiserver and its controller
     * do (KEP-1880).
     *
     * @param now time of its condition
     */
    void serviceRange(Instant now) {
        ensure(
                ServiceCIDR.KIND,
                MapValue.of(
                        "metadata",
                        MapValue.of(
                                "name",
                                "kubernetes",
                                "finalizers",
                                ListValue.of("networking.k8s.io/service-cidr-finalizer")),
                        "spec",
                        MapValue.of("cidrs", ListValue.of(EmbeddedApiServer.SERVICE_RANGE))));
        ServiceCIDR range = client.resource(ServiceCIDR.KIND).get("kubernetes");
        if (!range.status().conditions().isEmpty()) {
            return;
        }
        MapValue ready = MapValue.of(
                "type",
                "Ready",
                "status",
                "True",
                "reason",
                "",
                "message",
                "Kubernetes Service CIDR is ready",
                "lastTransitionTime",
                Times.format(now));
        client.resource(ServiceCIDR.KIND)
                .updateStatus(
                        new ServiceCIDR(range.value().with("status", MapValue.of("conditions", ListValue.of(ready)))));
    }

    private void priorityClass(String name, long value, String description) {
        ensure(
                PriorityClass.KIND,
                MapValue.of(
                        "metadata",
                        MapValue.of("name", name),
                        "value",
                        value,
                        "globalDefault",
                        false,
                        "description",
                        description));
    }

    private <T extends KubeObject> void ensure(Kind<T> kind, MapValue object) {
        String name = object.map("metadata").string("name");
        if (client.resource(kind).find(name) == null) {
            try {
                client.resource(kind).create(kind.of(typed(kind, object)));
            } catch (StatusException e) {
                if (e.code() != 409) {
                    throw e;
                }
            }
        }
    }

    private static MapValue typed(Kind<?> kind, MapValue object) {
        return object.with("apiVersion", kind.apiVersion()).with("kind", kind.kind());
    }
}
