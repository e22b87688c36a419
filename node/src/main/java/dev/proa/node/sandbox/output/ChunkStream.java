package dev.proa.node.sandbox.output;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A pipe between threads whose writer never blocks: a reader that lags by more than 4 MiB gets an error, so that a
 * client that does not read cannot hold up a container. A writer that can be paused uses {@link #holdUp}.
 */
public final class ChunkStream extends InputStream {
    private static final int MOST_BYTES = 4 << 20;
    /** Memory overhead of a chunk in bytes. */
    private static final int CHUNK_OVERHEAD = 32;

    private static final int MANY_BYTES = 1 << 20;
    private static final int FEW_BYTES = 1 << 18;

    private final ArrayDeque<byte[]> chunks = new ArrayDeque<>();
    private int waiting;
    private int position;
    private boolean ended;
    private boolean tooSlow;
    private boolean closed;
    private @Nullable Runnable goOn;

    /** Adds bytes, which must not be modified afterwards: they may be shared with other streams. */
    synchronized void offer(byte[] chunk) {
        if (ended || closed) {
            return;
        }
        if (waiting + chunk.length + (long) (chunks.size() + 1) * CHUNK_OVERHEAD > MOST_BYTES) {
            tooSlow = true;
            ended = true;
        } else {
            chunks.add(chunk);
            waiting += chunk.length;
        }
        notifyAll();
    }

    /** Runs {@code pause} when many bytes are unread, and {@code resume} when few are; neither may block. */
    public synchronized void holdUp(Runnable pause, Runnable resume) {
        if (waiting + (long) chunks.size() * CHUNK_OVERHEAD >= MANY_BYTES && goOn == null && !closed) {
            goOn = resume;
            pause.run();
        }
    }

    private void letGoOn() {
        Runnable resume = goOn;
        if (resume != null) {
            goOn = null;
            resume.run();
        }
    }

    /** Marks the end of the stream. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public synchronized int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        while (chunks.isEmpty()) {
            if (closed) {
                throw new IOException("the stream is closed");
            }
            if (tooSlow) {
                throw new IOException("output was read too slowly and is lost from here on");
            }
            if (ended) {
                return -1;
            }
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while reading", e);
            }
        }
        byte[] first = chunks.getFirst();
        int count = Math.min(length, first.length - position);
        System.arraycopy(first, position, into, offset, count);
        position += count;
        waiting -= count;
        if (position == first.length) {
            chunks.removeFirst();
            position = 0;
        }
        if (waiting <= FEW_BYTES) {
            letGoOn();
        }
        return count;
    }

    @Override
    public synchronized int available() {
        return waiting;
    }

    @Override
    public synchronized void close() {
        closed = true;
        chunks.clear();
        waiting = 0;
        letGoOn();
        notifyAll();
    }
}
