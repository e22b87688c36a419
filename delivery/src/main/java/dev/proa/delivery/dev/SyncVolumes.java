package dev.proa.delivery.dev;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.config.SyncRule;
import dev.proa.delivery.source.Templates;

/**
 * Gives pods a volume for each folder that files are copied into, filled by an init container from the image. Anybody may write into
 * such a volume, and only root into the image.
 */
final class SyncVolumes {
    private static final String PLACE = "/proa-sync/";

    private SyncVolumes() {}

    /** The manifest of a Deployment with the volumes for a plan that needs them; others as they are. */
    static MapValue into(MapValue manifest, SyncPlan plan) {
        if (plan.kind() != SyncPlan.Kind.VOLUMES
                || plan.rules().isEmpty()
                || !manifest.string("kind").equals("Deployment")) {
            return manifest;
        }
        return Templates.changePods(manifest, pod -> {
            MapValue container = pod.list("containers").map(0);
            MapValue changed = pod;
            ListValue mounts = container.list("volumeMounts");
            int number = 0;
            for (SyncRule rule : plan.rules()) {
                String name = "proa-sync-" + number++;
                MapValue filling = MapValue.of(
                        "name",
                        name,
                        "image",
                        container.string("image"),
                        "command",
                        ListValue.of("cp", "-R", rule.to() + "/.", PLACE + name),
                        "volumeMounts",
                        ListValue.of(MapValue.of("name", name, "mountPath", PLACE + name)));
                changed = changed.with(
                                "initContainers", changed.list("initContainers").plus(filling))
                        .with(
                                "volumes",
                                changed.list("volumes").plus(MapValue.of("name", name, "emptyDir", MapValue.EMPTY)));
                mounts = mounts.plus(MapValue.of("name", name, "mountPath", rule.to()));
            }
            return changed.with("containers", pod.list("containers").with(0, container.with("volumeMounts", mounts)));
        });
    }
}
