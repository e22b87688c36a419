package dev.proa.server.resource;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What follows from a pod's spec. */
public final class Pods {
    private Pods() {}

    /** {@code Guaranteed}, {@code Burstable} or {@code BestEffort}, by requests and limits of processors and memory. */
    public static String qosClass(MapValue pod) {
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

    /** Adds what counts for the class; says of how many resources there was some. */
    private static int add(Map<String, Quantity> sums, MapValue resources) {
        int found = 0;
        for (Map.Entry<String, @Nullable Object> entry : resources) {
            String name = entry.getKey();
            if (name.equals("cpu") || name.equals("memory")) {
                Quantity quantity = PodValidation.quantity(entry.getValue());
                if (quantity != null && quantity.signum() > 0) {
                    found++;
                    sums.merge(name, quantity, Quantity::plus);
                }
            }
        }
        return found;
    }

    /**
     * A pod bound to a node, as the {@code binding} subresource does it: node name, labels and annotations of the binding, and the
     * condition {@code PodScheduled}.
     *
     * @param now RFC 3339
     */
    public static MapValue bound(MapValue pod, MapValue binding, String now) {
        MapValue from = binding.map("metadata");
        MapValue result = pod.withMap(
                "spec", spec -> spec.with("nodeName", binding.map("target").string("name")));
        for (String name : new String[] {"annotations", "labels"}) {
            if (!from.map(name).isEmpty()) {
                result = result.withMap(
                        "metadata",
                        meta -> meta.withMap(name, present -> {
                            MapValue.Builder merged = present.toBuilder();
                            from.map(name).forEach(entry -> merged.put(entry.getKey(), entry.getValue()));
                            return merged.build();
                        }));
            }
        }
        MapValue condition =
                MapValue.of("type", "PodScheduled", "status", "True", "lastProbeTime", null, "lastTransitionTime", now);
        return result.withMap("status", status -> {
            ListValue conditions = status.list("conditions");
            for (int i = 0; i < conditions.size(); i++) {
                if (conditions.map(i).string("type").equals("PodScheduled")) {
                    boolean same = conditions.map(i).string("status").equals("True");
                    return same ? status : status.with("conditions", conditions.with(i, condition));
                }
            }
            return status.with("conditions", conditions.plus(condition));
        });
    }
}
