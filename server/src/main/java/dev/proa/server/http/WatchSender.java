package dev.proa.server.http;

import dev.proa.server.apiserver.WatchStream;
import dev.proa.server.encoding.Encoding;
import dev.proa.server.store.StoredObject;
import io.netty.buffer.Unpooled;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the events of one watch as frames of its encoding. All that is there goes out at once, and no more is read while the client
 * does not take it. Everything but {@link #close()} happens on the event loop of the connection, and reading that may wait on a thread of its own.
 */
final class WatchSender {
    private static final Logger LOG = LoggerFactory.getLogger(WatchSender.class);
    private static final int PIECE = 1 << 17;

    private final Exchange exchange;
    private final WatchStream stream;
    private final Encoding encoding;
    private final WatchLoop loop;
    private List<WatchStream.Event> batch = List.of();
    private int sent;
    private final Runnable ended;
    private boolean finished;
    private boolean fetching;
    private boolean again;
    private @Nullable List<WatchStream.Event> fetched;

    /** Since when the client takes nothing; 0 while it does. */
    private long stalled;

    /** @param ended called once, when the watch is over */
    WatchSender(Exchange exchange, WatchStream stream, Encoding encoding, WatchLoop loop, Runnable ended) {
        this.exchange = exchange;
        this.stream = stream;
        this.encoding = encoding;
        this.loop = loop;
        this.ended = ended;
    }

    /** Sends the head, and what is there already. */
    void start(List<String> warnings) {
        HttpServerResponse response = exchange.response();
        response.closeHandler(nothing -> finish());
        if (response.closed()) {
            finish();
            return;
        }
        response.setStatusCode(200).setChunked(true);
        response.putHeader(HttpHeaders.CONTENT_TYPE, encoding.watchMediaType());
        response.putHeader(HttpHeaders.CACHE_CONTROL, "no-cache, private");
        exchange.tellClassification();
        warnings.forEach(warning -> response.headers().add("warning", Exchange.warning(warning)));
        response.writeHead();
        stream.onEvents(() -> loop.wake(this));
        pump();
    }

    /** Sends what is there, as far as the client takes it. */
    void pump() {
        HttpServerResponse response = exchange.response();
        try {
            while (!finished) {
                if (sent == batch.size()) {
                    batch = List.of();
                    sent = 0;
                    if (exchange.isOver()) {
                        finish();
                        return;
                    }
                    List<WatchStream.Event> next = next();
                    if (next == null) {
                        return;
                    }
                    batch = next;
                    if (batch.isEmpty()) {
                        if (stream.ended()) {
                            response.end();
                            exchange.answered(200);
                            finish();
                        }
                        return;
                    }
                }
                if (response.writeQueueFull()) {
                    stall();
                    return;
                }
                stalled = 0;
                response.write(BufferInternal.buffer(Unpooled.wrappedBuffer(piece())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            response.reset();
            finish();
        } catch (RuntimeException e) {
            broken(e);
        }
    }

    /** The next events; null when they are read on the side, since that may wait: {@link #pump} is called again then. */
    private @Nullable List<WatchStream.Event> next() throws InterruptedException {
        if (!stream.mayBlock()) {
            return stream.next(Duration.ZERO);
        }
        List<WatchStream.Event> ready = fetched;
        fetched = null;
        // That there were none counts only if nothing happened meanwhile.
        if (ready != null && !(ready.isEmpty() && again)) {
            return ready;
        }
        again = fetching;
        if (!fetching) {
            fetching = true;
            Thread.ofVirtual().name("watch").start(this::fetch);
        }
        return null;
    }

    private void fetch() {
        try {
            List<WatchStream.Event> events = stream.next(Duration.ZERO);
            loop.execute(() -> {
                fetching = false;
                fetched = events;
                pump();
            });
        } catch (InterruptedException | RuntimeException e) {
            loop.execute(() -> broken(e));
        }
    }

    private void broken(Exception cause) {
        // The other watches of this event loop go on.
        LOG.error("A watch ends: {}", exchange.request().path(), cause);
        exchange.response().reset();
        finish();
    }

    /** Waits for the client to take what was sent, but not for ever. */
    private void stall() {
        long now = System.nanoTime();
        if (stalled == 0) {
            stalled = now;
            exchange.response().drainHandler(nothing -> pump());
        } else if (now - stalled > Exchange.PATIENCE.toNanos()) {
            exchange.giveUp(new CompletionException(new TimeoutException("a watch was not read")));
            finish();
        }
    }

    private void finish() {
        if (!finished) {
            finished = true;
            ended.run();
            exchange.abandoned();
            stream.close();
            loop.remove(this);
        }
    }

    /** The bytes of as many of the next events as go well together. */
    private byte[] piece() {
        int size = 0;
        int to = sent;
        byte[] tail = encoding.frameTail();
        byte[][] parts = new byte[(batch.size() - sent) * 2][];
        for (; to < batch.size() && size < PIECE; to++) {
            WatchStream.Event event = batch.get(to);
            StoredObject stored = event.stored();
            byte[] object = stored == null ? encoding.object(event.object()) : encoding.object(stored);
            byte[] head = encoding.frameHead(event.type(), object);
            parts[2 * (to - sent)] = head;
            parts[2 * (to - sent) + 1] = object;
            size += head.length + object.length + tail.length;
        }
        byte[] piece = join(parts, 2 * (to - sent), tail, size);
        sent = to;
        return piece;
    }

    private static byte[] join(byte[][] parts, int count, byte[] tail, int size) {
        byte[] piece = new byte[size];
        int at = 0;
        for (int i = 0; i < count; i++) {
            byte[] part = parts[i];
            System.arraycopy(part, 0, piece, at, part.length);
            at += part.length;
            if (i % 2 == 1) {
                System.arraycopy(tail, 0, piece, at, tail.length);
                at += tail.length;
            }
        }
        return piece;
    }

    /** Ends the watch. Any thread may do so. */
    void close() {
        stream.close();
        loop.wake(this);
    }
}
