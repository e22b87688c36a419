package dev.proa.image.archive;

import dev.proa.image.ImageFailure;
import dev.proa.image.store.DiskReserve;
import dev.proa.image.tar.Decompression;
import dev.proa.image.tar.TarEntries;
import dev.proa.image.tar.UnpackLimits;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.utils.BoundedInputStream;
import org.jspecify.annotations.Nullable;

/** Reads the entries of a tar archive in any order. */
final class ArchiveSource implements FileSource {
    private static final int MAX_LINKS = 8;

    private final Path file;
    private final boolean temporary;
    private final Map<String, Entry> entries = new HashMap<>();

    /** What an entry is: a link to another name, or content. */
    private record Entry(@Nullable String link, long offset, long size) {}

    private ArchiveSource(Path file, boolean temporary) {
        this.file = file;
        this.temporary = temporary;
    }

    /**
     * Opens an archive.
     *
     * @param scratch directory for a temporary file, since compressed data does not allow random access
     */
    static ArchiveSource of(Path file, Path scratch, UnpackLimits limits) throws IOException {
        try (BufferedInputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            Decompression compression = Decompression.of(in);
            return compression == Decompression.NONE
                    ? indexed(new ArchiveSource(file, false), limits)
                    : spooled(in, compression, scratch, limits);
        }
    }

    /** Reads an archive that comes as a stream, compressed or not. */
    static ArchiveSource of(InputStream archive, Path scratch, UnpackLimits limits) throws IOException {
        BufferedInputStream in = new BufferedInputStream(archive);
        return spooled(in, Decompression.of(in), scratch, limits);
    }

    private static ArchiveSource spooled(InputStream in, Decompression compression, Path scratch, UnpackLimits limits)
            throws IOException {
        Path plain = Files.createTempFile(scratch, "import-", ".tar");
        ArchiveSource source = new ArchiveSource(plain, true);
        try (OutputStream out = Files.newOutputStream(plain)) {
            CountedInput packed = new CountedInput(in);
            DiskReserve reserve = new DiskReserve(scratch, limits.freeBytes());
            copy(compression.open(packed), packed, out, reserve, limits);
        } catch (IOException | RuntimeException e) {
            source.close();
            throw e;
        }
        return indexed(source, limits);
    }

    private static ArchiveSource indexed(ArchiveSource source, UnpackLimits limits) throws IOException {
        try {
            source.index(limits);
            return source;
        } catch (IOException | RuntimeException e) {
            source.close();
            throw e;
        }
    }

    private static void copy(
            InputStream in, CountedInput packed, OutputStream out, DiskReserve reserve, UnpackLimits limits)
            throws IOException {
        byte[] buffer = new byte[1 << 16];
        long plain = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            plain += n;
            limits.require(plain, packed.count);
            reserve.require(n);
            out.write(buffer, 0, n);
        }
    }

    private static final class CountedInput extends FilterInputStream {
        private long count;

        CountedInput(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            count += b < 0 ? 0 : 1;
            return b;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int n = super.read(bytes, offset, length);
            count += Math.max(0, n);
            return n;
        }
    }

    private void index(UnpackLimits limits) throws IOException {
        try (InputStream in = Files.newInputStream(file);
                TarEntries tar = new TarEntries(in, null, limits)) {
            for (TarArchiveEntry entry = tar.next(); entry != null; entry = tar.next()) {
                Path name = path(entry.getName());
                if (entry.isSymbolicLink()) {
                    entries.put(name.toString(), link(name.resolveSibling(entry.getLinkName())));
                } else if (entry.isLink()) {
                    entries.put(name.toString(), link(path(entry.getLinkName())));
                } else if (entry.isFile() && !entry.isSparse()) {
                    entries.put(name.toString(), new Entry(null, tar.offset(), entry.getSize()));
                }
            }
        }
    }

    private static Entry link(Path target) {
        return new Entry(target.normalize().toString(), 0, 0);
    }

    private static Path path(String name) {
        try {
            return Path.of(name).normalize();
        } catch (InvalidPathException e) {
            throw new ImageFailure(
                    ImageFailure.Reason.INVALID, "\"" + TarEntries.shown(name) + "\" is no path in an archive", e);
        }
    }

    /** Older versions of Docker write a layer once, and links for further uses. */
    @Override
    public @Nullable InputStream open(String path) throws IOException {
        String at = path(path).toString();
        for (int i = 0; i < MAX_LINKS; i++) {
            Entry entry = entries.get(at);
            if (entry == null) {
                return null;
            }
            if (entry.link == null) {
                InputStream all = Channels.newInputStream(FileChannel.open(file).position(entry.offset));
                return new FilterInputStream(new BoundedInputStream(all, entry.size)) {
                    @Override
                    public void close() throws IOException {
                        all.close();
                    }
                };
            }
            at = entry.link;
        }
        throw ImageFailure.invalid("the archive has too many links at " + TarEntries.shown(path));
    }

    @Override
    public void close() throws IOException {
        if (temporary) {
            Files.deleteIfExists(file);
        }
    }
}
