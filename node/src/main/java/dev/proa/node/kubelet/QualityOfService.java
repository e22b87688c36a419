package dev.proa.node.kubelet;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The quality of service class of a pod, as {@code status.qosClass} spells it. */
enum QualityOfService {
    GUARANTEED("Guaranteed"),
    BURSTABLE("Burstable"),
    BEST_EFFORT("BestEffort");

    private final String text;

    QualityOfService(String text) {
        this.text = text;
    }

    static QualityOfService of(Pod pod) {
        List<Container> all = new ArrayList<>(pod.spec().containers());
        all.addAll(pod.spec().initContainers());
        boolean any = false;
        boolean guaranteed = true;
        for (Container container : all) {
            Map<String, Quantity> requests = container.resources().requests();
            Map<String, Quantity> limits = container.resources().limits();
            for (String resource : List.of("cpu", "memory")) {
                Quantity limit = limits.getOrDefault(resource, Quantity.ZERO);
                Quantity request = requests.getOrDefault(resource, limit);
                any |= !limit.isZero() || !request.isZero();
                guaranteed &= !limit.isZero() && request.compareTo(limit) == 0;
            }
        }
        return !any ? BEST_EFFORT : guaranteed ? GUARANTEED : BURSTABLE;
    }

    /**
     * How readily the kernel kills the container's processes when memory runs out: -1000 (never) to 1000 (first).
     *
     * @param nodeMemory bytes
     */
    int oomScoreAdjustment(Container container, long nodeMemory) {
        return switch (this) {
            case GUARANTEED -> -997;
            case BEST_EFFORT -> 1000;
            case BURSTABLE -> {
                long request = container
                        .resources()
                        .requests()
                        .getOrDefault("memory", Quantity.ZERO)
                        .value();
                long score = 1000 - 1000 * request / Math.max(nodeMemory, 1);
                yield (int) Math.clamp(score, 3, 999);
            }
        };
    }

    @Override
    public String toString() {
        return text;
    }
}
