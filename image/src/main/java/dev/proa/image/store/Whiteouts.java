package dev.proa.image.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How a layer's deletions, and file attributes that Java cannot write, are expressed on disk. An overlay mount wants marks
 * ({@code mknod c 0 0}, the attribute {@code trusted.overlay.opaque}); unpacking layer after layer into one directory wants
 * the files gone: {@link #deleting}.
 */
public interface Whiteouts {

    /** Hides what lower layers have at {@code path}, unless this layer has something there. The parent directory exists. */
    void whiteout(Path path) throws IOException;

    /** Hides what lower layers have in {@code directory}; what this layer has there stays. */
    void opaque(Path directory) throws IOException;

    /** Is told of everything that a layer puts into its directory. */
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

    /** Remembers what a layer has written, since nothing else tells it from what lower ones have. */
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

        /** What has something of this layer in it is this layer's as well. */
        @Override
        public void written(Path path) {
            for (Path at = path; at != null && ofThisLayer.add(at); at = at.getParent()) {
                // Adding is all there is to do.
            }
        }
    }
}
