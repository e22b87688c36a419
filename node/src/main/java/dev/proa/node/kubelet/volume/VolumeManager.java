package dev.proa.node.kubelet.volume;

import dev.proa.api.core.v1.Pod;
import dev.proa.client.clock.Clock;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.node.kubelet.device.DeviceFailure;
import dev.proa.node.kubelet.device.DynamicResources;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides when the volumes of a pod are set up: before containers start, and again when their contents may have changed or after a
 * failure. Once they are, and before the pod gets a sandbox, its devices are prepared. Owned by the pod's worker; not for several threads
 * at once.
 */
public final class VolumeManager {
    /** The initial delay between retries, as in Kubernetes' volume manager. */
    private static final Duration INITIAL_DELAY = Duration.ofMillis(500);

    private static final Duration LONGEST_DELAY = Duration.ofSeconds(122);

    private final PodVolumes volumes;
    private final DynamicResources devices;
    private final EventRecorder events;
    private final Clock clock;
    private boolean outdated;
    private Duration delay = INITIAL_DELAY;
    private @Nullable Instant retryAt;
    private @Nullable Pod setUpFor;

    public VolumeManager(PodVolumes volumes, DynamicResources devices, EventRecorder events, Clock clock) {
        this.volumes = volumes;
        this.devices = devices;
        this.events = events;
        this.clock = clock;
    }

    /** Marks the volumes as possibly outdated. */
    public void outdate() {
        outdated = true;
    }

    /** When to retry after a failure. */
    public @Nullable Instant retryAt() {
        return retryAt;
    }

    /**
     * Sets up the volumes of a pod, or updates them if they may be outdated.
     *
     * @param addresses of the pod, as far as known
     * @param starting whether containers are about to start
     * @param sandbox whether they are to get a new sandbox before
     * @return whether all volumes are set up, and devices are prepared for a new sandbox; for what is not, an event was recorded
     */
    public boolean setUp(Pod current, List<String> addresses, boolean starting, boolean sandbox)
            throws InterruptedException {
        if (!starting && !mayBeOutdated(current)) {
            return true;
        }
        outdated = false;
        setUpFor = current;
        List<String> failures = volumes.setUp(current, addresses);
        String unprepared = failures.isEmpty() && sandbox && volumes.written() ? whyNotPrepared(current) : null;
        if (failures.isEmpty() && unprepared == null) {
            delay = INITIAL_DELAY;
            return true;
        }
        outdated = true;
        retryAt = clock.instant().plus(delay);
        delay = delay.multipliedBy(2);
        delay = delay.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : delay;
        failures.forEach(failure -> events.warning(current, "FailedMount", failure));
        if (unprepared != null) {
            events.warning(
                    current, "FailedPrepareDynamicResources", "Failed to prepare dynamic resources: " + unprepared);
        }
        return false;
    }

    private @Nullable String whyNotPrepared(Pod pod) {
        try {
            devices.prepare(pod);
            return null;
        } catch (DeviceFailure e) {
            return e.getMessage();
        }
    }

    /**
     * Whether volumes may be outdated: because of a changed object, of the pod's labels, annotations or resources, or
     * of a token to renew.
     */
    private boolean mayBeOutdated(Pod current) {
        Pod before = setUpFor;
        Instant refreshAt = volumes.refreshAt(current);
        return outdated
                || before == null
                || !before.labels().equals(current.labels())
                || !before.annotations().equals(current.annotations())
                || !before.spec().equals(current.spec())
                || refreshAt != null && !refreshAt.isAfter(clock.instant());
    }
}
