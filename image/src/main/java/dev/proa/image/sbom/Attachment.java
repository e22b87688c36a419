package dev.proa.image.sbom;

import dev.proa.image.Descriptor;
import dev.proa.image.JsonDocument;
import dev.proa.image.MediaTypes;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A document about an image, stored beside it as an artifact that refers to it (OCI image specification 1.1, {@code subject}). It is
 * pushed, pulled, exported and deleted with the image.
 *
 * @param artifactType what kind of document it is
 * @param annotations of the document's blob
 */
public record Attachment(String artifactType, byte[] document, Map<String, String> annotations) {
    private static final String EMPTY = "application/vnd.oci.empty.v1+json";

    public Attachment {
        document = document.clone();
        annotations = Map.copyOf(annotations);
    }

    /** A software bill of materials, as {@link CycloneDx} writes it. */
    public static Attachment sbom(byte[] document) {
        return new Attachment(CycloneDx.MEDIA_TYPE, document, Map.of());
    }

    /** A statement about how an image was built, as {@link Provenance} makes it. */
    public static Attachment provenance(byte[] statement) {
        return new Attachment(
                Provenance.MEDIA_TYPE, statement, Map.of(Provenance.PREDICATE_ANNOTATION, Provenance.PREDICATE_TYPE));
    }

    @Override
    public byte[] document() {
        return document.clone();
    }

    /**
     * Stores the document.
     *
     * @param image its manifest or index
     * @param home a name in the image's repository
     * @return the artifact's manifest; the same document for the same image gives the same
     */
    public Descriptor attach(ImageStore store, Descriptor image, Reference home) {
        Descriptor empty = store.write(EMPTY, new byte[] {'{', '}'});
        Descriptor blob = store.write(artifactType, document).withAnnotations(annotations);
        Map<String, Object> manifest = new LinkedHashMap<>();
        manifest.put("schemaVersion", 2);
        manifest.put("mediaType", MediaTypes.MANIFEST);
        manifest.put("artifactType", artifactType);
        manifest.put("config", empty.toJson());
        manifest.put("layers", List.of(blob.toJson()));
        manifest.put("subject", new Descriptor(image.mediaType(), image.digest(), image.size()).toJson());
        Descriptor artifact = store.write(MediaTypes.MANIFEST, JsonDocument.write(manifest));
        store.tag(List.of(home.withDigest(artifact.digest())), artifact);
        return artifact;
    }
}
