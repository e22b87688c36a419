package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.control.scheduler.framework.PodNominator;
import dev.proa.control.scheduler.framework.QueuedPodInfo;
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.scheduler.metrics.SchedulerMetrics;
import dev.proa.control.scheduler.queue.SchedulingQueue;
import dev.proa.control.shared.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a pod that could not be scheduled back into the queue, and says why in an event and in the pod's status. */
final class FailureHandler {
    private static final Logger LOG = LoggerFactory.getLogger(FailureHandler.class);
    private static final String UNSCHEDULABLE = "Unschedulable";
    private static final String ERROR = "SchedulerError";

    private final Client client;
    private final Clock clock;
    private final PodNominator nominator;
    private final SchedulingEvents events;
    private final UnaryOperator<@Nullable Pod> newest;
    private final SchedulerMetrics metrics;

    /** @param newest the pod as it is known now, if it still wants a node; else null */
    FailureHandler(
            Client client,
            Clock clock,
            PodNominator nominator,
            SchedulingEvents events,
            SchedulerMetrics metrics,
            UnaryOperator<@Nullable Pod> newest) {
        this.client = client;
        this.clock = clock;
        this.nominator = nominator;
        this.events = events;
        this.metrics = metrics;
        this.newest = newest;
    }

    /**
     * Plugins have rejected the pod.
     *
     * @param nominated the node that it is nominated for now, empty for none; null to leave that as it is
     */
    void unfit(SchedulingQueue queue, QueuedPodInfo pod, Diagnosis diagnosis, @Nullable String nominated) {
        count(pod, SchedulerMetrics.Result.UNSCHEDULABLE);
        Set<String> by = diagnosis.unschedulablePlugins();
        Set<String> pending = diagnosis.pendingPlugins();
        if (by.isEmpty() && pending.isEmpty()) {
            queue.failed(pod);
        } else {
            queue.rejected(pod, by, pending);
        }
        nominate(pod, nominated);
        tell(pod.info().pod(), UNSCHEDULABLE, diagnosis.message(), nominated);
    }

    /** There are no nodes at all. */
    void noNodes(SchedulingQueue queue, QueuedPodInfo pod) {
        backOff(queue, pod, Status.unresolvable("no nodes available to schedule pods"));
    }

    /** The attempt went wrong, or was rejected so late that nothing but time can help. */
    void backOff(SchedulingQueue queue, QueuedPodInfo pod, Status status) {
        count(pod, status.isRejected() ? SchedulerMetrics.Result.UNSCHEDULABLE : SchedulerMetrics.Result.ERROR);
        log(pod, status);
        queue.failed(pod);
        nominate(pod, "");
        tell(pod.info().pod(), status.isRejected() ? UNSCHEDULABLE : ERROR, status.message(), "");
    }

    /** A PreEnqueue plugin failed; the pod backs off already. */
    void gateFailed(QueuedPodInfo pod, Status status) {
        count(pod, SchedulerMetrics.Result.ERROR);
        log(pod, status);
        Thread.ofVirtual().start(() -> tell(pod.info().pod(), ERROR, status.message(), null));
    }

    private void count(QueuedPodInfo pod, SchedulerMetrics.Result result) {
        Instant now = clock.instant();
        Instant began = pod.history().last();
        metrics.attempted(
                result, Profiles.name(pod.info().pod()), began == null ? Duration.ZERO : Duration.between(began, now));
    }

    private static void log(QueuedPodInfo pod, Status status) {
        if (status.isError() && !isGone(status.cause())) {
            boolean refused = status.cause() instanceof StatusException || status.cause() instanceof TransportException;
            if (refused) {
                LOG.info("Pod {} could not be scheduled: {}", pod.info().name(), status.message());
            } else {
                LOG.error("Pod {} could not be scheduled: {}", pod.info().name(), status.message(), status.cause());
            }
        }
    }

    private void nominate(QueuedPodInfo pod, @Nullable String node) {
        Pod now = newest.apply(pod.info().pod());
        if (now == null) {
            nominator.remove(pod.uid());
        } else {
            nominator.put(pod.info().with(now), node);
        }
    }

    private void tell(Pod tried, String reason, String message, @Nullable String nominated) {
        Pod pod = newest.apply(tried);
        if (pod == null) {
            return;
        }
        warn(pod, message);
        MapValue changes = MapValue.EMPTY;
        MapValue condition = condition(pod, reason, message);
        if (condition != null) {
            changes = changes.with("conditions", ListValue.of(condition));
        }
        boolean isNominated = pod.status().nominatedNodeName().equals(nominated)
                && tried.status().nominatedNodeName().equals(nominated); // the informer may not have seen it yet
        if (nominated != null && !isNominated) {
            changes = changes.with("nominatedNodeName", nominated.isEmpty() ? null : nominated);
        }
        patchStatus(pod, changes);
    }

    /** An event that says why the pod was not scheduled. */
    void warn(Pod pod, String message) {
        events.record(pod, EventRecorder.WARNING, "FailedScheduling", "Scheduling", message);
    }

    /**
     * Notes in the status of a pod which node it is about to be bound to, for those who plan by it.
     *
     * @return the pod with that status
     */
    QueuedPodInfo nominateExpected(QueuedPodInfo pod, String node) {
        Pod now = pod.info().pod();
        patchStatus(now, MapValue.of("nominatedNodeName", node));
        return pod.with(pod.info()
                .with(new Pod(now.value().withMap("status", status -> status.with("nominatedNodeName", node)))));
    }

    private void patchStatus(Pod pod, MapValue changes) {
        if (changes.isEmpty()) {
            return;
        }
        MapValue patch = MapValue.of("metadata", MapValue.of("uid", pod.uid()), "status", changes);
        try {
            client.resource(Pod.KIND).in(pod.namespace()).patchStatus(pod.name(), Patch.strategic(patch));
        } catch (StatusException | TransportException e) {
            if (!isGone(e)) {
                LOG.info(
                        "The status of pod {}/{} could not be written: {}",
                        pod.namespace(),
                        pod.name(),
                        e.getMessage());
            }
        }
    }

    /** The condition that says why the pod has no node; null when it says so already. */
    private @Nullable MapValue condition(Pod pod, String reason, String message) {
        MapValue before = Pods.condition(pod, "PodScheduled");
        long generation = pod.metadata().generation();
        @Nullable Object since = Times.format(clock.instant());
        if (before != null && before.string("status").equals("False")) {
            since = before.get("lastTransitionTime");
            if (before.string("reason").equals(reason)
                    && before.string("message").equals(message)
                    && before.integer("observedGeneration", 0) == generation) {
                return null;
            }
        }
        return MapValue.of(
                "type",
                "PodScheduled",
                "status",
                "False",
                "reason",
                reason,
                "message",
                message,
                "observedGeneration",
                generation,
                "lastProbeTime",
                null,
                "lastTransitionTime",
                since);
    }

    private static boolean isGone(@Nullable Throwable e) {
        return e instanceof StatusException status && status.code() == 404;
    }
}
