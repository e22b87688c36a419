package dev.proa.server.resource.pod;

import static dev.proa.server.strategy.ResourceStrategy.Spec.cluster;
import static dev.proa.server.strategy.ResourceStrategy.Spec.namespaced;

import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.strategy.Strategy;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Strategies of pods and of the volumes they mount. */
public final class PodStrategies {
    private PodStrategies() {}

    /**
     * The strategy of a resource of the core group; null when it is none of them.
     *
     * @param clock for the times at which phases change
     */
    public static @Nullable Strategy core(String resource, InstantSource clock) {
        return switch (resource) {
            case "persistentvolumes" ->
                new PersistentVolumeStrategy(
                        cluster("", resource)
                                .status("phase", "Pending")
                                .checkedTwice()
                                .defaults(PersistentVolumeDefaults::persistentVolume)
                                .validate(PersistentVolumeValidation::volume)
                                .warnings(PersistentVolumeWarnings::volume),
                        clock);
            case "persistentvolumeclaims" ->
                new ResourceStrategy(namespaced("", resource)
                        .status("phase", "Pending")
                        .defaults(PersistentVolumeDefaults::persistentVolumeClaim)
                        .onCreate(claim -> PersistentVolumeValidation.withSources(claim, null))
                        .onUpdate(PersistentVolumeValidation::withSources)
                        .validate(PersistentVolumeValidation::claim)
                        .warnings(PersistentVolumeWarnings::claim));
            case "pods" -> new PodStrategy();
            default -> null;
        };
    }
}
