package dev.proa.delivery;

import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The kinds that no controller acts on yet. Whoever adds a controller removes its line here; the warnings follow from it.
 */
final class UnsupportedKinds {
    /** What is not done, by group and kind. */
    private static final Map<String, String> KINDS = Map.ofEntries(
            Map.entry("networking.k8s.io/Ingress", "no request is routed"),
            Map.entry("networking.k8s.io/NetworkPolicy", "no connection is refused"));

    private UnsupportedKinds() {}

    /** One warning for each such kind in the manifests, naming its first object. */
    static List<String> warnings(List<MapValue> manifests) {
        Map<String, List<String>> names = new LinkedHashMap<>();
        for (MapValue manifest : manifests) {
            String key = key(manifest);
            if (KINDS.containsKey(key)) {
                names.computeIfAbsent(key, none -> new ArrayList<>())
                        .add(manifest.map("metadata").string("name"));
            }
        }
        List<String> warnings = new ArrayList<>();
        names.forEach((key, of) -> warnings.add("nothing acts on the kind " + key.substring(key.indexOf('/') + 1)
                + " in this cluster yet, so " + KINDS.get(key) + ": \"" + of.getFirst() + "\""
                + (of.size() == 1 ? " is" : " and " + (of.size() - 1) + " more are") + " only stored"));
        return warnings;
    }

    private static String key(MapValue manifest) {
        String apiVersion = manifest.string("apiVersion");
        int slash = apiVersion.indexOf('/');
        return (slash < 0 ? "" : apiVersion.substring(0, slash) + "/") + manifest.string("kind");
    }
}
