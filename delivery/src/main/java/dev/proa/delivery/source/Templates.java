package dev.proa.delivery.source;

import dev.proa.api.value.MapValue;
import java.util.function.UnaryOperator;

/** The pods that manifests describe: those of Pods themselves, of pod templates, and of the jobs of CronJobs. */
public final class Templates {
    private Templates() {}

    /** The spec of a manifest's pods; empty when it has none. */
    public static MapValue pod(MapValue manifest) {
        MapValue spec = manifest.map("spec");
        return switch (manifest.string("kind")) {
            case "Pod" -> spec;
            case "CronJob" ->
                spec.map("jobTemplate").map("spec").map("template").map("spec");
            default -> spec.map("template").map("spec");
        };
    }

    /** The manifest with the spec of its pods changed; as it is when it has none. */
    public static MapValue changePods(MapValue manifest, UnaryOperator<MapValue> change) {
        if (pod(manifest).isEmpty()) {
            return manifest;
        }
        UnaryOperator<MapValue> template = owner -> owner.withMap("template", inner -> inner.withMap("spec", change));
        return manifest.withMap("spec", spec -> switch (manifest.string("kind")) {
            case "Pod" -> change.apply(spec);
            case "CronJob" -> spec.withMap("jobTemplate", job -> job.withMap("spec", template));
            default -> template.apply(spec);
        });
    }
}
