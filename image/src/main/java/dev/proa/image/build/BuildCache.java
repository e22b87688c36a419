package dev.proa.image.build;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.JsonDocument;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Caches which inputs produced which image or layer: a small file per key in {@code <cache>/<kind>/}. An entry is valid
 * only while the store has its blobs. Files are replaced atomically, so concurrent builds are safe; a damaged file is
 * ignored.
 */
final class BuildCache {
    private final Path directory;
    private final ImageStore store;

    BuildCache(Path cache, String kind, ImageStore store) {
        this.directory = cache.resolve(kind);
        this.store = store;
    }

    /** The cached image of these inputs, protected from the garbage collector from now on. */
    Optional<Image> image(Digest key) {
        JsonDocument json = read(key);
        if (json == null) {
            return Optional.empty();
        }
        Descriptor manifest = Descriptor.read(json.requiredObject("manifest"));
        if (!store.claim(manifest.digest())) {
            return Optional.empty();
        }
        Image image = store.get(manifest);
        boolean whole = store.claim(image.id())
                && image.manifest().layers().stream().allMatch(layer -> store.claim(layer.digest()));
        return whole ? Optional.of(image) : Optional.empty();
    }

    void put(Digest key, Image image) {
        write(key, Map.of("manifest", image.descriptor().toJson()));
    }

    /** The entry of a key, or null. */
    @Nullable
    JsonDocument read(Digest key) {
        Path file = directory.resolve(key.hex());
        try {
            return JsonDocument.parse(Files.readAllBytes(file), file.toString());
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + file, e);
        } catch (ImageFailure damaged) {
            return null;
        }
    }

    void write(Digest key, Map<String, Object> value) {
        Path temporary = directory.resolve("new-" + UUID.randomUUID());
        try {
            Files.createDirectories(directory);
            Files.write(temporary, JsonDocument.write(value));
            Files.move(temporary, directory.resolve(key.hex()), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot write below " + directory, e);
        }
    }

    /** The layer as {@link #layerJson} wrote it, if the store has it; it is kept from the garbage collector from now on. */
    Image.@Nullable Layer layer(JsonDocument json) {
        Image.Layer layer = new Image.Layer(
                Descriptor.read(json.requiredObject("descriptor")), Digest.parse(json.required("diffId")));
        return store.claim(layer.descriptor().digest()) ? layer : null;
    }

    static Map<String, Object> layerJson(Image.Layer layer) {
        return Map.of(
                "descriptor",
                layer.descriptor().toJson(),
                "diffId",
                layer.diffId().toString());
    }
}
