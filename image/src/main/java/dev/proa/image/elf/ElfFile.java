package dev.proa.image.elf;

import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The fields of an ELF program or library that the dynamic loader uses (System V ABI, 64-bit).
 *
 * @param machine the processor, {@code e_machine}
 * @param interpreter path of the dynamic loader, or null for a library or a static program
 * @param needed names of libraries
 * @param searchPath directories from RUNPATH, or RPATH where there is none; {@code $ORIGIN} not yet replaced
 */
public record ElfFile(int machine, @Nullable String interpreter, List<String> needed, List<String> searchPath) {
    private static final int MAGIC = 0x7f454c46;
    private static final int CLASS_64 = 2;
    private static final int LITTLE_ENDIAN = 1;
    private static final int PT_LOAD = 1;
    private static final int PT_DYNAMIC = 2;
    private static final int PT_INTERP = 3;
    private static final int DT_NEEDED = 1;
    private static final int DT_STRTAB = 5;
    private static final int DT_RPATH = 15;
    private static final int DT_RUNPATH = 29;

    public ElfFile {
        needed = List.copyOf(needed);
        searchPath = List.copyOf(searchPath);
    }

    /** Reads a file's headers; empty when it is no 64-bit ELF file. */
    public static Optional<ElfFile> read(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() < 64) {
                return Optional.empty();
            }
            ByteBuffer magic = ByteBuffer.allocate(6);
            channel.read(magic, 0);
            magic.flip();
            if (magic.remaining() < 6 || magic.getInt() != MAGIC || magic.get() != CLASS_64) {
                return Optional.empty();
            }
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            bytes.order(magic.get() == LITTLE_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
            return Optional.of(parse(bytes));
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + file, e);
        } catch (IndexOutOfBoundsException | BufferUnderflowException | ArithmeticException e) {
            throw new ImageFailure(ImageFailure.Reason.INVALID, file + " is a damaged ELF file", e);
        }
    }

    private record Segment(int type, long offset, long address, long size) {}

    private static ElfFile parse(ByteBuffer bytes) {
        int machine = bytes.getShort(18) & 0xffff;
        long table = bytes.getLong(32);
        int entrySize = bytes.getShort(54) & 0xffff;
        int count = bytes.getShort(56) & 0xffff;
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int at = Math.toIntExact(table + (long) i * entrySize);
            segments.add(new Segment(
                    bytes.getInt(at), bytes.getLong(at + 8), bytes.getLong(at + 16), bytes.getLong(at + 32)));
        }
        String interpreter = null;
        List<String> needed = new ArrayList<>();
        List<String> searchPath = new ArrayList<>();
        for (Segment segment : segments) {
            if (segment.type == PT_INTERP) {
                interpreter = string(bytes, segment.offset);
            } else if (segment.type == PT_DYNAMIC) {
                readDynamic(bytes, segment, segments, needed, searchPath);
            }
        }
        return new ElfFile(machine, interpreter, needed, searchPath);
    }

    private static void readDynamic(
            ByteBuffer bytes, Segment dynamic, List<Segment> segments, List<String> needed, List<String> searchPath) {
        List<Long> names = new ArrayList<>();
        long strings = -1;
        long rpath = -1;
        long runpath = -1;
        for (long at = dynamic.offset; at + 16 <= dynamic.offset + dynamic.size; at += 16) {
            long tag = bytes.getLong(Math.toIntExact(at));
            long value = bytes.getLong(Math.toIntExact(at) + 8);
            if (tag == 0) {
                break;
            } else if (tag == DT_NEEDED) {
                names.add(value);
            } else if (tag == DT_STRTAB) {
                strings = offset(value, segments);
            } else if (tag == DT_RPATH) {
                rpath = value;
            } else if (tag == DT_RUNPATH) {
                runpath = value;
            }
        }
        if (strings < 0) {
            return;
        }
        for (long name : names) {
            needed.add(string(bytes, strings + name));
        }
        long path = runpath >= 0 ? runpath : rpath;
        if (path >= 0) {
            for (String directory : string(bytes, strings + path).split(":")) {
                if (!directory.isEmpty()) {
                    searchPath.add(directory);
                }
            }
        }
    }

    /** The file offset of a virtual address. */
    private static long offset(long address, List<Segment> segments) {
        for (Segment segment : segments) {
            if (segment.type == PT_LOAD && address >= segment.address && address < segment.address + segment.size) {
                return address - segment.address + segment.offset;
            }
        }
        return -1;
    }

    private static String string(ByteBuffer bytes, long offset) {
        int start = Math.toIntExact(offset);
        int end = start;
        while (bytes.get(end) != 0) {
            end++;
        }
        byte[] text = new byte[end - start];
        bytes.get(start, text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
