package dev.proa.image;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A list of manifests: one image for several platforms, or the contents of an image layout. */
public record ImageIndex(List<Descriptor> manifests) {

    public ImageIndex {
        manifests = List.copyOf(manifests);
    }

    /** Reads an OCI index or Docker's manifest list. */
    public static ImageIndex parse(byte[] bytes) {
        JsonDocument json = JsonDocument.parse(bytes, "image index");
        return new ImageIndex(
                json.objects("manifests").stream().map(Descriptor::read).toList());
    }

    /** The first manifest for the platform, exact variants before loose ones. */
    public Descriptor select(Platform platform) {
        return manifests.stream()
                .filter(manifest -> platform.equals(manifest.platform()))
                .findFirst()
                .or(() -> manifests.stream()
                        .filter(manifest -> manifest.platform() != null && platform.accepts(manifest.platform()))
                        .findFirst())
                .orElseThrow(() -> ImageFailure.notFound("the image has no variant for " + platform + ", only for "
                        + manifests.stream()
                                .map(manifest -> String.valueOf(manifest.platform()))
                                .filter(name -> !name.startsWith("unknown"))
                                .collect(Collectors.joining(", "))));
    }

    /** The JSON document; equal indexes give equal bytes. */
    public byte[] toBytes() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("schemaVersion", 2);
        json.put("mediaType", MediaTypes.INDEX);
        json.put("manifests", manifests.stream().map(Descriptor::toJson).toList());
        return JsonDocument.write(json);
    }
}
