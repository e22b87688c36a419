package dev.proa.image.archive;

import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads images from files into a store: what {@code docker save} wrote, an archived OCI layout, or a directory with one. Archives may be
 * compressed with gzip or zstd. Everything is verified against its digest. Failures are {@link ImageFailure}s.
 */
public final class ImageArchives {
    private final ImageStore store;
    private final @Nullable Platform platform;
    private final UnpackLimits limits;

    /** A reader within the default limits. */
    public ImageArchives(ImageStore store, @Nullable Platform platform) {
        this(store, platform, UnpackLimits.DEFAULT);
    }

    /**
     * A reader.
     *
     * @param platform chooses from images for several; null for all that there are
     * @param limits for each image, and for an archive of several
     */
    public ImageArchives(ImageStore store, @Nullable Platform platform, UnpackLimits limits) {
        this.store = store;
        this.platform = platform;
        this.limits = limits;
    }

    /**
     * Reads all images that can run here, and names them as they are named there.
     *
     * @return the images, in their order; at least one
     */
    public List<Image> load(Path path) {
        return read(path, Selection.ALL).stream()
                .filter(imported -> store.manifest(imported.manifest().digest()).isImage())
                .map(imported -> store.get(imported.manifest()))
                .toList();
    }

    /**
     * Reads one image and gives it a name of the caller's.
     *
     * @param wanted the name it has there, or empty for the first
     */
    public Image load(Path path, String wanted, Reference name) {
        return store.get(
                read(path, new Selection(wanted, name, true)).getFirst().manifest());
    }

    /**
     * Reads everything: images, indexes, and artifacts about them.
     *
     * @param as the name of the only image there is; null for the names of the archive
     */
    public List<Imported> read(Path path, @Nullable Reference as) {
        return read(path, new Selection("", as, false));
    }

    /** As {@link #read(Path, Reference)}, from a stream of an archive, which is read to its end and not closed. */
    public List<Imported> read(InputStream archive, @Nullable Reference as) {
        try (FileSource files = ArchiveSource.of(archive, store.scratch(), limits)) {
            return read(files, "the archive", new Selection("", as, false));
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read the archive", e);
        }
    }

    private List<Imported> read(Path path, Selection selection) {
        if (!Files.exists(path)) {
            throw ImageFailure.notFound("there is no " + path);
        }
        try (FileSource files = FileSource.of(path, store.scratch(), limits)) {
            return read(files, path.toString(), selection);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + path, e);
        }
    }

    private List<Imported> read(FileSource files, String what, Selection selection) throws IOException {
        try (ImageStore.Lease lease = store.lease()) {
            // Current versions of Docker write both documents; a layout keeps the digests that the images have in
            // registries.
            byte[] layout = files.document("index.json");
            if (layout != null) {
                return new LayoutReader(files, store, platform, limits).read(layout, selection);
            }
            byte[] docker = files.document("manifest.json");
            if (docker != null) {
                return new DockerArchiveReader(files, store).read(docker, selection);
            }
            byte[] legacy = files.document("repositories");
            if (legacy != null) {
                return new DockerArchiveReader(files, store).readLegacy(legacy, selection);
            }
        } catch (ImageFailure e) {
            throw new ImageFailure(e.reason(), what + ": " + e.getMessage(), e);
        }
        throw ImageFailure.invalid(what + " is neither an OCI layout nor an archive written by docker save");
    }
}
