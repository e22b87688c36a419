package dev.proa.image.registry;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.DigestTags;
import dev.proa.image.ImageFailure;
import dev.proa.image.ImageIndex;
import dev.proa.image.JsonDocument;
import dev.proa.image.ManifestDocument;
import dev.proa.image.MediaTypes;
import dev.proa.image.Reference;
import dev.proa.image.store.BlobWriter;
import dev.proa.image.store.ImageStore;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Pulls what a name of a repository means, with all that it refers to, and names it in a store. */
final class ManifestPull {
    private static final String MANIFESTS = String.join(
            ", ", MediaTypes.INDEX, MediaTypes.MANIFEST, MediaTypes.DOCKER_LIST, MediaTypes.DOCKER_MANIFEST);
    private static final int MAX_DEPTH = 4;
    /** An image with more platforms and referrers is refused: each costs requests and files. */
    private static final int MAX_MANIFESTS = 256;

    private final RegistryHttp http;
    private final Reference source;
    private final ImageStore store;
    private final PullOptions options;
    private final UnpackLimits limits;
    private final Map<Digest, Document> manifests = new LinkedHashMap<>();
    private final Map<Digest, Descriptor> blobs = new LinkedHashMap<>();

    ManifestPull(RegistryHttp http, Reference source, ImageStore store, PullOptions options, UnpackLimits limits) {
        this.http = http;
        this.source = source;
        this.store = store;
        this.options = options;
        this.limits = limits;
    }

    private record Document(Descriptor descriptor, byte[] bytes, ManifestDocument content) {}

    /** Pulls, and returns what the name means in the store. */
    Descriptor pull() {
        Document root = manifest(source);
        Document index = null;
        for (int depth = 0; options.platform() != null && root.content.isIndex(); depth++) {
            if (depth == MAX_DEPTH) {
                throw tooDeep();
            }
            index = index == null ? root : index;
            Descriptor chosen = new ImageIndex(root.content.manifests()).select(options.platform());
            root = manifest(source.withDigest(chosen.digest()));
        }
        collect(root, 0);
        Map<Reference, Descriptor> about = options.referrers() ? referrers(root, index) : Map.of();
        Transfers.each(
                List.copyOf(blobs.values()), new BlobDownload(http, source, store, options.listener())::download);
        manifests.values().forEach(this::write);
        store.tag(source, root.descriptor);
        if (index != null) {
            store.tag(source.withDigest(index.descriptor.digest()), root.descriptor);
        }
        about.forEach((name, referrer) -> store.tag(List.of(name), referrer));
        return root.descriptor;
    }

    private void write(Document document) {
        if (store.claim(document.descriptor.digest())) {
            return;
        }
        try (BlobWriter writer = store.newBlob()) {
            writer.write(document.bytes);
            writer.commit(document.descriptor);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot write below " + store.directory(), e);
        }
    }

    /** Reads manifests below, and remembers their blobs. */
    private void collect(Document document, int depth) {
        if (depth > MAX_DEPTH) {
            throw tooDeep();
        }
        if (manifests.putIfAbsent(document.descriptor.digest(), document) != null) {
            return;
        }
        if (manifests.size() > MAX_MANIFESTS) {
            throw ImageFailure.invalid(source.familiar() + " has more than " + MAX_MANIFESTS + " manifests");
        }
        ManifestDocument content = document.content;
        limits.requireDownload(content.blobs().stream().map(Descriptor::size).toList());
        if (content.config() != null && content.config().size() > ImageStore.MAX_DOCUMENT_BYTES) {
            throw ImageFailure.invalid("the configuration of " + source.familiar() + " is too long");
        }
        content.requiredBlobs().forEach(blob -> blobs.putIfAbsent(blob.digest(), blob));
        for (Descriptor child : content.manifests()) {
            collect(manifest(source.withDigest(child.digest())), depth + 1);
        }
    }

