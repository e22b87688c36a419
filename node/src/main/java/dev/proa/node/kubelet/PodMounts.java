package dev.proa.node.kubelet;

import dev.proa.api.core.v1.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides when the volumes of a pod are prepared and refreshed. Owned by the pod's worker. */
final class PodMounts {
    /** The initial delay between retries, as in Kubernetes' volume manager. */
    private static final Duration MOUNT_AGAIN = Duration.ofMillis(500);

    private static final Duration LONGEST_MOUNT_WAIT = Duration.ofSeconds(122);

    private final KubeletParts parts;
    private final PodVolumes volumes;
    private boolean old;
    private Duration wait = MOUNT_AGAIN;
    private @Nullable Instant againAt;
    private @Nullable Pod preparedFor;

    PodMounts(KubeletParts parts, PodVolumes volumes) {
        this.parts = parts;
        this.volumes = volumes;
    }

    /** Marks the volumes as possibly outdated. */
    void outdate() {
        old = true;
    }

    /** When to retry after a failure. */
    @Nullable
    Instant againAt() {
        return againAt;
    }

    /**
     * Prepares the volumes if containers are about to start, or refreshes them while containers run.
     *
     * @param addresses of the pod
     * @return whether containers may start
     */
    boolean prepare(Pod current, List<String> addresses, PodPlan plan) throws InterruptedException {
        if (plan.finished() || plan.actions().isEmpty() && !mayBeOld(current)) {
            return true;
        }
        old = false;
        preparedFor = current;
        try {
            volumes.prepare(current, addresses);
            wait = MOUNT_AGAIN;
            return true;
        } catch (ConfigFailure failure) {
            old = true;
            againAt = parts.clock().instant().plus(wait);
            wait = wait.multipliedBy(2);
            wait = wait.compareTo(LONGEST_MOUNT_WAIT) > 0 ? LONGEST_MOUNT_WAIT : wait;
            parts.events().warning(current, "FailedMount", String.valueOf(failure.getMessage()));
            return false;
        }
    }

    /**
     * Whether volumes may be outdated: because of a changed object, of the pod's labels, annotations or resources, or
     * of a token to renew.
     */
    private boolean mayBeOld(Pod current) {
        Pod before = preparedFor;
        Instant tokens = volumes.refreshAt(current);
        return old
                || before == null
                || !before.labels().equals(current.labels())
                || !before.annotations().equals(current.annotations())
                || !before.spec().equals(current.spec())
                || tokens != null && !tokens.isAfter(parts.clock().instant());
    }
}
