package dev.proa.server.fieldmanager;

import dev.proa.api.typed.MergeType;
import dev.proa.api.value.MapValue;
import org.jspecify.annotations.Nullable;

/** The versions in which the objects of a resource can be had. */
public interface Versions {
    /** The type of objects of a version; null when there is no such version. */
    @Nullable
    MergeType type(String apiVersion);

    /** Whether types may be others than when objects were stored. */
    boolean changing();

    /** An object in another version, of which {@link #type} knows. */
    MapValue convert(MapValue object, String apiVersion);

    /** Only one version, in which every object is already. */
    static Versions only(String only, MergeType type) {
        return new Versions() {
            @Override
            public @Nullable MergeType type(String apiVersion) {
                return apiVersion.equals(only) ? type : null;
            }

            @Override
            public boolean changing() {
                return false;
            }

            @Override
            public MapValue convert(MapValue object, String apiVersion) {
                return object;
            }
        };
    }
}
