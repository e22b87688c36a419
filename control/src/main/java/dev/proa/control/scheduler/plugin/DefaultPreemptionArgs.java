package dev.proa.control.scheduler.plugin;

/**
 * How many nodes preemption looks at.
 *
 * @param minCandidateNodesPercentage of the nodes on which preemption may help
 * @param minCandidateNodesAbsolute at least so many
 */
public record DefaultPreemptionArgs(int minCandidateNodesPercentage, int minCandidateNodesAbsolute) {
    public static final DefaultPreemptionArgs DEFAULT = new DefaultPreemptionArgs(10, 100);

    /** How many candidates are enough among {@code nodes} nodes. */
    int candidates(int nodes) {
        int share = (int) ((long) nodes * minCandidateNodesPercentage / 100);
        return Math.min(nodes, Math.max(share, minCandidateNodesAbsolute));
    }
}
