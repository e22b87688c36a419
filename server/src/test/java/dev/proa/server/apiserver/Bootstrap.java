package dev.proa.server.apiserver;

import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.UserInfo;
import org.jspecify.annotations.Nullable;

/** What a cluster makes in its API server at its first moment, for the tests of a server without a cluster. Idempotent. */
public final class Bootstrap {
    private static final UserInfo USER = UserInfo.of("system:apiserver", UserInfo.MASTERS);
    private static final String SERVICES = "/api/v1/namespaces/default/services";
    private static final String ENDPOINTS = "/api/v1/namespaces/default/endpoints";
    private static final String SLICES = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";

    private final ApiServer server;

    private Bootstrap(ApiServer server) {
        this.server = server;
    }

    /** Makes what is missing, and has the server say that it is ready. */
    public static void of(ApiServer server, String address, int port) {
        new Bootstrap(server).run(address, port);
        server.started();
    }

    /**
     * Makes what is missing.
     *
     * @param address where pods and nodes reach this server; a loopback address when they cannot
     */
    private void run(String address, int port) {
        for (String name : new String[] {"default", "kube-system", "kube-public", "kube-node-lease"}) {
            create("/api/v1/namespaces", object("v1", "Namespace", "", name).build());
        }
        priorityClass(
                "system-cluster-critical",
                2_000_000_000L,
                "Used for system critical pods that must run in the"
                        + " cluster, but can be moved to another node if necessary.");
        priorityClass(
                "system-node-critical",
                2_000_001_000L,
                "Used for system critical pods that must not be moved from" + " their current node.");
        create(SERVICES, service());
        if (!address.startsWith("127.")) {
            put(ENDPOINTS, endpoints(address, port));
            put(SLICES, slice(address, port));
        }
    }

    private void priorityClass(String name, long value, String description) {
        create(
                "/apis/scheduling.k8s.io/v1/priorityclasses",
                object("scheduling.k8s.io/v1", "PriorityClass", "", name)
                        .put("description", description)
                        .put("value", value)
                        .build());
    }

    private static MapValue service() {
        MapValue port = MapValue.of("name", "https", "port", 443L, "protocol", "TCP", "targetPort", 6443L);
        return labelled(object("v1", "Service", "default", "kubernetes")
                .put(
                        "spec",
                        MapValue.of(
                                "clusterIP", "10.96.0.1",
                                "clusterIPs", ListValue.of("10.96.0.1"),
                                "internalTrafficPolicy", "Cluster",
                                "ipFamilies", ListValue.of("IPv4"),
                                "ipFamilyPolicy", "SingleStack",
                                "ports", ListValue.of(port),
                                "sessionAffinity", "None",
                                "type", "ClusterIP"))
                .build());
    }

    private static MapValue endpoints(String address, int port) {
        MapValue object = object("v1", "Endpoints", "default", "kubernetes")
                .put(
                        "subsets",
                        ListValue.of(MapValue.of(
                                "addresses", ListValue.of(MapValue.of("ip", address)),
                                "ports",
                                        ListValue.of(
                                                MapValue.of("name", "https", "port", (long) port, "protocol", "TCP")))))
                .build();
        return object.withMap(
                "metadata",
                meta -> meta.with("labels", MapValue.of("endpointslice.kubernetes.io/skip-mirror", "true")));
    }

    private static MapValue slice(String address, int port) {
        MapValue object = object("discovery.k8s.io/v1", "EndpointSlice", "default", "kubernetes")
                .put("addressType", "IPv4")
                .put(
                        "endpoints",
                        ListValue.of(MapValue.of(
                                "addresses", ListValue.of(address), "conditions", MapValue.of("ready", true))))
                .put("ports", ListValue.of(MapValue.of("name", "https", "port", (long) port, "protocol", "TCP")))
                .build();
        return object.withMap(
                "metadata", meta -> meta.with("labels", MapValue.of("kubernetes.io/service-name", "kubernetes")));
    }

    private static MapValue labelled(MapValue object) {
        return object.withMap(
                "metadata",
                meta -> meta.with("labels", MapValue.of("component", "apiserver", "provider", "kubernetes")));
    }

    private static MapValue.Builder object(String apiVersion, String kind, String namespace, String name) {
        MapValue.Builder metadata = MapValue.builder(2).put("name", name);
        if (!namespace.isEmpty()) {
            metadata.put("namespace", namespace);
        }
        return MapValue.builder()
                .put("apiVersion", apiVersion)
                .put("kind", kind)
                .put("metadata", metadata.build());
    }

    private void put(String path, MapValue object) {
        String name = object.map("metadata").string("name");
        try {
            request("update", path + "/" + name, object);
        } catch (StatusException e) {
            if (!e.is(Reason.NotFound)) {
                throw e;
            }
            create(path, object);
        }
    }

    private void create(String path, MapValue object) {
        try {
            request("create", path, object);
        } catch (StatusException e) {
            if (!e.is(Reason.AlreadyExists)) {
                throw e;
            }
        }
    }

    private void request(String verb, String path, @Nullable MapValue body) {
        server.handle(ApiRequest.of(verb, path, Query.EMPTY, body, null, USER));
    }
}
