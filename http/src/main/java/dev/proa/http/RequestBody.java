package dev.proa.http;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request as a stream that blocks. The event loop puts in what comes and stops reading the connection while the reader is behind by
 * {@link #HIGH} bytes.
 */
public final class RequestBody extends InputStream {
    private static final int HIGH = 1 << 20;
    private static final int LOW = 256 << 10;
    /** How long a client may send nothing. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpServerRequest request;
    private final Context context;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Buffer> pieces = new ArrayDeque<>();
    /** Read so far of the first piece. */
    private int offset;

    private int held;
    /** Nothing comes before somebody reads: strangers should not fill the memory. */
    private boolean paused = true;

    private boolean ended;
    private boolean dropping;
    private @Nullable Throwable failure;

    /**
     * The body of a request, of which nothing is read yet.
     *
     * @param context of the event loop that the request came in on
     */
    public RequestBody(HttpServerRequest request, Context context) {
        this.request = request;
        this.context = context;
    }

    /** To be called on the event loop, before the request's handler returns. */
    public void open() {
        request.pause();
        request.handler(this::put);
        request.endHandler(nothing -> end(null));
        request.exceptionHandler(this::end);
    }

    private void put(Buffer piece) {
        lock.lock();
        try {
            if (dropping) {
                return;
            }
            pieces.add(piece);
            held += piece.length();
            if (held >= HIGH && !paused) {
                paused = true;
                request.pause();
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void end(@Nullable Throwable cause) {
        lock.lock();
        try {
            if (!ended) {
                ended = true;
                failure = cause;
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Lets the rest come, and drops it. */
    public void drop() {
        lock.lock();
        try {
            dropping = true;
            pieces.clear();
            held = 0;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** Waits for at least one byte. */
    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        lock.lock();
        try {
            resume();
            await();
            int count = 0;
            while (count < length && !pieces.isEmpty()) {
                Buffer first = pieces.getFirst();
                int n = Math.min(length - count, first.length() - offset);
                first.getBytes(offset, offset + n, bytes, start + count);
                count += n;
                offset += n;
                if (offset == first.length()) {
                    pieces.removeFirst();
                    offset = 0;
                }
            }
            held -= count;
            resume();
            return count == 0 ? -1 : count;
        } finally {
            lock.unlock();
        }
    }

    private void resume() {
        if (paused && held <= LOW) {
            paused = false;
            context.runOnContext(nothing -> request.resume());
        }
    }

    /** Returns when there are bytes, or the body has ended. */
    private void await() throws IOException {
        long left = PATIENCE.toNanos();
        try {
            while (pieces.isEmpty() && !ended) {
                left = changed.awaitNanos(left);
                if (left <= 0) {
                    throw new IOException("the client sent nothing for " + PATIENCE.toSeconds() + " s");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
        if (pieces.isEmpty() && failure != null) {
            throw new IOException("the body of the request broke off", failure);
        }
    }
}
