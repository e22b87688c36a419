package dev.proa.node.kubelet;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodStatus;
import dev.proa.api.core.v1.ResourceRequirements;
import dev.proa.client.clock.Clock;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.kubelet.PodAdmission.Rejection;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns one pod on this node, from its binding to its end: waits on a virtual thread for a change (of the pod, a
 * container, a probe result, a referenced object, or the time) and then brings the pod closer to its specification.
 */
final class PodWorker implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(PodWorker.class);
    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final String DEADLINE_EXCEEDED = "DeadlineExceeded";
    private static final String EVICTED = "Evicted";
    /** Reasons for which the kubelet itself ends pods. */
    private static final Set<String> OWN_ENDS = Set.of(DEADLINE_EXCEEDED, EVICTED);

    private static final Duration EVICTION_GRACE = Duration.ofSeconds(1);
    /** The largest number of actions in one sync; more than any pod needs, so that a bug cannot loop for ever. */
    private static final int STEPS = 100;

    private final KubeletParts parts;
    private final PodRuntime runtime;
    private final PodVolumes volumes;
    private final PodMounts mounts;
    private final PodProbes probes;
    private final PodActions actions;
    private final PodAllocation allocation;
    private final @Nullable Rejection rejection;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile Pod pod;
    private boolean pending = true;
    private boolean stopped;
    private volatile boolean gone;
    private volatile boolean referencesChanged;
    private volatile @Nullable String eviction;
    private volatile String lastWritten = "";
    private Clock.@Nullable Timer timer;

    /** @param rejection why the pod is not to run here, or null */
    PodWorker(KubeletParts parts, Pod pod, PodRuntime runtime, @Nullable Rejection rejection) {
        this.parts = parts;
        this.pod = pod;
        this.runtime = runtime;
        this.rejection = rejection;
        this.volumes = parts.volumes(pod);
        this.mounts = new PodMounts(parts, volumes);
        this.probes = parts.probes(this::signal);
        this.allocation = parts.allocations().admit(pod, this::signal);
        this.actions = new PodActions(parts, runtime, volumes, allocation);
        if (rejection != null || PodPlan.isTerminal(pod)) {
            parts.allocations().release(allocation);
        }
    }

    /** The pod has changed. */
    void update(Pod newer) {
        boolean own = newer.resourceVersion().equals(lastWritten);
        lock.lock();
        try {
            if (newerThan(newer, pod)) {
                pod = newer;
            }
        } finally {
            lock.unlock();
        }
        if (!own || newer.isDeleting()) {
            signal();
        }
    }

    /** The pod is no longer in the API: it ends at once. */
    void gone() {
        gone = true;
        if (pod.isDeleting()) {
            Thread.ofVirtual().start(runtime::killAll); // its worker may be waiting out the grace period
        }
        signal();
    }

    /** Something that the pod refers to has changed. */
    void referencesChanged() {
        referencesChanged = true;
        signal();
    }

    /** Evicts the pod, which exceeds its limits: it fails with this message. */
    void evict(String message) {
        eviction = message;
        signal();
    }

    /** Requests another sync, since something may have changed. */
    void signal() {
        lock.lock();
        try {
            pending = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Stops the worker and leaves the pod running. */
    void stop() {
        lock.lock();
        try {
            stopped = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    PodRuntime runtime() {
        return runtime;
    }

    Pod pod() {
        return pod;
    }

    /** Whether the pod was admitted and has not ended. */
    boolean active() {
        return rejection == null && !PodPlan.isTerminal(pod);
    }

    @Override
    public void run() {
        try {
            while (await()) {
                Pod current = pod;
                if (current.isDeleting() || gone) {
                    if (terminate(current)) {
                        parts.finished(current.uid());
                        return;
                    }
                } else {
                    attempt(current);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            probes.close();
        }
    }

    private boolean await() throws InterruptedException {
        lock.lock();
        try {
            while (!pending && !stopped) {
                changed.await();
            }
            pending = false;
            return !stopped;
        } finally {
            lock.unlock();
        }
    }

    private void attempt(Pod current) throws InterruptedException {
        try {
            sync(current);
        } catch (RuntimeException e) {
            LOG.warn("pod {}/{} could not be brought forward, will try again", current.namespace(), current.name(), e);
            wakeAt(retryTime());
        }
    }

    private void sync(Pod desired) throws InterruptedException {
        if (rejection != null) {
            reject(desired, rejection);
            return;
        }
        Pod current = parts.allocations().settle(allocation, desired);
        if (referencesChanged) {
            referencesChanged = false;
            mounts.outdate();
            actions.restarts().clearHolds();
        }
        if (deadlineExceeded(current)) {
            fail(
                    current,
                    new PodStatuses.Waiting(
                            DEADLINE_EXCEEDED, "Pod was active on the node longer than the specified deadline"),
                    grace(current));
            return;
        }
        String evicted = eviction;
        if (evicted != null && !PodPlan.isTerminal(current)) {
            parts.events().warning(current, EVICTED, evicted);
            fail(current, new PodStatuses.Waiting(EVICTED, evicted), EVICTION_GRACE);
            return;
        }
        parts.references().register(current);
        Observed seen = runtime.observe();
        boolean first = true;
        for (int i = 0; i < STEPS; i++) {
            actions.noteBackoffs(current, seen);
            parts.allocations().progress(allocation, current, seen);
            PodPlan plan = PodPlan.of(
                    current,
                    seen,
                    probes,
                    actions.restarts(),
                    this::actuated,
                    parts.clock().instant());
            boolean mounted = mounts.prepare(current, actions.addresses(current, seen.sandbox()), plan);
            if (plan.actions().isEmpty() || !mounted) {
                watchProbes(current, seen);
                publish(seen, plan.finished(), null);
                wakeAt(mounted ? plan.wakeAt() : earlier(plan.wakeAt(), mounts.againAt()));
                return;
            }
            if (first && parts.runtime().mountsFiles()) {
                publish(seen, plan.finished(), null); // publishes before slow actions
                first = false;
            }
            boolean ok = true;
            for (PodPlan.Action action : plan.actions()) {
                ok &= actions.perform(current, seen, action);
                if (action instanceof PodPlan.Action.StartContainer) {
                    Observed now = runtime.observe();
                    watchProbes(current, now);
                }
            }
            seen = runtime.observe();
            boolean resized = plan.actions().contains(new PodPlan.Action.Resize());
            if (!ok && (resized || actions.restarts().held() == null)) {
                wakeAt(retryTime());
                publish(seen, plan.finished(), null);
                return;
            }
        }
        LOG.warn("pod {}/{} needed more than {} steps", current.namespace(), current.name(), STEPS);
        wakeAt(retryTime());
    }

    private @Nullable ResourceRequirements actuated(String container) {
        return parts.allocations().actuated(allocation, container);
    }

    private void watchProbes(Pod current, Observed seen) {
        Set<String> running = new HashSet<>();
        for (Container container : PodPlan.containers(current)) {
            ContainerStatus status = seen.current(container.name());
            if (status != null && status.state() instanceof State.Running) {
                running.add(status.id());
                probes.watch(current, container, status, actions.address(seen));
            }
        }
        probes.keepOnly(running);
    }

    private boolean deadlineExceeded(Pod current) {
        Instant end = deadline(current);
        return end != null && !end.isAfter(parts.clock().instant());
    }

    /** The pod's {@code activeDeadlineSeconds} as a time; null when it has none or has ended. */
    private static @Nullable Instant deadline(Pod pod) {
        return pod.spec().hasActiveDeadlineSeconds()
                        && !PodPlan.isTerminal(pod)
                        && pod.status().startTime() instanceof Instant start
                ? start.plusSeconds(pod.spec().activeDeadlineSeconds())
                : null;
    }

    private static Duration grace(Pod pod) {
        return Duration.ofSeconds(pod.spec().terminationGracePeriodSeconds());
    }

    /** Fails the pod for a reason of the kubelet's; its object stays. */
    private void fail(Pod current, PodStatuses.Waiting why, Duration grace) throws InterruptedException {
        Termination.stopAll(parts, current, runtime, grace);
        publish(runtime.observe(), true, why);
    }

    /** Rejects the pod; stops what an earlier kubelet started of it. */
    private void reject(Pod current, Rejection why) throws InterruptedException {
        if (PodAdmission.rejected(current)) {
            return;
        }
        Observed seen = runtime.observe();
        parts.events().warning(current, why.reason(), why.message());
        if (seen.equals(Observed.NOTHING)) {
            Instant now = parts.clock().instant();
            write(newest -> PodStatuses.rejected(newest, why, now));
        } else {
            fail(current, new PodStatuses.Waiting(why.reason(), why.statusMessage()), grace(current));
        }
    }

    /** Terminates a deleted pod; true when nothing of it is left. */
    private boolean terminate(Pod current) throws InterruptedException {
        try {
            if (!stopAndTell(current, Termination.grace(current, gone))) {
                return false;
            }
            probes.close();
            if (!gone) {
                publish(runtime.observe(), true, null);
            }
            runtime.removeAll();
            parts.allocations().release(allocation);
            parts.references().unregister(current.uid());
            parts.tokens().forget(current.uid());
            if (parts.runtime().mountsFiles()) {
                volumes.tearDown();
                PodDirectories.remove(parts.logDirectory(current));
            }
            if (!gone) {
                Termination.deleteObject(parts.client(), current);
            }
            return true;
        } catch (RuntimeException | IOException e) {
            LOG.warn("pod {}/{} could not be ended, will try again", current.namespace(), current.name(), e);
            wakeAt(retryTime());
            return false;
        }
    }

    /**
     * Stops a deleted pod's containers, and keeps reporting readiness meanwhile, since they may still have connections
     * to serve.
     *
     * @return false when this worker was stopped and must leave the pod running
     */
    private boolean stopAndTell(Pod current, Duration grace) throws InterruptedException {
        watchProbes(current, runtime.observe());
        probes.stopKilling();
        FutureTask<@Nullable Void> stopping = new FutureTask<>(() -> {
            Termination.stopAll(parts, current, runtime, grace);
            return null;
        });
        Thread thread = Thread.ofVirtual()
                .name("end-" + current.namespace() + "/" + current.name())
                .start(() -> {
                    stopping.run();
                    signal();
                });
        try {
            while (await()) {
                if (stopping.isDone()) {
                    stopping.get();
                    return true;
                }
                tellReadiness(current);
            }
            return false;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } finally {
            thread.interrupt();
        }
    }

    /** Must not throw: a repeated termination would run the hooks twice. */
    private void tellReadiness(Pod current) {
        try {
            Observed seen = runtime.observe();
            watchProbes(current, seen);
            if (!gone && seen.containers().stream().anyMatch(container -> container.state() instanceof State.Running)) {
                publish(seen, false, null);
            }
        } catch (RuntimeException e) {
            LOG.warn("pod {}/{} ends, but its status could not be written", current.namespace(), current.name(), e);
            wakeAt(retryTime());
        }
    }

    private void publish(Observed seen, boolean finished, PodStatuses.@Nullable Waiting failure) {
        if (finished) {
            parts.allocations().release(allocation);
        }
        Instant now = parts.clock().instant();
        write(current -> {
            boolean endedByKubelet = OWN_ENDS.contains(current.status().reason()) || PodAdmission.rejected(current);
            return failure == null && PodPlan.isTerminal(current) && endedByKubelet
                    ? current.status()
                    : make(current, seen, now).status(finished, failure);
        });
    }

    private void write(Function<Pod, PodStatus> make) {
        if (gone) {
            return;
        }
        Pod written = parts.statuses().write(pod, make);
        if (written == null) {
            gone = true;
            signal();
            return;
        }
        lastWritten = written.resourceVersion();
        lock.lock();
        try {
            if (newerThan(written, pod)) {
                pod = written;
            }
        } finally {
            lock.unlock();
        }
    }

    private PodStatuses make(Pod desired, Observed seen, Instant now) {
        Pod current = parts.allocations().settle(allocation, desired);
        return new PodStatuses(
                current,
                seen,
                probes,
                actions.waiting(),
                new PodStatuses.Node(
                        parts.node().address(), parts.runtimeName(), id -> parts.terminationMessage(current, seen, id)),
                new PodStatuses.Resizing(
                        parts.allocations().conditions(allocation), parts.runtime()::containerResources),
                now);
    }

    private Instant retryTime() {
        return parts.clock().instant().plus(RETRY);
    }

    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        return one == null || other != null && other.isBefore(one) ? other : one;
    }

    /**
     * Schedules the next sync: at that time, or earlier when a token has to be renewed or the pod's deadline is
     * reached.
     */
    private void wakeAt(@Nullable Instant at) {
        Instant when = earlier(earlier(at, volumes.refreshAt(pod)), deadline(pod));
        lock.lock();
        try {
            if (timer != null) {
                timer.cancel();
                timer = null;
            }
            if (when != null) {
                timer = parts.clock().schedule(Duration.between(parts.clock().instant(), when), this::signal);
            }
        } finally {
            lock.unlock();
        }
    }

    private static boolean newerThan(Pod one, Pod other) {
        String a = one.resourceVersion();
        String b = other.resourceVersion();
        return a.length() != b.length() ? a.length() > b.length() : a.compareTo(b) > 0;
    }

    /** For messages and debuggers. */
    @Override
    public String toString() {
        return "worker of " + pod.namespace() + "/" + pod.name();
    }

    /** The status a pod has at this moment, without writing it; for tests. */
    PodStatus currentStatus() {
        return make(pod, runtime.observe(), parts.clock().instant()).status(false, null);
    }
}
