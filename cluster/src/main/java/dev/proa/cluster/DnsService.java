package dev.proa.cluster;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Nodes;
import dev.proa.node.network.Cidr;
import java.util.Comparator;

/**
 * Maintains the service {@code kube-dns} and its endpoints: each node answers its pods itself, on the first address of
 * their range. Nodes know their own DNS server without these endpoints; they are for whoever asks the API.
 */
final class DnsService {
    private static final String NAMESPACE = "kube-system";
    private static final String NAME = "kube-dns";

    private final ControlContext context;
    private final Informer<Node> nodes;

    DnsService(ControlContext context) {
        this.context = context;
        this.nodes = context.informers().informer(Node.KIND);
        context.<String>controller("kube-dns-service", key -> reconcile())
                .watch(nodes, node -> NAME)
                .queue()
                .add(NAME); // a cluster may have no nodes yet
    }

    private Result reconcile() {
        if (context.client().resource(Service.KIND).in(NAMESPACE).find(NAME) == null) {
            context.client().resource(Service.KIND).create(new Service(service()));
        }
        ListValue endpoints = ListValue.copyOf(nodes.list().stream()
                .filter(node -> !node.spec().podCIDR().isEmpty())
                .sorted(Comparator.comparing(Node::name))
                .map(DnsService::endpoint)
                .toList());
        ResourceClient<EndpointSlice> slices =
                context.client().resource(EndpointSlice.KIND).in(NAMESPACE);
        EndpointSlice before = slices.find(NAME);
        MapValue wanted = (before == null ? slice() : before.value())
                .with("endpoints", endpoints)
                .with("ports", ListValue.of(port("dns", "UDP"), port("dns-tcp", "TCP")));
        if (before == null) {
            slices.create(new EndpointSlice(wanted));
        } else if (!wanted.equals(before.value())) {
            slices.update(new EndpointSlice(wanted));
        }
        return Result.DONE;
    }

    private static MapValue service() {
        return MapValue.of(
                "apiVersion",
                "v1",
                "kind",
                "Service",
                "metadata",
                MapValue.of(
                        "name", NAME,
                        "namespace", NAMESPACE,
                        "labels", MapValue.of("k8s-app", NAME, "kubernetes.io/name", "CoreDNS")),
                "spec",
                MapValue.of(
                        "type",
                        "ClusterIP",
                        "clusterIP",
                        Addresses.DNS_SERVICE,
                        "ports",
                        ListValue.of(
                                port("dns", "UDP").with("targetPort", 53L),
                                port("dns-tcp", "TCP").with("targetPort", 53L))));
    }

    private static MapValue endpoint(Node node) {
        boolean ready = Nodes.isReady(node);
        return MapValue.of(
                "addresses",
                ListValue.of(Cidr.parse(node.spec().podCIDR()).at(1).getHostAddress()),
                "conditions",
                MapValue.of("ready", ready, "serving", ready, "terminating", false),
                "nodeName",
                node.name());
    }

    private static MapValue port(String name, String protocol) {
        return MapValue.of("name", name, "port", 53L, "protocol", protocol);
    }

    private static MapValue slice() {
        return MapValue.of(
                "apiVersion",
                "discovery.k8s.io/v1",
                "kind",
                "EndpointSlice",
                "metadata",
                MapValue.of(
                        "name",
                        NAME,
                        "namespace",
                        NAMESPACE,
                        "labels",
                        MapValue.of("kubernetes.io/service-name", NAME)),
                "addressType",
                "IPv4");
    }
}
