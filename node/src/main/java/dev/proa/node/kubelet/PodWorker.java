package dev.proa.node.kubelet;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodStatus;
import dev.proa.api.core.v1.ResourceRequirements;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.kubelet.admission.PodAdmitHandlers;
import dev.proa.node.kubelet.admission.PodAdmitHandlers.Rejection;
import dev.proa.node.kubelet.eviction.StorageEviction;
import dev.proa.node.kubelet.pod.Observed;
import dev.proa.node.kubelet.pod.PodDirectories;
import dev.proa.node.kubelet.pod.PodRuntime;
import dev.proa.node.kubelet.pod.PodSpecs;
import dev.proa.node.kubelet.probe.PodProbes;
import dev.proa.node.kubelet.resource.PodAllocation;
import dev.proa.node.kubelet.status.PodStatuses;
import dev.proa.node.kubelet.volume.PodVolumes;
import dev.proa.node.kubelet.volume.VolumeManager;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns one pod on this node, from its binding to its end: waits on a virtual thread for a change (of the pod, a
 * container, a probe result, a referenced object, or the time) and then brings the pod closer to its specification.
 */
final class PodWorker implements StorageEviction.Candidate {
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
    private final VolumeManager mounts;
    private final PodProbes probes;
    private final PodActions actions;
    private final PodAllocation allocation;
    private final @Nullable Rejection rejection;
    private final SyncTrigger trigger;
    private final WorkerTimes times;
    private volatile Pod pod;
    private volatile boolean gone;
    private volatile boolean referencesChanged;
    private volatile @Nullable String eviction;
    private volatile String lastWritten = "";

    /** @param rejection why the pod is not to run here, or null */
    PodWorker(KubeletParts parts, Pod pod, PodRuntime runtime, @Nullable Rejection rejection) {
        this.parts = parts;
        this.trigger = new SyncTrigger(parts.clock());
        this.times = new WorkerTimes(parts.metrics(), parts.clock(), pod);
        this.pod = pod;
        this.runtime = runtime;
        this.rejection = rejection;
        this.volumes = parts.volumes(pod);
        this.mounts = new VolumeManager(volumes, parts.devices(), parts.events(), parts.clock());
        this.probes = parts.probes(this::signal);
        this.allocation = parts.allocations().admit(pod, this::signal);
        this.actions = new PodActions(parts, runtime, volumes, allocation);
        if (rejection != null || PodSpecs.isTerminal(pod)) {
            parts.allocations().release(allocation);
        }
    }

    /** The pod has changed. */
    void update(Pod newer) {
        boolean own = newer.resourceVersion().equals(lastWritten);
        replace(newer);
        if (!own || newer.isDeleting()) {
            times.updated();
            signal();
        }
    }

    private synchronized void replace(Pod newer) {
        if (PodSpecs.isNewer(newer, pod)) {
            pod = newer;
        }
    }

    /** The pod is no longer in the API: it ends at once. */
    void gone() {
        gone = true;
        signal();
    }

    /** Something that the pod refers to has changed. */
    void referencesChanged() {
        referencesChanged = true;
        signal();
    }

    /** Evicts the pod, which exceeds its limits: it fails with this message. */
    @Override
    public void evict(String message) {
        eviction = message;
        signal();
    }

    /** Requests another sync, since something may have changed. */
    void signal() {
        trigger.request();
    }

    /** Stops the worker and leaves the pod running. */
    void stop() {
        trigger.stop();
    }

    /** The pod's state in the runtime now. */
    @Override
    public Observed observe() {
        return runtime.observe();
    }

    @Override
    public Pod pod() {
        return pod;
    }

    /** Whether the pod was admitted and has not ended. */
    boolean active() {
        return rejection == null && !PodSpecs.isTerminal(pod);
    }

    /** Works until the pod is gone, or {@link #stop}. When it throws, it may be called again. */
    void run() throws InterruptedException {
        signal(); // what an earlier run did not get to
        try {
            while (trigger.await()) {
                Pod current = pod;
                boolean ends = current.isDeleting() || gone;
                try (WorkerTimes.Sync sync = times.begin(ends)) {
                    if (!ends) {
                        attempt(current);
                    } else if (terminate(current)) {
                        parts.finished(current.uid());
                        return;
                    }
                }
            }
        } finally {
            probes.close();
        }
    }

