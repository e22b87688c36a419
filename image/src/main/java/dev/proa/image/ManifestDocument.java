package dev.proa.image;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What any manifest refers to: the manifest of an image or of another artifact, or an index, in OCI's or Docker's (schema 2) form.
 *
 * @param mediaType its own, or what it evidently is when it does not say
 * @param artifactType what kind of artifact it is ({@code artifactType}, else the media type of its configuration), or null for an index
 * @param config of an image or artifact; null for an index
 * @param blobs what it consists of besides its configuration, the layers of an image in their order
 * @param manifests of an index
 * @param subject the manifest that this one says something about, or null; it need not exist
 */
public record ManifestDocument(
        String mediaType,
        @Nullable String artifactType,
        @Nullable Descriptor config,
        List<Descriptor> blobs,
        List<Descriptor> manifests,
        @Nullable Descriptor subject,
        Map<String, String> annotations) {
    private static final List<String> IMAGE_CONFIGS =
            List.of(MediaTypes.CONFIG, MediaTypes.DOCKER_CONFIG, "application/octet-stream", "");

    public ManifestDocument {
        blobs = List.copyOf(blobs);
        manifests = List.copyOf(manifests);
        annotations = Collections.unmodifiableMap(new TreeMap<>(annotations));
    }

    /**
     * Reads a manifest.
     *
     * @throws ImageFailure when it is neither an image's nor an artifact's nor an index
     */
    public static ManifestDocument parse(byte[] bytes) {
        JsonDocument json = JsonDocument.parse(bytes, "manifest");
        boolean index = json.has("manifests");
        if (json.number("schemaVersion", 0) != 2) {
            throw ImageFailure.invalid(
                    "the manifest is neither OCI nor Docker schema 2; push the image again with a current tool");
        }
        if (index == json.has("config")) {
            throw ImageFailure.invalid(
                    "a manifest has either \"config\" (an image or artifact) or \"manifests\" (an index)");
        }
        String type = json.string("mediaType", index ? MediaTypes.INDEX : MediaTypes.MANIFEST);
        if (index ? !MediaTypes.isIndex(type) : !MediaTypes.isManifest(type)) {
            throw ImageFailure.invalid("the manifest says that it is \"" + type + "\", which it is not");
        }
        Descriptor config = index ? null : Descriptor.read(json.requiredObject("config"));
        JsonDocument subject = json.object("subject");
        String artifactType = json.string("artifactType");
        return new ManifestDocument(
                type,
                artifactType == null && config != null ? config.mediaType() : artifactType,
                config,
                descriptors(json, "layers"),
                descriptors(json, "manifests"),
                subject == null ? null : Descriptor.read(subject),
                json.stringMap("annotations"));
    }

    private static List<Descriptor> descriptors(JsonDocument json, String name) {
        return json.objects(name).stream().map(Descriptor::read).toList();
    }

    public boolean isIndex() {
        return config == null;
    }

    /** Whether it is the manifest of an image that a container could be made of, as far as media types tell. */
    public boolean isImage() {
        return config != null
                && IMAGE_CONFIGS.contains(config.mediaType())
                && config.mediaType().equals(artifactType)
                && blobs.stream().allMatch(layer -> MediaTypes.isLayer(layer.mediaType()));
    }

    /** The blobs that must be there for it to be whole: configuration and layers, without those that may not be distributed. */
    public List<Descriptor> requiredBlobs() {
        List<Descriptor> required = new ArrayList<>();
        if (config != null) {
            required.add(config);
        }
        blobs.stream().filter(blob -> !MediaTypes.isForeign(blob.mediaType())).forEach(required::add);
        return required;
    }

    /** The digests of all blobs that it refers to, without manifests. */
    public List<Digest> blobDigests() {
        List<Digest> digests = new ArrayList<>();
        if (config != null) {
            digests.add(config.digest());
        }
        blobs.forEach(blob -> digests.add(blob.digest()));
        return digests;
    }
}
