package dev.proa.node.services;

import dev.proa.api.value.MapValue;
import dev.proa.node.network.PodNetwork.Port;
import dev.proa.node.proxy.ServiceTable;
import dev.proa.node.proxy.ServiceTable.Service;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Chooses the node to which the machine forwards each node port. */
public final class NodePorts {
    private NodePorts() {}

    /**
     * The first node, since any node leads to any service; for {@code externalTrafficPolicy: Local} the first with an
     * endpoint.
     *
     * @param services objects of {@code v1} Service
     * @param slices objects of {@code discovery.k8s.io/v1} EndpointSlice
     * @param nodes names and addresses, in their order; not empty
     */
    public static Map<Port, InetSocketAddress> of(
            Collection<MapValue> services, Collection<MapValue> slices, Map<String, Inet4Address> nodes) {
        Map<Port, InetSocketAddress> ports = new HashMap<>();
        boolean local = true;
        for (var node : nodes.entrySet()) {
            if (!local) {
                break;
            }
            local = false;
            for (Service service :
                    ServiceTable.of(services, slices, node.getKey()).services()) {
                local |= service.externalLocal();
                for (ServiceTable.Port port : service.ports()) {
                    if (port.nodePort() != 0 && isReached(service, port)) {
                        ports.putIfAbsent(
                                new Port(port.protocol().name(), port.nodePort()),
                                new InetSocketAddress(node.getValue(), port.nodePort()));
                    }
                }
            }
        }
        return ports;
    }

    private static boolean isReached(Service service, ServiceTable.Port port) {
        return !service.externalLocal()
                || port.endpoints().stream().anyMatch(endpoint -> endpoint.local() && endpoint.serving());
    }
}
