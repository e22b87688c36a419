package dev.proa.node.server;

import io.vertx.core.streams.ReadStream;
import java.io.InterruptedIOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue from an event loop to a thread. It holds at most {@link #AHEAD} pieces; then the stream is paused,
 * and with it the sender.
 */
final class Inbox<T> {
    private static final int AHEAD = 8;
    private static final Object END = new Object();

    private final LinkedBlockingQueue<Object> queue = new LinkedBlockingQueue<>();
    private final ReadStream<?> stream;
    private final AtomicBoolean ended = new AtomicBoolean();

    /** @param stream the stream whose pieces are passed to {@link #put}; must be paused */
    Inbox(ReadStream<?> stream) {
        this.stream = stream;
    }

    /** Starts the stream. */
    void open() {
        stream.fetch(AHEAD);
    }

    /** Called on the event loop. */
    void put(T piece) {
        if (!ended.get()) {
            queue.add(piece);
        }
    }

    /** Marks the end. */
    void end() {
        if (ended.compareAndSet(false, true)) {
            queue.add(END);
        }
    }

    /** Discards all further pieces, so that they do not block the sender. */
    void discard() {
        end();
        stream.fetch(Long.MAX_VALUE);
    }

    /** Blocks for the next piece; null at the end. */
    @SuppressWarnings("unchecked") // only put and end add anything
    @Nullable
    T take() throws InterruptedIOException {
        try {
            Object next = queue.take();
            if (next == END) {
                queue.add(END);
                return null;
            }
            stream.fetch(1);
            return (T) next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
