package dev.proa.server.resource.pod;

import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Defaulter;
import dev.proa.server.validation.Values;

/** Defaults of persistent volumes and their claims. */
public final class PersistentVolumeDefaults {
    private PersistentVolumeDefaults() {}

    static MapValue persistentVolume(MapValue volume) {
        return volume.withMap(
                        "status",
                        status -> Defaulter.of(status).fill("phase", "Pending").done())
                .withMap("spec", spec -> {
                    MapValue filled = Defaulter.of(spec)
                            .fill("persistentVolumeReclaimPolicy", "Retain")
                            .fillAbsent("volumeMode", "Filesystem")
                            .done();
                    filled = Values.withIfPresent(
                            filled,
                            "hostPath",
                            hostPath -> hostPath.get("type") == null ? hostPath.with("type", "") : hostPath);
                    filled = Values.withIfPresent(filled, "capacity", PodDefaults::quantities);
                    return PodDefaults.networkVolume(filled);
                });
    }

    static MapValue persistentVolumeClaim(MapValue claim) {
        return claim.withMap(
                        "status",
                        status -> Defaulter.of(status).fill("phase", "Pending").done())
                .withMap("spec", PersistentVolumeDefaults::claimSpec);
    }

    private static MapValue claimSpec(MapValue spec) {
        MapValue filled = Defaulter.of(spec)
                .fillAbsent("volumeMode", "Filesystem")
                .fill("resources", MapValue.EMPTY)
                .done();
        return Values.withIfPresent(filled, "resources", PodDefaults::resources);
    }

    /** The defaults of a stateful set's claim template, which has an API version and kind. */
    public static MapValue claimTemplate(MapValue claim) {
        return Defaulter.of(persistentVolumeClaim(claim))
                .fill("apiVersion", "v1")
                .fill("kind", "PersistentVolumeClaim")
                .done();
    }
}
