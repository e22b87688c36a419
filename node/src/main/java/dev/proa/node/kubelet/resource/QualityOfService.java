package dev.proa.node.kubelet.resource;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.ResourceRequirements;
import dev.proa.api.value.Quantity;
import dev.proa.node.kubelet.pod.PodSpecs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The quality of service class of a pod, as {@code status.qosClass} spells it. */
public enum QualityOfService {
    GUARANTEED("Guaranteed"),
    BURSTABLE("Burstable"),
    BEST_EFFORT("BestEffort");

    private static final List<String> COUNTED = List.of("cpu", "memory");
    /** The score of what should be killed last: guaranteed pods, and pods that the node needs. */
    private static final int KEEP = -997;

    private static final String NODE_CRITICAL = "system-node-critical";
    private static final int SYSTEM_CRITICAL = 2_000_000_000;

    private final String text;

    QualityOfService(String text) {
        this.text = text;
    }

    public static QualityOfService of(Pod pod) {
        List<ResourceRequirements> all = new ArrayList<>();
        if (PodResources.given(pod)) {
            all.add(pod.spec().resources());
        } else {
            pod.spec().containers().forEach(container -> all.add(container.resources()));
            pod.spec().initContainers().forEach(container -> all.add(container.resources()));
        }
        boolean any = false;
        boolean guaranteed = true;
        for (ResourceRequirements resources : all) {
            Map<String, Quantity> requests = resources.requests();
            Map<String, Quantity> limits = resources.limits();
            for (String resource : COUNTED) {
                Quantity limit = limits.getOrDefault(resource, Quantity.ZERO);
                Quantity request = requests.getOrDefault(resource, limit);
                any |= !limit.isZero() || !request.isZero();
                guaranteed &= !limit.isZero() && request.compareTo(limit) == 0;
            }
        }
        return !any ? BEST_EFFORT : guaranteed ? GUARANTEED : BURSTABLE;
    }

    /**
     * The {@code oom_score_adj} of a container: -1000 (never killed) to 1000 (killed first). For a burstable pod, the
     * more memory of the node the container requests the lower; a sidecar's is never above a main container's.
     *
     * @param nodeMemory memory of the node in bytes
     */
    public static int oomScoreAdjustment(Pod pod, Container container, long nodeMemory) {
        if (pod.spec().priority() >= SYSTEM_CRITICAL
                && pod.spec().priorityClassName().equals(NODE_CRITICAL)) {
            return KEEP;
        }
        return switch (of(pod)) {
            case GUARANTEED -> KEEP;
            case BEST_EFFORT -> 1000;
            case BURSTABLE -> {
                long share = unassigned(pod);
                long request = memory(container) + share;
                if (PodSpecs.isSidecar(container) && pod.spec().initContainers().contains(container)) {
                    long least = pod.spec().containers().stream()
                            .mapToLong(QualityOfService::memory)
                            .min()
                            .orElse(0);
                    request = Math.max(request, least + share);
                }
                long score = 1000 - 1000 * request / Math.max(nodeMemory, 1);
                yield (int) Math.clamp(score, 1000 + KEEP, 999);
            }
        };
    }

    private static long memory(Container container) {
        return container
                .resources()
                .requests()
                .getOrDefault("memory", Quantity.ZERO)
                .value();
    }

    /** The pod-level memory request beyond its containers' requests, divided among the containers. */
    private static long unassigned(Pod pod) {
        if (!PodResources.given(pod)) {
            return 0;
        }
        List<Container> lasting = new ArrayList<>(pod.spec().containers());
        pod.spec().initContainers().stream().filter(PodSpecs::isSidecar).forEach(lasting::add);
        long whole = pod.spec()
                .resources()
                .requests()
                .getOrDefault("memory", Quantity.ZERO)
                .value();
        long assigned = lasting.stream().mapToLong(QualityOfService::memory).sum();
        return Math.max(0, whole - assigned) / lasting.size();
    }

    @Override
    public String toString() {
        return text;
    }
}
