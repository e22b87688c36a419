package dev.proa.node.server;

import io.vertx.core.streams.ReadStream;
import java.io.InterruptedIOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What an event loop has received and a thread has not taken yet. At most {@link #AHEAD} pieces wait in it: the stream behind it is
 * paused otherwise, and so in the end is the sender.
 */
final class Inbox<T> {
    private static final int AHEAD = 8;
    private static final Object END = new Object();

    private final LinkedBlockingQueue<Object> queue = new LinkedBlockingQueue<>();
    private final ReadStream<?> stream;
    private final AtomicBoolean ended = new AtomicBoolean();

    /** @param stream whose pieces are given to {@link #put}; it is paused before */
    Inbox(ReadStream<?> stream) {
        this.stream = stream;
    }

    /** Lets pieces come. */
    void open() {
        stream.fetch(AHEAD);
    }

    /** Called on the event loop. */
    void put(T piece) {
        if (!ended.get()) {
            queue.add(piece);
        }
    }

    /** No more comes. */
    void end() {
        if (ended.compareAndSet(false, true)) {
            queue.add(END);
        }
    }

    /** No more is wanted: what still comes is dropped, and does not keep the sender from what comes behind it. */
    void discard() {
        end();
        stream.fetch(Long.MAX_VALUE);
    }

    /** The next piece, waited for; null when there will be none. */
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
