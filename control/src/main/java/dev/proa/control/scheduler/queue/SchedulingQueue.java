package dev.proa.control.scheduler.queue;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.view.KubeObject;
import dev.proa.client.clock.Clock;
import dev.proa.control.scheduler.framework.Changes;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PodNominator;
import dev.proa.control.scheduler.framework.QueuedPodInfo;
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.scheduler.metrics.SchedulerMetrics;
import dev.proa.control.scheduler.queue.RequeueHints.Strategy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The pods that wait for a node. Each is in one of three places, as in kube-scheduler:
 *
 * <pre>
 *   active         tried next, in the order of the QueueSort plugin
 *     ▲ over, or there is nothing else to try
 *   backing off    1 s after the first failure, twice as long after each more, 10 s at most, if not configured otherwise
 *     ▲ an event that a plugin which rejected the pod takes for helpful, or five minutes
 *   unschedulable  rejected by plugins, or kept out by a PreEnqueue plugin (gated)
 * </pre>
 *
 * A pod whose attempt failed by an error, not by a plugin's rejection, backs off at once and is not tried before that is over.
 * Back-offs end at whole seconds, so that pods which fail together come back together and in order.
 *
 * <p>Safe for any thread. From {@link #take} until {@link #done}, {@link #rejected} or {@link #failed} a pod is in flight: the queue
 * remembers what happens meanwhile.
 */
public final class SchedulingQueue {
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
    private static final Duration WAIT_CHECK = Duration.ofSeconds(30);
    // what brought a pod to a queue, in metrics, where it was no event of the cluster
    private static final String FAILED = "ScheduleAttemptFailure";
    private static final String BACKED_OFF = "BackoffComplete";
    private static final String POPPED = "PopFromBackoffQ";

    private final Clock clock;
    private final QueueingPlugins plugins;
    private final RequeueHints hints;
    private final PodNominator nominator;
    private final Backoff backoff;
    private final SchedulerMetrics metrics;
    private final UnaryOperator<@Nullable Pod> newest;
    private final BiConsumer<QueuedPodInfo, Status> gateFailed;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, QueuedPodInfo> known = new HashMap<>();
    private final Heap active;
    private final Heap rejectedBackoff;
    private final Heap failedBackoff;
    private final Map<String, QueuedPodInfo> unschedulable = new LinkedHashMap<>();
    private final InFlight inFlight = new InFlight();
    private final List<Runnable> reports = new ArrayList<>();
    private Instant nextFlush = Instant.MAX;
    private boolean waitChecked;
    private long sequence;
    private boolean closed;

    /** How many pods are in each place, by the names of the metric {@code scheduler_pending_pods}. */
    public record Pending(int active, int backoff, int unschedulable, int gated) {}

    /**
     * @param newest the pod as it is known now, if it still wants a node; else null
     * @param gateFailed hears of PreEnqueue plugins that failed, without the lock; must not block
     */
    public SchedulingQueue(
            Clock clock,
            QueueingPlugins plugins,
            PodNominator nominator,
            Backoff backoff,
            SchedulerMetrics metrics,
            UnaryOperator<@Nullable Pod> newest,
            BiConsumer<QueuedPodInfo, Status> gateFailed) {
        this.clock = clock;
        this.plugins = plugins;
        this.hints = new RequeueHints(plugins);
        this.nominator = nominator;
        this.backoff = backoff;
        this.metrics = metrics;
        this.newest = newest;
        this.gateFailed = gateFailed;
        this.active = new Heap(plugins.order());
        Comparator<QueuedPodInfo> byEnd = Comparator.comparing(backoff::end).thenComparing(plugins.order());
        this.rejectedBackoff = new Heap(byEnd);
        this.failedBackoff = new Heap(byEnd);
    }

    /** A pod wants a node. */
    public void add(Pod pod) {
        locked(() -> {
            if (!known.containsKey(pod.uid()) && !inFlight.contains(pod.uid())) {
                addNew(PodInfo.of(pod));
            }
        });
    }

    private void addNew(PodInfo pod) {
        nominator.put(pod, null);
        activate(QueuedPodInfo.of(pod, clock.instant(), sequence++), ClusterEvent.UNSCHEDULED_POD_ADDED.label());
    }

    /** A pod that wants a node has changed. */
    public void update(Pod before, Pod after) {
        locked(() -> {
            QueuedPodInfo queued = known.get(after.uid());
            PodInfo old = queued == null ? PodInfo.of(before) : queued.info();
            PodInfo now = old.with(after);
            List<ClusterEvent> events = Changes.ofUnscheduled(old, now);
            if (inFlight.contains(after.uid())) {
                events.forEach(event -> inFlight.note(event, before, after));
                nominator.update(old, now);
            } else if (queued == null) {
                addNew(now);
            } else {
                nominator.update(old, now);
                replace(queued.with(now), events, before);
            }
        });
    }

    private void replace(QueuedPodInfo updated, List<ClusterEvent> events, Pod before) {
        String uid = updated.uid();
        known.put(uid, updated);
        for (Heap heap : List.of(active, rejectedBackoff, failedBackoff)) {
            if (heap.contains(uid)) {
                heap.put(updated);
                return;
            }
        }
        unschedulable.put(uid, updated);
        for (ClusterEvent event : events) {
            Strategy strategy =
                    hints.strategy(updated, event, before, updated.info().pod());
            if (strategy != Strategy.SKIP) {
                requeue(updated, strategy, event.label());
                return;
            }
        }
    }

    /** A pod does not want a node any more. */
    public void remove(Pod pod) {
        locked(() -> {
            nominator.remove(pod.uid());
            if (known.remove(pod.uid()) != null) {
                takeOut(pod.uid());
            }
        });
    }

    /**
     * Something has happened that may let pods be placed.
     *
     * @param before the object before; null when it was added
     * @param after the object now; null when it was deleted
     */
    public void move(ClusterEvent event, @Nullable KubeObject before, @Nullable KubeObject after) {
        move(event, before, after, pod -> true);
    }

    /** As {@link #move(ClusterEvent, KubeObject, KubeObject)}, for pods for which {@code which} holds. */
    public void move(
            ClusterEvent event, @Nullable KubeObject before, @Nullable KubeObject after, Predicate<PodInfo> which) {
        if (!hints.anybodyWantsToKnow(event)) {
            return;
        }
        locked(() -> {
            inFlight.note(event, before, after);
            for (QueuedPodInfo pod : List.copyOf(unschedulable.values())) {
                Strategy strategy = which.test(pod.info()) ? hints.strategy(pod, event, before, after) : Strategy.SKIP;
                if (strategy != Strategy.SKIP) {
                    requeue(pod, strategy, event.label());
                }
            }
        });
    }

    /**
     * Has pods tried next, whatever they wait for; those that are gated stay. A pod that is being tried is tried again if it is
     * rejected.
     */
    public void activate(Collection<Pod> pods) {
        locked(() -> {
            for (Pod pod : pods) {
                QueuedPodInfo queued = known.get(pod.uid());
                if (inFlight.contains(pod.uid())) {
                    inFlight.note(ClusterEvent.FORCE_ACTIVATE, null, pod);
                } else if (queued != null && !active.contains(pod.uid())) {
                    takeOut(pod.uid());
                    activate(queued, ClusterEvent.FORCE_ACTIVATE.label());
                }
            }
        });
    }

    /** The next pod to try; blocks for one. Null once closed. */
    public @Nullable QueuedPodInfo take() throws InterruptedException {
        lock.lock();
        try {
            while (active.isEmpty() && rejectedBackoff.isEmpty() && !closed) {
                changed.await();
            }
            boolean isBackingOff = active.isEmpty();
            QueuedPodInfo first = closed ? null : isBackingOff ? rejectedBackoff.poll() : active.poll();
            if (first == null) {
                return null;
            }
            if (isBackingOff) {
                metrics.queued("active", POPPED);
            }
            known.remove(first.uid());
            inFlight.begin(first.uid());
            return first.tried(clock.instant());
        } finally {
            lock.unlock();
        }
    }

    /** The pod that was taken has got a node, or needs none any more. */
    public void done(String uid) {
        locked(() -> inFlight.end(uid));
    }

    /** The pod that was taken was rejected by plugins of these names, of which {@code pending} wait for something outside. */
    public void rejected(QueuedPodInfo pod, Set<String> by, Set<String> pending) {
        locked(() -> {
            List<InFlight.Happened> meanwhile = inFlight.end(pod.uid());
            PodInfo now = stillWaiting(pod);
            if (now == null) {
                return;
            }
            QueuedPodInfo back = pod.rejected(now, by, pending, clock.instant(), sequence++);
            Strategy best = Strategy.SKIP;
            for (InFlight.Happened happened : meanwhile) {
                Strategy strategy = strategy(back, happened);
                best = strategy.compareTo(best) > 0 ? strategy : best;
            }
            if (best == Strategy.SKIP) {
                wait(back, FAILED);
            } else {
                requeue(back, best, FAILED);
            }
        });
    }

    private Strategy strategy(QueuedPodInfo pod, InFlight.Happened happened) {
        if (!happened.event().equals(ClusterEvent.FORCE_ACTIVATE)) {
            return hints.strategy(pod, happened.event(), happened.before(), happened.after());
        }
        boolean meant = happened.after() != null && happened.after().uid().equals(pod.uid());
        return meant ? Strategy.IMMEDIATELY : Strategy.SKIP;
    }

    /** Trying the pod, or binding it, went wrong. */
    public void failed(QueuedPodInfo pod) {
        locked(() -> {
            inFlight.end(pod.uid());
            PodInfo now = stillWaiting(pod);
            if (now != null) {
                requeue(pod.failed(now, clock.instant(), sequence++), Strategy.AFTER_BACKOFF, FAILED);
            }
        });
    }

    private @Nullable PodInfo stillWaiting(QueuedPodInfo pod) {
        Pod now = newest.apply(pod.info().pod());
        return now == null || known.containsKey(now.uid()) ? null : pod.info().with(now);
    }

    /** How many pods are in each place. */
    public Pending pending() {
        lock.lock();
        try {
            int gated = (int) unschedulable.values().stream()
                    .filter(QueuedPodInfo::isGated)
                    .count();
            return new Pending(
                    active.size(), rejectedBackoff.size() + failedBackoff.size(), unschedulable.size() - gated, gated);
        } finally {
            lock.unlock();
        }
    }

    /** How many pods each plugin keeps waiting, by its name and the profile. */
    public Map<Rejector, Integer> rejectors() {
        Map<Rejector, Integer> counts = new HashMap<>();
        lock.lock();
        try {
            for (QueuedPodInfo pod : known.values()) {
                String profile = plugins.profile(pod.info());
                pod.unschedulablePlugins().forEach(name -> counts.merge(new Rejector(name, profile), 1, Integer::sum));
            }
        } finally {
            lock.unlock();
        }
        return counts;
    }

    /** A plugin of a profile. */
    public record Rejector(String plugin, String profile) {}

    /** Ends {@link #take} for all who wait in it. */
    public void close() {
        locked(() -> {
            closed = true;
            changed.signalAll();
        });
    }

    private void locked(Runnable task) {
        List<Runnable> after;
        lock.lock();
        try {
            task.run();
            after = reports.isEmpty() ? List.of() : List.copyOf(reports);
            reports.clear();
        } finally {
            lock.unlock();
        }
        after.forEach(Runnable::run);
    }

    /** To where it is tried again, because of an event. */
    private void requeue(QueuedPodInfo pod, Strategy strategy, String event) {
        unschedulable.remove(pod.uid());
        if (strategy == Strategy.IMMEDIATELY || !isBackingOff(pod)) {
            activate(pod, event);
        } else if (enters(pod, event)) {
            backOff(pod, event);
        }
    }

    private void activate(QueuedPodInfo pod, String event) {
        if (enters(pod, event)) {
            known.put(pod.uid(), pod);
            active.put(pod);
            metrics.queued("active", event);
            changed.signal();
        }
    }

    private void backOff(QueuedPodInfo pod, String event) {
        known.put(pod.uid(), pod);
        (pod.isRejected() ? rejectedBackoff : failedBackoff).put(pod);
        metrics.queued("backoff", event);
        scheduleFlush(backoff.end(pod));
        changed.signal();
    }

    /** Whether the PreEnqueue plugins let a pod in. If one keeps it out it waits; if one fails it backs off. */
    private boolean enters(QueuedPodInfo pod, String event) {
        Status status = plugins.preEnqueue(pod.info());
        if (status.isSuccess()) {
            return true;
        }
        if (status.isError()) {
            QueuedPodInfo failed = pod.failed(pod.info(), clock.instant(), sequence++);
            reports.add(() -> gateFailed.accept(failed, status));
            backOff(failed, event);
        } else {
            wait(pod.gatedBy(status.plugin()), event);
        }
        return false;
    }

    private void wait(QueuedPodInfo pod, String event) {
        known.put(pod.uid(), pod);
        unschedulable.put(pod.uid(), pod);
        metrics.queued("unschedulable", event);
        if (!waitChecked) {
            waitChecked = true;
            clock.schedule(WAIT_CHECK, this::checkWaits);
        }
    }

    private void takeOut(String uid) {
        active.remove(uid);
        rejectedBackoff.remove(uid);
        failedBackoff.remove(uid);
        unschedulable.remove(uid);
    }

    /** No pod is forgotten: one that no event has helped is tried again after five minutes. */
    private void checkWaits() {
        locked(() -> {
            waitChecked = !unschedulable.isEmpty() && !closed;
            if (waitChecked) {
                clock.schedule(WAIT_CHECK, this::checkWaits);
            }
            Instant longAgo = clock.instant().minus(LONGEST_WAIT);
            for (QueuedPodInfo pod : List.copyOf(unschedulable.values())) {
                if (pod.queued().isBefore(longAgo) && !pod.isGated()) {
                    requeue(pod.flushed(), Strategy.AFTER_BACKOFF, ClusterEvent.UNSCHEDULABLE_TIMEOUT.label());
                }
            }
        });
    }

    private void scheduleFlush(Instant at) {
        if (at.isBefore(nextFlush)) {
            nextFlush = at;
            clock.schedule(Duration.between(clock.instant(), at), this::flush);
        }
    }

    private void flush() {
        locked(() -> {
            nextFlush = Instant.MAX;
            for (Heap heap : List.of(rejectedBackoff, failedBackoff)) {
                QueuedPodInfo first = heap.peek();
                while (first != null && !isBackingOff(first)) {
                    heap.remove(first.uid());
                    activate(first, BACKED_OFF);
                    first = heap.peek();
                }
                if (first != null) {
                    scheduleFlush(backoff.end(first));
                }
            }
        });
    }

    private boolean isBackingOff(QueuedPodInfo pod) {
        return backoff.end(pod).isAfter(clock.instant());
    }
}
