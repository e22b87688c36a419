package dev.proa.cluster.metrics;

import dev.proa.api.codec.GoText;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.KubeObject;
import dev.proa.server.resourcemetrics.ResourceMetrics;
import java.time.Instant;

/** What objects of {@code metrics.k8s.io} have in common. */
final class MetricsObjects {
    private MetricsObjects() {}

    /**
     * Metrics of a node or pod, without what it uses.
     *
     * @param of whose name and labels they have
     * @param usage of which time and window are taken
     */
    static MapValue object(String kind, KubeObject of, Instant now, Usage usage) {
        MapValue labels = of.value().map("metadata").map("labels");
        MapValue.Builder metadata =
                MapValue.builder().put("name", of.name()).put("creationTimestamp", Times.format(now));
        if (!of.namespace().isEmpty()) {
            metadata.put("namespace", of.namespace());
        }
        if (!labels.isEmpty()) {
            metadata.put("labels", labels);
        }
        return MapValue.of(
                "apiVersion",
                ResourceMetrics.GROUP + "/" + ResourceMetrics.VERSION,
                "kind",
                kind,
                "metadata",
                metadata.build(),
                "timestamp",
                Times.format(usage.timestamp()),
                "window",
                GoText.duration(usage.window()));
    }
}
