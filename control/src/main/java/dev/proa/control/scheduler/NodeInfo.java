package dev.proa.control.scheduler;

import dev.proa.api.core.v1.ContainerImage;
import dev.proa.api.core.v1.Node;
import dev.proa.client.ObjectKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A node with its pods and the sum of their requests, as in the scheduling framework. Belongs to the {@link SchedulerCache}. */
final class NodeInfo {
    /** What the node itself listens on, as {@code 6443/TCP,53/UDP}: no pod gets these as host ports, whatever the address. */
    private static final String RESERVED_PORTS = "node.proa.dev/reserved-ports";

    private final String name;
    private Node node;
    private Set<String> reservedPorts = Set.of();
    private Map<String, Long> allocatable = Map.of();
    private long allocatableCpu;
    private long allocatableMemory;
    private long allocatablePods;
    private Map<String, Long> images = Map.of();
    private final Map<ObjectKey, PodRequests> pods = new HashMap<>();
    private final Map<String, Long> others = new HashMap<>();
    private long milliCpu;
    private long memory;
    private long scoringCpu;
    private long scoringMemory;

    NodeInfo(Node node) {
        this.name = node.name();
        this.node = node;
        update(node);
    }

    void update(Node newer) {
        if (!newer.status().value().list("images").equals(node.status().value().list("images")) || node == newer) {
            images = images(newer);
        }
        node = newer;
        reservedPorts = reservedPorts(newer);
        allocatable = PodRequests.requests(newer.status().allocatable());
        allocatableCpu = allocatable.getOrDefault("cpu", 0L);
        allocatableMemory = allocatable.getOrDefault("memory", 0L);
        allocatablePods = allocatable.getOrDefault("pods", 0L);
    }

    void add(ObjectKey pod, PodRequests requests) {
        PodRequests before = pods.put(pod, requests);
        if (before != null) {
            count(before, -1);
        }
        count(requests, 1);
    }

    void remove(ObjectKey pod) {
        PodRequests before = pods.remove(pod);
        if (before != null) {
            count(before, -1);
        }
    }

    private void count(PodRequests requests, int sign) {
        milliCpu += sign * requests.milliCpu();
        memory += sign * requests.memory();
        scoringCpu += sign * requests.scoringCpu();
        scoringMemory += sign * requests.scoringMemory();
        requests.others().forEach((resource, amount) -> others.merge(resource, sign * amount, Long::sum));
    }

    String name() {
        return name;
    }

    Node node() {
        return node;
    }

    /** Whether a port is the node's own. */
    boolean reserves(PodRequests.HostPort port) {
        return reservedPorts.contains(port.port() + "/" + port.protocol());
    }

    static Set<String> reservedPorts(Node node) {
        return Set.copyOf(
                List.of(node.annotations().getOrDefault(RESERVED_PORTS, "").split(",", -1)));
    }

    Iterable<PodRequests> pods() {
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
