package dev.proa.control.node;

import dev.proa.api.coordination.v1.Lease;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.NodeStatus;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.Conditions;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Nodes;
import dev.proa.control.shared.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Marks nodes whose heartbeats stop: sets their conditions to Unknown, their pods to not ready, and taints them.
 *
 * <p>When no node at all is ready, it is more likely that this program is cut off than that all nodes broke at once: then no pod is
 * evicted from any of them.
 */
public final class NodeLifecycleController {
    /** How long a node may be silent; Kubernetes' {@code --node-monitor-grace-period}. */
    public static final Duration GRACE_PERIOD = Duration.ofSeconds(50);

    private static final Duration STARTUP_GRACE_PERIOD = Duration.ofMinutes(1);
    private static final String LEASES = "kube-node-lease";
    private static final List<String> KUBELETS = List.of("Ready", "MemoryPressure", "DiskPressure", "PIDPressure");
    private static final int WORKERS = 4;

    private final ControlContext context;
    private final Duration gracePeriod;
    private final Informer<Node> nodes;
    private final Informer<Lease> leases;
    private final ResourceClient<Node> client;
    private final Heartbeats heartbeats = new Heartbeats();
    private final EventRecorder events;
    private final Controller<String> controller;

    public NodeLifecycleController(ControlContext shared) {
        this(shared, GRACE_PERIOD);
    }

    public NodeLifecycleController(ControlContext shared, Duration gracePeriod) {
        ControlContext context = shared.as("node-controller");
        this.context = context;
        this.gracePeriod = gracePeriod;
        this.nodes = context.informers().informer(Node.KIND);
        this.leases = context.informers().informer(Lease.KIND);
        this.client = context.client().resource(Node.KIND);
        this.events = context.events("node-controller");
        this.controller = context.<String>controller("node-lifecycle-controller", this::reconcile)
                .workers(WORKERS)
                .watchWith(nodes, new NodeHandler())
                .watchWith(leases, new LeaseHandler())
                .needs(context.pods().informer());
    }

    private Result reconcile(String name) {
        Node node = nodes.get("", name);
        if (node == null) {
            heartbeats.forget(name);
            return Result.DONE;
        }
        Instant now = context.clock().instant();
        heartbeats.observe(node, leases.get(LEASES, name), now);
        Duration patience = Pods.condition(node, "Ready") == null ? STARTUP_GRACE_PERIOD : gracePeriod;
        Duration left = patience.minus(heartbeats.silence(name, now));
        if (left.isNegative() && !isUnknown(node)) {
            markUnknown(node, now);
            return Result.DONE; // its event brings the node back, with the conditions to taint it by
        }
        if (isUnknown(node)) {
            markPodsNotReady(node, now);
        }
        taint(node, now);
        return left.isNegative() ? Result.DONE : Result.after(left.plusMillis(1));
    }

    private static boolean isUnknown(Node node) {
        MapValue ready = Pods.condition(node, "Ready");
        return ready != null && ready.string("status").equals("Unknown");
    }

    private void markUnknown(Node node, Instant now) {
        ListValue conditions = node.status().value().list("conditions");
        String time = Times.format(now);
        for (String type : KUBELETS) {
            MapValue before = Conditions.get(conditions, type);
            if (before == null) {
                conditions = conditions.plus(MapValue.of(
                        "type",
                        type,
                        "status",
                        "Unknown",
                        "reason",
                        "NodeStatusNeverUpdated",
                        "message",
                        "Kubelet never posted node status.",
                        "lastHeartbeatTime",
                        node.value().map("metadata").get("creationTimestamp"),
                        "lastTransitionTime",
                        time));
            } else if (!before.string("status").equals("Unknown")) {
                MapValue unknown = before.with("status", "Unknown")
                        .with("reason", "NodeStatusUnknown")
                        .with("message", "Kubelet stopped posting node status.")
                        .with("lastTransitionTime", time);
                conditions = conditions.with(conditions.indexOf(before), unknown);
            }
        }
        client.updateStatus(node.withStatus(new NodeStatus(node.status().value().with("conditions", conditions))));
        events.normal(node, "NodeNotReady", "Node " + node.name() + " status is now: NodeNotReady");
    }

    private void markPodsNotReady(Node node, Instant now) {
        for (Pod pod : context.pods().byNode().get(node.name())) {
            MapValue ready = Pods.condition(pod, "Ready");
            if (ready == null || !ready.string("status").equals("True")) {
                continue;
            }
            MapValue condition = ready.with("status", "False").with("lastTransitionTime", Times.format(now));
            try {
                context.client()
                        .resource(Pod.KIND)
                        .in(pod.namespace())
                        .patchStatus(
                                pod.name(),
                                Patch.strategic(MapValue.of(
                                        "metadata", MapValue.of("uid", pod.uid()),
                                        "status", MapValue.of("conditions", ListValue.of(condition)))));
                events.warning(pod, "NodeNotReady", "Node is not ready");
            } catch (StatusException e) {
                if (e.code() != 404 && e.code() != 409) { // gone, or another one by now
                    throw e;
                }
            }
        }
    }

    private void taint(Node node, Instant now) {
        ListValue taints = NodeTaints.of(node, isAnyReady(), now);
        ListValue before = node.spec().value().list("taints");
        if (taints == before) {
            return;
        }
        client.patch(
                node.name(),
                Patch.merge(MapValue.of(
                        "metadata", MapValue.of("resourceVersion", node.resourceVersion()),
                        "spec", MapValue.of("taints", taints.isEmpty() ? null : taints))));
    }

    private boolean isAnyReady() {
        return nodes.list().stream().anyMatch(Nodes::isReady);
    }

    private void tell(Node node, String reason, String what) {
        events.normal(node, reason, "Node " + node.name() + " event: " + what);
    }

    private final class NodeHandler implements EventHandler<Node> {
        @Override
        public void added(Node node) {
            tell(node, "RegisteredNode", "Registered Node " + node.name() + " in Controller");
            updated(node, node);
        }

        @Override
        public void updated(Node before, Node after) {
            controller.queue().add(after.name());
            if (Nodes.isReady(before) != Nodes.isReady(after)) {
                nodes.list().forEach(node -> controller.queue().add(node.name())); // whether any is ready concerns all
            }
        }

        @Override
        public void deleted(Node last) {
            tell(last, "RemovingNode", "Removing Node " + last.name() + " from Controller");
            controller.queue().add(last.name());
        }
    }

    /** Heartbeats are many, so they are only noted: the node is looked at when it has been silent for too long. */
    private final class LeaseHandler implements EventHandler<Lease> {
        @Override
        public void added(Lease lease) {
            updated(lease, lease);
        }

        @Override
        public void updated(Lease before, Lease after) {
            Node node = after.namespace().equals(LEASES) ? nodes.get("", after.name()) : null;
            if (node != null) {
                heartbeats.observe(node, after, context.clock().instant());
                if (isUnknown(node)) {
                    controller.queue().add(node.name());
                }
            }
        }
    }
}
