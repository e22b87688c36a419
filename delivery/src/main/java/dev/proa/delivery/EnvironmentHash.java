package dev.proa.delivery;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Rolls pods out again when a ConfigMap or Secret changes that they use as environment: the pod template gets an
 * annotation with the digest of the values it uses from the same manifests. Mounted files need no such thing, since the
 * kubelet refreshes them.
 */
final class EnvironmentHash {
    static final String ANNOTATION = "proa.dev/environment";

    private EnvironmentHash() {}

    static List<MapValue> annotate(List<MapValue> manifests) {
        return manifests.stream()
                .map(manifest -> manifest.map("spec").has("template") ? annotated(manifest, manifests) : manifest)
                .toList();
    }

    private static MapValue annotated(MapValue workload, List<MapValue> manifests) {
        MapValue pod = workload.map("spec").map("template").map("spec");
        TreeMap<String, String> sources = new TreeMap<>();
        for (String list : List.of("initContainers", "containers")) {
            for (Object container : pod.list(list)) {
                collect(container, workload, manifests, sources);
            }
        }
        if (sources.isEmpty()) {
            return workload;
        }
        String digest = digest(String.join("\n", new ArrayList<>(sources.values())));
        return workload.withMap(
                "spec",
                spec -> spec.withMap(
                        "template",
                        template -> template.withMap(
                                "metadata",
                                metadata -> metadata.withMap("annotations", all -> all.with(ANNOTATION, digest)))));
    }

    private static void collect(
            @Nullable Object value, MapValue workload, List<MapValue> manifests, TreeMap<String, String> into) {
        if (!(value instanceof MapValue container)) {
            return;
        }
        for (Object from : container.list("envFrom")) {
            if (from instanceof MapValue source) {
                add("ConfigMap", source.map("configMapRef").string("name"), workload, manifests, into);
                add("Secret", source.map("secretRef").string("name"), workload, manifests, into);
            }
        }
        ListValue variables = container.list("env");
        for (int i = 0; i < variables.size(); i++) {
            MapValue source = variables.map(i).map("valueFrom");
            add("ConfigMap", source.map("configMapKeyRef").string("name"), workload, manifests, into);
            add("Secret", source.map("secretKeyRef").string("name"), workload, manifests, into);
        }
    }

    private static void add(
            String kind, String name, MapValue workload, List<MapValue> manifests, TreeMap<String, String> into) {
        for (MapValue manifest : manifests) {
            MapValue metadata = manifest.map("metadata");
            if (manifest.string("kind").equals(kind)
                    && metadata.string("name").equals(name)
                    && metadata.string("namespace")
                            .equals(workload.map("metadata").string("namespace"))) {
                into.put(
                        kind + "/" + name,
                        Json.toString(MapValue.of(
                                "data", manifest.map("data"),
                                "binaryData", manifest.map("binaryData"),
                                "stringData", manifest.map("stringData"))));
            }
        }
    }

    private static String digest(String text) {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sum, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
