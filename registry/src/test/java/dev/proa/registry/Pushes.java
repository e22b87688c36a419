package dev.proa.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageIndex;
import dev.proa.image.JsonDocument;
import dev.proa.image.Manifest;
import dev.proa.image.MediaTypes;
import dev.proa.image.Platform;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Pushes to a registry, as a client would. */
final class Pushes {
    static final String EMPTY = "application/vnd.oci.empty.v1+json";

    private final TestRegistry.Client registry;

    Pushes(TestRegistry.Client registry) {
        this.registry = registry;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Begins an upload and returns its path. */
    String begin(String repository) throws IOException, InterruptedException {
        HttpResponse<byte[]> begun = registry.send("POST", "/v2/" + repository + "/blobs/uploads/");
        assertThat(begun.statusCode()).isEqualTo(202);
        return TestRegistry.header(begun, "Location");
    }

    Descriptor blob(String repository, String mediaType, byte[] content) throws IOException, InterruptedException {
        Digest digest = Digest.of(content);
        HttpResponse<byte[]> put = registry.send("PUT", begin(repository) + "?digest=" + digest, content);
        assertThat(put.statusCode()).isEqualTo(201);
        return new Descriptor(mediaType, digest, content.length);
    }

    /** Pushes an image of one layer, and returns its manifest. */
    Descriptor image(String repository, String tag, byte[] layer) throws IOException, InterruptedException {
        byte[] config = ImageConfig.empty(Platform.host()).toBuilder()
                .layer(Digest.of(layer), "test")
                .build()
                .toBytes();
        Manifest manifest = new Manifest(
                blob(repository, MediaTypes.CONFIG, config), List.of(blob(repository, MediaTypes.LAYER_TAR, layer)));
        return manifest(repository, tag, MediaTypes.MANIFEST, manifest.toBytes());
    }

    Descriptor manifest(String repository, String reference, String type, byte[] content)
            throws IOException, InterruptedException {
        HttpResponse<byte[]> put = put(repository, reference, type, content);
        assertThat(put.statusCode())
                .as(new String(put.body(), StandardCharsets.UTF_8))
                .isEqualTo(201);
        return new Descriptor(type, Digest.of(content), content.length);
    }

    HttpResponse<byte[]> put(String repository, String reference, String type, byte[] content)
            throws IOException, InterruptedException {
        return registry.send("PUT", "/v2/" + repository + "/manifests/" + reference, content, "Content-Type", type);
    }

    Descriptor index(String repository, String tag, Descriptor... manifests) throws IOException, InterruptedException {
        return manifest(repository, tag, MediaTypes.INDEX, new ImageIndex(List.of(manifests)).toBytes());
    }

    /** Pushes what says something about a manifest, by its digest. */
    Descriptor referrer(String repository, String type, Descriptor subject, Map<String, String> annotations)
            throws IOException, InterruptedException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("schemaVersion", 2);
        json.put("mediaType", MediaTypes.MANIFEST);
        json.put("artifactType", type);
        json.put("config", blob(repository, EMPTY, bytes("{}")).toJson());
        json.put("layers", List.of());
        json.put("subject", subject.toJson());
        json.put("annotations", annotations);
        byte[] content = JsonDocument.write(json);
        return manifest(repository, Digest.of(content).toString(), MediaTypes.MANIFEST, content);
    }

    /** The code of the error that was answered. */
    static String error(HttpResponse<byte[]> response) {
        return JsonDocument.parse(response.body(), "errors")
                .objects("errors")
                .getFirst()
                .required("code");
    }
}
