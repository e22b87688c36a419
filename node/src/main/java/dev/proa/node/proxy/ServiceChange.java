package dev.proa.node.proxy;

import dev.proa.api.value.MapValue;
import dev.proa.client.ObjectKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service that may have changed, as it is now.
 *
 * @param key its namespace and name
 * @param service the object of {@code v1} Service; null when there is none
 * @param slices its objects of {@code discovery.k8s.io/v1} EndpointSlice, by name
 */
public record ServiceChange(ObjectKey key, @Nullable MapValue service, List<MapValue> slices) {
    public ServiceChange {
        slices = List.copyOf(slices);
    }
}
