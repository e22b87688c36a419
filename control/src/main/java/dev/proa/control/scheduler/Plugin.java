package dev.proa.control.scheduler;

import java.util.List;

/** A rule of the scheduler, as a plugin of the Kubernetes scheduling framework. Called by the scheduling thread only. */
interface Plugin {
    /** As Kubernetes names it: {@code NodeResourcesFit}. */
    String name();

    /** Keeps pods off nodes. */
    interface Filter extends Plugin {
        /** Whether the pod can run on the node, or why not. */
        Verdict filter(PodInfo pod, NodeState node);
    }

    /** Prefers some nodes to others. */
    interface Score extends Plugin {
        /** How much this plugin counts beside the others. */
        int weight();

        /**
         * How good each node is for the pod, 0-100.
         *
         * @param nodes those the pod can run on
         * @return in their order
         */
        long[] score(PodInfo pod, List<NodeState> nodes);
    }

    /** What a filter says. */
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
