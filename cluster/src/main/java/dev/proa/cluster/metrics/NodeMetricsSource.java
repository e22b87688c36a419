package dev.proa.cluster.metrics;

import dev.proa.api.core.v1.Node;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.informer.Informer;
import dev.proa.server.catalog.ObjectSource;
import dev.proa.server.resourcemetrics.ResourceMetrics;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The objects of kind {@code NodeMetrics}. */
record NodeMetricsSource(Informer<Node> nodes, MetricsStorage storage, InstantSource clock) implements ObjectSource {
    @Override
    public MapValue get(String namespace, String name) {
        Node node = nodes.get("", name);
        if (node == null) {
            throw StatusException.notFound(new Resource("", "nodes"), name);
        }
        MapValue metrics = metrics(node);
        if (metrics == null) {
            throw StatusException.notFound(new Resource(ResourceMetrics.GROUP, "nodemetrics"), name);
        }
        return metrics;
    }

    @Override
    public List<MapValue> list(@Nullable String namespace) {
        List<MapValue> all = new ArrayList<>();
        for (Node node :
                nodes.list().stream().sorted(Comparator.comparing(Node::name)).toList()) {
            MapValue metrics = metrics(node);
            if (metrics != null) {
                all.add(metrics);
            }
        }
        return all;
    }

    private @Nullable MapValue metrics(Node node) {
        Usage usage = storage.node(node.name());
        return usage == null
                ? null
                : MetricsObjects.object("NodeMetrics", node, clock.instant(), usage)
                        .with("usage", usage.resources());
    }
}
