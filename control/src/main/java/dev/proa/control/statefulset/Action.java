package dev.proa.control.statefulset;

import dev.proa.api.core.v1.Pod;

/** Something to do to a pod of a StatefulSet, or to its claims. */
sealed interface Action {
    Pod pod();

    /** Create the claims that are missing, then the pod. */
    record Create(Pod pod) implements Action {}

    record Delete(Pod pod) implements Action {}

    /** Create the claims that are missing of a pod that waits for them, and give all their owners. */
    record ProvideClaims(Pod pod) implements Action {}

    /** Give the pod its labels and volumes, and its claims their owners. */
    record Correct(Pod pod) implements Action {}

    /** Give the claims of a pod that is to go their owners. */
    record OwnClaims(Pod pod) implements Action {}
}
