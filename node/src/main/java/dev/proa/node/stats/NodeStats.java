package dev.proa.node.stats;

import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.usage.ResourceUsage;
import java.io.IOException;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measures a node and what runs there, whenever somebody asks. Thread-safe. */
public final class NodeStats {
    private static final Logger LOG = LoggerFactory.getLogger(NodeStats.class);

    private final PodSampler pods;
    private final NodeUsage node;
    private final InstantSource clock;

    /** Measures what the node uses as a whole. */
    @FunctionalInterface
    public interface NodeUsage {
        ResourceUsage read() throws IOException;
    }

    /** @param node of whose machine */
    public NodeStats(ContainerRuntime runtime, NodeUsage node, InstantSource clock) {
        this.pods = new PodSampler(runtime, clock);
        this.node = node;
        this.clock = clock;
    }

    /** What {@code /metrics/resource} serves. */
    public byte[] resourceMetrics() {
        try {
            return ResourceMetrics.text(new NodeSample(clock.instant(), node.read()), pods.sample());
        } catch (IOException | RuntimeFailure e) {
            LOG.warn("The node's use of resources could not be measured", e);
            return ResourceMetrics.failed();
        }
    }
}
