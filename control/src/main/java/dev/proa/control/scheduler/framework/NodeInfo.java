package dev.proa.control.scheduler.framework;

import dev.proa.api.core.v1.ContainerImage;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Taint;
import dev.proa.api.value.MapValue;
import dev.proa.control.volume.Claims;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A node with the pods on it, bound or assumed, and the sums of what they take. Immutable: what changes it returns another one. */
public final class NodeInfo {
    /** The node's own listening ports, as {@code 6443/TCP,53/UDP}: no pod gets these as host ports, whatever the address. */
    private static final String RESERVED_PORTS = "node.proa.dev/reserved-ports";

    private final Capacity capacity;
    private final List<PodInfo> pods;
    private final List<PodInfo> podsWithAffinity;
    private final PodRequests requested;
    private final long generation;
    /** What {@link #claims} has computed; null before. */
    private volatile @Nullable Set<String> claims;

    private NodeInfo(
            Capacity capacity,
            List<PodInfo> pods,
            List<PodInfo> podsWithAffinity,
            PodRequests requested,
            long generation) {
        this.capacity = capacity;
        this.pods = pods;
        this.podsWithAffinity = podsWithAffinity;
        this.requested = requested;
        this.generation = generation;
    }

    /** A node without pods. */
    public static NodeInfo of(Node node) {
        return new NodeInfo(Capacity.of(node), List.of(), List.of(), PodRequests.NOTHING, 0);
    }

    /** The same pods on the node as it is now. */
    public NodeInfo with(Node newer) {
        NodeInfo same = new NodeInfo(capacity.with(newer), pods, podsWithAffinity, requested, generation);
        same.claims = claims;
        return same;
    }

    /** With one pod more. */
    public NodeInfo with(PodInfo pod) {
        return new NodeInfo(
                capacity,
                plus(pods, pod),
                pod.hasAffinity() ? plus(podsWithAffinity, pod) : podsWithAffinity,
                requested.plus(pod.requests()),
                generation);
    }

    /** With {@code after} in the place of {@code before}, which must be one of {@link #pods}. */
    public NodeInfo with(PodInfo before, PodInfo after) {
        boolean sameTerms = after.affinity().equals(before.affinity());
        if (!sameTerms) {
            return without(before).with(after);
        }
        boolean sameRequests = after.requests() == before.requests();
        return new NodeInfo(
                capacity,
                replaced(pods, before, after),
                replaced(podsWithAffinity, before, after),
                sameRequests ? requested : requested.minus(before.requests()).plus(after.requests()),
                generation);
    }

    private static List<PodInfo> replaced(List<PodInfo> pods, PodInfo before, PodInfo after) {
        if (pods.isEmpty()) {
            return pods;
        }
        PodInfo[] copy = pods.toArray(new PodInfo[0]);
        for (int i = 0; i < copy.length; i++) {
            if (copy[i] == before) {
                copy[i] = after;
            }
        }
        return Collections.unmodifiableList(Arrays.asList(copy));
    }

    /** Without {@code pod}; this when it is not one of {@link #pods}. */
    public NodeInfo without(PodInfo pod) {
        List<PodInfo> left = minus(pods, pod);
        return left.size() == pods.size()
                ? this
                : new NodeInfo(
                        capacity, left, minus(podsWithAffinity, pod), requested.minus(pod.requests()), generation);
    }

    /** The same, as of a generation of the cache. */
    public NodeInfo at(long number) {
        NodeInfo same = new NodeInfo(capacity, pods, podsWithAffinity, requested, number);
        same.claims = claims;
        return same;
    }

    private static List<PodInfo> plus(List<PodInfo> pods, PodInfo pod) {
        PodInfo[] more = pods.toArray(new PodInfo[pods.size() + 1]);
        more[pods.size()] = pod;
        return Collections.unmodifiableList(Arrays.asList(more));
    }

    private static List<PodInfo> minus(List<PodInfo> pods, PodInfo pod) {
        return pods.isEmpty()
                ? pods
                : pods.stream().filter(other -> other != pod).toList();
    }

    public String name() {
        return capacity.name;
    }

    public Node node() {
        return capacity.node;
    }

    /** The node's value of a label; null when it does not have the label. */
    public @Nullable String label(String key) {
        Object value = capacity.labels.get(key);
        return value == null && !capacity.labels.has(key) ? null : value instanceof String text ? text : "";
    }

