package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Pod;
import dev.proa.client.clock.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pods that wait for a node. Each is in one of three places, as in kube-scheduler:
 *
 * <pre>
 *   active         tried next, the highest priority first, then who has waited longest
 *     ▲ over, or there is nothing else to try
 *   backing off    1 s after the first failure, twice as long after each more, 10 s at most
 *     ▲ an event that a plugin that rejected the pod takes for helpful, or five minutes
 *   unschedulable  rejected by plugins, or not admitted at all (scheduling gates)
 * </pre>
 *
 * A pod whose attempt failed by an error, not by a plugin, backs off at once and is not tried before that is over. Back-offs end at
 * whole seconds, so that pods which fail together come back together and in order.
 *
 * <p>Safe for any thread; one thread at a time tries pods: between {@link #take} and {@link #placed}, {@link #rejected} or
 * {@link #failed} the queue remembers what happens, lest an event of that time be missed.
 */
final class SchedulingQueue {
    private static final Logger LOG = LoggerFactory.getLogger(SchedulingQueue.class);
    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(10);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
    private static final Duration WAIT_CHECK = Duration.ofSeconds(30);
    private static final Comparator<PodInfo> ORDER = Comparator.<PodInfo>comparingInt(info -> -info.priority())
            .thenComparing(PodInfo::queued)
            .thenComparingLong(PodInfo::sequence);

    private final Clock clock;
    private final Map<String, Plugin.Rejecting> plugins;
    private final List<Plugin.PreEnqueue> admission;
    private final UnaryOperator<@Nullable Pod> newest;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, PodInfo> known = new HashMap<>();
    private final TreeSet<PodInfo> active = new TreeSet<>(ORDER);
    private final TreeSet<PodInfo> rejectedBackoff =
            new TreeSet<>(Comparator.comparing(SchedulingQueue::backoffEnd).thenComparing(ORDER));
    private final TreeSet<PodInfo> failedBackoff =
            new TreeSet<>(Comparator.comparing(SchedulingQueue::backoffEnd).thenComparing(ORDER));
    private final Map<String, PodInfo> unschedulable = new LinkedHashMap<>();
    private final List<ClusterEvent> meanwhile = new ArrayList<>();
    private @Nullable String tried;
    private Instant nextFlush = Instant.MAX;
    private boolean waitChecked;
    private long sequence;
    private boolean closed;

    /**
     * @param plugins those that may reject a pod
     * @param newest the pod as it is known now, if it still wants a node; else null
     */
    SchedulingQueue(Clock clock, List<? extends Plugin.Rejecting> plugins, UnaryOperator<@Nullable Pod> newest) {
        this.clock = clock;
        this.newest = newest;
        this.plugins = new HashMap<>();
        this.admission = new ArrayList<>();
        for (Plugin.Rejecting plugin : plugins) {
            this.plugins.put(plugin.name(), plugin);
            if (plugin instanceof Plugin.PreEnqueue admitting) {
                admission.add(admitting);
            }
        }
    }

    /** A pod wants a node. */
    void add(Pod pod) {
        lock.lock();
        try {
            if (known.containsKey(pod.uid()) || pod.uid().equals(tried)) {
                return;
            }
            enqueue(PodInfo.of(pod, clock.instant(), sequence++));
        } finally {
            lock.unlock();
        }
    }

    /** A pod that wants a node has changed. */
    void update(Pod before, Pod after) {
        lock.lock();
        try {
            String uid = after.uid();
            ClusterEvent event = new ClusterEvent.WaitingPodUpdated(before, after);
            if (uid.equals(tried)) {
                meanwhile.add(event);
                return;
            }
            PodInfo info = known.get(uid);
            if (info == null) {
                enqueue(PodInfo.of(after, clock.instant(), sequence++));
                return;
            }
            PodInfo updated = info.with(after);
            if (active.remove(info)) {
                active.add(updated);
            } else if (rejectedBackoff.remove(info)) {
                rejectedBackoff.add(updated);
            } else if (failedBackoff.remove(info)) {
                failedBackoff.add(updated);
            } else {
                unschedulable.put(uid, updated);
            }
            known.put(uid, updated);
            if (unschedulable.containsKey(uid) && isWorthTrying(updated, event)) {
                requeue(updated);
            }
        } finally {
            lock.unlock();
        }
    }

    /** A pod does not want a node any more. */
    void remove(Pod pod) {
        lock.lock();
        try {
            PodInfo info = known.remove(pod.uid());
            if (info != null) {
                takeOut(info);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Something has happened that may let pods be placed. */
    void happened(ClusterEvent event) {
        lock.lock();
        try {
            if (tried != null) {
                meanwhile.add(event);
            }
            for (PodInfo info : List.copyOf(unschedulable.values())) {
                if (isWorthTrying(info, event)) {
                    requeue(info);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** The next pod to try; blocks for one. Null once closed. */
    @Nullable
    PodInfo take() throws InterruptedException {
        lock.lock();
        try {
            while (active.isEmpty() && rejectedBackoff.isEmpty() && !closed) {
                changed.await();
            }
            if (closed) {
                return null;
            }
            PodInfo first = active.isEmpty() ? rejectedBackoff.removeFirst() : active.removeFirst();
            known.remove(first.uid());
            tried = first.uid();
            meanwhile.clear();
            return first.tried();
        } finally {
            lock.unlock();
        }
    }

    /** The pod that was taken has got a node, or needs none any more. */
    void placed() {
        lock.lock();
        try {
            tried = null;
        } finally {
            lock.unlock();
        }
    }

    /** The pod that was taken was rejected by the plugins of these names. */
    void rejected(PodInfo info, Set<String> by) {
        lock.lock();
        try {
            tried = null;
            Pod pod = newest.apply(info.pod());
            if (pod == null || known.containsKey(pod.uid())) {
                return;
            }
            PodInfo back = info.back(pod, by, clock.instant(), sequence++);
            if (meanwhile.stream().anyMatch(event -> isWorthTrying(back, event))) {
                requeue(back);
            } else {
                wait(back);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Trying the pod, or binding it, went wrong. */
    void failed(PodInfo info) {
        lock.lock();
        try {
            if (info.uid().equals(tried)) {
                tried = null;
            }
            Pod pod = newest.apply(info.pod());
            if (pod != null && !known.containsKey(pod.uid())) {
                requeue(info.back(pod, Set.of(), clock.instant(), sequence++));
            }
        } finally {
            lock.unlock();
        }
    }

    /** How many pods are in each place; for metrics and tests. */
    Pending pending() {
        lock.lock();
        try {
            int gated =
                    (int) unschedulable.values().stream().filter(this::isGated).count();
            return new Pending(
                    active.size(), rejectedBackoff.size() + failedBackoff.size(), unschedulable.size() - gated, gated);
        } finally {
            lock.unlock();
        }
    }

    /** Numbers of pods, by the names of the metric {@code scheduler_pending_pods}. */
    record Pending(int active, int backoff, int unschedulable, int gated) {}

    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void enqueue(PodInfo info) {
        for (Plugin.PreEnqueue plugin : admission) {
            if (!admits(plugin, info)) {
                wait(new PodInfo(
                        info.pod(),
                        info.requests(),
                        info.queued(),
                        info.sequence(),
                        info.attempts(),
                        info.unschedulable(),
                        info.errors(),
                        Set.of(plugin.name())));
                return;
            }
        }
        activate(info);
    }

    /** A plugin that fails admits nothing, and is asked again when something happens to the pod. */
    private static boolean admits(Plugin.PreEnqueue plugin, PodInfo info) {
        try {
            return plugin.admits(info.pod());
        } catch (RuntimeException e) {
            LOG.error("Plugin {} failed for pod {}", plugin.name(), info.name(), e);
            return false;
        }
    }

    /** Where a plugin cannot say, the pod is tried, as by kube-scheduler. */
    private static boolean mayHelp(Plugin.Rejecting plugin, PodInfo info, ClusterEvent event) {
        try {
            return plugin.mayHelp(info, event);
        } catch (RuntimeException e) {
            LOG.error("Plugin {} failed for pod {} and {}", plugin.name(), info.name(), event, e);
            return true;
        }
    }

    private boolean isGated(PodInfo info) {
        return admission.stream().anyMatch(plugin -> !admits(plugin, info));
    }

    private boolean isWorthTrying(PodInfo info, ClusterEvent event) {
        if (info.rejectors().isEmpty()) {
            return true;
        }
        for (String name : info.rejectors()) {
            Plugin.Rejecting plugin = plugins.get(name);
            if (plugin != null && mayHelp(plugin, info, event)) {
                return true;
            }
        }
        return false;
    }

    /** To where it is tried again, after its back-off. */
    private void requeue(PodInfo info) {
        unschedulable.remove(info.uid());
        if (isGated(info)) {
            wait(info);
        } else if (isBackingOff(info)) {
            known.put(info.uid(), info);
            (info.rejectors().isEmpty() ? failedBackoff : rejectedBackoff).add(info);
            scheduleFlush(backoffEnd(info));
            changed.signal();
        } else {
            activate(info);
        }
    }

    private void activate(PodInfo info) {
        known.put(info.uid(), info);
        active.add(info);
        changed.signal();
    }

    private void wait(PodInfo info) {
        known.put(info.uid(), info);
        unschedulable.put(info.uid(), info);
        if (!waitChecked) {
            waitChecked = true;
            clock.schedule(WAIT_CHECK, this::checkWaits);
        }
    }

    private void takeOut(PodInfo info) {
        if (!active.remove(info) && !rejectedBackoff.remove(info) && !failedBackoff.remove(info)) {
            unschedulable.remove(info.uid());
        }
    }

    /** Nobody is forgotten: what no event has helped is tried again after five minutes. */
    private void checkWaits() {
        lock.lock();
        try {
            waitChecked = !unschedulable.isEmpty() && !closed;
            if (waitChecked) {
                clock.schedule(WAIT_CHECK, this::checkWaits);
            }
            Instant longAgo = clock.instant().minus(LONGEST_WAIT);
            for (PodInfo info : List.copyOf(unschedulable.values())) {
                if (info.queued().isBefore(longAgo) && !isGated(info)) {
                    requeue(info);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void scheduleFlush(Instant at) {
        if (at.isBefore(nextFlush)) {
            nextFlush = at;
            clock.schedule(Duration.between(clock.instant(), at), this::flush);
        }
    }

    private void flush() {
        lock.lock();
        try {
            nextFlush = Instant.MAX;
            for (TreeSet<PodInfo> backoff : List.of(rejectedBackoff, failedBackoff)) {
                while (!backoff.isEmpty() && !isBackingOff(backoff.first())) {
                    activate(backoff.removeFirst());
                }
                if (!backoff.isEmpty()) {
                    scheduleFlush(backoffEnd(backoff.first()));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isBackingOff(PodInfo info) {
        return backoffEnd(info).isAfter(clock.instant());
    }

    /** When the pod has backed off long enough: the next whole second after its back-off has passed. */
    private static Instant backoffEnd(PodInfo info) {
        int failures = info.errors() > 0 ? info.errors() : info.unschedulable();
        if (failures == 0) {
            return Instant.MIN;
        }
        Duration backoff = FIRST_BACKOFF.multipliedBy(1L << Math.min(failures - 1, 10));
        Instant end = info.queued().plus(backoff.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : backoff);
        return Instant.ofEpochSecond(end.getEpochSecond() + 1);
    }
}
