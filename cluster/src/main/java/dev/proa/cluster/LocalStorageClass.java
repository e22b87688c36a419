package dev.proa.cluster;

import dev.proa.api.status.StatusException;
import dev.proa.api.storage.v1.StorageClass;
import dev.proa.api.value.MapValue;
import dev.proa.client.ResourceClient;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.volume.LocalVolumes;

/**
 * Makes the StorageClass {@code standard}, the default one, whose volumes are directories of the nodes that their pods run on. A cluster
 * that has any class when it starts keeps what it has: its administrator may have replaced this one.
 */
final class LocalStorageClass {
    private static final String NAME = "standard";

    private final ControlContext context;

    LocalStorageClass(ControlContext context) {
        this.context = context;
        context.<String>controller("local-storage-class", key -> make()).queue().add(NAME);
    }

    private Result make() {
        ResourceClient<StorageClass> classes = context.client().resource(StorageClass.KIND);
        if (!classes.list().isEmpty()) {
            return Result.DONE;
        }
        try {
            classes.create(new StorageClass(MapValue.of(
                    "apiVersion",
                    "storage.k8s.io/v1",
                    "kind",
                    "StorageClass",
                    "metadata",
                    MapValue.of(
                            "name",
                            NAME,
                            "annotations",
                            MapValue.of("storageclass.kubernetes.io/is-default-class", "true")),
                    "provisioner",
                    LocalVolumes.PROVISIONER,
                    "reclaimPolicy",
                    "Delete",
                    "volumeBindingMode",
                    "WaitForFirstConsumer")));
        } catch (StatusException e) {
            if (e.code() != 409) {
                throw e;
            }
        }
        return Result.DONE;
    }
}
