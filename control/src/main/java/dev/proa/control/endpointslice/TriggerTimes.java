package dev.proa.control.endpointslice;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.KubeObject;
import dev.proa.client.ObjectKey;
import dev.proa.control.shared.Pods;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Computes the annotation {@code endpoints.kubernetes.io/last-change-trigger-time}: the time of the earliest change of a service or
 * its pods since the endpoints were last written. Metrics of how long a change takes to reach the proxies are based on it.
 *
 * <p>Times are kept as the API has them, in whole seconds and UTC, because those sort like the times they stand for. Thread-safe; one thread at a
 * time for a service.
 */
final class TriggerTimes {
    static final String ANNOTATION = "endpoints.kubernetes.io/last-change-trigger-time";

    private final Map<ObjectKey, State> states = new ConcurrentHashMap<>();

    /** When the service was made, and since when each of its pods has been ready, or not. */
    private record State(String service, Map<String, String> pods) {
        static State of(Service service, Collection<Pod> pods) {
            Map<String, String> times = HashMap.newHashMap(pods.size());
            for (Pod pod : pods) {
                MapValue ready = Pods.condition(pod, "Ready");
                String time = ready == null ? "" : ready.string("lastTransitionTime");
                if (!time.isEmpty()) {
                    times.put(pod.name(), time);
                }
            }
            return new State(service.value().map("metadata").string("creationTimestamp"), times);
        }
    }

    /** The time of the earliest change since this was asked for the service last; empty when nothing has changed. */
    String next(ObjectKey key, Service service, Collection<Pod> pods) {
        State now = State.of(service, pods);
        State before = states.put(key, now);
        if (before == null) {
            return now.service;
        }
        String first = now.service.compareTo(before.service) > 0 ? now.service : "";
        for (var pod : now.pods.entrySet()) {
            String time = pod.getValue();
            if (time.compareTo(before.pods.getOrDefault(pod.getKey(), "")) > 0
                    && (first.isEmpty() || time.compareTo(first) < 0)) {
                first = time;
            }
        }
        return first;
    }

    void forget(ObjectKey service) {
        states.remove(service);
    }

    /** The value of {@code object} with the annotation, or without it when {@code time} is empty. */
    static MapValue mark(KubeObject object, String time) {
        MapValue before = object.value().map("metadata").map("annotations");
        MapValue after = time.isEmpty() ? before.without(ANNOTATION) : before.with(ANNOTATION, time);
        if (after.equals(before)) {
            return object.value();
        }
        return object.value()
                .withMap(
                        "metadata",
                        metadata -> after.isEmpty()
                                ? metadata.without("annotations")
                                : metadata.with("annotations", after));
    }
}
