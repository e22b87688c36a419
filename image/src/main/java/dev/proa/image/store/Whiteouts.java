package dev.proa.image.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;

/**
 * How a layer's deletions, and file attributes that Java cannot write, are expressed on disk. An overlay mount wants marks
 * ({@code mknod c 0 0}, the attribute {@code trusted.overlay.opaque}); unpacking layer after layer into one directory wants
 * the files gone: {@link #deleting}.
 */
public interface Whiteouts {

    /** Hides what lower layers have at {@code path}. Nothing of this layer is there; the parent directory exists. */
    void whiteout(Path path) throws IOException;

    /**
     * Hides what lower layers have in {@code directory}.
     *
     * @param ofThisLayer paths this layer has written so far, which stay
     */
    void opaque(Path directory, Set<Path> ofThisLayer) throws IOException;

    /**
     * Sets an extended attribute such as {@code security.capability}. Without effect unless implemented; where it is refused,
     * the implementation decides whether that matters.
     */
    default void extendedAttribute(Path file, String name, byte[] value) throws IOException {}

    /** Deletes what is hidden. */
    static Whiteouts deleting() {
        return new Whiteouts() {
            @Override
            public void whiteout(Path path) throws IOException {
                FileTrees.delete(path);
            }

            @Override
            public void opaque(Path directory, Set<Path> ofThisLayer) throws IOException {
                try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
                    for (Path entry : entries) {
                        if (!ofThisLayer.contains(entry)) {
                            FileTrees.delete(entry);
                        } else if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                            opaque(entry, ofThisLayer);
                        }
                    }
                }
            }
        };
    }
}
