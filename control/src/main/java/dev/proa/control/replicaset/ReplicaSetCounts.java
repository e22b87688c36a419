package dev.proa.control.replicaset;

import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.apps.v1.ReplicaSetStatus;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.control.shared.Conditions;
import dev.proa.control.shared.Pods;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Computes the status of a ReplicaSet from its pods. Pure. */
final class ReplicaSetCounts {
    private static final String FAILURE = "ReplicaFailure";

    private ReplicaSetCounts() {}

    /**
     * The status of {@code set}.
     *
     * @param active pods it has that neither ended nor are being deleted
     * @param terminating how many of its pods are being deleted
     * @param failure why pods could not be created or deleted; null when they could
     */
    static ReplicaSetStatus status(
            ReplicaSet set, List<Pod> active, int terminating, @Nullable String failure, Instant now) {
        LabelSelector template =
                LabelSelector.ofLabels(set.spec().template().metadata().labels());
        int minReadySeconds = set.spec().minReadySeconds();
        int labeled = 0;
        int ready = 0;
        int available = 0;
        for (Pod pod : active) {
            if (template.matches(pod)) {
                labeled++;
            }
            if (Pods.isReady(pod)) {
                ready++;
                if (Pods.isAvailable(pod, minReadySeconds, now)) {
                    available++;
                }
            }
        }
        MapValue.Builder status = MapValue.builder(8)
                .put("replicas", (long) active.size())
                .put("observedGeneration", set.metadata().generation())
                .put("terminatingReplicas", (long) terminating);
        putUnlessZero(status, "fullyLabeledReplicas", labeled);
        putUnlessZero(status, "readyReplicas", ready);
        putUnlessZero(status, "availableReplicas", available);
        ListValue conditions = conditions(set, active.size(), failure, now);
        if (!conditions.isEmpty()) {
            status.put("conditions", conditions);
        }
        return new ReplicaSetStatus(status.build());
    }

    private static ListValue conditions(ReplicaSet set, int active, @Nullable String failure, Instant now) {
        ListValue before = set.status().value().list("conditions");
        if (failure == null) {
            return Conditions.remove(before, FAILURE);
        }
        if (Conditions.get(before, FAILURE) != null) {
            return before;
        }
        return before.plus(MapValue.of(
                "type",
                FAILURE,
                "status",
                "True",
                "lastTransitionTime",
                Times.format(now),
                "reason",
                active < set.spec().replicas() ? "FailedCreate" : "FailedDelete",
                "message",
                failure));
    }

    private static void putUnlessZero(MapValue.Builder status, String name, int count) {
        if (count != 0) {
            status.put(name, (long) count);
        }
    }
}
