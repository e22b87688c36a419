package dev.proa.api.quota;

import dev.proa.api.value.MapValue;
import org.jspecify.annotations.Nullable;

/** Other objects of the cluster that matter for what one of them uses. Any thread may ask. */
public interface ClusterObjects {

    /** The DeviceClasses. */
    Iterable<MapValue> deviceClasses();

    /** The ResourceClaims of a namespace. */
    Iterable<MapValue> resourceClaims(String namespace);

    @Nullable
    MapValue pod(String namespace, String name);
}