    private void attempt(Pod current) throws InterruptedException {
        try {
            sync(current);
        } catch (RuntimeException | Error e) {
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
        if (evicted != null && !PodSpecs.isTerminal(current)) {
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
            boolean mounted = plan.finished()
                    || mounts.setUp(
                            current,
                            actions.addresses(current, seen.sandbox()),
                            !plan.actions().isEmpty(),
                            plan.createsSandbox());
            if (plan.actions().isEmpty() || !mounted) {
                watchProbes(current, seen);
                boolean held = plan.finished() && !actions.releaseDevices(current);
                publish(seen, plan.finished() && !held, null);
                Instant retry = held ? retryTime() : mounts.retryAt();
                wakeAt(mounted && !held ? plan.wakeAt() : earlier(plan.wakeAt(), retry));
                return;
            }
            if (first && parts.runtime().mountsFiles()) {
                publish(seen, plan.finished(), null); // publishes before slow actions
                first = false;
            }
            boolean ok = true;
            for (PodPlan.Action action : plan.actions()) {
                ok &= perform(current, seen, action);
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

    private boolean perform(Pod current, Observed seen, PodPlan.Action action) throws InterruptedException {
        boolean blocks =
                action instanceof PodPlan.Action.StartContainer || action instanceof PodPlan.Action.KillContainer;
        if (!blocks) {
            return actions.perform(current, seen, action);
        }
        try (Step<Boolean> step = new Step<>(
                "step-" + current.namespace() + "/" + current.name(),
                () -> actions.perform(current, seen, action),
                trigger::wake)) {
            await(step, false);
            return step.result();
        }
    }

    /**
     * Waits for a step of this worker. When the pod goes meanwhile, kills its containers, for whose end the step may be waiting.
     *
     * @return false when the step is not done because this worker was stopped
     */
    private boolean await(Step<?> step, boolean untilStopped) throws InterruptedException {
        trigger.await(() -> step.isDone() || goneWhileEnding() || untilStopped && trigger.stopped());
        if (!step.isDone() && goneWhileEnding()) {
            killAll(pod);
            trigger.await(() -> step.isDone() || untilStopped && trigger.stopped());
        }
        return step.isDone();
    }

    /** Whether somebody removed the pod from the API who did not want to wait until it has ended. */
    private boolean goneWhileEnding() {
        return gone && pod.isDeleting();
    }

    private void killAll(Pod current) {
        try {
            runtime.killAll();
        } catch (RuntimeException e) {
            LOG.warn("containers of {}/{} could not be killed", current.namespace(), current.name(), e);
        }
    }

    private @Nullable ResourceRequirements actuated(String container) {
        return parts.allocations().actuated(allocation, container);
    }

    private void watchProbes(Pod current, Observed seen) {
        Set<String> running = new HashSet<>();
        for (Container container : PodSpecs.containers(current)) {
            ContainerStatus status = seen.current(container.name());
            if (status != null && status.state() instanceof State.Running) {
                running.add(status.id());
                probes.watch(current, container, status, actions.address(seen));
            }
        }
        probes.keepOnly(running);
    }

    private boolean deadlineExceeded(Pod current) {
        Instant end = PodSpecs.deadline(current);
        return end != null && !end.isAfter(parts.clock().instant());
    }

    private static Duration grace(Pod pod) {
        return Duration.ofSeconds(pod.spec().terminationGracePeriodSeconds());
    }

    /** Fails the pod for a reason of the kubelet's; its object stays. */
    private void fail(Pod current, PodStatuses.Waiting why, Duration grace) throws InterruptedException {
        try (Step<@Nullable Void> stopping = stop(current, grace, trigger::wake)) {
            if (await(stopping, true)) {
                stopping.result();
                if (actions.releaseDevices(current)) {
                    publish(runtime.observe(), true, why);
                } else {
                    wakeAt(retryTime());
                }
            }
        }
    }

    /** Rejects the pod; stops what an earlier kubelet started of it. */
    private void reject(Pod current, Rejection why) throws InterruptedException {
        if (PodAdmitHandlers.rejected(current)) {
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
            if (!actions.releaseDevices(current)) {
                wakeAt(retryTime());
                return false;
            }
            if (!gone) {
                publish(runtime.observe(), true, null);
            }
            runtime.removeAll();
            parts.allocations().release(allocation);
            parts.references().unregister(current.uid());
            volumes.tearDown(current);
            if (parts.runtime().mountsFiles()) {
                PodDirectories.remove(parts.logDirectory(current));
            }
            if (!gone) {
                Termination.deleteObject(parts.client(), current);
            }
            return true;
        } catch (RuntimeException | IOException | Error e) {
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
        boolean killed = gone;
        try (Step<@Nullable Void> stopping = stop(current, grace, this::signal)) {
            while (trigger.await()) {
                if (stopping.isDone()) {
                    stopping.result();
                    return true;
                }
                if (!killed && gone) {
                    killed = true;
                    killAll(current);
                }
                tellReadiness(current);
            }
            return false;
        }
    }

    /** Begins to stop the pod; closing the step leaves what still runs. */
    private Step<@Nullable Void> stop(Pod current, Duration grace, Runnable done) {
        return new Step<>(
                "end-" + current.namespace() + "/" + current.name(),
                () -> {
                    Termination.stopAll(parts, current, runtime, grace);
                    return null;
                },
                done);
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
            boolean endedByKubelet = OWN_ENDS.contains(current.status().reason()) || PodAdmitHandlers.rejected(current);
            return failure == null && PodSpecs.isTerminal(current) && endedByKubelet
                    ? current.status()
                    : make(current, seen, now).status(finished, failure);
        });
    }

    private void write(Function<Pod, PodStatus> make) {
        if (gone) {
            return;
        }
        Pod before = pod;
        long begin = System.nanoTime();
        Pod written = parts.statuses().write(before, make);
        if (written == null) {
            gone = true;
            signal();
            return;
        }
        times.written(before, written, System.nanoTime() - begin);
        lastWritten = written.resourceVersion();
        replace(written);
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
        Instant when = earlier(earlier(at, volumes.refreshAt(pod)), PodSpecs.deadline(pod));
        trigger.requestAt(when);
    }

    /** For messages and debuggers. */
    @Override
    public String toString() {
        return "worker of " + pod.namespace() + "/" + pod.name();
    }
}
