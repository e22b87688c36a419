package dev.proa.image.archive;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.DigestTags;
import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.ImageIndex;
import dev.proa.image.JsonDocument;
import dev.proa.image.ManifestDocument;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.NamedManifest;
import dev.proa.image.tar.Decompression;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes images of a store to files that other tools read. Archives are streamed, never held in memory or on disk; equal images
 * give equal archives. Failures are {@link ImageFailure}s, and then what was written so far is of no use.
 */
public final class ImageExport {
    private static final byte[] LAYOUT = "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8);
    private static final int MAX_DEPTH = 4;

    private final ImageStore store;
    private final @Nullable Platform platform;

    /** @param platform chooses from images for several; null for all that the store has */
    public ImageExport(ImageStore store, @Nullable Platform platform) {
        this.store = store;
        this.platform = platform;
    }

    /** Writes an OCI image layout as a tar archive, with the artifacts about the images. */
    public void oci(List<Reference> names, OutputStream out) {
        write(new ExportTarget.Tar(out), target -> layout(names, target));
    }

    /**
     * Writes an OCI image layout into a directory.
     *
     * @param directory is created; if it exists it has to be empty
     */
    public void layout(List<Reference> names, Path directory) {
        write(ExportTarget.Folder.create(directory), target -> layout(names, target));
    }

    /** Writes what {@code docker load} reads: of each image one platform, its layers uncompressed. */
    public void docker(List<Reference> names, OutputStream out) {
        write(new ExportTarget.Tar(out), target -> dockerArchive(names, target));
    }

    private interface Writer {
        void write(ExportTarget target) throws IOException;
    }

    private static void write(ExportTarget target, Writer writer) {
        try (target) {
            writer.write(target);
            target.finish();
        } catch (IOException e) {
            throw ImageFailure.storage("cannot write the images", e);
        }
    }

    private void layout(List<Reference> names, ExportTarget target) throws IOException {
        List<Descriptor> entries = new ArrayList<>();
        Map<Digest, Descriptor> blobs = new LinkedHashMap<>();
        for (Reference name : names) {
            Descriptor manifest = choose(named(name));
            collect(manifest, blobs, 0);
            entries.add(entry(name, manifest));
        }
        for (NamedManifest referrer : referrers(names, blobs)) {
            collect(referrer.manifest(), blobs, 0);
            entries.add(entry(referrer.name(), referrer.manifest()));
        }
        target.file("oci-layout", LAYOUT);
        for (Digest digest : new TreeMap<>(blobs).keySet()) {
            try (InputStream in = store.read(digest)) {
                target.file("blobs/" + digest.algorithm() + "/" + digest.hex(), store.size(digest), in);
            }
        }
        target.file("index.json", new ImageIndex(entries).toBytes());
    }

    private static Descriptor entry(Reference name, Descriptor manifest) {
        Map<String, String> annotations = new TreeMap<>();
        annotations.put(LayoutReader.FULL_NAME, name.canonical().toString());
        if (name.tag() != null && name.digest() == null) {
            annotations.put(LayoutReader.REF_NAME, name.tag());
        }
        return new Descriptor(manifest.mediaType(), manifest.digest(), manifest.size(), annotations, null);
    }

    private Descriptor named(Reference name) {
        return store.resolve(name).orElseThrow(() -> ImageFailure.notFound("there is no image " + name.familiar()));
    }

    private Descriptor choose(Descriptor manifest) {
        Descriptor at = manifest;
        for (int depth = 0; platform != null && depth < MAX_DEPTH; depth++) {
            ManifestDocument document = store.manifest(at.digest());
            if (!document.isIndex()) {
                break;
            }
            at = new ImageIndex(document.manifests()).select(platform);
            if (!store.contains(at.digest())) {
                throw ImageFailure.notFound("the store does not have the image for " + platform + "; pull it first");
            }
        }
        return at;
    }

    private void collect(Descriptor manifest, Map<Digest, Descriptor> blobs, int depth) {
        if (depth > MAX_DEPTH || blobs.putIfAbsent(manifest.digest(), manifest) != null) {
            return;
        }
        ManifestDocument document = store.manifest(manifest.digest());
        document.requiredBlobs().forEach(blob -> blobs.putIfAbsent(blob.digest(), blob));
        for (Descriptor child : document.manifests()) {
            if (store.contains(child.digest())) {
                collect(child, blobs, depth + 1);
            }
        }
    }

