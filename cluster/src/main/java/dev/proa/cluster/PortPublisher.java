package dev.proa.cluster;

import dev.proa.api.core.v1.ContainerPort;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Index;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.supervision.Loop;
import dev.proa.client.supervision.Supervisor;
import dev.proa.control.shared.Nodes;
import dev.proa.node.machine.ClusterNetwork;
import dev.proa.node.network.Cidr;
import dev.proa.node.network.PodNetwork.Port;
import dev.proa.node.proxy.ServiceChange;
import dev.proa.node.proxy.ServiceWatcher;
import dev.proa.node.services.NodePorts;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Publishes ports of a cluster's nodes on this machine: node ports of services, and host ports of pods. It follows the
 * API, so it does not matter which process a node is in.
 */
final class PortPublisher implements AutoCloseable {
    private final ClusterNetwork network;
    private final Supervisor supervisor;
    private final Cidr range;
    private final Informer<Node> nodes;
    private final Informer<Pod> pods;
    /** Pods that have host ports, by their node. */
    private final Index<Pod> podsByNode;

    private final ServiceWatcher services;
    private final NodePorts nodePorts = new NodePorts();
    private final Semaphore changes = new Semaphore(0);
    /** The nodes whose host ports are published. */
    private final Set<String> known = new HashSet<>();

    private boolean servicesKnown;
    private volatile @Nullable Loop loop;

    /** @param informers started and closed by the caller */
    PortPublisher(ClusterNetwork network, InformerFactory informers, Supervisor supervisor, Clock clock) {
        this.network = network;
        this.supervisor = supervisor;
        this.range = network.nodes().nodeRange();
        nodes = informers.informer(Node.KIND);
        pods = informers.informer(Pod.KIND);
        podsByNode = pods.indexBy(pod -> hasHostPorts(pod) ? List.of(pod.spec().nodeName()) : List.of());
        services = new ServiceWatcher(
                informers.informer(Service.KIND), informers.informer(EndpointSlice.KIND), supervisor, clock);
        services.follow(this::servicesChanged);
        nodes.addHandler(EventHandler.onChangeOf(node -> true, changes::release));
        pods.addHandler(EventHandler.onChangeOf(pod -> hasHostPorts(pod), changes::release));
    }

    /** Starts to follow, on virtual threads. Returns at once. */
    void start() {
        services.start();
        loop = supervisor.group("network").run("port-publisher", this::run);
    }

    /** Publishes ports at first, after each change, and again after a failure. */
    private void run(Loop self) throws InterruptedException {
        nodes.awaitSync();
        pods.awaitSync();
        while (true) {
            publishNodePorts();
            publishHostPorts();
            self.succeeded();
            changes.acquire();
            changes.drainPermits();
        }
    }

    /** Until services are known, the node ports of an earlier process stay published. */
    private void publishNodePorts() {
        synchronized (nodePorts) {
            nodePorts.setNodes(addresses());
            if (servicesKnown) {
                network.ports().publish("node ports", nodePorts.targets());
            }
        }
    }

    private void servicesChanged(List<ServiceChange> services) {
        synchronized (nodePorts) {
            nodePorts.update(services);
            servicesKnown = true;
        }
        changes.release();
    }

    /** The nodes' addresses, ready nodes first. */
    private Map<String, Inet4Address> addresses() {
        Map<String, Inet4Address> addresses = new LinkedHashMap<>();
        nodes.list().stream()
                .sorted(Comparator.comparing((Node node) -> !Nodes.isReady(node))
                        .thenComparing(this::offset))
                .forEach(node -> {
                    Inet4Address address = address(node);
                    if (address != null) {
                        addresses.put(node.name(), address);
                    }
                });
        return addresses;
    }

    /** The node's InternalIP, if it is in the range of nodes; else null. */
    private @Nullable Inet4Address address(Node node) {
        for (var address : node.status().addresses()) {
            if (address.type().equals("InternalIP")) {
                try {
                    Inet4Address parsed = Cidr.parseAddress(address.address());
                    return range.contains(parsed) ? parsed : null;
                } catch (IllegalArgumentException e) {
                    return null; // of another family
                }
            }
        }
        return null;
    }

    private long offset(Node node) {
        Inet4Address address = address(node);
        return address == null ? Long.MAX_VALUE : range.offset(address);
    }

    private void publishHostPorts() {
        Set<String> gone = new HashSet<>(known);
        for (Node node : List.copyOf(nodes.list())) {
            Inet4Address address = address(node);
            if (address != null) {
                gone.remove(node.name());
                known.add(node.name());
                network.ports().publish("host ports of " + node.name(), hostPorts(node.name(), address));
            }
        }
        for (String node : gone) {
            network.ports().publish("host ports of " + node, Map.of());
            known.remove(node);
        }
    }

    private Map<Port, InetSocketAddress> hostPorts(String node, Inet4Address address) {
        Map<Port, InetSocketAddress> ports = new HashMap<>();
        for (Pod pod : podsByNode.get(node)) {
            hostPorts(pod)
                    .forEach(port -> ports.put(
                            new Port(port.protocol(), port.hostPort()),
                            new InetSocketAddress(address, port.hostPort())));
        }
        return ports;
    }

    /** Host ports that are bound to a single address of the node are not published on the machine. */
    private static Stream<ContainerPort> hostPorts(Pod pod) {
        return pod.spec().containers().stream()
                .flatMap(container -> container.ports().stream())
                .filter(port -> port.hostPort() > 0
                        && (port.hostIP().isEmpty() || port.hostIP().equals("0.0.0.0")));
    }

    /** Whether the node forwards ports to the pod now, other than of its own network. */
    private static boolean hasHostPorts(Pod pod) {
        return !pod.status().podIP().isEmpty()
                && !Set.of("Succeeded", "Failed").contains(pod.status().phase())
                && !pod.spec().hostNetwork()
                && hostPorts(pod).findAny().isPresent();
    }

    @Override
    public void close() {
        services.close();
        Loop running = loop;
        if (running != null) {
            running.close();
        }
    }
}
