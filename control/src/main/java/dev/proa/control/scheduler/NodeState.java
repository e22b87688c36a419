package dev.proa.control.scheduler;

import dev.proa.api.core.v1.ContainerImage;
import dev.proa.api.core.v1.Node;
import dev.proa.client.ObjectKey;
import java.util.HashMap;
import java.util.Map;

/** A node and what the pods on it take, summed as they come and go. Owned by the scheduling thread's {@link ClusterView}. */
final class NodeState {
    private final String name;
    private Node node;
    private Map<String, Long> allocatable = Map.of();
    private long allocatableCpu;
    private long allocatableMemory;
    private long allocatablePods;
    private Map<String, Long> images = Map.of();
    private final Map<ObjectKey, Demand> pods = new HashMap<>();
    private final Map<String, Long> others = new HashMap<>();
    private long milliCpu;
    private long memory;
    private long scoringCpu;
    private long scoringMemory;

    NodeState(Node node) {
        this.name = node.name();
        this.node = node;
        update(node);
    }

    void update(Node newer) {
        if (!newer.status().value().list("images").equals(node.status().value().list("images")) || node == newer) {
            images = images(newer);
        }
        node = newer;
        allocatable = Demand.requests(newer.status().allocatable());
        allocatableCpu = allocatable.getOrDefault("cpu", 0L);
        allocatableMemory = allocatable.getOrDefault("memory", 0L);
        allocatablePods = allocatable.getOrDefault("pods", 0L);
    }

    void add(ObjectKey pod, Demand demand) {
        Demand before = pods.put(pod, demand);
        if (before != null) {
            count(before, -1);
        }
        count(demand, 1);
    }

    void remove(ObjectKey pod) {
        Demand before = pods.remove(pod);
        if (before != null) {
            count(before, -1);
        }
    }

    private void count(Demand demand, int sign) {
        milliCpu += sign * demand.milliCpu();
        memory += sign * demand.memory();
        scoringCpu += sign * demand.scoringCpu();
        scoringMemory += sign * demand.scoringMemory();
        demand.others().forEach((resource, amount) -> others.merge(resource, sign * amount, Long::sum));
    }

    String name() {
        return name;
    }

    Node node() {
        return node;
    }

    Iterable<Demand> pods() {
        return pods.values();
    }

    int podCount() {
        return pods.size();
    }

    long allocatablePods() {
        return allocatablePods;
    }

    long freeCpu() {
        return allocatableCpu - milliCpu;
    }

    long freeMemory() {
        return allocatableMemory - memory;
    }

    long free(String resource) {
        return allocatable.getOrDefault(resource, 0L) - others.getOrDefault(resource, 0L);
    }

    long allocatable(String resource) {
        return allocatable.getOrDefault(resource, 0L);
    }

    /** Bytes of an image, named with its tag, that the node has; 0 when it has not. */
    long imageSize(String image) {
        return images.getOrDefault(image, 0L);
    }

    private static Map<String, Long> images(Node node) {
        Map<String, Long> sizes = new HashMap<>();
        for (ContainerImage image : node.status().images()) {
            image.names().forEach(named -> sizes.put(named, image.sizeBytes()));
        }
        return sizes;
    }

    long allocatableCpu() {
        return allocatableCpu;
    }

    long allocatableMemory() {
        return allocatableMemory;
    }

    long scoringCpu() {
        return scoringCpu;
    }

    long scoringMemory() {
        return scoringMemory;
    }
}
