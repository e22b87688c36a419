package dev.proa.image.elf;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Named sections of 64-bit ELF files (System V ABI), such as those in which compilers leave notes. */
public final class ElfSections {
    private static final int MAGIC = 0x7f454c46;
    private static final int CLASS_64 = 2;
    private static final int LITTLE_ENDIAN = 1;
    private static final int HEADER_BYTES = 64;
    private static final int MAX_SECTIONS = 10_000;

    private ElfSections() {}

    /**
     * Reads one section.
     *
     * @param most bytes to read of it
     * @return empty when the file has none of that name, is no 64-bit ELF file, or is damaged
     */
    public static Optional<byte[]> read(Path file, String name, int most) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer header = bytes(channel, 0, HEADER_BYTES);
            if (header.getInt(0) != MAGIC || header.get(4) != CLASS_64) {
                return Optional.empty();
            }
            header.order(header.get(5) == LITTLE_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
            return find(channel, header, name, most);
        } catch (IndexOutOfBoundsException | BufferUnderflowException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<byte[]> find(FileChannel channel, ByteBuffer header, String name, int most)
            throws IOException {
        long table = header.getLong(40);
        int entryBytes = header.getShort(58) & 0xffff;
        int count = header.getShort(60) & 0xffff;
        int names = header.getShort(62) & 0xffff;
        if (count == 0 || count > MAX_SECTIONS || entryBytes < HEADER_BYTES || names >= count) {
            return Optional.empty();
        }
        ByteBuffer sections = bytes(channel, table, count * entryBytes).order(header.order());
        long namesAt = sections.getLong(names * entryBytes + 24);
        byte[] wanted = (name + "\0").getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < count; i++) {
            int at = i * entryBytes;
            ByteBuffer own = bytes(channel, namesAt + (sections.getInt(at) & 0xffffffffL), wanted.length);
            if (own.equals(ByteBuffer.wrap(wanted))) {
                long size = Math.min(sections.getLong(at + 32), most);
                byte[] content = new byte[Math.toIntExact(Math.max(0, size))];
                bytes(channel, sections.getLong(at + 24), content.length).get(content);
                return Optional.of(content);
            }
        }
        return Optional.empty();
    }

    /** Reads up to {@code length} bytes; fewer at the end of the file, which then are too few for whoever wants more. */
    private static ByteBuffer bytes(FileChannel channel, long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        long at = offset;
        while (bytes.hasRemaining()) {
            int n = channel.read(bytes, at);
            if (n < 0) {
                break;
            }
            at += n;
        }
        return bytes.flip();
    }
}
