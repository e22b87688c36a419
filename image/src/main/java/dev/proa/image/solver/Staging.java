package dev.proa.image.solver;

import dev.proa.image.layer.UnixFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where {@link CopyFiles} writes what is new in the directories of a root.
 *
 * <p>Writing a file through an overlay mount takes several times as long as writing it beside the mount. So the new entries of each
 * directory are written into a directory of their own on the same disk, and moved into the upper directory when the mount has
 * ended. There they hide what lower layers have under their names. For one thread.
 */
final class Staging {
    private final Path root;
    private final @Nullable Path directory;
    private final Map<Path, Path> places = new LinkedHashMap<>();
    private final Map<Path, FileTime> times = new LinkedHashMap<>();

    private Staging(Path root, @Nullable Path directory) {
        this.root = root;
        this.directory = directory;
    }

    /** For a root that is no mount: everything is written where it belongs. */
    static Staging none(Path root) {
        return new Staging(root, null);
    }

    /**
     * For a mounted root.
     *
     * @param directory an empty one, on the file system of the root's upper directory
     */
    static Staging of(Path root, Path directory) {
        return new Staging(root, directory);
    }

    Path root() {
        return root;
    }

    /** A file whose owner new files have if nobody changes it; null when that is not known. */
    @Nullable
    UnixFile ownerOfNew() throws IOException {
        return directory == null ? null : UnixFile.of(directory);
    }

    /** Where new entries of a directory of the root are written. */
    Path place(Path mounted) throws IOException {
        if (directory == null) {
            return mounted;
        }
        Path known = places.get(mounted);
        if (known != null) {
            return known;
        }
        // Any change makes the mount copy the directory itself into the upper one, also a change to what it has
        // already.
        Files.setAttribute(mounted, "unix:mode", UnixFile.of(mounted).permissions(), LinkOption.NOFOLLOW_LINKS);
        Path place = Files.createDirectory(directory.resolve("" + places.size()));
        places.put(mounted, place);
        return place;
    }

    /** Sets the time of a directory at the end, since each new entry changes it. */
    void timeAtEnd(Path place, FileTime modified) {
        times.put(place, modified);
    }

    /** Sets the times of directories. */
    void finish() throws IOException {
        for (Map.Entry<Path, FileTime> time : times.entrySet()) {
            setTime(time.getKey(), time.getValue());
        }
    }

    /** Moves everything to its place once the root is not mounted any more. */
    void moveInto(Path upper) throws IOException {
        for (Map.Entry<Path, Path> place : places.entrySet()) {
            Path target = upper.resolve(root.relativize(place.getKey()));
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(place.getValue())) {
                for (Path entry : entries) {
                    move(entry, target.resolve(entry.getFileName()));
                }
            }
        }
        for (Map.Entry<Path, FileTime> time : times.entrySet()) {
            if (time.getKey().startsWith(root)) {
                setTime(upper.resolve(root.relativize(time.getKey())), time.getValue());
            }
        }
    }

    private static void move(Path entry, Path target) throws IOException {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            Files.deleteIfExists(target); // the mark of a deletion
        }
        Files.move(entry, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Sets the modification time of a file that is no link; the other one has no meaning in a layer. */
    static void setTime(Path place, FileTime modified) throws IOException {
        // When only one is given, the JDK reads the other first.
        Files.getFileAttributeView(place, BasicFileAttributeView.class).setTimes(modified, modified, null);
    }
}
