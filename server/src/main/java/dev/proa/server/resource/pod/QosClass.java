package dev.proa.server.resource.pod;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.server.validation.Values;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Computes the QoS class of pods. */
final class QosClass {
    private QosClass() {}

    /** {@code Guaranteed}, {@code Burstable} or {@code BestEffort}, by requests and limits of processors and memory. */
    static String of(MapValue pod) {
        MapValue spec = pod.map("spec");
        Map<String, Quantity> requests = new HashMap<>();
        Map<String, Quantity> limits = new HashMap<>();
        boolean guaranteed = true;
        if (spec.get("resources") instanceof MapValue resources) {
            add(requests, resources.map("requests"));
            guaranteed = add(limits, resources.map("limits")) == 2;
        } else {
            for (String list : new String[] {"containers", "initContainers"}) {
                ListValue containers = spec.list(list);
                for (int i = 0; i < containers.size(); i++) {
                    MapValue resources = containers.map(i).map("resources");
                    add(requests, resources.map("requests"));
                    guaranteed &= add(limits, resources.map("limits")) == 2;
                }
            }
        }
        if (requests.isEmpty() && limits.isEmpty()) {
            return "BestEffort";
        }
        return guaranteed && requests.equals(limits) ? "Guaranteed" : "Burstable";
    }

    /** Adds the quantities that count for the QoS class; returns how many resources were not zero. */
    private static int add(Map<String, Quantity> sums, MapValue resources) {
        int found = 0;
        for (Map.Entry<String, @Nullable Object> entry : resources) {
            String name = entry.getKey();
            if (name.equals("cpu") || name.equals("memory")) {
                Quantity quantity = Values.quantity(entry.getValue());
                if (quantity != null && quantity.signum() > 0) {
                    found++;
                    sums.merge(name, quantity, Quantity::plus);
                }
            }
        }
        return found;
    }
}
