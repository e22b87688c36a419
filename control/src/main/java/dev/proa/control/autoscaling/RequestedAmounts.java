package dev.proa.control.autoscaling;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.pod.PodRequests;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What pods request of a resource, for the utilization of it. */
final class RequestedAmounts {
    private RequestedAmounts() {}

    /**
     * The amounts in thousandths, by the pods' names: what a pod requests as a whole (KEP-2837), or else the sum of its containers and
     * sidecars.
     *
     * @param container the container that counts; empty for all
     * @throws MetricException when a pod requests nothing
     */
    static Map<String, Long> of(List<Pod> pods, String resource, String container) {
        Map<String, Long> amounts = new HashMap<>();
        for (Pod pod : pods) {
            MapValue spec = pod.value().map("spec");
            amounts.put(
                    pod.name(),
                    container.isEmpty() && isSetForWholePod(spec)
                            ? ofPod(pod, spec, resource)
                            : ofContainers(pod, spec, resource, container));
        }
        return amounts;
    }

    private static boolean isSetForWholePod(MapValue spec) {
        return spec.map("resources").map("requests").asMap().keySet().stream().anyMatch(PodRequests::ofPods);
    }

    private static long ofPod(Pod pod, MapValue spec, String resource) {
        Quantity request = PodRequests.requests(spec).get(resource);
        if (request == null) {
            throw new MetricException("missing pod-level request for " + resource + " in Pod " + pod.name());
        }
        return request.milliValue();
    }

    private static long ofContainers(Pod pod, MapValue spec, String resource, String only) {
        long sum = 0;
        for (MapValue container : lasting(spec)) {
            String name = container.string("name");
            if (!only.isEmpty() && !only.equals(name)) {
                continue;
            }
            Object request = container.map("resources").map("requests").get(resource);
            if (request == null) {
                throw new MetricException(
                        "missing request for " + resource + " in container " + name + " of Pod " + pod.name());
            }
            sum += Quantity.from(request).milliValue();
            if (only.equals(name)) {
                return sum;
            }
        }
        if (!only.isEmpty()) {
            throw new MetricException("container " + only + " not found in Pod " + pod.name());
        }
        return sum;
    }

    /** Containers and sidecars. */
    private static List<MapValue> lasting(MapValue spec) {
        List<MapValue> lasting = new ArrayList<>();
        ListValue containers = spec.list("containers");
        for (int i = 0; i < containers.size(); i++) {
            lasting.add(containers.map(i));
        }
        ListValue inits = spec.list("initContainers");
        for (int i = 0; i < inits.size(); i++) {
            if (inits.map(i).string("restartPolicy").equals("Always")) {
                lasting.add(inits.map(i));
            }
        }
        return lasting;
    }
}
