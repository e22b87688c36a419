package dev.proa.control.scheduler;

import dev.proa.client.reconcile.EventRecorder;
import dev.proa.control.scheduler.cache.SchedulerCache;
import dev.proa.control.scheduler.framework.BindingPoints;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.Framework;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.QueuedPodInfo;
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.scheduler.metrics.SchedulerMetrics;
import dev.proa.control.scheduler.queue.SchedulingQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Binds pods that were given a node, each on a thread of its own: waits for its permit, then runs PreBind, Bind and PostBind. */
final class BindingCycle {
    private static final int BINDINGS_AT_ONCE = 32;

    private final SchedulerCache cache;
    private final SchedulingQueue queue;
    private final FailureHandler failures;
    private final SchedulingEvents events;
    private final Extenders extenders;
    private final ExtensionPointTimer timer;
    private final Semaphore slots = new Semaphore(BINDINGS_AT_ONCE);

    /** A pod on its way to a node. */
    private record Binding(Framework framework, CycleState state, QueuedPodInfo queued, PodInfo assumed, String node) {
        BindingPoints points() {
            return framework.binding();
        }
    }

    BindingCycle(
            SchedulerCache cache,
            SchedulingQueue queue,
            FailureHandler failures,
            SchedulingEvents events,
            Extenders extenders,
            ExtensionPointTimer timer) {
        this.cache = cache;
        this.queue = queue;
        this.failures = failures;
        this.events = events;
        this.extenders = extenders;
        this.timer = timer;
    }

    /**
     * Binds a pod that is assumed on {@code node}. Returns as soon as a slot is free, so that no more pods are scheduled than can be
     * bound; at once when something else has to be waited for, as that may take long and must not hold up other pods.
     */
    void start(Framework framework, CycleState state, QueuedPodInfo queued, PodInfo assumed, String node) {
        Binding binding = new Binding(framework, state, queued, assumed, node);
        Status preFlight = binding.points().preBindPreFlight(state, assumed, node);
        boolean isSlow = !preFlight.isSkip() || binding.points().willWaitOnPermit(assumed);
        if (!isSlow) {
            slots.acquireUninterruptibly();
        }
        Thread thread = Thread.ofVirtual().name("bind-" + assumed.pod().name()).unstarted(() -> {
            try {
                if (isSlow) {
                    runSlowly(binding, preFlight);
                } else {
                    queue.done(queued.uid());
                    finish(binding, bind(binding));
                }
            } catch (Throwable e) { // the pod must not count on the node for ever
                giveUp(binding, Status.error(e));
            }
        });
        try {
            thread.start();
        } catch (Throwable e) { // such as a lack of memory: the thread would have given the slot back
            if (!isSlow) {
                slots.release();
            }
            throw e;
        }
    }

    private void runSlowly(Binding binding, Status preFlight) {
        BindingPoints points = binding.points();
        if (preFlight.isError()) {
            giveUp(binding, preFlight);
            return;
        }
        QueuedPodInfo told = failures.nominateExpected(binding.queued, binding.node);
        Binding slow = new Binding(binding.framework, binding.state, told, binding.assumed, binding.node);
        Status status = waitOnPermit(slow);
        if (status.isRejected()) {
            PodInfo freed = undo(slow);
            failures.unfit(queue, told, Diagnosis.of(slow.node, status), "");
            tellOthers(freed);
            return;
        }
        queue.done(told.uid()); // from here on no event helps a pod that fails, only time does
        if (status.isSuccess()) {
            status = timer.time(slow.framework, "PreBind", () -> points.preBind(slow.state, slow.assumed, slow.node));
        }
        if (status.isSuccess()) {
            slots.acquireUninterruptibly();
            status = bind(slow);
        }
        finish(slow, status);
    }

    private Status waitOnPermit(Binding binding) {
        if (!binding.points().willWaitOnPermit(binding.assumed)) {
            return Status.SUCCESS;
        }
        Instant began = timer.clock().instant();
        Status status = binding.points().waitOnPermit(binding.assumed);
        timer.metrics()
                .waited(
                        status.code().text(),
                        Duration.between(began, timer.clock().instant()));
        return status;
    }

    /** Has an extender or the Bind plugins bind the pod; gives back the slot that was acquired for it. */
    private Status bind(Binding binding) {
        try {
            Status status = extenders.bind(binding.assumed, binding.node);
            return status == null
                    ? timer.time(
                            binding.framework,
                            "Bind",
                            () -> binding.points().bind(binding.state, binding.assumed, binding.node))
                    : status;
        } finally {
            slots.release();
        }
    }

    private void finish(Binding binding, Status status) {
        if (!status.isSuccess()) {
            giveUp(binding, status);
            return;
        }
        count(binding.queued);
        events.record(
                binding.assumed.pod(),
                EventRecorder.NORMAL,
                "Scheduled",
                "Binding",
                "Successfully assigned " + binding.assumed.name() + " to " + binding.node);
        binding.points().postBind(binding.state, binding.assumed, binding.node);
    }

    private void count(QueuedPodInfo pod) {
        QueuedPodInfo.History history = pod.history();
        Instant now = timer.clock().instant();
        if (history.first() != null && history.last() != null) {
            timer.metrics()
                    .attempted(
                            SchedulerMetrics.Result.SCHEDULED,
                            Profiles.name(pod.info().pod()),
                            Duration.between(history.last(), now));
            timer.metrics().scheduled(pod.attempts(), Duration.between(history.first(), now), history.flushed());
        }
    }

    private void giveUp(Binding binding, Status status) {
        PodInfo freed = undo(binding);
        failures.backOff(queue, binding.queued, status);
        tellOthers(freed);
    }

    private @Nullable PodInfo undo(Binding binding) {
        binding.points().unreserve(binding.state, binding.assumed, binding.node);
        return cache.forget(binding.assumed.pod());
    }

    /** The room of a pod that was not bound is free for others. */
    private void tellOthers(@Nullable PodInfo freed) {
        if (freed != null) {
            queue.move(
                    ClusterEvent.ASSIGNED_POD_DELETED,
                    freed.pod(),
                    null,
                    pod -> !pod.uid().equals(freed.uid()));
        }
    }
}
