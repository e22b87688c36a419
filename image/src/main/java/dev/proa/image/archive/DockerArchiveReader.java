package dev.proa.image.archive;

import dev.proa.image.Descriptor;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageConfigBuilder;
import dev.proa.image.ImageFailure;
import dev.proa.image.JsonDocument;
import dev.proa.image.Manifest;
import dev.proa.image.MediaTypes;
import dev.proa.image.Reference;
import dev.proa.image.store.BlobWriter;
import dev.proa.image.store.ImageStore;
import dev.proa.image.tar.Decompression;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads what {@code docker save} writes into a store: {@code manifest.json} lists configurations and layers. Before Docker 1.10 there
 * were only {@code repositories} and a chain of layers, each with its own JSON document.
 */
final class DockerArchiveReader {
    private final FileSource files;
    private final ImageStore store;

    DockerArchiveReader(FileSource files, ImageStore store) {
        this.files = files;
        this.store = store;
    }

    private record Saved(String config, List<String> layers, List<String> names) {}

    /** @param list content of {@code manifest.json} */
    List<Imported> read(byte[] list, Selection selection) throws IOException {
        List<Saved> saved = new ArrayList<>();
        for (JsonDocument entry : wrapped(list, "manifest.json").objects("it")) {
            saved.add(new Saved(entry.required("Config"), entry.strings("Layers"), entry.strings("RepoTags")));
        }
        List<Imported> imported = new ArrayList<>();
        for (Saved image : selection.choose(saved, Saved::names)) {
            imported.add(named(image(image), image.names, selection));
        }
        return imported;
    }

    /** A document that is no object reads like every other when it is wrapped in one. */
    private static JsonDocument wrapped(byte[] json, String what) {
        return JsonDocument.parse(
                ("{\"it\":" + new String(json, StandardCharsets.UTF_8) + "}").getBytes(StandardCharsets.UTF_8), what);
    }

    private Imported named(Descriptor manifest, List<String> names, Selection selection) {
        List<Reference> references =
                selection.as() == null ? names.stream().map(Reference::parse).toList() : List.of(selection.as());
        references.forEach(name -> store.tag(name, manifest));
        return new Imported(manifest, references);
    }

    /** Creates a manifest, since these archives have none in the registry's format. */
    private Descriptor image(Saved saved) throws IOException {
        byte[] config = files.document(saved.config);
        if (config == null) {
            throw ImageFailure.invalid("the archive lacks " + saved.config);
        }
        ImageConfig parsed = ImageConfig.parse(config);
        if (saved.layers.size() != parsed.diffIds().size()) {
            throw ImageFailure.invalid("the archive is malformed: its lists of layers differ");
        }
        List<Descriptor> layers = new ArrayList<>();
        for (String path : saved.layers) {
            layers.add(layer(path));
        }
        Descriptor configuration = store.write(MediaTypes.CONFIG, config);
        return store.write(MediaTypes.MANIFEST, new Manifest(configuration, layers).toBytes());
    }

    /** Stores a layer, compressed or not; its content is verified when it is unpacked. */
    private Descriptor layer(String path) throws IOException {
        try (InputStream in = files.open(path)) {
            if (in == null) {
                throw ImageFailure.invalid("the archive lacks the layer " + path);
            }
            BufferedInputStream content = new BufferedInputStream(in);
            String type = switch (Decompression.of(content)) {
                case NONE -> MediaTypes.LAYER_TAR;
                case GZIP -> MediaTypes.LAYER_GZIP;
                case ZSTD -> MediaTypes.LAYER_ZSTD;
            };
            try (BlobWriter writer = store.newBlob()) {
                content.transferTo(writer);
                return writer.commit(type);
            }
        }
    }

    private record Legacy(String layer, String name) {
        List<String> names() {
            return List.of(name);
        }
    }

    /** @param repositories content of that file */
    List<Imported> readLegacy(byte[] repositories, Selection selection) throws IOException {
        JsonDocument all = wrapped(repositories, "repositories");
        JsonDocument tags = all.requiredObject("it");
        List<Legacy> images = new ArrayList<>();
        for (String repository : all.keys("it")) {
            tags.stringMap(repository).forEach((tag, layer) -> images.add(new Legacy(layer, repository + ":" + tag)));
        }
        List<Imported> imported = new ArrayList<>();
        for (Legacy image : selection.choose(images, Legacy::names)) {
            imported.add(named(legacyImage(image.layer), image.names(), selection));
        }
        return imported;
    }

    private Descriptor legacyImage(String top) throws IOException {
        List<String> chain = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (String layer = top; !layer.isEmpty(); layer = legacyDocument(layer).string("parent", "")) {
            if (!seen.add(layer) || chain.size() > Manifest.MAX_LAYERS) {
                throw ImageFailure.invalid("the archive is malformed: its chain of layers has no end");
            }
            chain.addFirst(layer);
        }
        ImageConfigBuilder config = ImageConfig.parse(legacyBytes(top)).toBuilder();
        List<Descriptor> layers = new ArrayList<>();
        for (String id : chain) {
            Descriptor layer = layer(id + "/layer.tar");
            if (!layer.mediaType().equals(MediaTypes.LAYER_TAR)) {
                throw ImageFailure.invalid("the archive is malformed: " + id + "/layer.tar is compressed");
            }
            layers.add(layer);
            JsonDocument made = legacyDocument(id).object("container_config");
            config.layer(layer.digest(), made == null ? id : String.join(" ", made.strings("Cmd")));
        }
        Descriptor configuration = store.write(MediaTypes.CONFIG, config.build().toBytes());
        return store.write(MediaTypes.MANIFEST, new Manifest(configuration, layers).toBytes());
    }

    private JsonDocument legacyDocument(String layer) throws IOException {
        return JsonDocument.parse(legacyBytes(layer), layer + "/json");
    }

    private byte[] legacyBytes(String layer) throws IOException {
        byte[] bytes = files.document(layer + "/json");
        if (bytes == null) {
            throw ImageFailure.invalid("the archive lacks " + layer + "/json");
        }
        return bytes;
    }
}
