package dev.proa.image.store;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.DigestTags;
import dev.proa.image.ImageFailure;
import dev.proa.image.ManifestDocument;
import dev.proa.image.Reference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The blobs that names reach: manifests, the manifests of indexes, configurations and layers.
 *
 * <p>An artifact about another manifest (a signature, a list of contents) that is named only by its digest and has a subject, or that has a
 * tag of cosign's ({@link DigestTags}), is reached for as long as its subject is, and its name falls with it. One thread uses it, and nobody
 * deletes blobs meanwhile.
 */
final class Reachable {
    private final ImageStore store;
    private final Set<Digest> manifests = new HashSet<>();
    private final Set<Digest> blobs = new HashSet<>();
    /** What names say: the digest of an index may be there only as a name of the image that was chosen from it. */
    private final Set<Digest> named = new HashSet<>();

    private final Map<String, Dependent> dangling = new HashMap<>();

    /** The subjects of what has a tag of cosign's, by its name with the digest, which a push gives it, too. */
    private final Map<Reference, Digest> tagged = new HashMap<>();

    private record Dependent(Digest digest, Digest subject) {}

    /**
     * Finds what is reached.
     *
     * @param names and what they mean
     * @param young whether a manifest is so new that its subject may still come
     */
    Reachable(ImageStore store, Map<String, Descriptor> names, Predicate<Digest> young) {
        this.store = store;
        names.forEach((name, manifest) -> {
            if (name.indexOf('/') >= 0) {
                Reference reference = Reference.parse(name);
                Digest subject = DigestTags.subject(reference);
                if (subject != null) {
                    tagged.put(reference.withDigest(manifest.digest()), subject);
                }
            }
        });
        names.forEach((name, manifest) -> {
            if (!store.contains(manifest.digest())) {
                return; // an index may name what its writer has elsewhere
            }
            Digest subject = subject(name, manifest);
            if (subject != null && !young.test(manifest.digest())) {
                dangling.put(name, new Dependent(manifest.digest(), subject));
                return;
            }
            int at = name.indexOf('@');
            if (at >= 0) {
                named.add(Digest.parse(name.substring(at + 1)));
            }
            visit(manifest.digest());
        });
        while (visitReferrers()) {
            // A referrer may have referrers itself.
        }
    }

    /** The digests of all blobs to keep. */
    Set<Digest> digests() {
        Set<Digest> all = new HashSet<>(blobs);
        all.addAll(manifests);
        return all;
    }

    /** The names that have lost their subject. */
    Set<String> dangling() {
        return dangling.keySet();
    }

    /** The manifest that a name is about; null for those of their own right. */
    private @Nullable Digest subject(String name, Descriptor manifest) {
        if (name.indexOf('/') < 0) {
            return null; // no reference
        }
        Reference reference = Reference.parse(name);
        Digest byTag = tagged.get(reference.withDigest(manifest.digest()));
        if (byTag != null || reference.digest() == null) {
            return byTag;
        }
        ManifestDocument document = read(manifest.digest());
        Descriptor subject = document == null || document.isImage() ? null : document.subject();
        return subject == null ? null : subject.digest();
    }

    private boolean visitReferrers() {
        boolean found = false;
        for (Iterator<Dependent> candidates = dangling.values().iterator(); candidates.hasNext(); ) {
            Dependent candidate = candidates.next();
            if (manifests.contains(candidate.subject) || named.contains(candidate.subject)) {
                visit(candidate.digest);
                candidates.remove();
                found = true;
            }
        }
        return found;
    }

    /** Content-addressed as they are, manifests cannot be in a circle, but one within another as often as anybody likes. */
    private void visit(Digest root) {
        Deque<Digest> left = new ArrayDeque<>(List.of(root));
        while (!left.isEmpty()) {
            Digest digest = left.pop();
            if (!store.contains(digest) || !manifests.add(digest)) {
                continue;
            }
            ManifestDocument document = read(digest);
            if (document != null) {
                blobs.addAll(document.blobDigests());
                document.manifests().forEach(child -> left.push(child.digest()));
            }
        }
    }

    /** Null for what is no manifest, as an index may claim of anything. */
    private @Nullable ManifestDocument read(Digest digest) {
        try {
            return store.manifest(digest);
        } catch (ImageFailure e) {
            if (e.reason() == ImageFailure.Reason.INVALID) {
                return null;
            }
            throw e;
        }
    }
}
