package dev.proa.node.sandbox;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.Kernel;
import dev.proa.node.linux.SystemCall;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes to a descriptor, which belongs to this object. While the other side does not read, a writer waits by parking, so that a
 * virtual thread keeps no carrier. Thread-safe.
 */
final class DescriptorOutput extends OutputStream {
    private static final long PATIENCE_NANOS = 2_000_000;

    private int descriptor;

    DescriptorOutput(int descriptor) throws ErrnoException {
        this.descriptor = descriptor;
        Descriptors.setNonBlocking(descriptor);
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.max(1, length));
            MemorySegment.copy(bytes, offset, buffer, ValueLayout.JAVA_BYTE, 0, length);
            long done = 0;
            while (done < length) {
                long count = writeOnce(buffer.address() + done, length - done);
                if (count == -Errno.EAGAIN || count == -Errno.EINTR) {
                    LockSupport.parkNanos(PATIENCE_NANOS);
                    if (Thread.interrupted()) {
                        throw new java.io.InterruptedIOException("interrupted while writing");
                    }
                } else if (count < 0) {
                    throw new ErrnoException("write", (int) -count);
                } else {
                    done += count;
                }
            }
        }
    }

    private synchronized long writeOnce(long address, long length) throws IOException {
        if (descriptor < 0) {
            throw new IOException("the stream is closed");
        }
        return Kernel.tryCall(SystemCall.WRITE, descriptor, address, length);
    }

    /** Calls {@code action} with the descriptor while it is open. */
    synchronized void with(DescriptorAction action) throws ErrnoException {
        if (descriptor >= 0) {
            action.accept(descriptor);
        }
    }

    /** Something done with a descriptor. */
    interface DescriptorAction {
        void accept(int descriptor) throws ErrnoException;
    }

    @Override
    public synchronized void close() {
        Descriptors.close(descriptor);
        descriptor = -1;
    }
}
