package dev.proa.image.store;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageFailure;
import dev.proa.image.Manifest;
import dev.proa.image.ManifestDocument;
import dev.proa.image.MediaTypes;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Images on disk, in an OCI image layout: {@code oci-layout}, {@code index.json} (names) and {@code blobs/<algorithm>/<hex>}.
 * A name means any manifest: an image's, an index of images for several platforms, or another artifact's. {@link #find} and
 * {@link #list} see the images that a container can be made of here; {@link #manifests} everything.
 *
 * <p>The manifests of a repository are those with a name in it, which may be a tag or the manifest's digest, and those of its indexes.
 * Its blobs are those of its manifests, and those that it {@linkplain #hold holds} because their manifest is still to come.
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
    private final HeldBlobs held;
    private final Leases leases;
    private final StoredManifests manifests = new StoredManifests(this, Platform.host());
    private final NamedImages named = new NamedImages(this, manifests);

    private ImageStore(Path directory, Clock clock) throws IOException {
        this.directory = directory.toAbsolutePath();
        this.clock = clock;
        blobs = this.directory.resolve("blobs");
        ingest = this.directory.resolve("ingest");
        held = new HeldBlobs(this.directory.resolve("held"), clock);
        leases = new Leases(this.directory.resolve("leases"));
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

    /** A directory for temporary files on the disk of the store; what is left there is deleted after a day. */
    public Path scratch() {
        return ingest;
    }

    /** Whether the blob is there. */
    public boolean contains(Digest digest) {
        return Files.exists(path(digest));
    }

    /** The bytes of a blob. */
    public long size(Digest digest) {
        try {
            return Files.size(path(digest));
        } catch (NoSuchFileException e) {
            throw new ImageFailure(ImageFailure.Reason.NOT_FOUND, "blob " + digest + " is not in the image store", e);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read blob " + digest, e);
        }
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

    /**
     * Writes a document as the blob that was asked for, and holds it for a repository in the same step.
     *
     * @throws ImageFailure when it is not what {@code expected} says
     */
    public Descriptor write(Descriptor expected, byte[] content, String repository) {
        try (BlobWriter writer = newBlob()) {
            writer.write(content, 0, content.length);
            return writer.commit(expected, repository);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot write below " + directory, e);
        }
    }

    /**
     * Writes configuration and manifest of an image whose layers are there already.
     *
     * @param name given to it; null for none
     */
    public Image write(
            ImageConfig config, List<Descriptor> layers, Map<String, String> annotations, @Nullable Reference name) {
        try (Lease lease = lease()) {
            Descriptor configuration = write(MediaTypes.CONFIG, config.toBytes());
            Manifest manifest = new Manifest(MediaTypes.MANIFEST, configuration, layers, annotations);
            Descriptor descriptor = write(MediaTypes.MANIFEST, manifest.toBytes());
            if (name != null) {
                tag(name, descriptor);
            }
            return get(descriptor);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot write below " + directory, e);
        }
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
     * the index the manifest was chosen from. Of an index, manifests for other platforms may be missing.
     *
     * @throws ImageFailure when a blob that the image consists of is not in the store, or an image is malformed
     */
    public void tag(Reference name, Descriptor manifest) {
        if (manifest(manifest.digest()).isImage()) {
            manifests.image(manifest);
        }
        tag(List.of(name), manifest);
    }

    /**
     * Gives a manifest several names at once, without a look at what it consists of: it may be an image that nothing can run.
     *
     * @throws ImageFailure when a blob that it consists of is not in the store
     */
    public void tag(List<Reference> references, Descriptor manifest) {
        try {
            lock.change(() -> {
                manifests.requireComplete(manifest);
                claim(manifest.digest());
                Map<String, Descriptor> names = new LinkedHashMap<>(index.names());
                boolean changed = false;
                for (Reference name : references) {
                    Descriptor before = names.put(name.canonical().toString(), withoutNames(manifest));
                    changed |= before == null
                            || !before.digest().equals(manifest.digest())
                            || !before.mediaType().equals(manifest.mediaType());
                }
                if (changed) {
                    index.replace(names);
                }
            });
        } catch (IOException e) {
            throw ImageFailure.storage("cannot name image " + references, e);
        }
    }

    /** Every name and what it means, in order of naming; the same list for as long as nothing changes. */
    public List<NamedManifest> manifests() {
        try {
            return index.manifests();
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read the image store " + directory, e);
        }
    }

    /**
     * What a manifest that is in the store refers to.
     *
     * @throws ImageFailure when it is not there, or is no manifest
     */
    public ManifestDocument manifest(Digest digest) {
        return manifests.document(digest);
    }

    /**
     * Holds a blob for a repository that is going to have a manifest with it: for a day no garbage collection deletes it.
     *
     * @param repository with the registry's host, as {@link Reference#name()} gives it
     * @return false when there is no such blob
     */
    public boolean hold(String repository, Digest blob) {
        try {
            return lock.hold(() -> {
                if (!contains(blob)) {
                    return false;
                }
                held.hold(repository, blob);
                return true;
            });
        } catch (IOException e) {
            throw ImageFailure.storage("cannot hold blob " + blob, e);
        }
    }

    /** Whether a blob is held for a repository. */
    public boolean holds(String repository, Digest blob) {
        try {
            return held.holds(repository, blob) && contains(blob);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot tell whether blob " + blob + " is held", e);
        }
    }

    /** The repositories that a blob is held for. */
    public List<String> holders(Digest blob) {
        try {
            return contains(blob) ? held.holders(blob) : List.of();
        } catch (IOException e) {
            throw ImageFailure.storage("cannot tell who holds blob " + blob, e);
        }
    }

    /** Whether blobs were held for a repository lately, so that it is known although it may have no manifest. */
    public boolean holdsAny(String repository) {
        return held.knows(repository);
    }

    /** Ends {@link #hold}. Returns whether the blob was held. */
    public boolean release(String repository, Digest blob) {
        try {
            return lock.hold(() -> held.release(repository, blob));
        } catch (IOException e) {
            throw ImageFailure.storage("cannot release blob " + blob, e);
        }
    }

    /** See {@link #lease}. */
    public interface Lease extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    /**
     * Keeps what is written, named or {@linkplain #claim claimed} from now on, until it is closed: no garbage collection deletes it, whatever
     * age it is asked for and in whatever process. It ends with the process. Any number of them may be there at once.
     */
    public Lease lease() {
        try {
            return lock.hold(() -> leases.begin(clock.instant()));
        } catch (IOException e) {
            throw ImageFailure.storage("cannot write below " + directory, e);
        }
    }

    /** As {@link #claim(Digest)}, of all that an image consists of. */
    public boolean claim(Image image) {
        boolean whole = claim(image.digest()) && claim(image.id());
        for (Image.Layer layer : image.layers()) {
            whole &= claim(layer.descriptor().digest());
        }
        return whole;
    }

    /**
     * Finds an image by reference or by id.
     *
     * @param nameOrId a reference as pods have it, or {@code sha256:...} of a manifest or configuration
     */
    public Optional<Image> find(String nameOrId) {
        return named.find(nameOrId);
    }

    /**
     * Finds an image by reference: for an index, the image for this machine. Empty also when the name means something that is no
     * image, or an index whose image for this machine is not in the store.
     */
    public Optional<Image> find(Reference reference) {
        return named.find(reference);
    }

    /** What a name means, of whatever kind it is. A digest may also be that of a manifest of an index in the repository. */
    public Optional<Descriptor> resolve(Reference reference) {
        return named.resolve(reference);
    }

    /** Every image that has a name and can run on this machine, with all its names. */
    public List<Image> list() {
        return named.list();
    }

    /** The image of a manifest that is in the store. */
    public Image get(Descriptor manifest) {
        return named.get(manifest);
    }

    /**
     * Removes a name, or for an id all names of that image. Blobs stay until {@link #collectGarbage}.
     *
     * @return whether there was such an image
     */
    public boolean remove(String nameOrId) {
        if (!nameOrId.startsWith("sha256:")) {
            String name = Reference.parse(nameOrId).canonical().toString();
            return remove((key, manifest) -> key.equals(name)) > 0;
        }
        Optional<Image> image = find(nameOrId);
        return image.isPresent()
                && remove((key, manifest) -> named.means(manifest, image.get().digest())) > 0;
    }

    /**
     * Removes names at once. Blobs stay until {@link #collectGarbage}.
     *
     * @return how many there were
     */
    public int remove(Predicate<NamedManifest> which) {
        return remove((name, manifest) ->
                name.indexOf('/') >= 0 && which.test(new NamedManifest(Reference.parse(name), manifest)));
    }

    private int remove(BiPredicate<String, Descriptor> which) {
        try {
            return lock.hold(() -> {
                Map<String, Descriptor> names = new LinkedHashMap<>(index.names());
                names.entrySet().removeIf(entry -> which.test(entry.getKey(), entry.getValue()));
                int removed = index.names().size() - names.size();
                if (removed > 0) {
                    index.replace(names);
                }
                return removed;
            });
        } catch (IOException e) {
            throw ImageFailure.storage("cannot remove names from the image store " + directory, e);
        }
    }

    /**
     * The result of a garbage collection.
     *
     * @param bytes that were freed
     */
    public record Garbage(int blobs, long bytes) {}

    /**
     * Deletes blobs that no name reaches and no repository or {@linkplain #lease lease} holds, and temporary files that nobody writes any more. An artifact with a
     * subject that has no name but its digest goes with its subject.
     *
     * @param minimumAge younger ones are kept, since they may be about to be named
     */
    public Garbage collectGarbage(Duration minimumAge) {
        try {
            return lock.hold(() -> {
                Garbage garbage = new GarbageCollection(this, index, clock.instant(), limit(minimumAge)).collect(held);
                manifests.clear();
                return garbage;
            });
        } catch (IOException e) {
            throw ImageFailure.storage("cannot collect garbage in " + directory, e);
        }
    }

    /**
     * Removes names at once, except those of manifests so young that {@link #collectGarbage} would keep them without a name: whoever named
     * them may be about to use them.
     *
     * @return what was removed
     */
    public List<NamedManifest> remove(Predicate<NamedManifest> which, Duration minimumAge) {
        try {
            return lock.hold(() -> {
                Instant limit = limit(minimumAge);
                List<NamedManifest> removed = new ArrayList<>();
                for (NamedManifest entry : manifests()) {
                    Path blob = path(entry.manifest().digest());
                    boolean young = Files.exists(blob)
                            && !Files.getLastModifiedTime(blob).toInstant().isBefore(limit);
                    if (!young && which.test(entry)) {
                        removed.add(entry);
                    }
                }
                remove(removed::contains);
                return removed;
            });
        } catch (IOException e) {
            throw ImageFailure.storage("cannot remove names from the image store " + directory, e);
        }
    }

    private Instant limit(Duration minimumAge) throws IOException {
        return leases.oldest(clock.instant().minus(minimumAge));
    }

    Map<String, Descriptor> names() {
        try {
            return index.names();
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read the image store " + directory, e);
        }
    }

    static Descriptor withoutNames(Descriptor descriptor) {
        return new Descriptor(descriptor.mediaType(), descriptor.digest(), descriptor.size());
    }

    Path path(Digest digest) {
        return blobs.resolve(digest.algorithm()).resolve(digest.hex());
    }

    private void touch(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
    }

    /** Moves a finished, synced temporary file into place as a blob. */
    void adopt(Path file, Digest digest, @Nullable String repository) throws IOException {
        lock.change(() -> {
            Path target = path(digest);
            if (repository != null) {
                held.hold(repository, digest);
            }
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
