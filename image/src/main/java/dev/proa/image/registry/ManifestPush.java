package dev.proa.image.registry;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.DigestTags;
import dev.proa.image.ImageFailure;
import dev.proa.image.ImageIndex;
import dev.proa.image.ManifestDocument;
import dev.proa.image.MediaTypes;
import dev.proa.image.Reference;
import dev.proa.image.registry.RegistryHttp.Scope;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.NamedManifest;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Pushes a manifest to one repository with all that it refers to, the lowest first, so that the registry never has a manifest
 * whose parts are missing.
 */
final class ManifestPush {
    private static final int MAX_DEPTH = 4;

    private final RegistryHttp http;
    private final Reference target;
    private final ImageStore store;
    private final PushOptions options;
    private final BlobUpload uploads;
    private final Map<Digest, Descriptor> blobs = new LinkedHashMap<>();
    /** Manifests below the one that is pushed, children before their indexes. */
    private final Map<Digest, Descriptor> manifests = new LinkedHashMap<>();

    ManifestPush(RegistryHttp http, Reference target, ImageStore store, PushOptions options, long monolithicBytes) {
        this.http = http;
        this.target = target;
        this.store = store;
        this.options = options;
        this.uploads = new BlobUpload(http, target, store, options.listener(), monolithicBytes);
    }

    /** Pushes, and returns the digest of what the target's tag then means. */
    Digest push(Descriptor root) {
        collect(root, 0);
        List<Descriptor> about = options.referrers() ? referrers() : List.of();
        about.forEach(referrer -> collect(referrer, 0));
        Map<Digest, String> known = knownElsewhere();
        Transfers.each(
                List.copyOf(blobs.values()),
                blob -> Transfers.retrying(() -> uploads.upload(blob, known.get(blob.digest()))));
        for (Descriptor manifest : manifests.values()) {
            if (!manifest.digest().equals(root.digest())) {
                put(manifest, manifest.digest().toString());
            }
        }
        put(root, target.tag() == null ? root.digest().toString() : target.tag());
        if (options.referrers()) {
            cosignTags().forEach((tag, signature) -> put(signature, tag));
        }
        return root.digest();
    }

    private void collect(Descriptor manifest, int depth) {
        if (depth > MAX_DEPTH) {
            throw ImageFailure.invalid("indexes are nested too deeply in " + manifest.digest());
        }
        if (manifests.containsKey(manifest.digest())) {
            return;
        }
        ManifestDocument document = store.manifest(manifest.digest());
        for (Descriptor child : document.manifests()) {
            if (!store.contains(child.digest())) {
                throw ImageFailure.notFound("only a part of the image is here: " + child.digest()
                        + (child.platform() == null ? "" : " for " + child.platform())
                        + " is missing; push one platform, or pull all of them first");
            }
            collect(child, depth + 1);
        }
        document.requiredBlobs().forEach(blob -> blobs.putIfAbsent(blob.digest(), blob));
        manifests.put(manifest.digest(), manifest);
    }

    /** Artifacts of the store about what is pushed, and those about them; and what cosign named after a digest. */
    private List<Descriptor> referrers() {
        Map<Digest, Descriptor> found = new LinkedHashMap<>();
        boolean more = true;
        while (more) {
            more = false;
            for (NamedManifest named : store.manifests()) {
                Descriptor subject = store.contains(named.manifest().digest())
                        ? store.manifest(named.manifest().digest()).subject()
                        : null;
                boolean about = subject != null
                        && (manifests.containsKey(subject.digest()) || found.containsKey(subject.digest()));
                more |= about && found.putIfAbsent(named.manifest().digest(), named.manifest()) == null;
            }
        }
        List<Descriptor> all = new ArrayList<>(found.values());
        all.addAll(cosignTags().values());
        return all;
    }

    private Map<String, Descriptor> cosignTags() {
        Map<String, Descriptor> found = new LinkedHashMap<>();
        for (NamedManifest named : store.manifests()) {
            Digest subject = DigestTags.subject(named.name());
            if (subject != null
                    && manifests.containsKey(subject)
                    && store.contains(named.manifest().digest())) {
                found.putIfAbsent(Objects.requireNonNull(named.name().tag()), named.manifest());
            }
        }
        return found;
    }

    /** Blobs that other repositories of the registry have, since they were pulled from or pushed to them. */
    private Map<Digest, String> knownElsewhere() {
        Map<Digest, String> repositories = new LinkedHashMap<>();
        for (NamedManifest named : store.manifests()) {
            Reference name = named.name();
            if (name.registry().equals(target.registry())
                    && !name.repository().equals(target.repository())
                    && store.contains(named.manifest().digest())) {
                addBlobs(named.manifest(), name.repository(), repositories, 0);
            }
        }
        return repositories;
    }

    private void addBlobs(Descriptor manifest, String repository, Map<Digest, String> repositories, int depth) {
        ManifestDocument document = store.manifest(manifest.digest());
        document.blobDigests().forEach(blob -> repositories.putIfAbsent(blob, repository));
        for (Descriptor child : document.manifests()) {
            if (depth < MAX_DEPTH && store.contains(child.digest())) {
                addBlobs(child, repository, repositories, depth + 1);
            }
        }
    }

    private void put(Descriptor manifest, String version) {
        byte[] bytes = store.readDocument(manifest.digest());
        HttpResponse<InputStream> response =
                put(bytes, store.manifest(manifest.digest()).mediaType(), version);
        String digest = response.headers().firstValue("Docker-Content-Digest").orElse("");
        if (!digest.isEmpty() && !digest.equals(manifest.digest().toString())) {
            throw ImageFailure.invalid("registry " + target.registry() + " stored " + version + " as " + digest
                    + ", though it is " + manifest.digest());
        }
        Descriptor subject = store.manifest(manifest.digest()).subject();
        if (subject != null && response.headers().firstValue("OCI-Subject").isEmpty()) {
            addToFallback(subject.digest(), manifest);
        }
    }

    private HttpResponse<InputStream> put(byte[] manifest, String mediaType, String version) {
        URI uri = http.uri(target, "manifests/" + version);
        return Transfers.retrying(() -> {
            HttpRequest.Builder request = http.request(uri)
                    .header("Content-Type", mediaType)
                    .PUT(HttpRequest.BodyPublishers.ofByteArray(manifest));
            HttpResponse<InputStream> response = http.exchange(request, uri, Scope.push(target), target);
            if (response.statusCode() != 201) {
                throw http.failure(response, target, true);
            }
            RegistryHttp.discard(response);
            return response;
        });
    }

    /** A registry without the referrers API has an index of them under a tag that their clients keep. */
    private void addToFallback(Digest subject, Descriptor referrer) {
        String tag = DigestTags.fallback(subject);
        ManifestDocument document = store.manifest(referrer.digest());
        List<Descriptor> listed = new ArrayList<>(
                new ReferrerQuery(http, target.withTag(tag)).fallback().manifests());
        if (listed.stream().anyMatch(known -> known.digest().equals(referrer.digest()))) {
            return;
        }
        listed.add(new Descriptor(
                document.mediaType(),
                referrer.digest(),
                store.readDocument(referrer.digest()).length,
                document.annotations(),
                null,
                document.artifactType()));
        put(new ImageIndex(listed).toBytes(), MediaTypes.INDEX, tag);
    }
}
