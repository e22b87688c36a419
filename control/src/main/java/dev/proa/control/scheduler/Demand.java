package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.Quantity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a pod takes of a node, worked out once: the sum over its containers, or what an init container needs alone where that is
 * more, plus its overhead (KEP-753 for sidecars).
 *
 * @param milliCpu thousandths of a processor
 * @param memory bytes
 * @param extended any other resource by its name, in its own unit
 * @param scoringCpu like {@code milliCpu}, but 100 for each container that asks for none, so that scores spread such pods
 * @param scoringMemory like {@code memory}, but 200 MB for each container that asks for none
 * @param ports of the node that the pod's containers bind
 */
record Demand(
        long milliCpu,
        long memory,
        Map<String, Long> extended,
        long scoringCpu,
        long scoringMemory,
        List<HostPort> ports) {
    private static final long UNASKED_CPU = 100;
    private static final long UNASKED_MEMORY = 200L << 20;

    record HostPort(String address, String protocol, int port) {
        boolean conflicts(HostPort other) {
            boolean everywhere = address.equals("0.0.0.0") || other.address.equals("0.0.0.0");
            return port == other.port
                    && protocol.equals(other.protocol)
                    && (everywhere || address.equals(other.address));
        }
    }

    static Demand of(Pod pod) {
        Map<String, Long> sum = new HashMap<>();
        Map<String, Long> most = new HashMap<>();
        Map<String, Long> sidecars = new HashMap<>();
        long cpu = 0;
        long memory = 0;
        List<HostPort> ports = new ArrayList<>();
        for (Container container : pod.spec().containers()) {
            Map<String, Long> requests = requests(container.resources().requests());
            add(sum, requests);
            cpu += requests.getOrDefault("cpu", UNASKED_CPU);
            memory += requests.getOrDefault("memory", UNASKED_MEMORY);
            addPorts(container, pod.spec().hostNetwork(), ports);
        }
        for (Container init : pod.spec().initContainers()) {
            Map<String, Long> alone = requests(init.resources().requests());
            if (init.restartPolicy().equals("Always")) {
                add(sidecars, alone);
                add(sum, alone);
                addPorts(init, pod.spec().hostNetwork(), ports);
                alone = new HashMap<>(sidecars);
            } else {
                add(alone, sidecars);
            }
            alone.forEach((name, amount) -> most.merge(name, amount, Math::max));
        }
        most.forEach((name, amount) -> sum.merge(name, amount, Math::max));
        add(sum, requests(pod.spec().overhead()));
        long wholeCpu = sum.getOrDefault("cpu", 0L);
        long wholeMemory = sum.getOrDefault("memory", 0L);
        sum.remove("cpu");
        sum.remove("memory");
        return new Demand(
                wholeCpu,
                wholeMemory,
                Map.copyOf(sum),
                Math.max(cpu, wholeCpu),
                Math.max(memory, wholeMemory),
                List.copyOf(ports));
    }

    /** Amounts by name: processors in thousandths, all else as it is. */
    static Map<String, Long> requests(Map<String, Quantity> quantities) {
        Map<String, Long> amounts = new HashMap<>();
        quantities.forEach(
                (name, quantity) -> amounts.put(name, name.equals("cpu") ? quantity.milliValue() : quantity.value()));
        return amounts;
    }

    private static void add(Map<String, Long> to, Map<String, Long> amounts) {
        amounts.forEach((name, amount) -> to.merge(name, amount, Long::sum));
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
}
