package dev.proa.control.podgc;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Disruptions;
import dev.proa.control.shared.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks every 20 seconds for pods that nobody else will delete: those of nodes that have been gone for 40 seconds, those that were
 * deleted before they were bound or from a node that is out of service (KEP-2268), and the oldest of those that ended when there
 * are more than the threshold.
 */
public final class PodGarbageCollector {
    private static final Duration PERIOD = Duration.ofSeconds(20);
    private static final Duration QUARANTINE = Duration.ofSeconds(40);
    private static final int THRESHOLD = 12_500;
    private static final String OUT_OF_SERVICE = "node.kubernetes.io/out-of-service";

    private final ControlContext context;
    private final Informer<Node> nodes;
    private final ResourceClient<Pod> client;
    private final int threshold;
    /** Since when nodes that pods name have been missing. */
    private final Map<String, Instant> missing = new HashMap<>();

    public PodGarbageCollector(ControlContext shared) {
        this(shared, THRESHOLD);
    }

    /** @param threshold how many pods that ended are kept; 0 for all */
    public PodGarbageCollector(ControlContext shared, int threshold) {
        ControlContext context = shared.as("pod-garbage-collector");
        this.context = context;
        this.threshold = threshold;
        this.nodes = context.informers().informer(Node.KIND);
        this.client = context.client().resource(Pod.KIND);
        context.<String>controller("pod-garbage-collector-controller", ignored -> collect())
                .needs(nodes)
                .needs(context.pods().informer())
                .queue()
                .add("all");
    }

    /** One round; public to nobody but tests and the queue. */
    Result collect() {
        Instant now = context.clock().instant();
        collectEnded();
        for (Node node : nodes.list()) {
            if (isOutOfService(node)) {
                collectDeleted(node.name());
            }
        }
        collectOrphaned(now);
        collectDeleted("");
        return Result.after(PERIOD);
    }

    /** Whether somebody says that the node is down and will not come back as it was. */
    private static boolean isOutOfService(Node node) {
        MapValue ready = Pods.condition(node, "Ready");
        return (ready == null || !ready.string("status").equals("True"))
                && node.spec().taints().stream().anyMatch(taint -> taint.key().equals(OUT_OF_SERVICE));
    }

    /** Ends what was deleted from a node, or from none when {@code node} is empty. */
    private void collectDeleted(String node) {
        for (Pod pod : context.pods().byNode().get(node)) {
            if (pod.isDeleting()) {
                end(pod, () -> Disruptions.fail(client, pod));
            }
        }
    }

    private void collectEnded() {
        if (threshold == 0) {
            return;
        }
        List<Pod> ended = context.pods().informer().list().stream()
                .filter(pod -> Pods.isFinished(pod) && !pod.isDeleting())
                .toList();
        int excess = ended.size() - threshold;
        if (excess <= 0) {
            return;
        }
        Comparator<Pod> evictedFirst =
                Comparator.comparing((Pod pod) -> !pod.status().reason().equals("Evicted"));
        ended.stream()
                .sorted(evictedFirst
                        .thenComparing(pod -> pod.value().map("metadata").string("creationTimestamp"))
                        .thenComparing(Pod::name))
                .limit(excess)
                .forEach(pod -> end(pod, () -> {}));
    }

    private void collectOrphaned(Instant now) {
        Set<String> gone = new HashSet<>();
        for (String name : context.pods().byNode().values()) {
            if (!name.isEmpty() && nodes.get("", name) == null) {
                Instant since = missing.computeIfAbsent(name, absent -> now);
                if (!since.plus(QUARANTINE).isAfter(now)
                        && context.client().resource(Node.KIND).find(name) == null) {
                    gone.add(name);
                }
            } else {
                missing.remove(name);
            }
        }
        missing.keySet().removeIf(name -> context.pods().byNode().count(name) == 0);
        for (String name : gone) {
            for (Pod pod : context.pods().byNode().get(name)) {
                end(pod, () -> Disruptions.fail(client, pod, "DeletionByPodGC", "PodGC: node no longer exists", now));
            }
        }
    }

    /** Ends a pod without asking its node, after marking it as failed if it has not ended by itself. */
    private void end(Pod pod, Runnable mark) {
        try {
            if (!Pods.isFinished(pod)) {
                mark.run();
            }
            client.in(pod.namespace())
                    .delete(
                            pod.name(),
                            DeleteOptions.EMPTY.withGracePeriodSeconds(0).withPreconditions(p -> p.withUid(pod.uid())));
        } catch (StatusException e) {
            if (e.code() != 404 && e.code() != 409) { // gone, or another one by now
                throw e;
            }
        }
    }
}
