package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Pod;
import dev.proa.control.scheduler.cache.SchedulerCache;
import dev.proa.control.scheduler.framework.BindingPoints;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.Framework;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PostFilterResult;
import dev.proa.control.scheduler.framework.QueuedPodInfo;
import dev.proa.control.scheduler.framework.Snapshot;
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.scheduler.queue.SchedulingQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Tries to schedule one pod: takes a snapshot, chooses a node, assumes the pod there, runs Reserve and Permit, and leaves the rest
 * to the {@link BindingCycle}. For one thread, which holds no lock while plugins run.
 */
final class SchedulingCycle {
    private final SchedulerCache cache;
    private final SchedulingQueue queue;
    private final Placement placement;
    private final FailureHandler failures;
    private final BindingCycle bindings;
    private final Profiles profiles;
    private final ExtensionPointTimer timer;
    private final UnaryOperator<@Nullable Pod> newest;
    /** Weak, since an old snapshot must not keep objects in memory that the cluster has replaced since. */
    private WeakReference<Snapshot> last = new WeakReference<>(Snapshot.EMPTY);

    /** @param newest the pod as it is known now, if it still wants a node; else null */
    SchedulingCycle(
            SchedulerCache cache,
            SchedulingQueue queue,
            Placement placement,
            FailureHandler failures,
            BindingCycle bindings,
            Profiles profiles,
            ExtensionPointTimer timer,
            UnaryOperator<@Nullable Pod> newest) {
        this.cache = cache;
        this.queue = queue;
        this.placement = placement;
        this.failures = failures;
        this.bindings = bindings;
        this.profiles = profiles;
        this.timer = timer;
        this.newest = newest;
    }

    /** Tries a pod that was taken from the queue. What fails unexpectedly fails for this pod only: it is tried again later. */
    void run(QueuedPodInfo pod) {
        try {
            attempt(pod);
        } catch (RuntimeException e) {
            failures.backOff(queue, pod, Status.error(e));
        } catch (Throwable e) { // such as a lack of memory: whoever supervises this thread has to know
            queue.failed(pod);
            throw e;
        }
    }

    private void attempt(QueuedPodInfo queued) {
        PodInfo info = queued.info();
        Pod pod = info.pod();
        Framework framework = profiles.of(pod);
        if (framework == null || cache.knows(pod)) {
            queue.done(queued.uid()); // not for this scheduler, or bound by somebody else
            return;
        }
        if (pod.isDeleting()) {
            queue.done(queued.uid());
            failures.warn(pod, "skip schedule deleting pod: " + info.name());
            return;
        }
        Snapshot before = last.get();
        Snapshot snapshot = cache.snapshot(before == null ? Snapshot.EMPTY : before);
        last = new WeakReference<>(snapshot);
        CycleState state = new CycleState(snapshot);
        Instant began = timer.clock().instant();
        Placement.Outcome outcome = placement.place(framework, state, info);
        @Nullable
        String nominated = outcome instanceof Placement.Outcome.Unfit(Diagnosis diagnosis)
                ? postFilter(framework, state, info, diagnosis)
                : null;
        timer.metrics().decided(Duration.between(began, timer.clock().instant()));
        switch (outcome) {
            case Placement.Outcome.Node(String node) -> reserve(framework, state, queued, node);
            case Placement.Outcome.NoNodes() -> failures.noNodes(queue, queued);
            case Placement.Outcome.Failed(Status status) -> failures.backOff(queue, queued, status);
            case Placement.Outcome.Unfit(Diagnosis diagnosis) -> failures.unfit(queue, queued, diagnosis, nominated);
        }
    }

    /** The node that room is being made on; empty for none, null to leave what was nominated before. */
    private @Nullable String postFilter(Framework framework, CycleState state, PodInfo pod, Diagnosis diagnosis) {
        if (!framework.hasPostFilters()) {
            return "";
        }
        PostFilterResult result = timer.time(
                framework,
                "PostFilter",
                () -> framework.postFilter(state, pod, diagnosis.nodes()),
                PostFilterResult::status);
        diagnosis.setPostFilter(result.status().message());
        return result.nominatedNode();
    }

    private void reserve(Framework framework, CycleState state, QueuedPodInfo queued, String node) {
        PodInfo assumed = queued.info().assumedOn(node);
        if (!cache.assume(assumed)) {
            queue.done(queued.uid()); // somebody else was quicker
            return;
        }
        try {
            reserveAssumed(framework, state, queued, assumed, node);
        } catch (
                Throwable
                        e) { // an Error of a plugin: the pod must not count on the node for ever, and be tried no more
            try {
                framework.binding().unreserve(state, assumed, node);
            } finally {
                cache.forget(assumed.pod());
            }
            throw e;
        }
    }

    private void reserveAssumed(
            Framework framework, CycleState state, QueuedPodInfo queued, PodInfo assumed, String node) {
        framework.nominator().remove(queued.uid());
        if (newest.apply(queued.info().pod()) == null) {
            queue.done(queued.uid());
            cache.forget(assumed.pod()); // it went while it was tried, so that nobody else takes it off the node
            return;
        }
        BindingPoints points = framework.binding();
        Status status = timer.time(framework, "Reserve", () -> points.reserve(state, assumed, node));
        if (status.isSuccess()) {
            status = timer.time(framework, "Permit", () -> points.permit(state, assumed, node));
        }
        if (status.isSuccess() || status.isWait()) {
            bindings.start(framework, state, queued, assumed, node);
            return;
        }
        points.unreserve(state, assumed, node);
        cache.forget(assumed.pod());
        if (status.isRejected()) {
            failures.unfit(queue, queued, Diagnosis.of(node, status), "");
        } else {
            failures.backOff(queue, queued, status);
        }
    }
}
