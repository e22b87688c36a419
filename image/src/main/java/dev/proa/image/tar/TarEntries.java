package dev.proa.image.tar;

import dev.proa.image.ImageFailure;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads an untrusted tar archive, plain or compressed with gzip or zstd: its cost in time, memory and disk is limited by {@link
 * UnpackLimits}, and any error in it is an {@link ImageFailure}. For one thread.
 *
 * <p>The limit on headers applies to the bytes between the contents of two entries, so it covers every kind of header.
 */
public final class TarEntries implements AutoCloseable {
    private static final int BUFFER = 1 << 17;
    private static final int RECORD = 512;

    private final UnpackLimits limits;
    private final Counted packed;
    private final Metered plain;
    private final TarArchiveInputStream tar;
    private final byte[] scratch = new byte[1 << 14];
    private long attributeBytes;
    private long content;
    private int entries;

    /**
     * Starts reading.
     *
     * @param archive not closed, and not read before the first entry is asked for, apart from what tells whether it is compressed
     * @param digest is updated with the uncompressed archive; null for none
     */
    public TarEntries(InputStream archive, @Nullable MessageDigest digest, UnpackLimits limits) throws IOException {
        this.limits = limits;
        packed = new Counted(archive);
        InputStream unpacked = Decompression.plain(packed);
        plain = new Metered(
                new BufferedInputStream(digest == null ? unpacked : new DigestInputStream(unpacked, digest), BUFFER));
        tar = new TarArchiveInputStream(plain, StandardCharsets.UTF_8.name());
    }

    /** The next entry; null at the end of the archive. */
    public @Nullable TarArchiveEntry next() throws IOException {
        while (read(scratch) >= 0) {
            // Skipped content does not count as header.
        }
        plain.startHeaders();
        TarArchiveEntry entry = nextHeader();
        plain.endHeaders();
        if (entry == null) {
            return null;
        }
        countEntry();
        // Global records are copied to each entry, however long ago they were read.
        attributeBytes = Math.addExact(attributeBytes, size(entry));
        long most = Math.multiplyExact((long) limits.entries(), 2L * RECORD);
        if (size(entry) > limits.headerBytes() || attributeBytes > most) {
            throw headersTooLong();
        }
        if (entry.isFile() && entry.getSize() > limits.imageBytes() - content) {
            throw limits.tooLarge("\"" + shown(entry.getName()) + "\" makes the image claim");
        }
        return entry;
    }

    /** The library throws all kinds of exceptions on malformed input. */
    private @Nullable TarArchiveEntry nextHeader() throws IOException {
        try {
            return tar.getNextEntry();
        } catch (ImageFailure e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw malformed(e);
        }
    }

    private static ImageFailure malformed(Exception e) {
        return new ImageFailure(
                ImageFailure.Reason.INVALID, "the archive of a layer is malformed: " + e.getMessage(), e);
    }

    private static long size(TarArchiveEntry entry) {
        long size = 0;
        for (var header : entry.getExtraPaxHeaders().entrySet()) {
            size += header.getKey().length() + header.getValue().length();
        }
        return size;
    }

    /** Counts something that costs as much as an entry, such as a directory that the archive does not list. */
    public void countEntry() {
        if (++entries > limits.entries()) {
            throw ImageFailure.invalid(
                    "the layer has more than " + limits.entries() + " files and directories; make an image of fewer");
        }
    }

    /** Reads content of the current entry; -1 at its end. Holes of sparse files read as zeros. */
    public int read(byte[] buffer) throws IOException {
        int n;
        try {
            n = tar.getCurrentEntry() == null ? -1 : tar.read(buffer, 0, buffer.length);
        } catch (ImageFailure e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw malformed(e);
        }
        if (n > 0) {
            content += n;
            limits.require(content, packed.count);
        }
        return n;
    }

    /** Whether the content of the entry can be read. */
    public boolean canRead(TarArchiveEntry entry) {
        return tar.canReadEntryData(entry);
    }

    /** The offset of the current entry's content in the uncompressed archive. */
    public long offset() {
        return plain.count;
    }

    /** Reads what follows the last entry, which is part of the digest. */
    public void readToEnd() throws IOException {
        while (plain.read(scratch, 0, scratch.length) >= 0) {
            // Padding.
        }
    }

    private ImageFailure headersTooLong() {
        return ImageFailure.invalid(
                "the archive of a layer is malformed: the names, links and attributes of one entry have more than "
                        + limits.headerBytes() + " bytes");
    }

    /** A name for messages, shortened and on one line. */
    public static String shown(String name) {
        String line = name.codePoints()
                .limit(200)
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return name.length() > line.length() ? line + "..." : line;
    }

    @Override
    public void close() throws IOException {
        tar.close();
    }

    private static class Counted extends FilterInputStream {
        long count;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int n = super.read(bytes, offset, length);
            count += Math.max(0, n);
            return n;
        }

        /** Skips by reading, since the bytes count and are part of the digest. */
        @Override
        public long skip(long wanted) throws IOException {
            byte[] skipped = new byte[(int) Math.min(1 << 13, Math.max(1, wanted))];
            long left = wanted;
            while (left > 0) {
                int n = read(skipped, 0, (int) Math.min(skipped.length, left));
                if (n < 0) {
                    break;
                }
                left -= n;
            }
            return wanted - left;
        }

        @Override
        public boolean markSupported() {
            return false;
        }

        @Override
        public void close() {}
    }

    private final class Metered extends Counted {
        private long headersEnd = Long.MAX_VALUE;

        Metered(InputStream in) {
            super(in);
        }

        void startHeaders() {
            headersEnd = count + limits.headerBytes();
        }

        void endHeaders() {
            headersEnd = Long.MAX_VALUE;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int n = super.read(bytes, offset, length);
            if (count > headersEnd) {
                throw headersTooLong();
            }
            limits.require(count, packed.count);
            return n;
        }
    }
}
