package dev.proa.node.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * A directory held open, in which others may change names at any time: a volume, or what a container has left behind. Paths are
 * relative to it and resolved by the kernel in one step ({@code openat2} with {@code RESOLVE_BENEATH}), so nothing outside of it is
 * ever reached, whatever becomes a link meanwhile. There is no check that could be true before a use and false at it.
 *
 * <p>Symbolic links are not followed, except by methods that say so; and those follow only links that stay beneath the directory.
 * Never do links of {@code /proc} that lead to open files count ({@code RESOLVE_NO_MAGICLINKS}).
 *
 * <p>Nothing here waits for the other end of a FIFO or for a device, so virtual threads may call it. Not for several threads at once.
 */
public final class Directory implements AutoCloseable {
    private static final long NO_MAGIC_LINKS = 2;
    private static final long NO_LINKS = 4;
    private static final long BENEATH = 8;
    /** A rename elsewhere on the machine can make a path with {@code ..} be asked for again. */
    private static final int TRIES = 128;

    private final int descriptor;

    private Directory(int descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Opens a directory by a path no part of which is a link; {@link Path#toRealPath} makes such a path of one that is trusted.
     *
     * @param path absolute
     */
    public static Directory open(Path path) throws ErrnoException {
        return new Directory(openAt(
                Descriptors.AT_FDCWD,
                path.toString(),
                Descriptors.O_RDONLY | Descriptors.directoryFlag(),
                NO_MAGIC_LINKS | NO_LINKS));
    }

    /**
     * Opens what a path leads to as a descriptor that stands for the file and can neither read nor write it ({@code O_PATH}). Links
     * anywhere in the path are followed: nobody but the machine's administrator may be able to change them.
     *
     * @return a descriptor that the caller closes
     */
    public static int openTrusted(Path path) throws ErrnoException {
        return openAt(Descriptors.AT_FDCWD, path.toString(), Descriptors.O_PATH, 0);
    }

    /**
     * As {@link #openTrusted}, of what is at {@code path} beneath an open directory. Links are followed as long as they stay beneath
     * it; one that is absolute or climbs above it fails with {@link Errno#EXDEV}.
     *
     * @param root descriptor of a directory
     */
    public static int openBeneath(int root, String path) throws ErrnoException {
        return openAt(root, path, Descriptors.O_PATH, NO_MAGIC_LINKS | BENEATH);
    }

    private static int openAt(int directory, String path, int flags, long resolve) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment how = arena.allocate(ValueLayout.JAVA_LONG, 3);
            how.setAtIndex(ValueLayout.JAVA_LONG, 0, flags | Descriptors.O_CLOEXEC);
            how.setAtIndex(ValueLayout.JAVA_LONG, 2, resolve);
            for (int i = 1; ; i++) {
                try {
                    return (int) Kernel.call(
                            path,
                            SystemCall.OPENAT2,
                            directory,
                            Kernel.text(arena, path),
                            how.address(),
                            how.byteSize());
                } catch (ErrnoException e) {
                    if (!e.is(Errno.EAGAIN) || i == TRIES) {
                        throw e;
                    }
                }
            }
        }
    }

    @Override
    public void close() {
        Descriptors.close(descriptor);
    }
}
