package dev.proa.image;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A descriptor of a blob: media type, digest and size.
 *
 * @param size size of the blob in bytes
 * @param platform in an index, the platform of the manifest
 * @param artifactType in a list of referrers, what kind of artifact the manifest is
 */
public record Descriptor(
        String mediaType,
        Digest digest,
        long size,
        Map<String, String> annotations,
        @Nullable Platform platform,
        @Nullable String artifactType) {

    public Descriptor {
        if (size < 0) {
            throw ImageFailure.invalid("descriptor of " + digest + " has a negative size");
        }
        annotations = Collections.unmodifiableMap(new TreeMap<>(annotations));
    }

    public Descriptor(String mediaType, Digest digest, long size) {
        this(mediaType, digest, size, Map.of(), null);
    }

    public Descriptor(
            String mediaType, Digest digest, long size, Map<String, String> annotations, @Nullable Platform platform) {
        this(mediaType, digest, size, annotations, platform, null);
    }

    /** The same blob with other annotations. */
    public Descriptor withAnnotations(Map<String, String> newAnnotations) {
        return new Descriptor(mediaType, digest, size, newAnnotations, platform, artifactType);
    }

    /** Reads the JSON form. */
    public static Descriptor read(JsonDocument json) {
        JsonDocument platform = json.object("platform");
        return new Descriptor(
                json.string("mediaType", ""),
                Digest.parse(json.required("digest")),
                json.number("size", 0),
                json.stringMap("annotations"),
                platform == null ? null : Platform.read(platform),
                json.string("artifactType"));
    }

    /** The JSON form, as nested maps. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("mediaType", mediaType);
        json.put("digest", digest.toString());
        json.put("size", size);
        if (!annotations.isEmpty()) {
            json.put("annotations", annotations);
        }
        if (platform != null) {
            json.put("platform", platform.toJson());
        }
        if (artifactType != null) {
            json.put("artifactType", artifactType);
        }
        return json;
    }
}