    /** Its labels, which are the same object until the node changes. */
    public MapValue labels() {
        return capacity.labels;
    }

    public List<Taint> taints() {
        return capacity.taints;
    }

    /** Whether the node is cordoned. */
    public boolean isUnschedulable() {
        return capacity.unschedulable;
    }

    /** The generation of the scheduler cache in which this node or a pod on it changed last. */
    public long generation() {
        return generation;
    }

    public List<PodInfo> pods() {
        return pods;
    }

    /** Those that have any term of inter-pod affinity or anti-affinity. */
    public List<PodInfo> podsWithAffinity() {
        return podsWithAffinity;
    }

    /** The claims that the pods name, as {@code namespace/name}, without those of ephemeral volumes. Computed when first asked for. */
    public Set<String> claims() {
        Set<String> known = claims;
        if (known == null) {
            Set<String> found = new HashSet<>();
            for (PodInfo pod : pods) {
                Claims.of(pod.pod()).stream()
                        .filter(use -> !use.ephemeral())
                        .forEach(use -> found.add(pod.pod().namespace() + "/" + use.claim()));
            }
            known = Set.copyOf(found);
            claims = known;
        }
        return known;
    }

    /** What the pods take together. */
    public PodRequests requested() {
        return requested;
    }

    /** Whether a port is the node's own. */
    public boolean reserves(PodRequests.HostPort port) {
        return capacity.reservedPorts.contains(port.port() + "/" + port.protocol());
    }

    /** The ports that {@code node} listens on itself, as {@code 6443/TCP}. */
    public static Set<String> reservedPorts(Node node) {
        String ports = node.annotations().getOrDefault(RESERVED_PORTS, "");
        return ports.isEmpty() ? Set.of() : new HashSet<>(List.of(ports.split(",", -1)));
    }

    public long allocatablePods() {
        return capacity.pods;
    }

    /** In thousandths of a processor. */
    public long allocatableCpu() {
        return capacity.cpu;
    }

    /** In bytes. */
    public long allocatableMemory() {
        return capacity.memory;
    }

    public long allocatable(String resource) {
        return capacity.allocatable.getOrDefault(resource, 0L);
    }

    public long freeCpu() {
        return capacity.cpu - requested.milliCpu();
    }

    public long freeMemory() {
        return capacity.memory - requested.memory();
    }

    /** What is left of a resource other than processors and memory. */
    public long free(String resource) {
        return allocatable(resource) - requested.others().getOrDefault(resource, 0L);
    }

    /** Bytes of an image, named with its tag, that the node has; 0 when it does not have it. */
    public long imageSize(String image) {
        return capacity.images.getOrDefault(image, 0L);
    }

    /** The names of all images that the node has. */
    public Set<String> images() {
        return capacity.images.keySet();
    }

    /** What is computed from the node alone. */
    private record Capacity(
            Node node,
            String name,
            MapValue labels,
            List<Taint> taints,
            boolean unschedulable,
            Map<String, Long> allocatable,
            long cpu,
            long memory,
            long pods,
            Set<String> reservedPorts,
            Map<String, Long> images) {
        static Capacity of(Node node) {
            return of(node, imageSizes(node));
        }

        private static Capacity of(Node node, Map<String, Long> images) {
            Map<String, Long> allocatable = PodRequests.amounts(node.status().allocatable());
            return new Capacity(
                    node,
                    node.name(),
                    node.value().map("metadata").map("labels"),
                    List.copyOf(node.spec().taints()),
                    node.spec().unschedulable(),
                    allocatable,
                    allocatable.getOrDefault("cpu", 0L),
                    allocatable.getOrDefault("memory", 0L),
                    allocatable.getOrDefault("pods", 0L),
                    NodeInfo.reservedPorts(node),
                    images);
        }

        /** Nodes report their status often, and a list of images is long. */
        Capacity with(Node newer) {
            boolean sameImages = newer.status()
                    .value()
                    .list("images")
                    .equals(node.status().value().list("images"));
            return of(newer, sameImages ? images : imageSizes(newer));
        }

        private static Map<String, Long> imageSizes(Node node) {
            Map<String, Long> sizes = new HashMap<>();
            for (ContainerImage image : node.status().images()) {
                image.names().forEach(named -> sizes.put(named, image.sizeBytes()));
            }
            return sizes;
        }
    }
}
