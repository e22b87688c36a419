package dev.proa.server.resource.pod;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;

/** Binds pods to nodes, as the subresource {@code binding} does. */
public final class PodBinding {
    private PodBinding() {}

    /**
     * A pod bound to a node: node name, labels and annotations of the binding, and the
     * condition {@code PodScheduled}.
     *
     * @param now RFC 3339
     */
    public static MapValue bind(MapValue pod, MapValue binding, String now) {
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
