package dev.proa.node.linux;

import java.io.ByteArrayOutputStream;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;

/**
 * File descriptors: open, close, read, write, pipes and duplicates. All are made close-on-exec. Nothing here waits without a deadline, and
 * no carrier is kept while it does; see {@link WaitingCalls}.
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

    /** The current directory, for calls that take a directory descriptor. */
    public static final int AT_FDCWD = -100;

    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int PART = 4096;
    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;

    private Descriptors() {}

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

    /** A new pipe. Its ends block whoever inherits them; this process reads and writes them as described above. */
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
     * Reads once, waiting until there is something. From then on the descriptor does not block.
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
     * Reads until the end. From then on the descriptor does not block.
     *
     * @param most bytes; what comes behind them is not read
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

    /** A file that lives in memory only, with these contents. */
    public static int memoryFile(String name, byte[] contents) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            int descriptor = (int) Kernel.call(name, SystemCall.MEMFD_CREATE, Kernel.text(arena, name), 1);
            try {
                // Memory is written to at once, if not always as much as asked for.
                MemorySegment rest = arena.allocateFrom(ValueLayout.JAVA_BYTE, contents);
                while (rest.byteSize() > 0) {
                    long count = Kernel.transfer(SystemCall.WRITE, descriptor, rest);
                    if (count < 0) {
                        throw new ErrnoException("write " + name, (int) -count);
                    }
                    rest = rest.asSlice(count);
                }
                return descriptor;
            } catch (ErrnoException e) {
                close(descriptor);
                throw e;
            }
        }
    }
}
