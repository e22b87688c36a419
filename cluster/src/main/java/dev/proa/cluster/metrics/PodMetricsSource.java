package dev.proa.cluster.metrics;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.informer.Informer;
import dev.proa.server.catalog.ObjectSource;
import dev.proa.server.resourcemetrics.ResourceMetrics;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The objects of kind {@code PodMetrics}. */
record PodMetricsSource(Informer<Pod> pods, MetricsStorage storage, InstantSource clock) implements ObjectSource {
    @Override
    public MapValue get(String namespace, String name) {
        Pod pod = pods.get(namespace, name);
        if (pod == null) {
            throw StatusException.notFound(new Resource("", "pods"), name);
        }
        MapValue metrics = metrics(pod);
        if (metrics == null) {
            throw StatusException.notFound(new Resource(ResourceMetrics.GROUP, "podmetrics"), namespace + "/" + name);
        }
        return metrics;
    }

    @Override
    public List<MapValue> list(@Nullable String namespace) {
        List<MapValue> all = new ArrayList<>();
        for (Pod pod : pods.list().stream()
                .filter(one -> namespace == null || one.namespace().equals(namespace))
                .sorted(Comparator.comparing(Pod::namespace).thenComparing(Pod::name))
                .toList()) {
            MapValue metrics = metrics(pod);
            if (metrics != null) {
                all.add(metrics);
            }
        }
        return all;
    }

    private @Nullable MapValue metrics(Pod pod) {
        Map<String, Usage> usages = storage.pod(pod.namespace(), pod.name());
        Usage earliest = usages == null
                ? null
                : usages.values().stream()
                        .min(Comparator.comparing(Usage::timestamp))
                        .orElse(null);
        if (usages == null || earliest == null) {
            return null;
        }
        List<MapValue> containers = new ArrayList<>(usages.size());
        usages.forEach((name, usage) -> containers.add(MapValue.of("name", name, "usage", usage.resources())));
        return MetricsObjects.object("PodMetrics", pod, clock.instant(), earliest)
                .with("containers", ListValue.copyOf(containers));
    }
}
