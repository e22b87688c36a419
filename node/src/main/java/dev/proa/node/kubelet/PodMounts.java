package dev.proa.node.kubelet;

import dev.proa.api.core.v1.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** When the volumes of one pod are prepared, and when again. Owned by the pod's worker. */
final class PodMounts {
    /** As Kubernetes' volume manager waits between two tries, the first time and at most. */
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

    /** Something that volumes may show has changed. */
    void outdate() {
        old = true;
    }

    /** When to try again, after a failure. */
    @Nullable
    Instant againAt() {
        return againAt;
    }

    /**
     * Volumes are wanted before containers start, and up to date while they run.
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

    /** Whether something that volumes show has changed: an object, the pod's own labels, annotations or resources, the age of a token. */
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
