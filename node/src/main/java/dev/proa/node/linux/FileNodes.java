package dev.proa.node.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** File operations that the JDK lacks: device nodes, owners by id, extended attributes of any namespace. */
public final class FileNodes {
    /** Type bits of a character device for {@link #makeDevice}. */
    public static final int CHARACTER_DEVICE = 0x2000;
    /** Type bits of a block device for {@link #makeDevice}. */
    public static final int BLOCK_DEVICE = 0x6000;

    /** Type bits of a regular file. */
    public static final int REGULAR_FILE = 0x8000;

    private FileNodes() {}

    /** The number of a device, as {@code makedev(3)} composes it. */
    public static long device(long major, long minor) {
        return minor & 0xff | (major & 0xfff) << 8 | (minor & ~0xffL) << 12;
    }

    /**
     * Makes a device node.
     *
     * @param mode type and permission bits; the umask of this process applies
     */
    public static void makeDevice(Path path, int mode, long device) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            Kernel.call(
                    path.toString(),
                    SystemCall.MKNODAT,
                    Descriptors.AT_FDCWD,
                    Kernel.text(arena, path.toString()),
                    mode,
                    device);
        }
    }

    /** Changes the owner of what a descriptor of this process refers to, pipes included; -1 leaves one as it is. */
    public static void chown(int descriptor, long user, long group) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            String path = "/proc/self/fd/" + descriptor;
            Kernel.call(path, SystemCall.FCHOWNAT, Descriptors.AT_FDCWD, Kernel.text(arena, path), user, group, 0);
        }
    }

    /** Sets an extended attribute, of the link itself when {@code path} is one. */
    public static void setAttribute(Path path, String name, byte[] value) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            Kernel.call(
                    name + " of " + path,
                    SystemCall.LSETXATTR,
                    Kernel.text(arena, path.toString()),
                    Kernel.text(arena, name),
                    arena.allocateFrom(ValueLayout.JAVA_BYTE, value).address(),
                    value.length,
                    0);
        }
    }

    /** The extended attributes of all namespaces by their names, of the link itself when {@code path} is one. */
    public static Map<String, byte[]> attributes(Path path) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            long file = Kernel.text(arena, path.toString());
            byte[] names = read(arena, path + "", (at, size) -> new long[] {file, at, size}, SystemCall.LLISTXATTR);
            Map<String, byte[]> attributes = new TreeMap<>();
            for (String name : new String(names, StandardCharsets.UTF_8).split("\0")) {
                if (!name.isEmpty()) {
                    long key = Kernel.text(arena, name);
                    attributes.put(
                            name,
                            read(
                                    arena,
                                    name + " of " + path,
                                    (at, size) -> new long[] {file, key, at, size},
                                    SystemCall.LGETXATTR));
                }
            }
            return attributes;
        }
    }

    private interface Arguments {
        long[] of(long address, long size);
    }

    /** Asks for the size first; file systems without extended attributes have none. */
    private static byte[] read(Arena arena, String subject, Arguments arguments, SystemCall call)
            throws ErrnoException {
        long size = Kernel.tryCall(call, arguments.of(0, 0));
        if (size == 0 || size == -Errno.EOPNOTSUPP) {
            return new byte[0];
        }
        MemorySegment buffer = arena.allocate(Math.max(size, 1));
        long length = Kernel.call(subject, call, arguments.of(buffer.address(), buffer.byteSize()));
        return buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }
}
