package dev.proa.registry;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.ImageFailure;
import dev.proa.image.JsonDocument;
import dev.proa.image.ManifestDocument;
import dev.proa.image.MediaTypes;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import dev.proa.registry.RegistryAccess.Action;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gives, takes and deletes manifests, by tag or digest. */
final class ManifestCalls {
    private static final int MAX_TAGS = 100;

    private final Repositories repositories;
    private final ImageStore store;

    ManifestCalls(Repositories repositories) {
        this.repositories = repositories;
        store = repositories.store();
    }

    void serve(RegistryCall call, Caller caller, Route.Manifest route) throws IOException {
        switch (call.method()) {
            case "GET", "HEAD" -> get(call, caller.repository(route.name(), Action.PULL), route.reference());
            case "PUT" -> put(call, caller, caller.repository(route.name(), Action.PUSH), route.reference());
            case "DELETE" -> delete(call, caller.repository(route.name(), Action.DELETE), route.reference());
            default -> throw Methods.refused(call, "GET", "HEAD", "PUT", "DELETE");
        }
    }

    private static boolean isDigest(String reference) {
        return reference.indexOf(':') >= 0;
    }

    private void get(RegistryCall call, Reference name, String reference) throws IOException {
        Repository repository = repositories.get(name.name());
        Descriptor manifest = isDigest(reference)
                ? repository.manifest(Route.digest(reference))
                : repository.tags().get(reference);
        if (manifest == null) {
            throw !repositories.isKnown(name.name())
                    ? new RegistryException(ErrorCode.NAME_UNKNOWN, "there is no repository " + name.repository())
                    : unknown(reference);
        }
        String etag = "\"" + manifest.digest() + "\"";
        call.set(RegistryCall.DIGEST, manifest.digest().toString()).set("ETag", etag);
        if (etag.equals(call.header("If-None-Match"))) {
            call.end(304);
            return;
        }
        call.document(200, manifest.mediaType(), store.readDocument(manifest.digest()));
    }

    private static RegistryException unknown(String reference) {
        return new RegistryException(ErrorCode.MANIFEST_UNKNOWN, "the repository has no manifest " + reference);
    }

    private void put(RegistryCall call, Caller caller, Reference name, String reference) throws IOException {
        List<String> tags = isDigest(reference) ? tags(call) : List.of(reference);
        List<Reference> names = new ArrayList<>();
        tags.forEach(tag -> names.add(Repositories.reference(caller.host(), name.repository(), tag)));
        byte[] content = content(call);
        Digest digest = isDigest(reference) ? Route.digest(reference) : Digest.of(content);
        if (!digest.matches(digest.newComputation().digest(content))) {
            throw new RegistryException(ErrorCode.DIGEST_INVALID, "the manifest is not " + digest);
        }
        ManifestDocument document = parse(content);
        String type = mediaType(call.header("Content-Type"), content, document);
        requireParts(name, document);
        Descriptor manifest = new Descriptor(type, digest, content.length);
        names.add(name.withDigest(digest));
        save(manifest, content, name, names);
        if (document.subject() != null) {
            call.set("OCI-Subject", document.subject().digest().toString());
        }
        if (isDigest(reference) && !tags.isEmpty()) {
            call.set("OCI-Tag", String.join(", ", tags));
        }
        call.set("Location", Caller.url(name, "manifests", reference))
                .set(RegistryCall.DIGEST, digest.toString())
                .end(201);
    }

    /** The tags that a manifest pushed by its digest is to get. */
    private static List<String> tags(RegistryCall call) {
        List<String> tags = call.queries("tag").stream().distinct().toList();
        if (tags.size() > MAX_TAGS) {
            throw new RegistryException(
                    414, ErrorCode.UNSUPPORTED, "a request may set " + MAX_TAGS + " tags, not more");
        }
        return tags;
    }

