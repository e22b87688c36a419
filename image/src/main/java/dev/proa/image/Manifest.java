package dev.proa.image;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The manifest of one image: its configuration and its layers.
 *
 * @param layers the lowest first
 */
public record Manifest(String mediaType, Descriptor config, List<Descriptor> layers, Map<String, String> annotations) {

    /** The largest number of layers that other runtimes can stack. */
    public static final int MAX_LAYERS = 127;

    public Manifest {
        layers = List.copyOf(layers);
        if (layers.size() > MAX_LAYERS) {
            throw ImageFailure.invalid("the image has " + layers.size() + " layers, more than " + MAX_LAYERS
                    + "; build it with fewer steps, or squash it");
        }
        annotations = Collections.unmodifiableMap(new TreeMap<>(annotations));
    }

    public Manifest(Descriptor config, List<Descriptor> layers) {
        this(MediaTypes.MANIFEST, config, layers, Map.of());
    }

    /** Reads an OCI manifest or Docker's schema 2. */
    public static Manifest parse(byte[] bytes) {
        JsonDocument json = JsonDocument.parse(bytes, "image manifest");
        if (json.number("schemaVersion", 2) != 2 || !json.has("config")) {
            throw ImageFailure.invalid(
                    "the image manifest is neither OCI nor Docker schema 2; push the image again with a current tool");
        }
        return new Manifest(
                json.string("mediaType", MediaTypes.MANIFEST),
                Descriptor.read(json.requiredObject("config")),
                json.objects("layers").stream().map(Descriptor::read).toList(),
                json.stringMap("annotations"));
    }

    /** The JSON document; equal manifests give equal bytes. */
    public byte[] toBytes() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("schemaVersion", 2);
        json.put("mediaType", mediaType);
        json.put("config", config.toJson());
        json.put("layers", layers.stream().map(Descriptor::toJson).toList());
        if (!annotations.isEmpty()) {
            json.put("annotations", annotations);
        }
        return JsonDocument.write(json);
    }
}
