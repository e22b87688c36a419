package dev.proa.control.statefulset;

import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.apps.v1.StatefulSetStatus;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import dev.proa.control.shared.Pods;

/** Computes the status of a StatefulSet from its pods. Pure. */
final class SetCounts {
    private SetCounts() {}

    /** @param deleted how many pods of the current revision are deleted for an update just now */
    static StatefulSetStatus status(Observed observed, int deleted) {
        StatefulSet set = observed.set();
        String current = observed.current().name();
        String update = observed.update().name();
        long replicas = 0;
        long ready = 0;
        long available = 0;
        long ofCurrent = -deleted;
        long updated = 0;
        for (Pod pod : observed.pods()) {
            String phase = Pods.phase(pod);
            if (phase.isEmpty()) {
                continue;
            }
            replicas++;
            if (phase.equals("Running") && Pods.isReady(pod)) {
                ready++;
                if (Pods.isAvailable(pod, set.spec().minReadySeconds(), observed.now())) {
                    available++;
                }
            }
            if (!pod.isDeleting()) {
                String revision = Identity.revision(pod);
                ofCurrent += revision.equals(current) ? 1 : 0;
                updated += revision.equals(update) ? 1 : 0;
            }
        }
        int wanted = set.spec().replicas();
        if (set.spec().updateStrategy().type().equals("RollingUpdate")
                && updated == wanted
                && ready == wanted
                && replicas == wanted) { // the update is complete
            ofCurrent = updated;
            current = update;
        }
        MapValue.Builder status = MapValue.builder(9)
                .put("observedGeneration", set.metadata().generation())
                .put("replicas", replicas)
                .put("availableReplicas", available)
                .put("currentRevision", current)
                .put("updateRevision", update)
                .put("collisionCount", (long) observed.collisions());
        putUnlessZero(status, "readyReplicas", ready);
        putUnlessZero(status, "currentReplicas", ofCurrent);
        putUnlessZero(status, "updatedReplicas", updated);
        return new StatefulSetStatus(status.build());
    }

    private static void putUnlessZero(MapValue.Builder status, String name, long count) {
        if (count != 0) {
            status.put(name, count);
        }
    }

    /** Whether {@code after} says anything new; conditions are others' and count for nothing. */
    static boolean differ(StatefulSetStatus before, StatefulSetStatus after) {
        return after.observedGeneration() > before.observedGeneration()
                || after.replicas() != before.replicas()
                || after.currentReplicas() != before.currentReplicas()
                || after.readyReplicas() != before.readyReplicas()
                || after.updatedReplicas() != before.updatedReplicas()
                || after.availableReplicas() != before.availableReplicas()
                || !after.currentRevision().equals(before.currentRevision())
                || !after.updateRevision().equals(before.updateRevision());
    }
}
