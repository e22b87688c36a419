package dev.proa.server.podsecurity;

import dev.proa.api.value.MapValue;
import java.util.List;

/** Tells whether an update of a pod has it do something else, so that it is checked again. */
final class SignificantUpdate {
    private SignificantUpdate() {}

    /** Whether there is another image, or another container. */
    static boolean is(MapValue spec, MapValue old) {
        for (String list : new String[] {"containers", "initContainers"}) {
            if (!images(spec, list).equals(images(old, list))) {
                return true;
            }
        }
        List<MapValue> before = Subject.maps(old.list("ephemeralContainers"));
        return Subject.maps(spec.list("ephemeralContainers")).stream()
                .anyMatch(container -> before.stream()
                        .noneMatch(other -> other.string("name").equals(container.string("name"))
                                && other.string("image").equals(container.string("image"))));
    }

    private static List<String> images(MapValue spec, String list) {
        return Subject.maps(spec.list(list)).stream()
                .map(container -> container.string("image"))
                .toList();
    }
}