    /** Artifacts about what is written, and those about them, in the repositories of the names. */
    private List<NamedManifest> referrers(List<Reference> names, Map<Digest, Descriptor> blobs) {
        Set<String> repositories = names.stream().map(Reference::name).collect(Collectors.toSet());
        Set<Digest> subjects = new LinkedHashSet<>(blobs.keySet());
        List<NamedManifest> left = new ArrayList<>(store.manifests());
        left.removeIf(named -> !repositories.contains(named.name().name())
                || !store.contains(named.manifest().digest()));
        List<NamedManifest> found = new ArrayList<>();
        boolean more = true;
        while (more) {
            more = false;
            for (NamedManifest named : List.copyOf(left)) {
                Digest about = about(named);
                if (about != null && subjects.contains(about)) {
                    left.remove(named);
                    found.add(named);
                    subjects.add(named.manifest().digest());
                    more = true;
                }
            }
        }
        return found;
    }

    private @Nullable Digest about(NamedManifest named) {
        Digest tagged = DigestTags.subject(named.name());
        Descriptor subject = store.manifest(named.manifest().digest()).subject();
        return tagged != null ? tagged : subject == null ? null : subject.digest();
    }

    private void dockerArchive(List<Reference> names, ExportTarget target) throws IOException {
        Map<Digest, Image> images = new LinkedHashMap<>();
        Map<Digest, List<String>> tags = new LinkedHashMap<>();
        for (Reference name : names) {
            Image image = image(name);
            images.putIfAbsent(image.id(), image);
            List<String> own = tags.computeIfAbsent(image.id(), id -> new ArrayList<>());
            if (name.digest() == null) {
                own.add(name.familiar());
            }
        }
        Set<Digest> written = new LinkedHashSet<>();
        List<Map<String, Object>> list = new ArrayList<>();
        for (Image image : images.values()) {
            target.file(image.id().hex() + ".json", store.readDocument(image.id()));
            for (Image.Layer layer : image.layers()) {
                if (written.add(layer.diffId())) {
                    dockerLayer(layer, target);
                }
            }
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("Config", image.id().hex() + ".json");
            entry.put("RepoTags", tags.getOrDefault(image.id(), List.of()));
            entry.put(
                    "Layers",
                    image.layers().stream().map(ImageExport::layerName).toList());
            list.add(entry);
        }
        target.file("manifest.json", list(list));
    }

    /** A document that is a list: the writer of documents writes objects, so the list is cut out of one. */
    private static byte[] list(List<Map<String, Object>> items) {
        byte[] object = JsonDocument.write(Map.of("", items));
        return Arrays.copyOfRange(object, "{\"\":".length(), object.length - 1);
    }

    private Image image(Reference name) {
        Descriptor manifest = named(name);
        Platform wanted = platform == null ? Platform.host() : platform;
        ManifestDocument document = store.manifest(manifest.digest());
        Descriptor chosen = document.isIndex() ? new ImageExport(store, wanted).choose(manifest) : manifest;
        if (!store.manifest(chosen.digest()).isImage()) {
            throw ImageFailure.invalid(name.familiar() + " is no image, and so cannot be written for docker load");
        }
        return store.get(chosen);
    }

    private static String layerName(Image.Layer layer) {
        return layer.diffId().hex() + ".tar";
    }

    /** Layers are unpacked twice, since a tar header says how long the content is. */
    private void dockerLayer(Image.Layer layer, ExportTarget target) throws IOException {
        MessageDigest computation = layer.diffId().newComputation();
        long size;
        try (InputStream in = plain(layer);
                InputStream counted = new DigestInputStream(in, computation)) {
            size = counted.transferTo(OutputStream.nullOutputStream());
        }
        if (!layer.diffId().matches(computation.digest())) {
            throw ImageFailure.invalid("layer " + layer.diffId() + " is corrupt: its content has another digest");
        }
        try (InputStream in = plain(layer)) {
            target.file(layerName(layer), size, in);
        }
    }

    private InputStream plain(Image.Layer layer) throws IOException {
        return Decompression.plain(store.read(layer.descriptor().digest()));
    }
}
