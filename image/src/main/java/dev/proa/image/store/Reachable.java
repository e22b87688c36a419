package dev.proa.image.store;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.ManifestDocument;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The blobs that names reach: manifests, the manifests of indexes, configurations and layers.
 *
 * <p>An artifact that is named only by its digest and has a subject (a signature, a list of contents) is reached for as long as its
 * subject is, and its name falls with it. One thread uses it, and nobody deletes blobs meanwhile.
 */
final class Reachable {
    /** How deep indexes may be in one another. */
    static final int MAX_DEPTH = 4;

    private final ImageStore store;
    private final Set<Digest> reached = new HashSet<>();
    private final Map<String, Descriptor> dangling = new HashMap<>();

    /**
     * Finds what is reached.
     *
     * @param names and what they mean
     * @param young whether a manifest is so new that its subject may still come
     */
    Reachable(ImageStore store, Map<String, Descriptor> names, Predicate<Digest> young) {
        this.store = store;
        names.forEach((name, manifest) -> {
            if (!store.contains(manifest.digest())) {
                return; // an index may name what its writer has elsewhere
            }
            if (dependsOnSubject(name, manifest) && !young.test(manifest.digest())) {
                dangling.put(name, manifest);
            } else {
                visit(manifest.digest(), 0);
            }
        });
        while (visitReferrers()) {
            // A referrer may have referrers itself.
        }
    }

    /** The digests of all blobs to keep. */
    Set<Digest> digests() {
        return reached;
    }

    /** The names that have lost their subject. */
    Set<String> dangling() {
        return dangling.keySet();
    }

    private boolean dependsOnSubject(String name, Descriptor manifest) {
        ManifestDocument document = store.manifest(manifest.digest());
        return document.subject() != null && !document.isImage() && name.indexOf('@') >= 0;
    }

    private boolean visitReferrers() {
        boolean found = false;
        for (Iterator<Descriptor> candidates = dangling.values().iterator(); candidates.hasNext(); ) {
            Digest digest = candidates.next().digest();
            Descriptor subject = store.manifest(digest).subject();
            if (subject != null && reached.contains(subject.digest())) {
                visit(digest, 0);
                candidates.remove();
                found = true;
            }
        }
        return found;
    }

    private void visit(Digest digest, int depth) {
        if (!store.contains(digest) || !reached.add(digest) || depth > MAX_DEPTH) {
            return;
        }
        ManifestDocument document = store.manifest(digest);
        reached.addAll(document.blobDigests());
        document.manifests().forEach(child -> visit(child.digest(), depth + 1));
    }
}
