package dev.proa.node.kubelet;

import dev.proa.api.core.v1.Pod;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether this node takes a pod that was bound to it: checks that are made once, when the kubelet first sees the pod and before
 * anything is done for it. A pod that one of them refuses fails, as by Kubernetes' kubelet, and nothing of it ever runs.
 */
final class PodAdmission {
    private static final String PREFIX = "Pod was rejected: ";

    private final List<Check> checks;

    PodAdmission(List<Check> checks) {
        this.checks = List.copyOf(checks);
    }

    /** One thing that may speak against a pod. Pure, but for what it knows of the node; called by one thread at a time. */
    interface Check {
        /**
         * @param others the pods that this node has taken and that have not ended
         * @return null when nothing speaks against the pod
         */
        @Nullable
        Rejection check(Pod pod, Collection<Pod> others);
    }

    /**
     * Why a pod is refused.
     *
     * @param reason of the pod's status and of its event, a word in Kubernetes' manner: {@code NodePorts}
     * @param message of the event; says what to do
     */
    record Rejection(String reason, String message) {
        /** As the message of the pod's status. */
        String statusMessage() {
            return PREFIX + message;
        }
    }

    /** What the first check that refuses the pod says; null when none does. */
    @Nullable
    Rejection check(Pod pod, Collection<Pod> others) {
        for (Check check : checks) {
            Rejection rejection = check.check(pod, others);
            if (rejection != null) {
                return rejection;
            }
        }
        return null;
    }

    /** Whether a kubelet refused this pod, now or earlier. */
    static boolean rejected(Pod pod) {
        return pod.status().phase().equals("Failed") && pod.status().message().startsWith(PREFIX);
    }
}
