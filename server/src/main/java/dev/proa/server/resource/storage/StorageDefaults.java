package dev.proa.server.resource.storage;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Defaulter;

/** Defaults of the group {@code storage.k8s.io}. */
final class StorageDefaults {
    private StorageDefaults() {}

    static MapValue storageClass(MapValue storageClass) {
        return Defaulter.of(storageClass)
                .fillAbsent("reclaimPolicy", "Delete")
                .fillAbsent("volumeBindingMode", "Immediate")
                .done();
    }

    static MapValue csiDriver(MapValue driver) {
        return driver.withMap("spec", spec -> {
            Defaulter defaulter = Defaulter.of(spec)
                    .fill("attachRequired", true)
                    .fill("podInfoOnMount", false)
                    .fill("storageCapacity", false)
                    .fillAbsent("fsGroupPolicy", "ReadWriteOnceWithFSType")
                    .fill("requiresRepublish", false)
                    .fill("seLinuxMount", false);
            if (spec.list("volumeLifecycleModes").isEmpty()) {
                defaulter.set("volumeLifecycleModes", ListValue.of("Persistent"));
            }
            return defaulter.done();
        });
    }
}
