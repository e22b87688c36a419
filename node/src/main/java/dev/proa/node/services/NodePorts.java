package dev.proa.node.services;

import dev.proa.api.value.MapValue;
import dev.proa.client.ObjectKey;
import dev.proa.node.network.PodNetwork.Port;
import dev.proa.node.proxy.ServiceChange;
import dev.proa.node.proxy.ServiceTable;
import dev.proa.node.proxy.ServiceTable.Service;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Chooses the node to which the machine forwards each node port: the first node, since any leads to any service; for
 * {@code externalTrafficPolicy: Local} the first with an endpoint. Not thread-safe.
 */
public final class NodePorts {
    /** The services that have node ports. */
    private final SortedMap<ObjectKey, ServiceChange> services = new TreeMap<>();

    private final SortedMap<ObjectKey, Map<Port, InetSocketAddress>> targets = new TreeMap<>();
    private Map<String, Inet4Address> nodes = Map.of();

    /**
     * Sets the names and addresses of the nodes, in the order in which they are chosen.
     *
     * @return whether this changes a target
     */
    public boolean setNodes(Map<String, Inet4Address> now) {
        if (List.copyOf(nodes.entrySet()).equals(List.copyOf(now.entrySet()))) {
            return false;
        }
        nodes = now;
        return services.values().stream().map(this::choose).reduce(false, Boolean::logicalOr);
    }

    /** Applies changes of services; returns whether they change a target. */
    public boolean update(List<ServiceChange> changes) {
        boolean changed = false;
        for (ServiceChange change : changes) {
            if (hasNodePorts(change)) {
                services.put(change.key(), change);
            } else if (services.remove(change.key()) == null) {
                continue;
            }
            changed |= choose(change);
        }
        return changed;
    }

    /** All node ports and where they lead. When two services have the same, the first by namespace and name gets it. */
    public Map<Port, InetSocketAddress> targets() {
        Map<Port, InetSocketAddress> all = new HashMap<>();
        targets.values().forEach(ports -> ports.forEach(all::putIfAbsent));
        return all;
    }

    private static boolean hasNodePorts(ServiceChange change) {
        return change.service() != null
                && change.service().map("spec").list("ports").stream()
                        .anyMatch(port -> port instanceof MapValue map && map.integer("nodePort", 0) != 0);
    }

    private boolean choose(ServiceChange change) {
        Map<Port, InetSocketAddress> chosen = new HashMap<>();
        boolean local = true;
        for (var node : nodes.entrySet()) {
            Service service = local && services.containsKey(change.key()) && change.service() != null
                    ? Service.of(change.service(), change.slices(), node.getKey())
                    : null;
            if (service == null) {
                break;
            }
            local = service.externalLocal();
            for (ServiceTable.Port port : service.ports()) {
                if (port.nodePort() != 0 && isReached(service, port)) {
                    chosen.putIfAbsent(
                            new Port(port.protocol().name(), port.nodePort()),
                            new InetSocketAddress(node.getValue(), port.nodePort()));
                }
            }
        }
        Map<Port, InetSocketAddress> before =
                chosen.isEmpty() ? targets.remove(change.key()) : targets.put(change.key(), chosen);
        return !chosen.equals(before == null ? Map.of() : before);
    }

    private static boolean isReached(Service service, ServiceTable.Port port) {
        return !service.externalLocal()
                || port.endpoints().stream().anyMatch(endpoint -> endpoint.local() && endpoint.serving());
    }
}
