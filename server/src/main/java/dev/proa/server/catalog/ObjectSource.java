package dev.proa.server.catalog;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Computes the objects of a resource that are not stored, whenever they are asked for. They can be read and selected, not watched or
 * changed. Thread-safe; blocks for no more than a moment.
 */
public interface ObjectSource {
    /**
     * An object.
     *
     * @param namespace empty for a resource without namespaces
     * @throws StatusException when there is none
     */
    MapValue get(String namespace, String name);

    /**
     * All objects, by namespace and name.
     *
     * @param namespace null for those of all namespaces
     */
    List<MapValue> list(@Nullable String namespace);
}
