package dev.proa.node.kubelet.admission;

import dev.proa.api.core.v1.Pod;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The kubelet's admission of pods bound to its node: checks that run once, when the kubelet first sees a pod and before
 * it does anything for it. A rejected pod fails, as with Kubernetes' kubelet, and never runs.
 */
public final class PodAdmitHandlers {
    private static final String PREFIX = "Pod was rejected: ";

    private final List<Check> checks;

    public PodAdmitHandlers(List<Check> checks) {
        this.checks = List.copyOf(checks);
    }

    /** One check. Depends only on its arguments and the node; called by one thread at a time. */
    public interface Check {
        /**
         * @param others the admitted pods of this node that have not ended
         * @return null when the pod passes
         */
        @Nullable
        Rejection check(Pod pod, Collection<Pod> others);
    }

    /**
     * Why a pod is rejected.
     *
     * @param reason of the pod's status and its event, in CamelCase: {@code NodePorts}
     * @param message of the event, which says what to do
     */
    public record Rejection(String reason, String message) {
        /** The message of the pod's status. */
        public String statusMessage() {
            return PREFIX + message;
        }
    }

    /** The rejection by the first check that fails; null when all pass. */
    @Nullable
    public Rejection check(Pod pod, Collection<Pod> others) {
        for (Check check : checks) {
            Rejection rejection = check.check(pod, others);
            if (rejection != null) {
                return rejection;
            }
        }
        return null;
    }

    /** Whether a kubelet rejected this pod, now or earlier. */
    public static boolean rejected(Pod pod) {
        return pod.status().phase().equals("Failed") && pod.status().message().startsWith(PREFIX);
    }
}
