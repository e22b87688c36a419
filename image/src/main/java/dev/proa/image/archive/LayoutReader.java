package dev.proa.image.archive;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.DigestTags;
import dev.proa.image.ImageFailure;
import dev.proa.image.ImageIndex;
import dev.proa.image.ManifestDocument;
import dev.proa.image.MediaTypes;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.store.BlobWriter;
import dev.proa.image.store.ImageStore;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads an OCI image layout into a store. */
final class LayoutReader {
    static final String REF_NAME = "org.opencontainers.image.ref.name";
    static final String FULL_NAME = "io.containerd.image.name";
    private static final int MAX_DEPTH = 4;

    private final FileSource files;
    private final ImageStore store;
    private final @Nullable Platform platform;
    private final UnpackLimits limits;
    private final Map<Digest, List<Reference>> named = new LinkedHashMap<>();

    /** @param platform chooses from an index; null for all that is there */
    LayoutReader(FileSource files, ImageStore store, @Nullable Platform platform, UnpackLimits limits) {
        this.files = files;
        this.store = store;
        this.platform = platform;
        this.limits = limits;
    }

    /** @param index content of {@code index.json} */
    List<Imported> read(byte[] index, Selection selection) throws IOException {
        List<Descriptor> images = new ArrayList<>();
        List<Descriptor> artifacts = new ArrayList<>();
        for (Descriptor entry : ImageIndex.parse(index).manifests()) {
            (isAboutOthers(entry) ? artifacts : images).add(entry);
        }
        List<Imported> imported = new ArrayList<>();
        for (Descriptor entry : selection.choose(images, LayoutReader::names)) {
            Descriptor manifest = store(entry);
            List<Reference> references = references(entry, selection);
            references.forEach(name -> store.tag(name, manifest));
            named.computeIfAbsent(manifest.digest(), digest -> new ArrayList<>())
                    .addAll(references);
            imported.add(new Imported(manifest, references));
        }
        imported.addAll(referrers(artifacts));
        return imported;
    }

    /** Whether it is an artifact about another manifest of the layout, such as a signature. */
    private boolean isAboutOthers(Descriptor entry) throws IOException {
        String name = entry.annotations().getOrDefault(FULL_NAME, "");
        if (isFullName(name) && DigestTags.subject(Reference.parse(name)) != null) {
            return true;
        }
        byte[] bytes = MediaTypes.isManifest(entry.mediaType()) ? files.document(path(entry.digest())) : null;
        return bytes != null && ManifestDocument.parse(bytes).subject() != null;
    }

    private static List<String> names(Descriptor entry) {
        List<String> names = new ArrayList<>();
        for (String annotation : List.of(FULL_NAME, REF_NAME)) {
            String name = entry.annotations().getOrDefault(annotation, "");
            if (!name.isEmpty()) {
                names.add(name);
                if (isFullName(name)) {
                    names.add(Reference.parse(name).familiar());
                }
            }
        }
        return names;
    }

    private static List<Reference> references(Descriptor entry, Selection selection) {
        if (selection.as() != null) {
            return List.of(selection.as());
        }
        return names(entry).stream()
                .filter(LayoutReader::isFullName)
                .limit(1)
                .map(Reference::parse)
                .toList();
    }

    /** Whether it is a full name: a bare tag such as {@code latest} would become an image of that name. */
    private static boolean isFullName(String name) {
        return name.indexOf('/') >= 0 || name.indexOf(':') >= 0;
    }

    /** Stores the artifacts about what was read, in the repositories where their subjects are. */
    private List<Imported> referrers(List<Descriptor> artifacts) throws IOException {
        List<Imported> imported = new ArrayList<>();
        List<Descriptor> left = new ArrayList<>(artifacts);
        boolean more = true;
        while (more) {
            more = false;
            for (Descriptor artifact : List.copyOf(left)) {
                Digest subject = subject(artifact);
                List<Reference> homes = subject == null ? null : named.get(subject);
                if (homes == null) {
                    continue;
                }
                left.remove(artifact);
                Descriptor manifest = store(artifact);
                List<Reference> references = homes.stream()
                        .map(home -> name(artifact, home))
                        .distinct()
                        .toList();
                references.forEach(name -> store.tag(List.of(name), manifest));
                named.computeIfAbsent(manifest.digest(), digest -> new ArrayList<>())
                        .addAll(references);
                imported.add(new Imported(manifest, references));
                more = true;
            }
        }
        return imported;
    }

    private @Nullable Digest subject(Descriptor artifact) throws IOException {
        String name = artifact.annotations().getOrDefault(FULL_NAME, "");
        Digest tagged = isFullName(name) ? DigestTags.subject(Reference.parse(name)) : null;
        if (tagged != null) {
            return tagged;
        }
        byte[] bytes = files.document(path(artifact.digest()));
        Descriptor subject =
                bytes == null ? null : ManifestDocument.parse(bytes).subject();
        return subject == null ? null : subject.digest();
    }

    private static Reference name(Descriptor artifact, Reference home) {
        String name = artifact.annotations().getOrDefault(FULL_NAME, "");
        boolean tagged = isFullName(name) && DigestTags.subject(Reference.parse(name)) != null;
        return tagged
                ? home.withTag(Objects.requireNonNull(Reference.parse(name).tag()))
                : home.withDigest(artifact.digest());
    }

    /** Copies a manifest with all it refers to, or what it has for the wanted platform. */
    private Descriptor store(Descriptor entry) throws IOException {
        Descriptor at = entry;
        for (int depth = 0; platform != null && depth < MAX_DEPTH && MediaTypes.isIndex(at.mediaType()); depth++) {
            copy(at);
            at = new ImageIndex(store.manifest(at.digest()).manifests()).select(platform);
        }
        if (!copyAll(at, 0)) {
            throw ImageFailure.invalid("the image layout is incomplete: it has no " + path(at.digest()));
        }
        ManifestDocument document = store.manifest(at.digest());
        return new Descriptor(document.mediaType(), at.digest(), at.size());
    }

    /**
     * Copies a manifest and what is below it. Tools that have one platform of an image write the whole index all the same.
     *
     * @return false when the manifest, or all of an index, is missing
     */
    private boolean copyAll(Descriptor manifest, int depth) throws IOException {
        if (depth > MAX_DEPTH || !copy(manifest)) {
            return false;
        }
        ManifestDocument document = store.manifest(manifest.digest());
        limits.requireDownload(document.blobs().stream().map(Descriptor::size).toList());
        for (Descriptor blob : document.requiredBlobs()) {
            if (!copy(blob)) {
                throw ImageFailure.invalid("the image layout is incomplete: it has no " + path(blob.digest()));
            }
        }
        boolean any = !document.isIndex();
        for (Descriptor child : document.manifests()) {
            any |= copyAll(child, depth + 1);
        }
        return any;
    }

    private boolean copy(Descriptor blob) throws IOException {
        if (store.claim(blob.digest())) {
            return true;
        }
        try (InputStream in = files.open(path(blob.digest()))) {
            if (in == null) {
                return false;
            }
            try (BlobWriter writer = store.newBlob()) {
                in.transferTo(writer);
                writer.commit(blob);
                return true;
            }
        }
    }

    private static String path(Digest digest) {
        return "blobs/" + digest.algorithm() + "/" + digest.hex();
    }
}
