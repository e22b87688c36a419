package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Patch;
import dev.proa.client.Transport;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.ControlLoop;
import dev.proa.control.shared.Pods;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The default scheduler: one thread decides, others bind. */
public final class Scheduler implements ControlLoop {
    /** As {@code spec.schedulerName} has it. */
    public static final String NAME = "default-scheduler";

    private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);
    private static final int BINDINGS_AT_ONCE = 32;
    private static final String UNSCHEDULABLE = "Unschedulable";
    private static final String ERROR = "SchedulerError";

    private final ControlContext context;
    private final Informer<Pod> pods;
    private final Informer<Node> nodes;
    private final SchedulerCache cache = new SchedulerCache();
    private final SchedulingQueue queue;
    private final Placement placement;
    private final SchedulingEvents events;
    private final LongAdder scheduled = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Semaphore binding = new Semaphore(BINDINGS_AT_ONCE);
    private @Nullable Thread thread;

    public Scheduler(ControlContext context) {
        this(context, Plugins.standard());
    }

    Scheduler(ControlContext context, Plugins plugins) {
        this.context = context;
        this.pods = context.pods().informer();
        this.nodes = context.informers().informer(Node.KIND);
        this.queue = new SchedulingQueue(context.clock(), plugins.rejecting(), this::waiting);
        this.placement = new Placement(plugins, context.random());
        this.events = new SchedulingEvents(context.client(), context.clock(), NAME);
        nodes.addHandler(new NodeHandler());
        pods.addHandler(new PodHandler());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<Controller<?>> controllers() {
        return List.of();
    }

    /** How many pods wait for a node, and for what. */
    SchedulingQueue.Pending pending() {
        return queue.pending();
    }

    /**
     * How many pods wait, and what came of all attempts so far.
     *
     * @param active pods that are tried next
     * @param backoff pods that wait for some time to pass
     * @param unschedulable pods that wait for something to happen
     * @param gated pods that may not be tried yet
     * @param scheduled attempts that ended with a node
     * @param rejected attempts for which there was no node
     * @param failed attempts that went wrong
     */
    public record Stats(
            int active, int backoff, int unschedulable, int gated, long scheduled, long rejected, long failed) {}

    /** How it is doing. */
    public Stats stats() {
        SchedulingQueue.Pending pending = pending();
        return new Stats(
                pending.active(),
                pending.backoff(),
                pending.unschedulable(),
                pending.gated(),
                scheduled.sum(),
                rejected.sum(),
                failed.sum());
    }

    @Override
    public synchronized void start() {
        thread = Thread.ofVirtual().name(NAME).start(this::run);
    }

    @Override
    public synchronized void close() {
        queue.close();
        if (thread != null) {
            thread.interrupt();
        }
        events.close();
    }

    private void run() {
        try {
            nodes.awaitSync();
            pods.awaitSync();
            for (PodInfo pod = queue.take(); pod != null; pod = queue.take()) {
                attempt(pod);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /** A plugin that fails for one pod must not end scheduling for all: the pod is tried again later. */
    private void attempt(PodInfo pod) throws InterruptedException {
        try {
            schedule(pod);
        } catch (RuntimeException e) {
            failed.increment();
            LOG.error("Pod {} could not be scheduled", pod.name(), e);
            queue.failed(pod);
            tell(pod.pod(), ERROR, String.valueOf(e.getMessage()));
        }
    }

    private void schedule(PodInfo pod) throws InterruptedException {
        if (pod.pod().isDeleting()) {
            queue.placed();
            String name = pod.pod().namespace() + "/" + pod.pod().name();
            warn(pod.pod(), "skip schedule deleting pod: " + name);
            return;
        }
        Placement.@Nullable Outcome outcome = cache.look(all -> {
            Placement.Outcome found = placement.place(pod, all);
            boolean taken = found instanceof Placement.Outcome.Node node && !cache.assume(pod, node.name());
            return taken ? null : found;
        });
        switch (outcome) {
            case null -> queue.placed(); // somebody else was quicker
            case Placement.Outcome.Node node -> {
                queue.placed();
                if (waiting(pod.pod()) == null) {
                    release(pod.pod()); // it went while it was tried, so that nobody else takes it off the node
                    return;
                }
                binding.acquire();
                Thread.ofVirtual().name("bind-" + pod.pod().name()).start(() -> {
                    try {
                        bind(pod, node.name());
                    } finally {
                        binding.release();
                    }
                });
            }
            case Placement.Outcome.Nowhere nowhere -> {
                rejected.increment();
                if (nowhere.rejectors().isEmpty()) {
                    queue.failed(pod);
                } else {
                    queue.rejected(pod, nowhere.rejectors());
                }
                tell(pod.pod(), UNSCHEDULABLE, nowhere.message());
            }
        }
    }

    private void bind(PodInfo info, String node) {
        Pod pod = info.pod();
        MapValue body = MapValue.of(
                "apiVersion",
                "v1",
                "kind",
                "Binding",
                "metadata",
                MapValue.of("name", pod.name(), "namespace", pod.namespace(), "uid", pod.uid()),
                "target",
                MapValue.of("kind", "Node", "name", node));
        try {
            context.client().resource(Pod.KIND).in(pod.namespace()).subresource("create", pod.name(), "binding", body);
            scheduled.increment();
            events.record(
                    pod,
                    EventRecorder.NORMAL,
                    "Scheduled",
                    "Binding",
                    "Successfully assigned " + pod.namespace() + "/" + pod.name() + " to " + node);
        } catch (RuntimeException e) {
            failed.increment();
            if (!isGone(e)) {
                LOG.info("pod {}/{} could not be bound to {}: {}", pod.namespace(), pod.name(), node, e.getMessage());
            }
            release(pod);
            queue.failed(info);
            tell(pod, ERROR, "running Bind plugin \"DefaultBinder\": " + e.getMessage());
        }
    }

    /** What was kept for a pod that will not be bound is free for others. */
    private void release(Pod pod) {
        PodRequests freed = cache.forget(pod);
        if (freed != null) {
            queue.happened(new ClusterEvent.PodGone(freed));
        }
    }

    /** Says by an event and in the pod's conditions why it has no node. */
    private void tell(Pod tried, String reason, String message) {
        Pod pod = waiting(tried);
        if (pod == null) {
            return;
        }
        warn(pod, message);
        MapValue before = Pods.condition(pod, "PodScheduled");
        long generation = pod.metadata().generation();
        if (before != null
                && before.string("status").equals("False")
                && before.string("reason").equals(reason)
                && before.string("message").equals(message)
                && before.integer("observedGeneration", 0) == generation) {
            return;
        }
        MapValue condition = MapValue.of(
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
                before != null && before.string("status").equals("False")
                        ? before.get("lastTransitionTime")
                        : Times.format(context.clock().instant()));
        MapValue patch = MapValue.of("status", MapValue.of("conditions", ListValue.of(condition)));
        try {
            context.client()
                    .resource(Pod.KIND)
                    .in(pod.namespace())
                    .patchStatus(pod.name(), Patch.strategic(patch.with("metadata", MapValue.of("uid", pod.uid()))));
        } catch (StatusException | Transport.TransportException e) {
            if (!isGone(e)) {
                LOG.info("pod {}/{} could not be told why it waits: {}", pod.namespace(), pod.name(), e.getMessage());
            }
        }
    }

    private static boolean isGone(Exception e) {
        return e instanceof StatusException status && status.code() == 404;
    }

    private void warn(Pod pod, String message) {
        events.record(pod, EventRecorder.WARNING, "FailedScheduling", "Scheduling", message);
    }

    /** The pod as it is known now; null when it is another one, or needs no node from here. */
    private @Nullable Pod waiting(Pod pod) {
        Pod current = pods.get(pod.namespace(), pod.name());
        return current != null && current.uid().equals(pod.uid()) && wants(current) ? current : null;
    }

    private static boolean wants(Pod pod) {
        String scheduler = pod.spec().schedulerName();
        return !isPlaced(pod) && (scheduler.isEmpty() || scheduler.equals(NAME)) && !Pods.isFinished(pod);
    }

    private static boolean isPlaced(Pod pod) {
        return !pod.value().map("spec").string("nodeName").isEmpty();
    }

    private final class PodHandler implements EventHandler<Pod> {
        @Override
        public void added(Pod pod) {
            if (wants(pod)) {
                queue.add(pod);
            } else if (isPlaced(pod) && !Pods.isFinished(pod)) {
                cache.put(pod, PodRequests.placed(pod));
            }
        }

        @Override
        public void updated(Pod before, Pod after) {
            if (!before.uid().equals(after.uid())) {
                deleted(before);
                added(after);
            } else if (isPlaced(after)) {
                placed(before, after);
            } else if (!wants(after)) {
                queue.remove(after);
            } else if (!cache.knows(after)) {
                if (isChanged(before, after)) {
                    queue.update(before, after);
                }
            } else if (after.isDeleting() && !before.isDeleting()) {
                release(after); // the binding that is under way is going to fail
            }
        }

        private void placed(Pod before, Pod after) {
            if (Pods.isFinished(after)) {
                deleted(after);
                return;
            }
            boolean changed = !before.value().map("spec").equals(after.value().map("spec"))
                    || after.metadata().generation() > 1; // it may be in the middle of a resize
            if (!isPlaced(before) || changed) {
                queue.remove(after);
                PodRequests requests = PodRequests.placed(after);
                PodRequests former = cache.put(after, requests);
                if (former != null && requests.asksLessThan(former)) {
                    queue.happened(new ClusterEvent.PlacedPodUpdated(former, requests));
                }
            }
        }

        @Override
        public void deleted(Pod last) {
            queue.remove(last);
            PodRequests freed = cache.remove(last);
            if (freed != null) {
                queue.happened(new ClusterEvent.PodGone(freed));
            }
        }

        /** The condition that says why it waits is no change of what it wants. */
        private static boolean isChanged(Pod before, Pod after) {
            return !before.value().map("spec").equals(after.value().map("spec"))
                    || !before.labels().equals(after.labels())
                    || before.isDeleting() != after.isDeleting();
        }
    }

    private final class NodeHandler implements EventHandler<Node> {
        @Override
        public void added(Node node) {
            cache.put(node);
            queue.happened(new ClusterEvent.NodeAdded(node));
        }

        @Override
        public void updated(Node before, Node after) {
            cache.put(after);
            boolean relevant = !before.value().map("spec").equals(after.value().map("spec"))
                    || !before.value()
                            .map("status")
                            .map("allocatable")
                            .equals(after.value().map("status").map("allocatable"))
                    || !before.labels().equals(after.labels());
            if (relevant) {
                queue.happened(new ClusterEvent.NodeUpdated(before, after));
            }
        }

        @Override
        public void deleted(Node last) {
            cache.remove(last);
        }
    }
}
