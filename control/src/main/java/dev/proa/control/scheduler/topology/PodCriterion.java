package dev.proa.control.scheduler.topology;

import dev.proa.control.scheduler.framework.NodeInfo;
import org.jspecify.annotations.Nullable;

/**
 * Which pods are counted, and in which domains. Equal criteria share their counts. What it answers depends on the node and its pods
 * only: it is asked again when these change.
 */
public interface PodCriterion {
    /** The domain that the node is in; null when the node does not count. */
    @Nullable
    String domain(NodeInfo node);

    /** How many pods of the node count. */
    int pods(NodeInfo node);
}
