package dev.proa.image.archive;

import dev.proa.image.ImageFailure;
import dev.proa.image.tar.TarEntries;
import dev.proa.image.tar.UnpackLimits;
import java.io.BufferedInputStream;
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
import java.util.zip.GZIPInputStream;
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

    static ArchiveSource of(Path file, UnpackLimits limits) throws IOException {
        ArchiveSource source = unpack(file, limits);
        try {
            source.index(limits);
            return source;
        } catch (IOException | RuntimeException e) {
            source.close();
            throw e;
        }
    }

    /** Decompresses an archive into a temporary file, since compressed data does not allow random access. */
    private static ArchiveSource unpack(Path file, UnpackLimits limits) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            in.mark(2);
            boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
            in.reset();
            if (!gzip) {
                return new ArchiveSource(file, false);
            }
            Path unpacked = Files.createTempFile("image", ".tar");
            try (OutputStream out = Files.newOutputStream(unpacked)) {
                copy(new GZIPInputStream(in), Files.size(file), out, limits);
                return new ArchiveSource(unpacked, true);
            } catch (IOException | RuntimeException e) {
                Files.delete(unpacked);
                throw e;
            }
        }
    }

    private static void copy(InputStream in, long packed, OutputStream out, UnpackLimits limits) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long plain = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            plain += n;
            limits.require(plain, packed);
            out.write(buffer, 0, n);
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
                FileChannel channel = FileChannel.open(file).position(entry.offset);
                return new BoundedInputStream(Channels.newInputStream(channel), entry.size);
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
