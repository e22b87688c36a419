package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Transport;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.ControlLoop;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The default scheduler: one thread decides, others bind. */
public final class Scheduler implements ControlLoop {
    /** As {@code spec.schedulerName} has it. */
    public static final String NAME = "default-scheduler";

    private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);
    private static final int BINDINGS_AT_ONCE = 32;

    private final ControlContext context;
    private final Informer<Pod> pods;
    private final Informer<Node> nodes;
    private final ClusterView view = new ClusterView();
    private final SchedulingQueue queue;
    private final Placement placement;
    private final EventRecorder events;
    private final Semaphore binding = new Semaphore(BINDINGS_AT_ONCE);
    private @Nullable Thread thread;

    public Scheduler(ControlContext context) {
        this.context = context;
        this.pods = context.pods().informer();
        this.nodes = context.informers().informer(Node.KIND);
        this.queue = new SchedulingQueue(context.clock());
        this.placement = new Placement(NodeRules.filters(), NodeRules.scores(), context.random());
        this.events = new EventRecorder(context.client(), context.clock(), NAME, "");
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
                schedule(pod);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void schedule(PodInfo pod) throws InterruptedException {
        if (!pod.pod().spec().schedulingGates().isEmpty()) {
            report(pod, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates");
            return;
        }
        long moves = queue.moves();
        Placement.Outcome outcome = view.look(all -> {
            Placement.Outcome found = placement.place(pod, all);
            if (found instanceof Placement.Outcome.Node node) {
                view.assume(pod, node.name());
            }
            return found;
        });
        switch (outcome) {
            case Placement.Outcome.Node node -> {
                binding.acquire();
                Thread.ofVirtual().name("bind-" + pod.pod().name()).start(() -> {
                    try {
                        bind(pod, node.name(), moves);
                    } finally {
                        binding.release();
                    }
                });
            }
            case Placement.Outcome.Nowhere nowhere -> {
                if (!stillWaits(pod.pod())) {
                    return; // it was deleted while it was tried
                }
                queue.unplaced(pod, moves);
                events.warning(pod.pod(), "FailedScheduling", nowhere.message());
                report(pod, "Unschedulable", nowhere.message());
            }
        }
    }

    private void bind(PodInfo info, String node, long moves) {
        Pod pod = info.pod();
        MapValue body = MapValue.of(
                "apiVersion",
                "v1",
                "kind",
                "Binding",
                "metadata",
                MapValue.of("name", pod.name(), "namespace", pod.namespace(), "uid", pod.uid()),
                "target",
                MapValue.of("apiVersion", "v1", "kind", "Node", "name", node));
        try {
            context.client().resource(Pod.KIND).in(pod.namespace()).subresource("create", pod.name(), "binding", body);
            events.normal(
                    pod, "Scheduled", "Successfully assigned " + pod.namespace() + "/" + pod.name() + " to " + node);
        } catch (StatusException | Transport.TransportException e) {
            LOG.info("pod {}/{} could not be bound to {}: {}", pod.namespace(), pod.name(), node, e.getMessage());
            view.forget(pod);
            if (stillWaits(pod)) {
                queue.unplaced(info, moves - 1); // nothing else will bring it back
            }
        }
    }

    /** Says in the pod's conditions why it waits. */
    private void report(PodInfo info, String reason, String message) {
        Pod pod = info.pod();
        for (var condition : pod.status().conditions()) {
            if (condition.type().equals("PodScheduled")
                    && condition.status().equals("False")
                    && condition.reason().equals(reason)
                    && condition.message().equals(message)) {
                return;
            }
        }
        Instant now = context.clock().instant();
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
                pod.metadata().generation(),
                "lastProbeTime",
                null,
                "lastTransitionTime",
                Times.format(now));
        MapValue patch = MapValue.of("status", MapValue.of("conditions", ListValue.of(condition)));
        try {
            context.client()
                    .resource(Pod.KIND)
                    .in(pod.namespace())
                    .patchStatus(pod.name(), dev.proa.client.Patch.strategic(patch));
        } catch (StatusException | Transport.TransportException e) {
            LOG.info("pod {}/{} could not be told why it waits: {}", pod.namespace(), pod.name(), e.getMessage());
        }
    }

    private boolean stillWaits(Pod pod) {
        Pod current = pods.get(pod.namespace(), pod.name());
        return current != null && current.uid().equals(pod.uid()) && wants(current);
    }

    private static boolean wants(Pod pod) {
        return pod.spec().nodeName().isEmpty()
                && !pod.isDeleting()
                && (pod.spec().schedulerName().isEmpty()
                        || pod.spec().schedulerName().equals(NAME))
                && !finished(pod);
    }

    private static boolean finished(Pod pod) {
        String phase = pod.status().phase();
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    private final class PodHandler implements EventHandler<Pod> {
        @Override
        public void added(Pod pod) {
            if (wants(pod)) {
                queue.put(pod);
            } else if (!pod.spec().nodeName().isEmpty() && !finished(pod)) {
                view.put(pod);
            }
        }

        @Override
        public void updated(Pod before, Pod after) {
            if (!after.spec().nodeName().isEmpty()) {
                if (finished(after)) {
                    deleted(after);
                } else if (before.spec().nodeName().isEmpty()
                        || !before.spec().value().equals(after.spec().value())) {
                    queue.remove(after);
                    view.put(after);
                }
            } else if (!wants(after)) {
                queue.remove(after);
            } else if (!view.knows(after)
                    && !before.spec().value().equals(after.spec().value())) {
                queue.put(after);
            }
        }

        @Override
        public void deleted(Pod last) {
            queue.remove(last);
            if (view.knows(last)) {
                view.forget(last);
                queue.moveAll();
            }
        }
    }

    private final class NodeHandler implements EventHandler<Node> {
        @Override
        public void added(Node node) {
            view.put(node);
            queue.moveAll();
        }

        @Override
        public void updated(Node before, Node after) {
            view.put(after);
            boolean helps = !before.spec().value().equals(after.spec().value())
                    || !before.status()
                            .value()
                            .map("allocatable")
                            .equals(after.status().value().map("allocatable"))
                    || !before.labels().equals(after.labels());
            if (helps) {
                queue.moveAll();
            }
        }

        @Override
        public void deleted(Node last) {
            view.remove(last);
        }
    }
}
