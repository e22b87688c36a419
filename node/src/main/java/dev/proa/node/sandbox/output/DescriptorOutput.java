package dev.proa.node.sandbox.output;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.ErrnoException;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;

/**
 * Writes to a descriptor, which this object owns. While the other side does not read, a writer parks, so that a virtual
 * thread frees its carrier. Thread-safe.
 */
public final class DescriptorOutput extends OutputStream {
    /** How long it may take until a writer notices that this was closed. */
    private static final Duration SLICE = Duration.ofMillis(500);

    private int descriptor;

    public DescriptorOutput(int descriptor) throws ErrnoException {
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
            MemorySegment rest = buffer.asSlice(0, length);
            while (rest.byteSize() > 0) {
                long count = writeOnce(rest);
                if (count == -Errno.EAGAIN) {
                    awaitRoom();
                } else if (count < 0) {
                    throw new ErrnoException("write", (int) -count);
                } else {
                    rest = rest.asSlice(count);
                }
            }
        }
    }

    private void awaitRoom() throws IOException {
        int own;
        synchronized (this) {
            requireOpen();
            own = Descriptors.duplicate(descriptor, 0);
        }
        try {
            Descriptors.awaitRoom(own, SLICE);
        } finally {
            Descriptors.close(own);
        }
    }

    private synchronized long writeOnce(MemorySegment bytes) throws IOException {
        requireOpen();
        return Descriptors.writeNow(descriptor, bytes);
    }

    private void requireOpen() throws IOException {
        if (descriptor < 0) {
            throw new IOException("the stream is closed");
        }
    }

    /** Calls {@code action} with the descriptor while it is open. */
    public synchronized void with(DescriptorAction action) throws ErrnoException {
        if (descriptor >= 0) {
            action.accept(descriptor);
        }
    }

    /** Something done with a descriptor. */
    public interface DescriptorAction {
        void accept(int descriptor) throws ErrnoException;
    }

    @Override
    public synchronized void close() {
        Descriptors.close(descriptor);
        descriptor = -1;
    }
}
