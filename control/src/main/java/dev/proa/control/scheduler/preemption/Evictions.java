package dev.proa.control.scheduler.preemption;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.control.scheduler.framework.Handle;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.Victims;
import dev.proa.control.scheduler.framework.WaitingPod;
import dev.proa.control.shared.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evicts the victims of preemption, each preemption on a thread of its own (KEP-4832): the pod that wants their room is not tried before
 * the API server knows that all of them go. Thread-safe.
 */
public final class Evictions {
    private static final Logger LOG = LoggerFactory.getLogger(Evictions.class);
    private static final String CONDITION = "DisruptionTarget";
    private static final String REASON = "PreemptionByScheduler";

    private final Handle handle;
    private final String plugin;
    private final Informer<Pod> pods;
    /** By the uid of the pod that room is made for. */
    private final Map<String, Running> running = new ConcurrentHashMap<>();

    /** An eviction under way. */
    private static final class Running {
        private @Nullable Pod last;
        private boolean hasHeldBack;
        private boolean hasEnded;

        /** All victims but this one are evicted. */
        synchronized void setLast(Pod victim) {
            last = victim;
        }

        /** Whether the pod has to wait for the end. */
        synchronized boolean holdsBack(Predicate<Pod> isThere) {
            boolean holds = !hasEnded && (last == null || isThere.test(last));
            hasHeldBack |= holds;
            return holds;
        }

        /** Returns whether the pod had to wait when it was to be tried. */
        synchronized boolean end() {
            hasEnded = true;
            return hasHeldBack;
        }
    }

    /** @param plugin in whose name pods are evicted */
    public Evictions(Handle handle, String plugin) {
        this.handle = handle;
        this.plugin = plugin;
        this.pods = handle.informers().informer(Pod.KIND);
    }

    /**
     * Whether the pod may not be tried because victims of it are still to be evicted. Once the last one is known to go this is over, though
     * its thread may not have ended: the event of that must bring the pod back. If it may not be tried, it is activated in the end: what it
     * was to be tried for may have been the last event that helps it.
     */
    public boolean holdBack(String uid) {
        Running eviction = running.get(uid);
        return eviction != null
                && eviction.holdsBack(last -> {
                    Pod now = pods.get(last.namespace(), last.name());
                    return now != null && !now.isDeleting();
                });
    }

    /** Whether the pod is being deleted because the scheduler has evicted it. */
    public static boolean isVictim(Pod pod) {
        MapValue condition = pod.isDeleting() ? Pods.condition(pod, CONDITION) : null;
        return condition != null
                && condition.string("status").equals("True")
                && condition.string("reason").equals(REASON);
    }

    /** Begins to evict the victims on {@code node} for {@code pod}, and to take from that node what is nominated there and less important. */
    public void start(PodInfo pod, String node, Victims victims) {
        List<Pod> left = victims.pods().stream()
                .map(PodInfo::pod)
                .filter(victim -> !victim.isDeleting())
                .toList();
        if (left.isEmpty()) {
            return;
        }
        handle.metrics().preempting(victims.pods().size());
        Running eviction = new Running();
        running.put(pod.uid(), eviction);
        Thread.ofVirtual().name("preempt-" + pod.pod().name()).start(() -> run(pod, node, left, eviction));
    }

    private void run(PodInfo pod, String node, List<Pod> victims, Running eviction) {
        Instant start = handle.clock().instant();
        boolean success = false;
        try {
            success = clearNominations(pod, node) & evictAll(pod, node, victims, eviction);
        } finally {
            running.remove(pod.uid(), eviction);
            if (eviction.end() || !success) {
                handle.activate(List.of(pod.pod())); // no event may come that brings it back
            }
            handle.metrics()
                    .evicted(success, Duration.between(start, handle.clock().instant()));
        }
    }