    private static byte[] content(RegistryCall call) throws IOException {
        byte[] content = call.contentLength() > ImageStore.MAX_DOCUMENT_BYTES
                ? null
                : call.body().readNBytes(ImageStore.MAX_DOCUMENT_BYTES + 1);
        if (content == null || content.length > ImageStore.MAX_DOCUMENT_BYTES) {
            throw new RegistryException(
                    413,
                    ErrorCode.SIZE_INVALID,
                    "a manifest may have " + (ImageStore.MAX_DOCUMENT_BYTES >> 20) + " MiB, not more");
        }
        return content;
    }

    private static ManifestDocument parse(byte[] content) {
        try {
            return ManifestDocument.parse(content);
        } catch (ImageFailure e) {
            throw new RegistryException(ErrorCode.MANIFEST_INVALID, String.valueOf(e.getMessage()));
        }
    }

    /** The type by which a manifest is served: its own, which the request must not contradict, or that of the request. */
    private static String mediaType(@Nullable String header, byte[] content, ManifestDocument document) {
        String said = header == null ? "" : header.split(";", 2)[0].strip();
        boolean own = JsonDocument.parse(content, "manifest").has("mediaType");
        if (said.isEmpty() || own && said.equals(document.mediaType())) {
            return document.mediaType();
        }
        if (own
                || document.isIndex() != MediaTypes.isIndex(said)
                || document.isIndex() == MediaTypes.isManifest(said)) {
            throw new RegistryException(
                    ErrorCode.MANIFEST_INVALID,
                    "the header Content-Type is " + said + ", the manifest is " + document.mediaType());
        }
        return said;
    }

    /** Requires that the repository has what the manifest refers to, in the length that it says. */
    private void requireParts(Reference name, ManifestDocument document) {
        for (Descriptor blob : document.requiredBlobs()) {
            if (!repositories.hasBlob(name.name(), blob.digest())) {
                throw missing("blob", blob.digest());
            }
            requireSize(blob);
        }
        for (Descriptor child : document.manifests()) {
            if (repositories.get(name.name()).manifest(child.digest()) == null) {
                throw missing("manifest", child.digest());
            }
            requireSize(child);
        }
    }

    private static RegistryException missing(String what, Digest digest) {
        return new RegistryException(
                ErrorCode.MANIFEST_BLOB_UNKNOWN, "the repository has no " + what + " " + digest + "; push it first");
    }

    private void requireSize(Descriptor part) {
        if (store.size(part.digest()) != part.size()) {
            throw new RegistryException(
                    ErrorCode.MANIFEST_INVALID, part.digest() + " does not have the size that the manifest says");
        }
    }

    private void save(Descriptor manifest, byte[] content, Reference name, List<Reference> names) {
        store.write(manifest, content, name.name());
        try {
            store.tag(names, manifest);
        } catch (ImageFailure e) {
            if (e.reason() == ImageFailure.Reason.NOT_FOUND) {
                // Somebody deleted it after it was looked for.
                throw new RegistryException(ErrorCode.MANIFEST_BLOB_UNKNOWN, String.valueOf(e.getMessage()));
            }
            throw e;
        }
        store.release(name.name(), manifest.digest());
    }

    private void delete(RegistryCall call, Reference name, String reference) throws IOException {
        String full = name.name();
        int removed;
        if (isDigest(reference)) {
            Digest digest = Route.digest(reference);
            Digest user = repositories.get(full).userOf(digest);
            if (user != null) {
                throw new RegistryException(
                        ErrorCode.UNSUPPORTED, "the manifest belongs to index " + user + "; delete that first");
            }
            removed = store.remove(entry -> entry.name().name().equals(full)
                    && entry.manifest().digest().equals(digest));
        } else {
            removed = store.remove(entry -> entry.name().name().equals(full)
                    && reference.equals(entry.name().tag()));
        }
        if (removed == 0) {
            throw unknown(reference);
        }
        call.end(202);
    }
}
