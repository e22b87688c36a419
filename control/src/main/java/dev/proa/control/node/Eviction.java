package dev.proa.control.node;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Taint;
import dev.proa.api.core.v1.Toleration;
import dev.proa.control.shared.Tolerations;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides when a pod is evicted because of the {@code NoExecute} taints of its node. Pure. */
final class Eviction {
    private Eviction() {}

    /**
     * The time to go.
     *
     * @param taints of the node, of effect {@code NoExecute}
     * @return null when the pod may stay
     */
    static @Nullable Instant time(Pod pod, List<Taint> taints, Instant now) {
        Instant first = null;
        for (Taint taint : taints) {
            Instant added = taint.timeAdded();
            Duration patience = patience(pod, taint);
            if (patience != null) {
                Instant end = (added == null ? now : added).plus(patience);
                first = first == null || end.isBefore(first) ? end : first;
            }
        }
        return first;
    }

    /**
     * How long the pod bears a taint: nothing when it does not tolerate it, null when it does for ever. The first toleration that covers
     * the taint counts, whatever others say.
     */
    private static @Nullable Duration patience(Pod pod, Taint taint) {
        for (Toleration toleration : pod.spec().tolerations()) {
            if (Tolerations.covers(toleration, taint)) {
                return toleration.hasTolerationSeconds()
                        ? Duration.ofSeconds(Math.max(0, toleration.tolerationSeconds()))
                        : null;
            }
        }
        return Duration.ZERO;
    }
}
