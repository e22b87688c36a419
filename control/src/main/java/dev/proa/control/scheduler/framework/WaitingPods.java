package dev.proa.control.scheduler.framework;

import dev.proa.client.clock.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The pods that wait for a {@link Plugin.Permit}, by uid. Thread-safe. */
final class WaitingPods {
    private final Clock clock;
    private final Map<String, Waiting> pods = new ConcurrentHashMap<>();

    WaitingPods(Clock clock) {
        this.clock = clock;
    }

    /** @param timeouts after which each plugin that has not allowed the pod rejects it */
    void add(PodInfo pod, Map<String, Duration> timeouts) {
        Waiting waiting = new Waiting(pod);
        pods.put(pod.uid(), waiting);
        waiting.begin(clock, timeouts);
    }

    @Nullable
    WaitingPod get(String uid) {
        return pods.get(uid);
    }

    Collection<WaitingPod> all() {
        return List.copyOf(pods.values());
    }

    /** Blocks until the pod, if it waits, is allowed or rejected. */
    Status await(PodInfo pod) {
        Waiting waiting = pods.get(pod.uid());
        if (waiting == null) {
            return Status.SUCCESS;
        }
        try {
            return waiting.result.join();
        } finally {
            pods.remove(pod.uid(), waiting);
        }
    }

    private static final class Waiting implements WaitingPod {
        private final PodInfo pod;
        private final Map<String, Clock.Timer> pending = new HashMap<>();
        private final CompletableFuture<Status> result = new CompletableFuture<>();

        Waiting(PodInfo pod) {
            this.pod = pod;
        }

        synchronized void begin(Clock clock, Map<String, Duration> timeouts) {
            timeouts.forEach((plugin, timeout) -> pending.put(
                    plugin,
                    clock.schedule(
                            timeout,
                            () -> reject(
                                    plugin,
                                    "rejected due to timeout after waiting " + text(timeout) + " at plugin "
                                            + plugin))));
        }

        @Override
        public PodInfo pod() {
            return pod;
        }

        @Override
        public synchronized Set<String> pendingPlugins() {
            return Set.copyOf(pending.keySet());
        }

        @Override
        public synchronized void allow(String plugin) {
            Clock.Timer timer = pending.remove(plugin);
            if (timer != null) {
                timer.cancel();
            }
            if (pending.isEmpty()) {
                result.complete(Status.SUCCESS);
            }
        }

        @Override
        public void reject(String plugin, String message) {
            stop(Status.unschedulable(message).by(plugin));
        }

        @Override
        public boolean preempt(String plugin, String message) {
            return stop(Status.error("waiting on permit for pod: " + message).by(plugin));
        }

        private synchronized boolean stop(Status status) {
            pending.values().forEach(Clock.Timer::cancel);
            return result.complete(status);
        }

        /** As Go writes durations of less than an hour: {@code 15m0s}. */
        private static String text(Duration duration) {
            long minutes = duration.toMinutes();
            String rest = duration.minusMinutes(minutes).toString().substring(2).toLowerCase(java.util.Locale.ROOT);
            return minutes == 0 ? rest : minutes + "m" + rest;
        }
    }
}
