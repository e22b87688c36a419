package dev.proa.cluster.metrics;

import dev.proa.api.core.v1.Node;
import java.io.IOException;

/** Asks a node what it and its pods use. Thread-safe; blocks for some seconds at most. */
@FunctionalInterface
public interface NodeScrape {
    /**
     * The samples in the text format of Prometheus, as {@code /metrics/resource} of a kubelet; empty when the node tells nothing.
     *
     * @throws IOException when the node cannot be asked
     */
    String scrape(Node node) throws IOException;
}
