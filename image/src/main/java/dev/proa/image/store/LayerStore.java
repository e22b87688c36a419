package dev.proa.image.store;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Layers unpacked, each once and into a directory of its own, shared by all images that have it: the lower directories of
 * overlay mounts. The name of a directory is the start of the layer's diffID, since the options of a mount have to be short.
 *
 * <p>On disk: {@code <32 hex digits>/fs} is the tree, {@code <32 hex digits>/size} its bytes in decimal. A layer appears
 * whole (temporary directory, rename) or not at all. Any number of threads and processes may use one directory at once.
 */
public final class LayerStore {
    private static final int NAME_DIGITS = 32;
    private static final Duration LEFTOVER_AGE = Duration.ofDays(1);

    private final Path directory;
    private final ImageStore images;
    private final Whiteouts whiteouts;
    private final UnpackLimits limits;
    private final ConcurrentHashMap<Digest, Object> busy = new ConcurrentHashMap<>();

    private LayerStore(Path directory, ImageStore images, Whiteouts whiteouts, UnpackLimits limits) {
        this.directory = directory;
        this.images = images;
        this.whiteouts = whiteouts;
        this.limits = limits;
    }

    /**
     * Opens the store in a directory, which is created when it is not there.
     *
     * @param images where the blobs are
     * @param whiteouts for the kind of mount the layers are meant for; must be the same every time
     * @param limits for each image
     */
    public static LayerStore open(Path directory, ImageStore images, Whiteouts whiteouts, UnpackLimits limits) {
        try {
            Files.createDirectories(directory);
            // Users of this machine must not reach set-user-ID programs of images.
            Files.setAttribute(directory, "unix:mode", 0700);
            return new LayerStore(directory.toAbsolutePath(), images, whiteouts, limits);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot open the layer store " + directory, e);
        }
    }

    /** Unpacks the missing layers of an image, and returns all its layers' directories, the lowest first. */
    public List<Path> unpack(Image image) {
        List<Path> paths = new ArrayList<>();
        long bytes = 0;
        for (Image.Layer layer : image.layers()) {
            try {
                paths.add(unpack(layer, limits.after(bytes)));
            } catch (ImageFailure e) {
                String which = "layer " + (paths.size() + 1) + " of "
                        + image.layers().size() + " (" + layer.descriptor().digest() + "): ";
                throw new ImageFailure(e.reason(), which + e.getMessage(), e);
            }
            bytes += size(layer);
        }
        return paths;
    }

    /** Unpacks a layer unless it exists, and returns its directory. Concurrent calls for the same layer wait. */
    private Path unpack(Image.Layer layer, UnpackLimits left) {
        Path home = home(layer.diffId());
        if (!Files.exists(home)) {
            Object monitor = busy.computeIfAbsent(layer.diffId(), id -> new Object());
            try {
                synchronized (monitor) {
                    if (!Files.exists(home)) {
                        unpack(layer, home, left);
                    }
                }
            } finally {
                busy.remove(layer.diffId(), monitor);
            }
        }
        return home.resolve("fs");
    }

    /**
     * Layers as an overlay mount takes them, which refuses one that comes twice. Where it comes last it hides all that it had
     * below, so only that counts.
     *
     * @param layers the lowest first
     */
    public static List<Path> mountable(List<Path> layers) {
        SequencedSet<Path> last = new LinkedHashSet<>();
        layers.forEach(last::addLast);
        return List.copyOf(last);
    }

    /** The bytes of an image's unpacked files; layers not unpacked count with the size of their blob. */
    public long size(Image image) {
        return image.layers().stream().mapToLong(this::size).sum();
    }

    private long size(Image.Layer layer) {
        Path size = home(layer.diffId()).resolve("size");
        try {
            return Files.exists(size)
                    ? Long.parseLong(Files.readString(size).strip())
                    : layer.descriptor().size();
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + size, e);
        }
    }

    /**
     * Deletes layers that none of the given images has. The caller ensures that no mount uses them.
     *
     * @return how many were deleted
     */
    public int retain(List<Image> inUse) {
        Set<String> keep = new HashSet<>();
        for (Image image : inUse) {
            image.config().diffIds().forEach(diffId -> keep.add(name(diffId)));
        }
        int deleted = 0;
        try (DirectoryStream<Path> homes = Files.newDirectoryStream(directory)) {
            for (Path home : homes) {
                String name = home.getFileName().toString();
                if (name.length() == NAME_DIGITS && !keep.contains(name)) {
                    discard(home);
                    deleted++;
                } else if (name.length() != NAME_DIGITS && isOld(home)) {
                    FileTrees.delete(home); // left by a process that ended while unpacking or deleting
                }
            }
            return deleted;
        } catch (IOException e) {
            throw ImageFailure.storage("cannot delete layers in " + directory, e);
        }
    }

    private static boolean isOld(Path leftover) throws IOException {
        return Files.getLastModifiedTime(leftover, LinkOption.NOFOLLOW_LINKS)
                .toInstant()
                .isBefore(Instant.now().minus(LEFTOVER_AGE));
    }

    private void unpack(Image.Layer layer, Path home, UnpackLimits left) {
        Path temporary = directory.resolve("new-" + UUID.randomUUID());
        try {
            Path root = Files.createDirectories(temporary.resolve("fs"));
            Files.setAttribute(root, "unix:mode", 0755);
            long size;
            try (InputStream blob = images.read(layer.descriptor().digest())) {
                size = LayerUnpacker.unpack(blob, layer.diffId(), root, whiteouts, left);
            }
            Files.writeString(temporary.resolve("size"), size + "\n");
            moveIntoPlace(temporary, home);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot unpack layer " + layer.diffId() + " below " + directory, e);
        } finally {
            deleteLeftover(temporary);
        }
    }

    /** Another process may have been faster; its directory is equally good. */
    private static void moveIntoPlace(Path temporary, Path home) throws IOException {
        try {
            Files.move(temporary, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            FileTrees.delete(temporary);
        } catch (IOException e) {
            if (!Files.isDirectory(home)) {
                throw e;
            }
        }
    }

    /** Renames a layer before deleting its files, so that it vanishes atomically. */
    private void discard(Path home) throws IOException {
        Path doomed = directory.resolve("old-" + UUID.randomUUID());
        Files.move(home, doomed, StandardCopyOption.ATOMIC_MOVE);
        FileTrees.delete(doomed);
    }

    private static void deleteLeftover(Path temporary) {
        try {
            FileTrees.delete(temporary);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot delete " + temporary, e);
        }
    }

    private Path home(Digest diffId) {
        return directory.resolve(name(diffId));
    }

    private static String name(Digest diffId) {
        return diffId.hex().substring(0, NAME_DIGITS);
    }
}
