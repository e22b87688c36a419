package dev.proa.control.scheduler.framework;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.ContainerStatus;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodCondition;
import dev.proa.api.value.Quantity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The resource requests of a pod: the sum over its containers and sidecars, or the request of an init container with the sidecars
 * before it where that is more (KEP-753), or the pod-level request (KEP-2837); plus the overhead.
 *
 * @param milliCpu thousandths of a processor
 * @param memory bytes
 * @param others any other resource by its name, in its own unit
 * @param scoringCpu like {@code milliCpu}, but with 100 for each container that asks for none, so that scores spread such pods. When
 *     the pod asks for something as a whole, that is so only where neither it nor a container asks for processors
 * @param scoringMemory like {@code memory}, but with 200 MiB in the same way
 * @param containersCpu like {@code scoringCpu}, but without what the pod asks for as a whole
 * @param containersMemory likewise
 * @param ports of the node that the pod's containers bind
 */
public record PodRequests(
        long milliCpu,
        long memory,
        Map<String, Long> others,
        long scoringCpu,
        long scoringMemory,
        long containersCpu,
        long containersMemory,
        List<HostPort> ports) {
    private static final String CPU = "cpu";
    /** Among names of containers, what the pod has as a whole. */
    private static final String POD = "";

    private static final String MEMORY = "memory";
    private static final long UNASKED_CPU = 100;
    private static final long UNASKED_MEMORY = 200L << 20;

    /** Nothing at all. */
    public static final PodRequests NOTHING = new PodRequests(0, 0, Map.of(), 0, 0, 0, 0, List.of());

    /** A port of the node. */
    public record HostPort(String address, String protocol, int port) {
        public boolean conflicts(HostPort other) {
            boolean everywhere = address.equals("0.0.0.0") || other.address.equals("0.0.0.0");
            return port == other.port
                    && protocol.equals(other.protocol)
                    && (everywhere || address.equals(other.address));
        }
    }

    /** What the pod asks for. */
    public static PodRequests of(Pod pod) {
        return of(pod, Map.of());
    }

    /** What a pod on a node takes: while it is being resized the larger of what it asks for and what it has (KEP-1287). */
    public static PodRequests placed(Pod pod) {
        Map<String, Map<String, Long>> has = new HashMap<>();
        for (ContainerStatus status : pod.status().containerStatuses()) {
            addWhatItHas(status, has);
        }
        for (ContainerStatus status : pod.status().initContainerStatuses()) {
            addWhatItHas(status, has);
        }
        if (pod.status().hasResources()) {
            Map<String, Long> whole = amounts(pod.status().resources().requests());
            amounts(pod.status().allocatedResources()).forEach((name, amount) -> whole.merge(name, amount, Math::max));
            has.put(POD, whole);
        }
        return of(pod, has);
    }

    private static void addWhatItHas(ContainerStatus status, Map<String, Map<String, Long>> has) {
        if (status.hasResources()) {
            Map<String, Long> amounts = amounts(status.resources().requests());
            amounts(status.allocatedResources()).forEach((name, amount) -> amounts.merge(name, amount, Math::max));
            has.put(status.name(), amounts);
        }
    }

    private static PodRequests of(Pod pod, Map<String, Map<String, Long>> has) {
        boolean infeasible = !has.isEmpty() && isResizeInfeasible(pod);
        boolean hostNetwork = pod.spec().hostNetwork();
        List<HostPort> ports = new ArrayList<>();
        Sum sum = new Sum();
        for (Container container : pod.spec().containers()) {
            sum.add(new Sum(effective(container, has.get(container.name()), infeasible)));
            addPorts(container, hostNetwork, ports);
        }
        Sum most = new Sum();
        Sum sidecars = new Sum();
        for (Container init : pod.spec().initContainers()) {
            boolean sidecar = init.restartPolicy().equals("Always");
            Sum alone = new Sum(effective(init, sidecar ? has.get(init.name()) : null, infeasible));
            if (sidecar) {
                sum.add(alone);
                sidecars.add(alone);
                addPorts(init, hostNetwork, ports);
                most.max(sidecars);
            } else {
                alone.add(sidecars);
                most.max(alone);
            }
        }
        sum.max(most);
        if (pod.spec().hasResources()) {
            Map<String, Long> asked = amounts(pod.spec().resources().requests());
            Map<String, Long> whole = effective(asked, has.get(POD), infeasible);
            whole.keySet().retainAll(asked.keySet());
            sum.replace(whole);
        }
        if (pod.spec().hasOverhead()) {
            sum.addAsked(amounts(pod.spec().overhead()));
        }
        return sum.requests(ports);
    }

    private static Map<String, Long> effective(
            Container container, @Nullable Map<String, Long> has, boolean infeasible) {
        return effective(amounts(container.resources().requests()), has, infeasible);
    }

    private static Map<String, Long> effective(
            Map<String, Long> asked, @Nullable Map<String, Long> has, boolean infeasible) {
        if (has == null) {
            return asked;
        }
        Map<String, Long> effective = new HashMap<>(has);
        if (!infeasible) {
            asked.forEach((name, amount) -> effective.merge(name, amount, Math::max));
        }
        return effective;
    }

    private static boolean isResizeInfeasible(Pod pod) {
        for (PodCondition condition : pod.status().conditions()) {
            if (condition.type().equals("PodResizePending")) {
                return condition.reason().equals("Infeasible");
            }
        }
        return false;
    }

    /** The sum of both, with the ports of both. */
    PodRequests plus(PodRequests more) {
        List<HostPort> all = ports;
        if (!more.ports.isEmpty()) {
            all = new ArrayList<>(ports);
            all.addAll(more.ports);
        }
        return sum(more, 1, all);
    }

    /** The difference to a part of it. */
    PodRequests minus(PodRequests part) {
        List<HostPort> left = ports;
        if (!part.ports.isEmpty()) {
            left = new ArrayList<>(ports);
            part.ports.forEach(left::remove);
        }
        return sum(part, -1, left);
    }

    private PodRequests sum(PodRequests other, int sign, List<HostPort> newPorts) {
        Map<String, Long> newOthers = others;
        if (!other.others.isEmpty()) {
            Map<String, Long> sums = new HashMap<>(others);
            other.others.forEach((name, amount) -> sums.merge(name, sign * amount, Long::sum));
            sums.values().removeIf(amount -> amount == 0);
            newOthers = sums;
        }
        return new PodRequests(
                milliCpu + sign * other.milliCpu,
                memory + sign * other.memory,
                newOthers,
                scoringCpu + sign * other.scoringCpu,
                scoringMemory + sign * other.scoringMemory,
                containersCpu + sign * other.containersCpu,
                containersMemory + sign * other.containersMemory,
                newPorts);
    }

    /** Whether this asks for less of anything than {@code other} does. */
    public boolean asksLessThan(PodRequests other) {
        return milliCpu < other.milliCpu
                || memory < other.memory
                || other.others.entrySet().stream()
                        .anyMatch(entry -> others.getOrDefault(entry.getKey(), 0L) < entry.getValue());
    }

    /** Amounts by name: processors in thousandths, all else as it is. */
    static Map<String, Long> amounts(Map<String, Quantity> quantities) {
        Map<String, Long> amounts = HashMap.newHashMap(quantities.size());
        quantities.forEach(
                (name, quantity) -> amounts.put(name, name.equals(CPU) ? quantity.milliValue() : quantity.value()));
        return amounts;
    }

    private static void addPorts(Container container, boolean hostNetwork, List<HostPort> ports) {
        container.ports().forEach(port -> {
            int number = port.hostPort() > 0 ? port.hostPort() : hostNetwork ? port.containerPort() : 0;
            if (number > 0) {
                ports.add(new HostPort(
                        port.hostIP().isEmpty() ? "0.0.0.0" : port.hostIP(),
                        port.protocol().isEmpty() ? "TCP" : port.protocol(),
                        number));
            }
        });
    }

    /** Amounts that are being summed up, with those for scores beside them. */
    private static final class Sum {
        private final Map<String, Long> asked;
        private long scoringCpu;
        private long scoringMemory;
        private boolean whole;

        Sum() {
            asked = new HashMap<>();
        }

        /** Of one container. */
        Sum(Map<String, Long> requests) {
            asked = requests;
            scoringCpu = requests.getOrDefault(CPU, UNASKED_CPU);
            scoringMemory = requests.getOrDefault(MEMORY, UNASKED_MEMORY);
        }

        void add(Sum other) {
            other.asked.forEach((name, amount) -> asked.merge(name, amount, Long::sum));
            scoringCpu += other.scoringCpu;
            scoringMemory += other.scoringMemory;
        }

        void max(Sum other) {
            other.asked.forEach((name, amount) -> asked.merge(name, amount, Math::max));
            scoringCpu = Math.max(scoringCpu, other.scoringCpu);
            scoringMemory = Math.max(scoringMemory, other.scoringMemory);
        }

        /** The pod as a whole may ask for processors, memory and huge pages. */
        void replace(Map<String, Long> requests) {
            requests.forEach((name, amount) -> {
                if (name.equals(CPU) || name.equals(MEMORY) || name.startsWith("hugepages-")) {
                    asked.put(name, amount);
                    whole = true;
                }
            });
        }

        void addAsked(Map<String, Long> requests) {
            requests.forEach((name, amount) -> asked.merge(name, amount, Long::sum));
            scoringCpu += requests.getOrDefault(CPU, 0L);
            scoringMemory += requests.getOrDefault(MEMORY, 0L);
        }

        PodRequests requests(List<HostPort> ports) {
            Map<String, Long> others = new HashMap<>(asked);
            others.remove(CPU);
            others.remove(MEMORY);
            return new PodRequests(
                    asked.getOrDefault(CPU, 0L),
                    asked.getOrDefault(MEMORY, 0L),
                    Map.copyOf(others),
                    whole ? asked.getOrDefault(CPU, scoringCpu) : scoringCpu,
                    whole ? asked.getOrDefault(MEMORY, scoringMemory) : scoringMemory,
                    scoringCpu,
                    scoringMemory,
                    List.copyOf(ports));
        }
    }
}
