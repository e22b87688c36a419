package dev.proa.api.quota;

import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts the objects of a resource under {@code count/RESOURCE.GROUP}.
 *
 * @param alias the older name of the count; empty when there is none
 */
record ObjectCount(String resource, String alias) implements Evaluator {
    static final String PREFIX = "count/";

    @Override
    public boolean tracks(String name) {
        return name.equals(PREFIX + resource) || !alias.isEmpty() && name.equals(alias);
    }

    @Override
    public Map<String, Quantity> usage(MapValue object) {
        Map<String, Quantity> usage = new TreeMap<>();
        usage.put(PREFIX + resource, Quantity.of(1));
        if (!alias.isEmpty()) {
            usage.put(alias, Quantity.of(1));
        }
        return usage;
    }

    @Override
    public boolean countsUpdate(String subresource, MapValue object, MapValue old) {
        return false;
    }
}
