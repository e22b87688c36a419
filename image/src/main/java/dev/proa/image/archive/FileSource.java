package dev.proa.image.archive;

import dev.proa.image.ImageFailure;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;
import org.jspecify.annotations.Nullable;

/** Files by their relative path, of a directory or of an archive. For one thread. */
interface FileSource extends Closeable {
    int MAX_DOCUMENT_BYTES = 4 << 20;
    int MAX_LINKS = 8;

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

    /** A directory, or an archive, which may be compressed with gzip. */
    static FileSource of(Path path) throws IOException {
        return Files.isDirectory(path) ? directory(path) : archive(path);
    }

    private static FileSource directory(Path root) {
        return new FileSource() {
            @Override
            public @Nullable InputStream open(String path) throws IOException {
                Path file = root.resolve(path).normalize();
                return file.startsWith(root.normalize()) && Files.isRegularFile(file)
                        ? Files.newInputStream(file)
                        : null;
            }

            @Override
            public void close() {}
        };
    }

    private static FileSource archive(Path file) throws IOException {
        Path unpacked = null;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            in.mark(2);
            boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
            in.reset();
            if (gzip) {
                unpacked = Files.createTempFile("image", ".tar");
                try (var out = Files.newOutputStream(unpacked)) {
                    new GZIPInputStream(in).transferTo(out);
                }
            }
        }
        return new TarSource(unpacked == null ? file : unpacked, unpacked);
    }

    /** A tar archive, whose entries can be read in any order. */
    final class TarSource implements FileSource {
        private final TarFile tar;
        private final @Nullable Path temporary;
        private final Map<String, TarArchiveEntry> entries = new HashMap<>();

        TarSource(Path file, @Nullable Path temporary) throws IOException {
            this.temporary = temporary;
            tar = new TarFile(file);
            for (TarArchiveEntry entry : tar.getEntries()) {
                entries.put(Path.of(entry.getName()).normalize().toString(), entry);
            }
        }

        /** Older versions of Docker write a layer once, and links to it. */
        @Override
        public @Nullable InputStream open(String path) throws IOException {
            Path at = Path.of(path).normalize();
            for (int i = 0; i < MAX_LINKS; i++) {
                TarArchiveEntry entry = entries.get(at.toString());
                if (entry == null) {
                    return null;
                }
                if (entry.isSymbolicLink()) {
                    at = at.resolveSibling(entry.getLinkName()).normalize();
                } else if (entry.isLink()) {
                    at = Path.of(entry.getLinkName()).normalize();
                } else {
                    return entry.isFile() ? tar.getInputStream(entry) : null;
                }
            }
            throw ImageFailure.invalid("the archive has too many links at " + path);
        }

        @Override
        public void close() throws IOException {
            tar.close();
            if (temporary != null) {
                Files.deleteIfExists(temporary);
            }
        }
    }
}
