package dev.proa.node.kubelet.admission;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.ContainerPort;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.node.kubelet.admission.PodAdmitHandlers.Rejection;
import dev.proa.node.kubelet.pod.PodSpecs;
import dev.proa.node.network.PodNetwork.Port;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Refuses pods whose host ports are taken: by another pod of the node, as Kubernetes' kubelet does, by the node itself,
 * or by a service's node port. A pod with {@code hostNetwork} is not checked, since it has to bind its ports itself.
 */
public final class HostPortCheck implements PodAdmitHandlers.Check {
    private static final Rejection TAKEN = new Rejection(
            "NodePorts", "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports");

    private final Set<Port> reserved;
    private final Supplier<? extends Collection<Service>> services;

    /** @param reserved the ports that the node itself listens on */
    public HostPortCheck(Set<Port> reserved, Supplier<? extends Collection<Service>> services) {
        this.reserved = reserved;
        this.services = services;
    }

    @Override
    public @Nullable Rejection check(Pod pod, Collection<Pod> others) {
        List<ContainerPort> wanted = hostPorts(pod).toList();
        if (wanted.isEmpty()) {
            return null;
        }
        boolean takenByPods = others.stream()
                .flatMap(HostPortCheck::hostPorts)
                .anyMatch(taken -> wanted.stream().anyMatch(want -> conflict(want, taken)));
        return takenByPods || takesFromNode(pod, wanted) ? TAKEN : null;
    }

    /** Whether a pod wants a port of the node; one that runs already has lost that port, and keeps its others. */
    private boolean takesFromNode(Pod pod, List<ContainerPort> wanted) {
        if (pod.spec().hostNetwork() || pod.status().phase().equals("Running")) {
            return false;
        }
        List<Port> ports = wanted.stream().map(HostPortCheck::port).toList();
        return ports.stream().anyMatch(reserved::contains)
                || services.get().stream()
                        .flatMap(service -> service.spec().ports().stream())
                        .anyMatch(port -> ports.contains(new Port(port.protocol(), port.nodePort())));
    }

    private static boolean conflict(ContainerPort one, ContainerPort other) {
        return port(one).equals(port(other))
                && (everywhere(one) || everywhere(other) || one.hostIP().equals(other.hostIP()));
    }

    private static boolean everywhere(ContainerPort port) {
        return port.hostIP().isEmpty() || port.hostIP().equals("0.0.0.0");
    }

    private static Port port(ContainerPort port) {
        return new Port(port.protocol(), port.hostPort());
    }

    /** The host ports of main containers and sidecars. */
    private static Stream<ContainerPort> hostPorts(Pod pod) {
        Stream<Container> sidecars = pod.spec().initContainers().stream().filter(PodSpecs::isSidecar);
        return Stream.concat(pod.spec().containers().stream(), sidecars)
                .flatMap(container -> container.ports().stream())
                .filter(port -> port.hostPort() > 0);
    }
}
