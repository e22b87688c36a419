package dev.proa.control.protection;

import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.control.shared.ControlContext;

/** Lets PersistentVolumes go that are being deleted once no claim is bound to them. */
public final class VolumeProtectionController {
    private static final String FINALIZER = "kubernetes.io/pv-protection";

    public VolumeProtectionController(ControlContext shared) {
        new Protection<>(
                shared.as("pv-protection-controller"),
                "persistentvolume-protection-controller",
                PersistentVolume.KIND,
                FINALIZER,
                volume -> volume.value().map("status").string("phase").equals("Bound"));
    }
}
