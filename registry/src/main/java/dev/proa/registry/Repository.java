package dev.proa.registry;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.ImageFailure;
import dev.proa.image.ManifestDocument;
import dev.proa.image.MediaTypes;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.NamedManifest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a repository has at one moment: its tags, its manifests (named by tag or digest, or in an index that is), and the blobs of
 * these. Blobs of other repositories are not to be read through it. Thread-safe.
 */
final class Repository {
    private final ImageStore store;
    private final NavigableMap<String, Descriptor> tags = new TreeMap<>();
    private final Map<Digest, Descriptor> named = new LinkedHashMap<>();
    private @Nullable Closure closure;

    private record Closure(Map<Digest, Descriptor> manifests, Set<Digest> blobs) {}

    /** @param entries the names that are in this repository */
    Repository(ImageStore store, List<NamedManifest> entries) {
        this.store = store;
        for (NamedManifest entry : entries) {
            Reference name = entry.name();
            if (name.tag() != null) {
                tags.put(name.tag(), entry.manifest());
            }
            named.putIfAbsent(entry.manifest().digest(), entry.manifest());
        }
    }

    /** By tag, in the order of their characters. */
    NavigableMap<String, Descriptor> tags() {
        return tags;
    }

    boolean isEmpty() {
        return named.isEmpty();
    }

    /** The manifest of a digest; null when the repository does not have it. */
    @Nullable
    Descriptor manifest(Digest digest) {
        Descriptor direct = named.get(digest);
        return direct != null ? direct : closure().manifests.get(digest);
    }

    boolean hasBlob(Digest digest) {
        return closure().blobs.contains(digest);
    }

    /** Those that have a name here, which those in indexes need not have. */
    Map<Digest, Descriptor> named() {
        return named;
    }

    /** The manifest here that needs another manifest or a blob; null for none. */
    @Nullable
    Digest userOf(Digest digest) {
        for (Descriptor manifest : closure().manifests.values()) {
            ManifestDocument document = read(manifest.digest());
            if (document != null
                    && (document.blobDigests().contains(digest)
                            || document.manifests().stream()
                                    .anyMatch(child -> child.digest().equals(digest)))) {
                return manifest.digest();
            }
        }
        return null;
    }

    private synchronized Closure closure() {
        Closure known = closure;
        if (known == null) {
            known = new Closure(new LinkedHashMap<>(), new HashSet<>());
            for (Descriptor manifest : named.values()) {
                visit(manifest, known);
            }
            closure = known;
        }
        return known;
    }

    private void visit(Descriptor root, Closure found) {
        Deque<Descriptor> left = new ArrayDeque<>(List.of(root));
        while (!left.isEmpty()) {
            Descriptor manifest = left.pop();
            ManifestDocument document = found.manifests.containsKey(manifest.digest()) ? null : read(manifest.digest());
            if (document != null) {
                String type = MediaTypes.isIndex(manifest.mediaType()) || MediaTypes.isManifest(manifest.mediaType())
                        ? manifest.mediaType()
                        : document.mediaType();
                found.manifests.put(manifest.digest(), new Descriptor(type, manifest.digest(), manifest.size()));
                found.blobs.addAll(document.blobDigests());
                document.manifests().forEach(left::push);
            }
        }
    }

    /** Null for what is no manifest, as an index may claim of anything. */
    private @Nullable ManifestDocument read(Digest digest) {
        try {
            return store.manifest(digest);
        } catch (ImageFailure e) {
            if (e.reason() == ImageFailure.Reason.INVALID || e.reason() == ImageFailure.Reason.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }
}
