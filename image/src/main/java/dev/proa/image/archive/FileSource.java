package dev.proa.image.archive;

import dev.proa.image.ImageFailure;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.tar.UnpackLimits;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads files by relative path, from a directory or an archive. For one thread. */
interface FileSource extends Closeable {
    int MAX_DOCUMENT_BYTES = 4 << 20;

    /** Opens a file; null when there is none. */
    @Nullable
    InputStream open(String path) throws IOException;

    /** Reads a document; null when there is none. */
    default byte @Nullable [] document(String path) throws IOException {
        try (InputStream in = open(path)) {
            if (in == null) {
                return null;
            }
            byte[] bytes = in.readNBytes(MAX_DOCUMENT_BYTES + 1);
            if (bytes.length > MAX_DOCUMENT_BYTES) {
                throw ImageFailure.invalid(path + " is too long for a document of an image");
            }
            return bytes;
        }
    }

    /**
     * A directory, or an archive, which may be compressed.
     *
     * @param scratch directory for temporary files
     */
    static FileSource of(Path path, Path scratch, UnpackLimits limits) throws IOException {
        return Files.isDirectory(path) ? new FolderSource(path, limits) : ArchiveSource.of(path, scratch, limits);
    }

    /** A directory; links cannot lead out of it. */
    final class FolderSource implements FileSource {
        private final SourceFolder folder;
        private final UnpackLimits limits;

        FolderSource(Path directory, UnpackLimits limits) {
            this.folder = SourceFolder.open(directory);
            this.limits = limits;
        }

        @Override
        public @Nullable InputStream open(String path) {
            return folder.kind(path) == SourceFolder.Kind.FILE ? folder.open(path, limits.imageBytes()) : null;
        }

        @Override
        public void close() {
            folder.close();
        }
    }
}
