package dev.proa.image.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes a layer's deletions to disk, and file attributes that the JDK cannot write. An overlay mount needs marks
 * ({@code mknod c 0 0}, the attribute {@code trusted.overlay.opaque}); when layers are unpacked into one directory, the
 * files must be deleted: {@link #deleting}.
 */
public interface Whiteouts {

    /** Hides what lower layers have at {@code path}, unless this layer has something there. The parent directory exists. */
    void whiteout(Path path) throws IOException;

    /** Hides what lower layers have in {@code directory}; what this layer has there stays. */
    void opaque(Path directory) throws IOException;

    /** Called for everything that a layer writes into its directory. */
    default void written(Path path) {}

    /**
     * Sets an extended attribute such as {@code security.capability}. Without effect unless implemented; where it is refused,
     * the implementation decides whether that matters.
     */
    default void extendedAttribute(Path file, String name, byte[] value) throws IOException {}

    /** Deletes what is hidden. For one layer, or for layers with a directory of its own each. */
    static Whiteouts deleting() {
        return new Deleting();
    }

    /** Remembers what the current layer has written, to tell it from files of lower layers. */
    final class Deleting implements Whiteouts {
        private final Set<Path> ofThisLayer = ConcurrentHashMap.newKeySet();

        @Override
        public void whiteout(Path path) throws IOException {
            if (!ofThisLayer.contains(path)) {
                FileTrees.delete(path);
            }
        }

        @Override
        public void opaque(Path directory) throws IOException {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
                for (Path entry : entries) {
                    if (!ofThisLayer.contains(entry)) {
                        FileTrees.delete(entry);
                    } else if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                        opaque(entry);
                    }
                }
            }
        }

        /** Parents of files of this layer belong to this layer as well. */
        @Override
        public void written(Path path) {
            for (Path at = path; at != null && ofThisLayer.add(at); at = at.getParent()) {
                // Adding is all there is to do.
            }
        }
    }
}
