package dev.proa.node.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** File descriptors: open, close, read, write, pipes and duplicates. All are made close-on-exec. */
public final class Descriptors {
    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0x40;
    public static final int O_TRUNC = 0x200;
    public static final int O_APPEND = 0x400;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x80000;
    public static final int O_EXCL = 0x80;
    /** A descriptor that stands for a file without reading or writing it. */
    public static final int O_PATH = 0x200000;

    /** The current directory, for calls that take a directory descriptor. */
    public static final int AT_FDCWD = -100;

    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;

    private Descriptors() {}

    /** {@code O_DIRECTORY}, whose number depends on the processor: only directories are opened. */
    public static int directoryFlag() {
        return Architecture.current() == Architecture.X86_64 ? 0x10000 : 0x4000;
    }

    /** {@code O_NOFOLLOW}, whose number depends on the processor: a link is not opened. */
    public static int noFollowFlag() {
        return Architecture.current() == Architecture.X86_64 ? 0x20000 : 0x8000;
    }

    /** Opens {@code path}; files it creates are mode 0600. */
    public static int open(Path path, int flags) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            return (int) Kernel.call(
                    path.toString(),
                    SystemCall.OPENAT,
                    AT_FDCWD,
                    Kernel.text(arena, path.toString()),
                    flags | O_CLOEXEC,
                    0600);
        }
    }

    /** Closes; errors say nothing a caller could act on. */
    public static void close(int descriptor) {
        if (descriptor >= 0) {
            Kernel.tryCall(SystemCall.CLOSE, descriptor);
        }
    }

    /** The two ends of a pipe. */
    public record Pipe(int reading, int writing) {
        /** Closes both ends. */
        public void close() {
            Descriptors.close(reading);
            Descriptors.close(writing);
        }
    }

    /** A new pipe with blocking ends. */
    public static Pipe pipe() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
            Kernel.call("", SystemCall.PIPE2, ends.address(), O_CLOEXEC);
            return new Pipe(ends.getAtIndex(ValueLayout.JAVA_INT, 0), ends.getAtIndex(ValueLayout.JAVA_INT, 1));
        }
    }

    /** A second descriptor of the same open file whose number is {@code atLeast} or more. */
    public static int duplicate(int descriptor, int atLeast) throws ErrnoException {
        return (int) Kernel.call("descriptor " + descriptor, SystemCall.FCNTL, descriptor, F_DUPFD_CLOEXEC, atLeast);
    }

    /** Makes reads and writes return {@link Errno#EAGAIN} instead of waiting. */
    public static void setNonBlocking(int descriptor) throws ErrnoException {
        long flags = Kernel.call("descriptor " + descriptor, SystemCall.FCNTL, descriptor, F_GETFL);
        Kernel.call("descriptor " + descriptor, SystemCall.FCNTL, descriptor, F_SETFL, flags | O_NONBLOCK);
    }

    /**
     * Reads once.
     *
     * @return the number of bytes, 0 at the end, or the negated error number
     */
    public static int read(int descriptor, MemorySegment into) {
        long result;
        do {
            result = Kernel.tryCall(SystemCall.READ, descriptor, into.address(), into.byteSize());
        } while (result == -Errno.EINTR);
        return (int) result;
    }

    /** Reads at most {@code length} bytes; an empty array is the end. */
    public static byte[] read(int descriptor, int length) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(length);
            int count = read(descriptor, buffer);
            if (count < 0) {
                throw new ErrnoException("read descriptor " + descriptor, -count);
            }
            return buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** Writes all of {@code bytes}. */
    public static void write(int descriptor, byte[] bytes, int offset, int length) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.max(length, 1));
            MemorySegment.copy(bytes, offset, buffer, ValueLayout.JAVA_BYTE, 0, length);
            long done = 0;
            while (done < length) {
                done += Kernel.call(
                        "descriptor " + descriptor,
                        SystemCall.WRITE,
                        descriptor,
                        buffer.address() + done,
                        length - done);
            }
        }
    }

    /**
     * Takes the advisory lock of an open file ({@code flock(2)}) for as long as it is open.
     *
     * @return false when somebody else has it
     */
    public static boolean tryLock(int descriptor) throws ErrnoException {
        long result = Kernel.tryCall(SystemCall.FLOCK, descriptor, LOCK_EX | LOCK_NB);
        if (result < 0 && result != -Errno.EAGAIN) {
            throw new ErrnoException("flock", (int) -result);
        }
        return result >= 0;
    }

    /** Takes the advisory lock of an open file, waiting for it; to be called on a platform thread. */
    public static void lock(int descriptor) throws ErrnoException {
        Kernel.call("", SystemCall.FLOCK, descriptor, LOCK_EX);
    }

    /** A file that lives in memory only, with these contents. */
    public static int memoryFile(String name, byte[] contents) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            int descriptor = (int) Kernel.call(name, SystemCall.MEMFD_CREATE, Kernel.text(arena, name), 1);
            try {
                write(descriptor, contents, 0, contents.length);
                return descriptor;
            } catch (ErrnoException e) {
                close(descriptor);
                throw e;
            }
        }
    }
}
