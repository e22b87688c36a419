package dev.proa.cluster;

import dev.proa.api.core.v1.Namespace;
import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.networking.v1.ServiceCIDR;
import dev.proa.api.scheduling.v1.PriorityClass;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Creates the objects that every cluster starts with. Each is created if it is missing, and otherwise left alone. */
final class Bootstrap {
    private static final List<String> NAMESPACES = List.of("default", "kube-system", "kube-public", "kube-node-lease");

    private final Client client;

    Bootstrap(Client client) {
        this.client = client;
    }

    /** Creates the namespaces and priority classes. */
    void core() {
        for (String name : NAMESPACES) {
            ensure(Namespace.KIND, "", MapValue.of("metadata", MapValue.of("name", name)));
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
                "",
                MapValue.of(
                        "metadata",
                        MapValue.of(
                                "name",
                                "kubernetes",
                                "finalizers",
                                ListValue.of("networking.k8s.io/service-cidr-finalizer")),
                        "spec",
                        MapValue.of("cidrs", ListValue.of(Addresses.SERVICE_RANGE))));
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
                now.truncatedTo(ChronoUnit.SECONDS).toString());
        client.resource(ServiceCIDR.KIND)
                .updateStatus(
                        new ServiceCIDR(range.value().with("status", MapValue.of("conditions", ListValue.of(ready)))));
    }

    /** Creates the DNS service with its endpoint. */
    void dns(String address, int port) {
        ensure(
                Service.KIND,
                "kube-system",
                MapValue.of(
                        "metadata",
                        MapValue.of(
                                "name", "kube-dns",
                                "namespace", "kube-system",
                                "labels", MapValue.of("k8s-app", "kube-dns", "kubernetes.io/name", "CoreDNS")),
                        "spec",
                        MapValue.of(
                                "type",
                                "ClusterIP",
                                "clusterIP",
                                Addresses.DNS_SERVICE,
                                "ports",
                                ListValue.of(port("dns", 53, port, "UDP"), port("dns-tcp", 53, port, "TCP")))));
        replace(slice(
                "kube-system",
                "kube-dns",
                "kube-dns",
                address,
                ListValue.of(slicePort("dns", port, "UDP"), slicePort("dns-tcp", port, "TCP"))));
    }

    private void priorityClass(String name, long value, String description) {
        ensure(
                PriorityClass.KIND,
                "",
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

    private static MapValue port(String name, long port, long target, String protocol) {
        return MapValue.of("name", name, "port", port, "targetPort", target, "protocol", protocol);
    }

    private static MapValue slicePort(String name, long port, String protocol) {
        return MapValue.of("name", name, "port", port, "protocol", protocol);
    }

    private static MapValue slice(String namespace, String name, String service, String address, ListValue ports) {
        return MapValue.of(
                "metadata",
                MapValue.of(
                        "name", name,
                        "namespace", namespace,
                        "labels", MapValue.of("kubernetes.io/service-name", service)),
                "addressType",
                "IPv4",
                "endpoints",
                ListValue.of(MapValue.of("addresses", ListValue.of(address), "conditions", MapValue.of("ready", true))),
                "ports",
                ports);
    }

    private <T extends KubeObject> void ensure(Kind<T> kind, String namespace, MapValue object) {
        String name = object.map("metadata").string("name");
        if (client.resource(kind).in(namespace).find(name) == null) {
            try {
                client.resource(kind).in(namespace).create(kind.of(typed(kind, object)));
            } catch (StatusException e) {
                if (e.code() != 409) {
                    throw e;
                }
            }
        }
    }

    private void replace(MapValue slice) {
        String namespace = slice.map("metadata").string("namespace");
        String name = slice.map("metadata").string("name");
        EndpointSlice before = client.resource(EndpointSlice.KIND).in(namespace).find(name);
        if (before == null) {
            ensure(EndpointSlice.KIND, namespace, slice);
        } else {
            client.resource(EndpointSlice.KIND)
                    .in(namespace)
                    .update(new EndpointSlice(before.value()
                            .with("endpoints", slice.get("endpoints"))
                            .with("ports", slice.get("ports"))));
        }
    }

    private static MapValue typed(Kind<?> kind, MapValue object) {
        return object.with("apiVersion", kind.apiVersion()).with("kind", kind.kind());
    }
}