    /**
     * What is about the manifests, by the names it gets.
     *
     * @param index that the image was chosen from: signatures are often of the index
     */
    private Map<Reference, Descriptor> referrers(Document root, @Nullable Document index) {
        Map<Reference, Descriptor> found = new LinkedHashMap<>();
        List<Digest> subjects = new ArrayList<>(manifests.keySet());
        addCosign(root.descriptor.digest(), found);
        if (index != null) {
            subjects.add(index.descriptor.digest());
            addCosign(index.descriptor.digest(), found);
        }
        // Referrers are subjects, too: a signature may be of an SBOM.
        for (int i = 0; i < subjects.size(); i++) {
            Digest subject = subjects.get(i);
            for (Descriptor referrer :
                    new ReferrerQuery(http, source).of(subject).manifests()) {
                Reference name = source.withDigest(referrer.digest());
                if (!manifests.containsKey(referrer.digest())) {
                    collect(manifest(name), 0);
                    subjects.add(referrer.digest());
                }
                found.put(name, descriptor(referrer.digest()));
            }
        }
        return found;
    }

    private void addCosign(Digest subject, Map<Reference, Descriptor> found) {
        for (String suffix : DigestTags.SUFFIXES) {
            Reference name = source.withTag(DigestTags.fallback(subject) + suffix);
            Document signature = ifThere(name);
            if (signature != null) {
                collect(signature, 0);
                found.put(name, signature.descriptor);
            }
        }
    }

    private Descriptor descriptor(Digest digest) {
        Document document = manifests.get(digest);
        if (document == null) {
            throw new IllegalStateException(digest + " was read before");
        }
        return document.descriptor;
    }

    private @Nullable Document ifThere(Reference name) {
        try {
            return manifest(name);
        } catch (ImageFailure e) {
            if (ReferrerQuery.isTemporary(e)) {
                throw e;
            }
            return null;
        }
    }

    private Document manifest(Reference name) {
        return Transfers.retrying(() -> read(name));
    }

    private Document read(Reference name) throws IOException {
        String version = name.digest() != null ? name.digest().toString() : name.tag() == null ? "latest" : name.tag();
        HttpResponse<InputStream> response = http.get(name, "manifests/" + version, MANIFESTS);
        try (InputStream body = response.body()) {
            byte[] bytes = body.readNBytes(ImageStore.MAX_DOCUMENT_BYTES + 1);
            if (bytes.length > ImageStore.MAX_DOCUMENT_BYTES) {
                throw ImageFailure.invalid("the manifest of " + name.familiar() + " is too long");
            }
            Digest wanted = name.digest();
            if (wanted != null && !wanted.matches(wanted.newComputation().digest(bytes))) {
                throw ImageFailure.invalid(
                        "registry " + name.registry() + " gave something else than " + name.familiar());
            }
            String type = mediaType(response, bytes);
            if (!MediaTypes.isIndex(type) && !MediaTypes.isManifest(type)) {
                throw ImageFailure.invalid(name.familiar() + " is no image but " + type);
            }
            Digest digest = wanted == null ? Digest.of(bytes) : wanted;
            return new Document(new Descriptor(type, digest, bytes.length), bytes, ManifestDocument.parse(bytes));
        }
    }

    /** The media type from the document, else from the header, since an OCI manifest need not have one. */
    private static String mediaType(HttpResponse<InputStream> response, byte[] bytes) {
        String own = JsonDocument.parse(bytes, "image manifest").string("mediaType");
        if (own != null) {
            return own;
        }
        String header = response.headers().firstValue("Content-Type").orElse(MediaTypes.MANIFEST);
        int semicolon = header.indexOf(';');
        return (semicolon < 0 ? header : header.substring(0, semicolon)).strip();
    }

    private ImageFailure tooDeep() {
        return ImageFailure.invalid("indexes are nested too deeply in " + source.familiar());
    }
}
