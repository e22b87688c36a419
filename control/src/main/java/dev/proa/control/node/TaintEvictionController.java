package dev.proa.control.node;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Taint;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.status.StatusException;
import dev.proa.client.ObjectKey;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Disruptions;
import dev.proa.control.shared.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Deletes pods that do not tolerate the {@code NoExecute} taints of their node, or do so no longer. */
public final class TaintEvictionController {
    private static final int WORKERS = 8;

    private final ControlContext context;
    private final Informer<Node> nodes;
    private final ResourceClient<Pod> client;
    /** Pods that are to go at some time. */
    private final Set<ObjectKey> condemned = ConcurrentHashMap.newKeySet();

    private final EventRecorder events;
    private final Controller<ObjectKey> controller;

    public TaintEvictionController(ControlContext shared) {
        ControlContext context = shared.as("node-controller");
        this.context = context;
        this.nodes = context.informers().informer(Node.KIND);
        this.client = context.client().resource(Pod.KIND);
        this.events = context.events("taint-eviction-controller");
        this.controller = context.<ObjectKey>controller("taint-eviction-controller", this::reconcile)
                .workers(WORKERS)
                .watchWith(nodes, new NodeHandler())
                .watchWith(context.pods().informer(), new PodHandler());
    }

    private Result reconcile(ObjectKey key) {
        Pod pod = context.pods().informer().get(key);
        if (pod == null || !Pods.isActive(pod)) {
            condemned.remove(key);
            return Result.DONE;
        }
        Node node = nodes.get("", pod.spec().nodeName());
        Instant now = context.clock().instant();
        Instant end = node == null ? null : Eviction.time(pod, evicting(node), now);
        if (end == null) {
            if (condemned.remove(key)) {
                events.normal(pod, "TaintManagerEviction", "Cancelling deletion of Pod " + key);
            }
            return Result.DONE;
        }
        if (end.isAfter(now)) {
            condemned.add(key);
            return Result.after(Duration.between(now, end));
        }
        evict(pod, key, now);
        return Result.DONE;
    }

    private void evict(Pod pod, ObjectKey key, Instant now) {
        events.normal(pod, "TaintManagerEviction", "Marking for deletion Pod " + key);
        try {
            Disruptions.mark(
                    client, pod, "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint", now);
            client.in(pod.namespace())
                    .delete(pod.name(), DeleteOptions.EMPTY.withPreconditions(p -> p.withUid(pod.uid())));
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
        condemned.remove(key);
    }

    private static List<Taint> evicting(Node node) {
        return node.spec().taints().stream()
                .filter(taint -> taint.effect().equals("NoExecute"))
                .toList();
    }

    private final class NodeHandler implements EventHandler<Node> {
        @Override
        public void added(Node node) {
            if (!evicting(node).isEmpty()) {
                addPods(node);
            }
        }

        @Override
        public void updated(Node before, Node after) {
            if (!evicting(before).equals(evicting(after))) {
                addPods(after);
            }
        }

        private void addPods(Node node) {
            context.pods()
                    .byNode()
                    .get(node.name())
                    .forEach(pod -> controller.queue().add(ObjectKey.of(pod.value())));
        }
    }

    private final class PodHandler implements EventHandler<Pod> {
        @Override
        public void added(Pod pod) {
            Node node = nodes.get("", pod.spec().nodeName());
            if (node != null && !evicting(node).isEmpty()) {
                controller.queue().add(ObjectKey.of(pod.value()));
            }
        }

        @Override
        public void updated(Pod before, Pod after) {
            boolean moved = !before.spec().nodeName().equals(after.spec().nodeName());
            if (moved
                    || !Objects.equals(
                            before.spec().value().get("tolerations"),
                            after.spec().value().get("tolerations"))) {
                added(after);
            }
        }
    }
}
