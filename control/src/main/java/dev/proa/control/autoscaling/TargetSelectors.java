package dev.proa.control.autoscaling;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.value.MapValue;
import dev.proa.client.ObjectKey;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Which pods the autoscalers control, for those that two would scale. Thread-safe. */
final class TargetSelectors {
    private final Map<String, Map<String, LabelSelector>> byNamespace = new ConcurrentHashMap<>();

    /** Begins to know an autoscaler, whose pods are known only after it was first reconciled; false when it was known. */
    boolean add(ObjectKey autoscaler) {
        return of(autoscaler).putIfAbsent(autoscaler.name(), LabelSelector.NOTHING) == null;
    }

    void set(ObjectKey autoscaler, LabelSelector selector) {
        of(autoscaler).replace(autoscaler.name(), selector); // nothing, when it was deleted meanwhile
    }

    /** Forgets an autoscaler; false when it was not known. */
    boolean remove(ObjectKey autoscaler) {
        return of(autoscaler).remove(autoscaler.name()) != null;
    }

    /** The autoscalers that control any of {@code pods}, which are of one namespace; as {@code namespace/name}, in order. */
    List<String> controlling(String namespace, List<Pod> pods) {
        Set<MapValue> labels = pods.stream()
                .map(TargetSelectors::labels)
                .collect(Collectors.toSet()); // those of a workload are all alike
        Set<String> found = new TreeSet<>();
        byNamespace.getOrDefault(namespace, Map.of()).forEach((name, selector) -> {
            if (labels.stream().anyMatch(selector::matches)) {
                found.add(namespace + "/" + name);
            }
        });
        return List.copyOf(found);
    }

    private static MapValue labels(Pod pod) {
        return pod.value().map("metadata").map("labels");
    }

    private Map<String, LabelSelector> of(ObjectKey autoscaler) {
        return byNamespace.computeIfAbsent(autoscaler.namespace(), namespace -> new ConcurrentHashMap<>());
    }
}
