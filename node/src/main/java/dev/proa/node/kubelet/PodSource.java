package dev.proa.node.kubelet;

import dev.proa.api.core.v1.Pod;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Distributes the pods of one informer to the kubelets of a process: with hundreds of simulated nodes in one JVM, a
 * watch per node would wake all of them for every pod. Thread-safe.
 */
public final class PodSource {
    private final Informer<Pod> pods;
    private final Map<String, EventHandler<Pod>> byNode = new ConcurrentHashMap<>();

    /** @param pods of all nodes, or of the one node that will subscribe; it is started by its owner */
    public PodSource(Informer<Pod> pods) {
        this.pods = pods;
        pods.addHandler(new Dispatcher());
    }

    /** The informer behind it. */
    public Informer<Pod> informer() {
        return pods;
    }

    /** Subscribes {@code handler} to the pods bound to {@code node}, starting with existing ones, the oldest first. */
    void subscribe(String node, EventHandler<Pod> handler) {
        byNode.put(node, handler);
        pods.list().stream()
                .filter(pod -> pod.spec().nodeName().equals(node))
                .sorted(Comparator.comparing(
                        pod -> pod.metadata().creationTimestamp(), Comparator.nullsLast(Comparator.naturalOrder())))
                .forEach(handler::added);
    }

    void unsubscribe(String node) {
        byNode.remove(node);
    }

    private final class Dispatcher implements EventHandler<Pod> {
        @Override
        public void added(Pod pod) {
            EventHandler<Pod> handler = byNode.get(pod.spec().nodeName());
            if (handler != null) {
                handler.added(pod);
            }
        }

        @Override
        public void updated(Pod before, Pod after) {
            EventHandler<Pod> handler = byNode.get(after.spec().nodeName());
            if (handler != null) {
                handler.updated(before, after);
            }
        }

        @Override
        public void deleted(Pod last) {
            EventHandler<Pod> handler = byNode.get(last.spec().nodeName());
            if (handler != null) {
                handler.deleted(last);
            }
        }
    }
}
