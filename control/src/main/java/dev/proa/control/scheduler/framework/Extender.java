package dev.proa.control.scheduler.framework;

import java.util.List;
import java.util.Map;

/**
 * Another process that takes part in scheduling: it filters and prioritizes nodes, agrees to preemption, or binds. Blocks while it is
 * asked. All methods that ask it throw {@link ExtenderException} when it cannot be asked or reports an error. Thread-safe.
 */
public interface Extender {
    /** The URL that it is asked at. */
    String name();

    /** Whether pods are scheduled without it when it cannot be asked. */
    boolean isIgnorable();

    /** Whether the pod asks for a resource that the extender manages, or the extender is for all pods. */
    boolean isInterested(PodInfo pod);

    boolean filters();

    boolean prioritizes();

    boolean preempts();

    boolean binds();

    /**
     * The nodes that are left.
     *
     * @param nodes those of the given ones that fit
     * @param failed why others do not fit, by their names
     * @param unresolvable the same, where preemption does not help
     */
    record Filtered(List<NodeInfo> nodes, Map<String, String> failed, Map<String, String> unresolvable) {
        public Filtered {
            nodes = List.copyOf(nodes);
            failed = Map.copyOf(failed);
            unresolvable = Map.copyOf(unresolvable);
        }
    }

    /** Called only if it {@link #filters}. */
    Filtered filter(PodInfo pod, List<NodeInfo> nodes);

    /** The score of each node by its name, times the extender's weight; called only if it {@link #prioritizes}. */
    Map<String, Long> prioritize(PodInfo pod, List<NodeInfo> nodes);

    /**
     * Called only if it {@link #preempts}.
     *
     * @param candidates the victims by node
     * @return those candidates that the extender agrees to, with the victims that it wants
     */
    Map<String, Victims> preempt(PodInfo pod, Map<String, Victims> candidates, Snapshot snapshot);

    /** Binds a pod; called only if it {@link #binds}. */
    void bind(PodInfo pod, String node);
}
