package dev.proa.node.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The status of a file, by {@code statx(2)}.
 *
 * @param mode type and permission bits
 * @param links how many names it has
 * @param bytes its length
 * @param allocatedBytes its disk usage
 * @param mountPoint whether it is a mount point
 */
public record FileStatus(
        int mode,
        long user,
        long group,
        long links,
        long inode,
        long device,
        long bytes,
        long allocatedBytes,
        boolean mountPoint) {
    private static final int BYTES = 256;
    private static final int BASIC = 0x7ff;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int TYPE = 0xF000;
    private static final long ATTRIBUTE_MOUNT_ROOT = 0x2000;

    /** The status of an open file, which may be opened with {@code O_PATH}. */
    public static FileStatus of(int descriptor) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            return of(arena, descriptor, Kernel.text(arena, ""), AT_EMPTY_PATH);
        }
    }

    /** The status of a directory entry whose name lies at an address; a link is not followed. */
    static FileStatus ofEntry(int directory, long name) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            return of(arena, directory, name, AT_SYMLINK_NOFOLLOW);
        }
    }

    private static FileStatus of(Arena arena, int directory, long name, int flags) throws ErrnoException {
        MemorySegment statx = arena.allocate(BYTES, 8);
        Kernel.call("", SystemCall.STATX, directory, name, flags, BASIC, statx.address());
        return new FileStatus(
                Short.toUnsignedInt(statx.get(ValueLayout.JAVA_SHORT, 28)),
                number(statx, 20),
                number(statx, 24),
                number(statx, 16),
                statx.get(ValueLayout.JAVA_LONG, 32),
                FileNodes.device(number(statx, 136), number(statx, 140)),
                statx.get(ValueLayout.JAVA_LONG, 40),
                512 * statx.get(ValueLayout.JAVA_LONG, 48),
                (statx.get(ValueLayout.JAVA_LONG, 8) & ATTRIBUTE_MOUNT_ROOT) != 0);
    }

    private static long number(MemorySegment statx, long offset) {
        return Integer.toUnsignedLong(statx.get(ValueLayout.JAVA_INT, offset));
    }

    /** The permission bits. */
    public int permissions() {
        return mode & 07777;
    }

    /** Whether it is a directory. */
    public boolean isDirectory() {
        return (mode & TYPE) == 0x4000;
    }

    /** Whether it is a regular file. */
    public boolean isFile() {
        return (mode & TYPE) == FileNodes.REGULAR_FILE;
    }

    /** The type bits alone, as {@link FileNodes} has them. */
    public int type() {
        return mode & TYPE;
    }

    /** Whether it is a symbolic link. */
    public boolean isLink() {
        return (mode & TYPE) == 0xA000;
    }
}
