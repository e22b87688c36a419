package dev.proa.server.customresource;

import dev.proa.api.value.MapValue;
import java.util.List;

/** Converts the objects of one definition from one version to another. Safe for any thread. */
interface Conversion {
    /** {@code group/version} in which objects are stored. */
    String storageVersion();

    /**
     * Objects in another version, in the same order; the very same where they have that version.
     *
     * @param objects of any versions
     * @param apiVersion {@code group/version}
     * @throws dev.proa.api.status.StatusException when they cannot be converted
     */
    List<MapValue> convert(List<MapValue> objects, String apiVersion);

    /** The same for one object. */
    default MapValue convert(MapValue object, String apiVersion) {
        return object.string("apiVersion").equals(apiVersion)
                ? object
                : convert(List.of(object), apiVersion).getFirst();
    }

    /** Whether somebody else is asked, for whom {@link #convert} waits. */
    default boolean calls() {
        return false;
    }

    /** The strategy {@code None}: the versions differ in name only. */
    record None(String storageVersion) implements Conversion {
        @Override
        public List<MapValue> convert(List<MapValue> objects, String apiVersion) {
            return objects.stream().map(object -> convert(object, apiVersion)).toList();
        }

        @Override
        public MapValue convert(MapValue object, String apiVersion) {
            return object.string("apiVersion").equals(apiVersion) ? object : object.with("apiVersion", apiVersion);
        }
    }
}
