package dev.proa.image.store;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageFailure;
import dev.proa.image.Manifest;
import dev.proa.image.ManifestDocument;
import dev.proa.image.Platform;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The manifests of a store, parsed, and which image a container would be made of. Thread-safe. */
final class StoredManifests {
    /** Documents are kept until they are this long together, so that large ones cannot fill the memory. */
    private static final long MAX_CACHED_BYTES = 32L << 20;

    /** How deep the image may be in indexes. */
    private static final int MAX_DEPTH = 4;

    private final ImageStore store;
    private final Platform platform;
    private final Map<Digest, Parsed> documents = new LinkedHashMap<>(64, 0.75f, true);
    private long cachedBytes;
    private final ConcurrentHashMap<Digest, Image> images = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Digest, Descriptor> chosen = new ConcurrentHashMap<>();

    private record Parsed(ManifestDocument document, int length) {}

    /** @param platform chooses from an index */
    StoredManifests(ImageStore store, Platform platform) {
        this.store = store;
        this.platform = platform;
    }

    /** Forgets everything, since blobs were deleted. */
    void clear() {
        synchronized (documents) {
            documents.clear();
            cachedBytes = 0;
        }
        images.clear();
        chosen.clear();
    }

    ManifestDocument document(Digest digest) {
        synchronized (documents) {
            Parsed known = documents.get(digest);
            if (known != null) {
                return known.document;
            }
        }
        byte[] bytes = store.readDocument(digest);
        Parsed parsed = new Parsed(ManifestDocument.parse(bytes), bytes.length);
        synchronized (documents) {
            if (documents.put(digest, parsed) == null) {
                cachedBytes += parsed.length;
            }
            var eldest = documents.values().iterator();
            while (cachedBytes > MAX_CACHED_BYTES) {
                cachedBytes -= eldest.next().length;
                eldest.remove();
            }
        }
        return parsed.document;
    }

    /**
     * The manifest of the image that a container would be made of: for an index, that for the platform if it is there
     * with all its blobs. Empty for what is no image.
     */
    Optional<Descriptor> runnable(Descriptor manifest) {
        return runnable(manifest, 0);
    }

    private Optional<Descriptor> runnable(Descriptor manifest, int depth) {
        if (images.containsKey(manifest.digest())) {
            return Optional.of(manifest);
        }
        Descriptor known = chosen.get(manifest.digest());
        if (known != null) {
            return Optional.of(known);
        }
        ManifestDocument document = document(manifest.digest());
        if (!document.isIndex()) {
            return document.isImage() ? Optional.of(manifest) : Optional.empty();
        }
        if (depth == MAX_DEPTH) {
            return Optional.empty();
        }
        Optional<Descriptor> found = select(document.manifests())
                .filter(child -> store.contains(child.digest()))
                .flatMap(child -> runnable(child, depth + 1))
                .filter(child -> isComplete(document(child.digest())));
        found.ifPresent(child -> chosen.put(manifest.digest(), child));
        return found;
    }

    private Optional<Descriptor> select(List<Descriptor> manifests) {
        return manifests.stream()
                .filter(manifest -> platform.equals(manifest.platform()))
                .findFirst()
                .or(() -> manifests.stream()
                        .filter(manifest -> manifest.platform() != null && platform.accepts(manifest.platform()))
                        .findFirst());
    }

    private boolean isComplete(ManifestDocument document) {
        return document.requiredBlobs().stream().allMatch(blob -> store.contains(blob.digest()));
    }

    /** The image of a manifest, without names. */
    Image image(Descriptor manifest) {
        return images.computeIfAbsent(manifest.digest(), digest -> {
            Manifest parsed = Manifest.parse(store.readDocument(digest));
            ImageConfig config =
                    ImageConfig.parse(store.readDocument(parsed.config().digest()));
            return new Image(ImageStore.withoutNames(manifest), parsed, config, List.of());
        });
    }

    /**
     * Requires that nothing is missing of what a manifest consists of. Manifests of an index may be missing, as long as nobody wants
     * their platform.
     */
    void requireComplete(Descriptor manifest) {
        ManifestDocument document = document(manifest.digest());
        for (Descriptor blob : document.requiredBlobs()) {
            if (!store.contains(blob.digest())) {
                String part = blob.equals(document.config()) ? " lacks its configuration " : " lacks its layer ";
                throw ImageFailure.notFound("image " + manifest.digest() + part + blob.digest());
            }
        }
    }
}
