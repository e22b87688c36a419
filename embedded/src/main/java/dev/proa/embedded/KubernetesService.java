package dev.proa.embedded;

import dev.proa.api.core.v1.Endpoints;
import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.client.supervision.Supervisor;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the service {@code kubernetes} in {@code default}, by which pods reach the API server, with its Endpoints and
 * its EndpointSlice. As kube-apiserver does, it checks every ten seconds, creates what is missing and reverts what
 * somebody changed. Thread-safe.
 */
final class KubernetesService {
    private static final Logger LOG = LoggerFactory.getLogger(KubernetesService.class);

    static final Duration EACH = Duration.ofSeconds(10);

    private static final String NAMESPACE = "default";
    private static final String NAME = "kubernetes";

    private final Client client;
    private final Supervisor supervisor;
    private @Nullable ListValue subsets;
    private @Nullable MapValue slice;

    KubernetesService(Client client, Supervisor supervisor) {
        this.client = client;
        this.supervisor = supervisor;
    }

    /** Creates the service, and maintains it from now on. */
    void start() {
        attempt();
        supervisor.group("kubernetes-service").every(EACH, "kubernetes-service", self -> reconcile());
    }

    /** Sets the address at which pods reach the API server. */
    void at(String address, int port) {
        ListValue ports = ListValue.of(MapValue.of("name", "https", "port", (long) port, "protocol", "TCP"));
        synchronized (this) {
            subsets = ListValue.of(MapValue.of("addresses", ListValue.of(MapValue.of("ip", address)), "ports", ports));
            slice = MapValue.of(
                    "endpoints",
                    ListValue.of(
                            MapValue.of("addresses", ListValue.of(address), "conditions", MapValue.of("ready", true))),
                    "ports",
                    ports);
        }
        attempt();
    }

    /** What is refused now, by a webhook that does not run yet for one, is tried again later. */
    private void attempt() {
        try {
            reconcile();
        } catch (StatusException e) {
            LOG.warn("Cannot maintain the service {} yet: {}", NAME, e.getMessage());
        }
    }

    private synchronized void reconcile() {
        put(
                Service.KIND,
                metadata("component", "apiserver", "provider", NAME),
                object -> object.withMap(
                        "spec",
                        spec -> (spec.has("clusterIP")
                                        ? spec
                                        : spec.with("clusterIP", EmbeddedApiServer.KUBERNETES_SERVICE))
                                .with("type", "ClusterIP")
                                .with(
                                        "ports",
                                        ListValue.of(MapValue.of(
                                                "name",
                                                "https",
                                                "port",
                                                443L,
                                                "protocol",
                                                "TCP",
                                                "targetPort",
                                                6443L)))));
        ListValue addresses = subsets;
        MapValue endpoints = slice;
        if (addresses == null || endpoints == null) {
            return; // no pod reaches the server yet
        }
        put(
                Endpoints.KIND,
                metadata("endpointslice.kubernetes.io/skip-mirror", "true"),
                object -> object.with("subsets", addresses));
        put(
                EndpointSlice.KIND,
                metadata("kubernetes.io/service-name", NAME).with("addressType", "IPv4"),
                object -> object.with("endpoints", endpoints.get("endpoints")).with("ports", endpoints.get("ports")));
    }

    private static MapValue metadata(Object... labels) {
        return MapValue.of(
                "metadata", MapValue.of("name", NAME, "namespace", NAMESPACE, "labels", MapValue.of(labels)));
    }

    private <T extends KubeObject> void put(Kind<T> kind, MapValue missing, UnaryOperator<MapValue> wanted) {
        ResourceClient<T> resource = client.resource(kind).in(NAMESPACE);
        T before = resource.find(NAME);
        if (before == null) {
            resource.create(kind.of(
                    wanted.apply(missing.with("apiVersion", kind.apiVersion()).with("kind", kind.kind()))));
            return;
        }
        MapValue after = wanted.apply(before.value());
        if (!after.equals(before.value())) {
            resource.update(kind.of(after));
        }
    }
}
