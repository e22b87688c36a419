package dev.proa.delivery.source;

import dev.proa.api.value.MapValue;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Manifests, ready but for the images that are built for them.
 *
 * @param objects in no particular order; each has an apiVersion, a kind and a name
 * @param origins where an object comes from, as {@code k8s/web.yaml}, by {@link Kinds#describe}; objects that come from no file
 *     of their own are not in it
 * @param builds images to build, besides that of the folder itself
 * @param notes for the user, on what was not taken over
 */
public record Rendered(
        List<MapValue> objects, Map<String, String> origins, List<ImageBuild> builds, List<String> notes) {
    public Rendered {
        objects = List.copyOf(objects);
        origins = Collections.unmodifiableMap(new LinkedHashMap<>(origins));
        builds = List.copyOf(builds);
        notes = List.copyOf(notes);
    }

    /** Objects alone. */
    public static Rendered of(List<MapValue> objects) {
        return new Rendered(objects, Map.of(), List.of(), List.of());
    }
}
