package dev.proa.image.solver;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.JsonDocument;
import dev.proa.image.Manifest;
import dev.proa.image.ManifestDocument;
import dev.proa.image.MediaTypes;
import dev.proa.image.Reference;
import dev.proa.image.layer.Compression;
import dev.proa.image.layer.FileAttributes;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.LayerUnpacker;
import dev.proa.image.store.Whiteouts;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Results of steps as an artifact of a registry: a manifest with a layer for each result, and this as its configuration:
 *
 * <pre>
 * {"steps": [{"key": "sha256:...", "layer": "sha256:...", "diffId": "sha256:..."}, ...]}
 * </pre>
 *
 * Whoever can write there decides what a build that imports it gets, as with caches of BuildKit.
 */
final class SharedCache {
    static final String CONFIG = "application/vnd.proa.buildcache.config.v1+json";

    private record Step(Descriptor layer, Digest diffId) {}

    private final ImageStore store;
    private final Map<String, Step> steps = new TreeMap<>();

    private SharedCache(ImageStore store) {
        this.store = store;
    }

    /**
     * Reads caches that were pulled into the store; what is of another kind is refused.
     *
     * @param names those of the caches in the store; ones that are not there are ignored
     */
    static SharedCache of(ImageStore store, List<Reference> names) {
        SharedCache cache = new SharedCache(store);
        for (Reference name : names) {
            store.resolve(name).ifPresent(manifest -> cache.add(name, manifest));
        }
        return cache;
    }

    private void add(Reference name, Descriptor descriptor) {
        ManifestDocument manifest = store.manifest(descriptor.digest());
        Descriptor config = manifest.config();
        if (config == null || !config.mediaType().equals(CONFIG)) {
            throw ImageFailure.invalid(name.familiar() + " is no build cache");
        }
        Map<String, Descriptor> layers = new LinkedHashMap<>();
        manifest.blobs().forEach(layer -> layers.put(layer.digest().toString(), layer));
        JsonDocument json = JsonDocument.parse(store.readDocument(config.digest()), "build cache " + name.familiar());
        for (JsonDocument step : json.objects("steps")) {
            Descriptor layer = layers.get(step.required("layer"));
            if (layer != null) {
                steps.put(step.required("key"), new Step(layer, Digest.parse(step.required("diffId"))));
            }
        }
    }

    /**
     * Unpacks the result of a step.
     *
     * @param result an empty directory
     * @return whether the cache has it
     */
    boolean unpack(Digest key, Path result, Whiteouts whiteouts) throws IOException {
        Step step = steps.get(key.toString());
        if (step == null) {
            return false;
        }
        try (InputStream layer = store.read(step.layer.digest())) {
            LayerUnpacker.unpack(layer, step.diffId, result, whiteouts, UnpackLimits.of(System.getenv()));
        }
        return true;
    }

    /**
     * Writes results of steps into a store, from where they can be pushed.
     *
     * @param results their directories by key
     */
    static void write(
            Map<Digest, Path> results, StepCache cache, FileAttributes attributes, ImageStore store, Reference name)
            throws IOException {
        List<Map<String, Object>> steps = new ArrayList<>();
        Set<Descriptor> layers = new LinkedHashSet<>();
        for (Map.Entry<Digest, Path> result : new TreeMap<>(results).entrySet()) {
            Image.Layer layer = cache.archive(result.getValue(), attributes, null, store, Compression.GZIP);
            layers.add(layer.descriptor());
            Map<String, Object> step = new LinkedHashMap<>();
            step.put("key", result.getKey().toString());
            step.put("layer", layer.descriptor().digest().toString());
            step.put("diffId", layer.diffId().toString());
            steps.add(step);
        }
        Descriptor config = store.write(CONFIG, JsonDocument.write(Map.of("steps", steps)));
        Manifest manifest = new Manifest(MediaTypes.MANIFEST, config, List.copyOf(layers), Map.of());
        store.tag(name, store.write(MediaTypes.MANIFEST, manifest.toBytes()));
    }
}
