package dev.proa.node.linux;

import java.io.ByteArrayOutputStream;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;

/**
 * File descriptors: open, close, read, write, pipes and duplicates. All are close-on-exec. Nothing here waits without a
 * timeout, or blocks a carrier thread; see {@link WaitingCalls}.
 */
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
    /** Opens a descriptor that refers to a file but can neither read nor write it. */
    public static final int O_PATH = 0x200000;

    /** The current directory, for calls that take a directory descriptor. */
    public static final int AT_FDCWD = -100;

    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int F_GETFL = 3;
    private static final int F_ADD_SEALS = 1033;
    /** No writing, growing or shrinking, and no further seals. */
    private static final int ALL_SEALS = 0xf;

    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int F_SETFL = 4;
    private static final int PART = 4096;
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

    /** Opens {@code path}, without waiting for the other end of a FIFO; files it creates are mode 0600. */
    public static int open(Path path, int flags) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            return (int) Kernel.call(
                    path.toString(),
                    SystemCall.OPENAT,
                    AT_FDCWD,
                    Kernel.text(arena, path.toString()),
                    flags | O_CLOEXEC | O_NONBLOCK,
                    0600);
        }
    }

    /** Closes a descriptor; errors are ignored, since callers cannot act on them. */
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

    /** A new pipe. Its ends are blocking for those who inherit them; this process uses them without blocking. */
    public static Pipe pipe() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
            Kernel.call("", SystemCall.PIPE2, ends.address(), O_CLOEXEC);
            return new Pipe(ends.getAtIndex(ValueLayout.JAVA_INT, 0), ends.getAtIndex(ValueLayout.JAVA_INT, 1));
        }
    }

    /** Duplicates a descriptor to a number of at least {@code atLeast}. */
    public static int duplicate(int descriptor, int atLeast) throws ErrnoException {
        return (int) Kernel.call("descriptor " + descriptor, SystemCall.FCNTL, descriptor, F_DUPFD_CLOEXEC, atLeast);
    }

    /** Makes reads and writes return {@link Errno#EAGAIN} instead of waiting. */
    public static void setNonBlocking(int descriptor) throws ErrnoException {
        long flags = flags(descriptor);
        if ((flags & O_NONBLOCK) == 0) {
            Kernel.call("descriptor " + descriptor, SystemCall.FCNTL, descriptor, F_SETFL, flags | O_NONBLOCK);
        }
    }

    private static long flags(int descriptor) throws ErrnoException {
        return Kernel.call("descriptor " + descriptor, SystemCall.FCNTL, descriptor, F_GETFL);
    }

    /**
     * Reads once, without waiting.
     *
     * @param descriptor that is {@linkplain #setNonBlocking not blocking}
     * @return the number of bytes, 0 at the end, or the negated error number, {@link Errno#EAGAIN} when nothing is there yet
     */
    public static int readNow(int descriptor, MemorySegment into) {
        return (int) transferNow(SystemCall.READ, descriptor, into);
    }

    /**
     * Writes as much as there is room for, without waiting.
     *
     * @param descriptor that is {@linkplain #setNonBlocking not blocking}
     * @return the number of bytes, or the negated error number, {@link Errno#EAGAIN} when there is no room
     */
    public static long writeNow(int descriptor, MemorySegment from) {
        return transferNow(SystemCall.WRITE, descriptor, from);
    }

    /**
     * Writes all of {@code bytes} to a regular, memory or kernel file, which accept writes without waiting.
     *
     * @param descriptor that is {@linkplain #setNonBlocking not blocking}, unless the thread is a platform thread
     */
    public static void write(int descriptor, byte[] bytes) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.max(bytes.length, 1));
            MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes.length);
            for (long done = 0; done < bytes.length; ) {
                long count = writeNow(descriptor, buffer.asSlice(done, bytes.length - done));
                if (count < 0) {
                    throw new ErrnoException("write descriptor " + descriptor, (int) -count);
                }
                done += count;
            }
        }
    }

    private static long transferNow(SystemCall call, int descriptor, MemorySegment buffer) {
        if (Thread.currentThread().isVirtual()) {
            long flags = Kernel.tryCall(SystemCall.FCNTL, descriptor, F_GETFL);
            if (flags >= 0 && (flags & O_NONBLOCK) == 0) {
                throw new IllegalStateException(
                        "descriptor " + descriptor + " blocks, and so would its virtual thread's carrier");
            }
        }
        long result;
        do {
            result = Kernel.transfer(call, descriptor, buffer);
        } while (result == -Errno.EINTR);
        return result;
    }

    /**
     * Reads once, waiting for data. Makes the descriptor non-blocking.
     *
     * @return at most {@code length} bytes; none is the end
     * @throws ErrnoException {@link Errno#ETIMEDOUT} when nothing has come within {@code timeout}
     * @throws InterruptedIOException when the thread is interrupted while it waits
     */
    public static byte[] read(int descriptor, int length, Duration timeout)
            throws ErrnoException, InterruptedIOException {
        setNonBlocking(descriptor);
        long deadline = System.nanoTime() + timeout.toNanos();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(length);
            while (true) {
                int count = readNow(descriptor, buffer);
                if (count >= 0) {
                    return buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
                }
                if (count != -Errno.EAGAIN) {
                    throw new ErrnoException("read descriptor " + descriptor, -count);
                }
                if (!Readiness.await(descriptor, Readiness.READABLE, deadline)) {
                    throw new ErrnoException("read descriptor " + descriptor, Errno.ETIMEDOUT);
                }
            }
        }
    }

    /**
     * Reads until end of file. Makes the descriptor non-blocking.
     *
     * @param most the largest number of bytes; more is not read
     * @throws ErrnoException {@link Errno#ETIMEDOUT} when the end has not come within {@code timeout}
     * @throws InterruptedIOException when the thread is interrupted while it waits
     */
    public static byte[] readAll(int descriptor, int most, Duration timeout)
            throws ErrnoException, InterruptedIOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (all.size() < most) {
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            byte[] part = read(descriptor, Math.min(PART, most - all.size()), left);
            if (part.length == 0) {
                break;
            }
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /**
     * Waits until there is room to write.
     *
     * @return false when there is none within {@code timeout}
     * @throws InterruptedIOException when the thread is interrupted while it waits
     */
    public static boolean awaitRoom(int descriptor, Duration timeout) throws ErrnoException, InterruptedIOException {
        return Readiness.await(descriptor, Readiness.WRITABLE, System.nanoTime() + timeout.toNanos());
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

    /** Creates a sealed memory file with these contents: nobody who executes it can change it. */
    public static int memoryFile(String name, byte[] contents) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            int descriptor = (int) Kernel.call(
                    name, SystemCall.MEMFD_CREATE, Kernel.text(arena, name), MFD_CLOEXEC | MFD_ALLOW_SEALING);
            try {
                // Memory files accept writes at once, but possibly not all bytes.
                MemorySegment rest = arena.allocateFrom(ValueLayout.JAVA_BYTE, contents);
                while (rest.byteSize() > 0) {
                    long count = Kernel.transfer(SystemCall.WRITE, descriptor, rest);
                    if (count < 0) {
                        throw new ErrnoException("write " + name, (int) -count);
                    }
                    rest = rest.asSlice(count);
                }
                Kernel.call(name, SystemCall.FCNTL, descriptor, F_ADD_SEALS, ALL_SEALS);
                return descriptor;
            } catch (ErrnoException e) {
                close(descriptor);
                throw e;
            }
        }
    }
}
