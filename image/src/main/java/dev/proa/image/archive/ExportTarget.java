package dev.proa.image.archive;

import dev.proa.image.ImageFailure;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Where files of an export are written: an archive or a directory. For one thread. */
interface ExportTarget extends Closeable {
    void file(String path, long size, InputStream content) throws IOException;

    default void file(String path, byte[] content) throws IOException {
        file(path, content.length, new ByteArrayInputStream(content));
    }

    /** Writes what comes after the last file. */
    void finish() throws IOException;

    /** A tar archive; the stream is flushed, but stays open. */
    final class Tar implements ExportTarget {
        private final BufferedOutputStream out;
        private final TarArchiveOutputStream tar;
        private final Set<String> directories = new HashSet<>();

        Tar(OutputStream out) {
            this.out = new BufferedOutputStream(out, 1 << 16);
            tar = new TarArchiveOutputStream(this.out, "UTF-8");
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        }

        @Override
        public void file(String path, long size, InputStream content) throws IOException {
            for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
                if (directories.add(path.substring(0, slash))) {
                    put(path.substring(0, slash + 1), 0755, 0);
                    tar.closeArchiveEntry();
                }
            }
            put(path, 0644, size);
            content.transferTo(tar);
            tar.closeArchiveEntry();
        }

        private void put(String path, int mode, long size) throws IOException {
            TarArchiveEntry entry = new TarArchiveEntry(path);
            entry.setMode(mode);
            entry.setSize(size);
            entry.setModTime(0L);
            entry.setIds(0, 0);
            entry.setNames("", "");
            tar.putArchiveEntry(entry);
        }

        @Override
        public void finish() throws IOException {
            tar.finish();
            out.flush();
        }

        @Override
        public void close() {}
    }

    /** A directory of its own. */
    final class Folder implements ExportTarget {
        private final Path directory;

        private Folder(Path directory) {
            this.directory = directory;
        }

        /** Creates the directory; if it exists, it has to be empty. */
        static Folder create(Path directory) {
            try {
                Files.createDirectories(directory);
                try (Stream<Path> files = Files.list(directory)) {
                    if (files.findAny().isPresent()) {
                        throw ImageFailure.invalid(directory + " is not empty; name a folder that is, or a new one");
                    }
                }
                return new Folder(directory);
            } catch (IOException e) {
                throw ImageFailure.storage("cannot create " + directory, e);
            }
        }

        @Override
        public void file(String path, long size, InputStream content) throws IOException {
            Path file = directory.resolve(path);
            Files.createDirectories(file.getParent());
            Files.copy(content, file);
        }

        @Override
        public void finish() {}

        @Override
        public void close() {}
    }
}
