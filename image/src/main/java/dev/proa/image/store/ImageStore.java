package dev.proa.image.store;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageFailure;
import dev.proa.image.Manifest;
import dev.proa.image.MediaTypes;
import dev.proa.image.Reference;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Images on disk, in an OCI image layout: {@code oci-layout}, {@code index.json} (names) and {@code blobs/<algorithm>/<hex>}.
 *
 * <p>Any number of threads and processes may use one directory at once. A blob appears whole or not at all (temporary file,
 * fsync, rename), and so does a change of names; after a crash at any moment the store is as before or after the change. All
 * methods block; failures are {@link ImageFailure}s.
 *
 * <p>Blobs that no name reaches stay until {@link #collectGarbage}. A blob that was written or {@linkplain #claim claimed}
 * within the collection's age limit stays too, so that an image under way is not taken apart.
 */
public final class ImageStore {
    /** Larger documents (manifests, configurations) are refused, as registries do. */
    public static final int MAX_DOCUMENT_BYTES = 4 << 20;

    private static final byte[] LAYOUT = "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8);

    private final Path directory;
    private final Path blobs;
    private final Path ingest;
    private final StoreLock lock;
    private final LayoutIndex index;
    private final Clock clock;
    private final ConcurrentHashMap<Digest, Image> known = new ConcurrentHashMap<>();

    private ImageStore(Path directory, Clock clock) throws IOException {
        this.directory = directory.toAbsolutePath();
        this.clock = clock;
        blobs = this.directory.resolve("blobs");
        ingest = this.directory.resolve("ingest");
        Files.createDirectories(blobs.resolve("sha256"));
        Files.createDirectories(ingest);
        lock = new StoreLock(this.directory);
        index = new LayoutIndex(this.directory);
        Path marker = this.directory.resolve("oci-layout");
        if (!Files.exists(marker)) {
            Files.write(marker, LAYOUT);
        }
        if (!Files.exists(this.directory.resolve("index.json"))) {
            lock.change(() -> {
                if (!Files.exists(this.directory.resolve("index.json"))) {
                    index.replace(Map.of());
                }
            });
        }
    }

    /** Opens the store in a directory, which is created when it is not there. */
    public static ImageStore open(Path directory) {
        return open(directory, Clock.systemUTC());
    }

    /** As {@link #open(Path)}, with the clock that tells the age of blobs. */
    public static ImageStore open(Path directory, Clock clock) {
        try {
            return new ImageStore(directory, clock);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot open the image store " + directory, e);
        }
    }

    public Path directory() {
        return directory;
    }

    /** Whether the blob is there. */
    public boolean contains(Digest digest) {
        return Files.exists(path(digest));
    }

    /**
     * Whether the blob exists; if so, protects it from the garbage collector as if it had just been written. For
     * callers that are about to refer to it.
     */
    public boolean claim(Digest digest) {
        try {
            return lock.hold(() -> {
                if (!contains(digest)) {
                    return false;
                }
                touch(path(digest));
                return true;
            });
        } catch (IOException e) {
            throw ImageFailure.storage("cannot claim blob " + digest, e);
        }
    }

    /** Opens a blob for reading. The content was verified when it was written. */
    public InputStream read(Digest digest) {
        try {
            return Files.newInputStream(path(digest));
        } catch (NoSuchFileException e) {
            throw new ImageFailure(ImageFailure.Reason.NOT_FOUND, "blob " + digest + " is not in the image store", e);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read blob " + digest, e);
        }
    }

    /** Reads a blob that is a document, of at most {@link #MAX_DOCUMENT_BYTES}. */
    public byte[] readDocument(Digest digest) {
        try (InputStream in = read(digest)) {
            byte[] bytes = in.readNBytes(MAX_DOCUMENT_BYTES + 1);
            if (bytes.length > MAX_DOCUMENT_BYTES) {
                throw ImageFailure.invalid("blob " + digest + " is too long for a manifest or configuration");
            }
            return bytes;
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read blob " + digest, e);
        }
    }

    /** Starts writing a blob. */
    public BlobWriter newBlob() {
        try {
            return new BlobWriter(this, ingest);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot write below " + directory, e);
        }
    }

    /** Writes a document as a blob. */
    public Descriptor write(String mediaType, byte[] content) {
        Digest digest = Digest.of(content);
        if (claim(digest)) {
            return new Descriptor(mediaType, digest, content.length);
        }
        try (BlobWriter writer = newBlob()) {
            writer.write(content, 0, content.length);
            return writer.commit(mediaType);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot write below " + directory, e);
        }
    }

    /** Writes configuration and manifest of an image whose layers are there already, and names it. */
    public Image write(ImageConfig config, List<Descriptor> layers, Map<String, String> annotations, Reference name) {
        Descriptor configuration = write(MediaTypes.CONFIG, config.toBytes());
        Manifest manifest = new Manifest(MediaTypes.MANIFEST, configuration, layers, annotations);
        Descriptor descriptor = write(MediaTypes.MANIFEST, manifest.toBytes());
        tag(name, descriptor);
        return get(descriptor);
    }

    /** Copies a blob out. */
    public void copyTo(Digest digest, OutputStream out) {
        try (InputStream in = read(digest)) {
            in.transferTo(out);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot copy blob " + digest, e);
        }
    }

    /**
     * Tags a manifest with a name, moving it from the one that had it. The name's digest, if it has one, may be that of
     * the index the manifest was chosen from.
     *
     * @throws ImageFailure when a blob that the image consists of is not in the store
     */
    public void tag(Reference name, Descriptor manifest) {
        String key = name.canonical().toString();
        try {
            lock.change(() -> {
                requireComplete(manifest);
                Map<String, Descriptor> names = new LinkedHashMap<>(index.names());
                Descriptor before = names.put(key, withoutNames(manifest));
                if (before == null || !before.digest().equals(manifest.digest())) {
                    index.replace(names);
                }
            });
        } catch (IOException e) {
            throw ImageFailure.storage("cannot name image " + name, e);
        }
    }

    /**
     * Finds an image by reference or by id.
     *
     * @param nameOrId a reference as pods have it, or {@code sha256:...} of a manifest or configuration
     */
    public Optional<Image> find(String nameOrId) {
        if (nameOrId.startsWith("sha256:")) {
            Digest id = Digest.parse(nameOrId);
            return list().stream()
                    .filter(image -> image.id().equals(id) || image.digest().equals(id))
                    .findFirst();
        }
        return find(Reference.parse(nameOrId));
    }

    /** Finds an image by reference. */
    public Optional<Image> find(Reference reference) {
        Reference name = reference.canonical();
        Descriptor manifest = names().get(name.toString());
        if (manifest == null && name.digest() != null) {
            manifest = names().entrySet().stream()
                    .filter(entry -> entry.getKey().indexOf('/') >= 0)
                    .filter(entry -> entry.getValue().digest().equals(name.digest())
                            && Reference.parse(entry.getKey()).name().equals(name.name()))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(null);
        }
        return manifest == null ? Optional.empty() : Optional.of(get(manifest));
    }

    /** Every image that has a name, with all its names. */
    public List<Image> list() {
        Map<Digest, Descriptor> manifests = new LinkedHashMap<>();
        for (Descriptor manifest : names().values()) {
            manifests.putIfAbsent(manifest.digest(), manifest);
        }
        return manifests.values().stream().map(this::get).toList();
    }

    /** The image of a manifest that is in the store. */
    public Image get(Descriptor manifest) {
        Image image = known.computeIfAbsent(manifest.digest(), digest -> load(manifest));
        List<Reference> names = new ArrayList<>();
        names().forEach((name, descriptor) -> {
            if (descriptor.digest().equals(manifest.digest()) && name.indexOf('/') >= 0) {
                names.add(Reference.parse(name));
            }
        });
        return new Image(image.descriptor(), image.manifest(), image.config(), names);
    }

    private Image load(Descriptor descriptor) {
        Manifest manifest = Manifest.parse(readDocument(descriptor.digest()));
        ImageConfig config = ImageConfig.parse(readDocument(manifest.config().digest()));
        return new Image(withoutNames(descriptor), manifest, config, List.of());
    }

    /**
     * Removes a name, or for an id all names of that image. Blobs stay until {@link #collectGarbage}.
     *
     * @return whether there was such an image
     */
    public boolean remove(String nameOrId) {
        try {
            return lock.hold(() -> {
                Map<String, Descriptor> names = new LinkedHashMap<>(index.names());
                boolean removed;
                if (nameOrId.startsWith("sha256:")) {
                    Optional<Image> image = find(nameOrId);
                    removed = image.isPresent()
                            && names.values()
                                    .removeIf(manifest ->
                                            manifest.digest().equals(image.get().digest()));
                } else {
                    removed = names.remove(Reference.parse(nameOrId).canonical().toString()) != null;
                }
                if (removed) {
                    index.replace(names);
                }
                return removed;
            });
        } catch (IOException e) {
            throw ImageFailure.storage("cannot remove image " + nameOrId, e);
        }
    }

    /**
     * The result of a garbage collection.
     *
     * @param bytes that were freed
     */
    public record Garbage(int blobs, long bytes) {}

    /**
     * Deletes blobs that no name reaches, and temporary files that nobody writes any more.
     *
     * @param minimumAge younger ones are kept, since they may be about to be named
     */
    public Garbage collectGarbage(Duration minimumAge) {
        try {
            return lock.hold(() -> {
                Instant limit = clock.instant().minus(minimumAge);
                Garbage old = deleteOld(ingest, Set.of(), limit);
                Set<String> reachable = reachable();
                int count = old.blobs;
                long bytes = old.bytes;
                try (DirectoryStream<Path> algorithms = Files.newDirectoryStream(blobs)) {
                    for (Path algorithm : algorithms) {
                        Garbage deleted = deleteOld(algorithm, reachable, limit);
                        count += deleted.blobs;
                        bytes += deleted.bytes;
                    }
                }
                known.clear();
                return new Garbage(count, bytes);
            });
        } catch (IOException e) {
            throw ImageFailure.storage("cannot collect garbage in " + directory, e);
        }
    }

    private Set<String> reachable() throws IOException {
        Set<String> reachable = new HashSet<>();
        for (Descriptor descriptor : index.names().values()) {
            Image image = get(descriptor);
            reachable.add(image.digest().hex());
            reachable.add(image.id().hex());
            image.manifest()
                    .layers()
                    .forEach(layer -> reachable.add(layer.digest().hex()));
        }
        return reachable;
    }

    private static Garbage deleteOld(Path directory, Set<String> keep, Instant limit) throws IOException {
        int count = 0;
        long bytes = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                boolean old = Files.getLastModifiedTime(file).toInstant().isBefore(limit);
                if (old && !keep.contains(file.getFileName().toString())) {
                    bytes += Files.size(file);
                    count++;
                    Files.deleteIfExists(file);
                }
            }
        }
        return new Garbage(count, bytes);
    }

    private Map<String, Descriptor> names() {
        try {
            return index.names();
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read the image store " + directory, e);
        }
    }

    private void requireComplete(Descriptor manifest) throws IOException {
        Image image = known.computeIfAbsent(manifest.digest(), digest -> load(manifest));
        for (Descriptor layer : image.manifest().layers()) {
            if (!contains(layer.digest())) {
                throw ImageFailure.notFound("image " + manifest.digest() + " lacks its layer " + layer.digest());
            }
        }
    }

    private static Descriptor withoutNames(Descriptor descriptor) {
        return new Descriptor(descriptor.mediaType(), descriptor.digest(), descriptor.size());
    }

    private Path path(Digest digest) {
        return blobs.resolve(digest.algorithm()).resolve(digest.hex());
    }

    private void touch(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
    }

    /** Moves a finished, synced temporary file into place as a blob. */
    void adopt(Path file, Digest digest) throws IOException {
        lock.change(() -> {
            Path target = path(digest);
            if (Files.exists(target)) {
                touch(target);
                Files.delete(file);
                return;
            }
            Path parent = Files.createDirectories(blobs.resolve(digest.algorithm()));
            touch(file);
            Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
            FileTrees.sync(parent);
        });
    }
}
