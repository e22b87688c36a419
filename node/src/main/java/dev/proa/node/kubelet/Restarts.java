package dev.proa.node.kubelet;

import dev.proa.client.clock.Clock;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.kubelet.container.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The restart back-off of a pod's containers. Owned by the pod's worker. */
final class Restarts implements PodPlan.RestartTimes {
    private static final Duration RETRY_START = Duration.ofSeconds(2);
    private static final Duration LONGEST_RETRY = Duration.ofMinutes(1);

    private final Clock clock;
    private final Backoff crashes = Backoff.ofContainers();
    private final Backoff failures = new Backoff(RETRY_START, LONGEST_RETRY);
    private final Map<String, Instant> holds = new HashMap<>();

    Restarts(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Instant restartAt(String containerName, Instant finishedAt) {
        return crashes.until(containerName, finishedAt);
    }

    @Override
    public Instant notBefore(String containerName) {
        return holds.getOrDefault(containerName, Instant.MIN);
    }

    /** Records a start; if the container ended before, its next delay is longer. */
    void starting(String containerName, @Nullable ContainerStatus before) {
        if (before != null && before.state() instanceof State.Exited exited) {
            crashes.next(containerName, exited.finishedAt());
        }
    }

    void started(String containerName) {
        holds.remove(containerName);
        failures.forget(containerName);
    }

    /** Delays the next attempt after a failed start. */
    void hold(String containerName) {
        Instant now = clock.instant();
        failures.next(containerName, now);
        holds.put(containerName, now.plus(failures.delay(containerName)));
    }

    /** Clears the delays of failed starts, since the cause may be fixed. */
    void clearHolds() {
        holds.clear();
    }

    /** The earliest time at which a failed start may be retried, or null when none failed. */
    @Nullable
    Instant held() {
        return holds.values().stream().min(Instant::compareTo).orElse(null);
    }

    /** The current delay, formatted as Go formats durations. */
    String describe(String containerName) {
        long seconds = crashes.delay(containerName).toSeconds();
        return seconds < 60 ? seconds + "s" : seconds / 60 + "m" + seconds % 60 + "s";
    }
}