    private boolean evictAll(PodInfo pod, String node, List<Pod> victims, Running eviction) {
        try {
            evictTogether(pod, node, victims.subList(0, victims.size() - 1));
            eviction.setLast(victims.getLast());
            evict(pod, node, victims.getLast());
            return true;
        } catch (StatusException | TransportException e) {
            LOG.info("Pods could not be evicted from node {} for pod {}: {}", node, pod.name(), e.getMessage());
            return false;
        }
    }

    private void evictTogether(PodInfo pod, String node, List<Pod> victims) {
        List<Future<?>> evictions = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            victims.forEach(victim -> evictions.add(threads.submit(() -> evict(pod, node, victim))));
        }
        for (Future<?> one : evictions) {
            try {
                one.get();
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case RuntimeException failure -> throw failure;
                    case null, default -> throw new IllegalStateException(e);
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e); // nobody interrupts these threads
            }
        }
    }

    /** A victim that has no node yet needs not be deleted: its binding ends. */
    private void evict(PodInfo pod, String node, Pod victim) {
        WaitingPod waiting = handle.waitingPod(victim.uid());
        boolean stopped = waiting == null
                ? handle.cancelPreBind(victim.uid(), "preempted by " + plugin)
                : waiting.preempt(plugin, "preempted");
        if (!stopped) {
            try {
                delete(pod, victim);
            } catch (StatusException e) {
                if (isGone(e)) {
                    return;
                }
                throw e;
            }
        }
        String message = "Preempted by pod " + pod.uid() + " on node " + node;
        handle.event(
                victim,
                EventRecorder.NORMAL,
                "Preempted",
                "Preempting",
                stopped ? message + " (in kube-scheduler memory)." : message);
    }

    private void delete(PodInfo pod, Pod victim) {
        ResourceClient<Pod> client = handle.client().resource(Pod.KIND).in(victim.namespace());
        String scheduler = pod.pod().spec().schedulerName();
        MapValue condition = MapValue.builder(6)
                .put("type", CONDITION)
                .put("status", "True")
                .put("reason", REASON)
                .put("message", scheduler + ": preempting to accommodate a higher priority pod")
                .put("observedGeneration", victim.metadata().generation())
                .put("lastTransitionTime", since(victim))
                .build();
        client.patchStatus(
                victim.name(),
                Patch.strategic(MapValue.of(
                        "metadata",
                        MapValue.of("uid", victim.uid()),
                        "status",
                        MapValue.of("conditions", ListValue.of(condition)))));
        client.delete(victim.name(), DeleteOptions.EMPTY.withPreconditions(p -> p.withUid(victim.uid())));
    }

    private @Nullable Object since(Pod victim) {
        MapValue before = Pods.condition(victim, CONDITION);
        return before != null && before.string("status").equals("True")
                ? before.get("lastTransitionTime")
                : Times.format(handle.clock().instant());
    }

    /** Another pod may have its name by now, to which the patch and the deletion are not meant. */
    private static boolean isGone(StatusException e) {
        return e.code() == 404 || e.code() == 409;
    }

    /** Pods of a lower priority that are nominated for the node may fit there no more; without that they look for another one at once. */
    private boolean clearNominations(PodInfo pod, String node) {
        boolean success = true;
        for (PodInfo other : handle.nominator().on(node)) {
            Pod nominated = other.pod();
            if (other.priority() >= pod.priority()
                    || nominated.status().nominatedNodeName().isEmpty()) {
                continue;
            }
            try {
                handle.client()
                        .resource(Pod.KIND)
                        .in(nominated.namespace())
                        .patchStatus(
                                nominated.name(),
                                Patch.strategic(MapValue.of(
                                        "metadata",
                                        MapValue.of("uid", nominated.uid()),
                                        "status",
                                        MapValue.of("nominatedNodeName", null))));
            } catch (StatusException | TransportException e) {
                if (!(e instanceof StatusException status && isGone(status))) {
                    LOG.info("The nomination of pod {} could not be cleared: {}", other.name(), e.getMessage());
                    success = false;
                }
            }
        }
        return success;
    }
}
