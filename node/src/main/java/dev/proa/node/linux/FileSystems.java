package dev.proa.node.linux;

import dev.proa.node.usage.FilesystemUsage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** How full file systems are, by {@code statfs(2)}. */
public final class FileSystems {
    /** The size of {@code struct statfs}, the same on both processors. */
    private static final int BYTES = 120;

    private static final int BLOCK_SIZE = 8;
    private static final int BLOCKS = 16;
    private static final int FREE_BLOCKS = 24;
    private static final int AVAILABLE_BLOCKS = 32;
    private static final int INODES = 40;
    private static final int FREE_INODES = 48;

    private FileSystems() {}

    /** The file system that a path of the machine is in, with all that is in it; links are followed. */
    public static FilesystemUsage of(Path path) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment statfs = arena.allocate(BYTES, 8);
            Kernel.call(path.toString(), SystemCall.STATFS, Kernel.text(arena, path.toString()), statfs.address());
            return read(statfs);
        }
    }

    /** The file system that an open file is in. */
    static FilesystemUsage of(int descriptor) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment statfs = arena.allocate(BYTES, 8);
            Kernel.call("", SystemCall.FSTATFS, descriptor, statfs.address());
            return read(statfs);
        }
    }

    private static FilesystemUsage read(MemorySegment statfs) {
        long block = at(statfs, BLOCK_SIZE);
        long inodes = at(statfs, INODES);
        long freeInodes = at(statfs, FREE_INODES);
        return new FilesystemUsage(
                at(statfs, BLOCKS) * block,
                at(statfs, AVAILABLE_BLOCKS) * block,
                (at(statfs, BLOCKS) - at(statfs, FREE_BLOCKS)) * block,
                inodes,
                freeInodes,
                inodes - freeInodes);
    }

    private static long at(MemorySegment statfs, int offset) {
        return statfs.get(ValueLayout.JAVA_LONG, offset);
    }
}
