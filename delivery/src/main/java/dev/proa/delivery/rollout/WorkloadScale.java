package dev.proa.delivery.rollout;

import dev.proa.delivery.argo.ObjectRef;

/** When the workload that a Rollout refers to gives up its own pods. */
final class WorkloadScale {
    private WorkloadScale() {}

    /** With {@code onsuccess}: once the first version is healthy. */
    static void onSuccess(Draft draft) {
        Situation s = draft.situation;
        ObjectRef workload = s.spec().workloadRef();
        if (workload != null
                && workload.scaleDown().equals("onsuccess")
                && s.current().revision() == 1
                && s.status().phase().equals(Phases.HEALTHY)) {
            draft.add(new Action.ScaleWorkload(0));
        }
    }
}
