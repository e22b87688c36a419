package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Pod;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A rule of the scheduler, as a plugin of the Kubernetes scheduling framework. The names of the interfaces in it are those of the
 * framework's extension points. Plugins have no state; they are called by the scheduling thread, and for events by others.
 */
interface Plugin {
    /** As Kubernetes names it: {@code NodeResourcesFit}. */
    String name();

    /** A plugin that can reject a pod, with its queueing hint: which events may make the pod schedulable (KEP-4247). */
    interface Rejecting extends Plugin {
        /** Whether {@code pod}, which this plugin rejected, may pass it after {@code event}. */
        boolean mayHelp(PodInfo pod, ClusterEvent event);
    }

    /** Keeps pods out of the queue. */
    interface PreEnqueue extends Rejecting {
        /** Whether the pod may be scheduled at all. */
        boolean admits(Pod pod);
    }

    /** Looks at the pod before any node is looked at. */
    interface PreFilter extends Rejecting {
        /** Which nodes come into question. */
        Candidates preFilter(PodInfo pod);
    }

    /** Keeps pods off nodes. */
    interface Filter extends Rejecting {
        /** Whether the pod can run on the node, or why not. */
        Verdict filter(PodInfo pod, NodeInfo node);
    }

    /** Prefers some nodes to others. */
    interface Score extends Plugin {
        /** How much this plugin counts beside the others. */
        int weight();

        /**
         * How good each node is for the pod, 0-100; normalized already.
         *
         * @param nodes those the pod can run on
         * @param all the nodes of the cluster
         * @return in the order of {@code nodes}; null when the pod is nothing for this plugin
         */
        long @Nullable [] score(PodInfo pod, List<NodeInfo> nodes, List<NodeInfo> all);
    }

    /** What {@link PreFilter} says. */
    sealed interface Candidates {
        Candidates ALL = new All();

        record All() implements Candidates {}

        /** Only these nodes, by name. */
        record Only(Set<String> nodes) implements Candidates {}

        /** The pod fits nowhere. */
        record None(String reason) implements Candidates {}
    }

    /** What {@link Filter} says. */
    sealed interface Verdict {
        Verdict FITS = new Fits();

        record Fits() implements Verdict {}

        /**
         * @param reasons as they stand in events
         * @param resolvable whether it would fit if other pods left
         */
        record Unfit(List<String> reasons, boolean resolvable) implements Verdict {}

        static Verdict unfit(String reason) {
            return new Unfit(List.of(reason), false);
        }
    }
}
