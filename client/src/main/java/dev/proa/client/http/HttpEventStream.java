package dev.proa.client.http;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.client.Transport.EventStream;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.Transport.WatchEvent;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A watch over HTTP: one JSON document per line. A virtual thread reads ahead into a bounded queue, so a slow reader
 * slows the server.
 */
final class HttpEventStream implements EventStream {
    private static final int READ_AHEAD = 1000;
    /** More than two bookmarks are missing then: servers send one about every minute. */
    private static final Duration SILENCE = Duration.ofSeconds(150);

    /** What the reading thread puts into the queue: an event, the end, or a failure. */
    private sealed interface Found {
        record Event(WatchEvent event) implements Found {}

        record End() implements Found {}

        record Broken(TransportException why) implements Found {}
    }

    private final InputStream body;
    private final String uri;
    private final BlockingQueue<Found> found = new ArrayBlockingQueue<>(READ_AHEAD);
    private final Thread reader;
    private volatile boolean closed;
    private volatile boolean ended;
    private volatile long heardAt = System.nanoTime();
    private final Runnable silent;

    /** @param silent called when the watch is closed because nothing came for long */
    HttpEventStream(InputStream body, String uri, Runnable silent) {
        this.silent = silent;
        this.body = new BufferedInputStream(body, 1 << 15);
        this.uri = uri;
        this.reader =
                Thread.ofVirtual().name("watch").start(this::readAll); // a failure is passed on to the caller of next()
    }

    @Override
    public @Nullable WatchEvent next(Duration timeout) throws InterruptedException {
        if (ended) {
            return null;
        }
        return switch (found.poll(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            case null -> null;
            case Found.Event(WatchEvent event) -> event;
            case Found.End() -> {
                ended = true;
                yield null;
            }
            case Found.Broken(TransportException why) -> {
                ended = true;
                throw why;
            }
        };
    }

    @Override
    public boolean ended() {
        return ended;
    }

    @Override
    public void close() {
        if (!closed && !ended && System.nanoTime() - heardAt > SILENCE.toNanos()) {
            silent.run();
        }
        closed = true;
        reader.interrupt();
        try {
            body.close();
        } catch (IOException e) {
            return; // it is over either way
        }
    }

    private void readAll() {
        try {
            Found last = readUntilEnd();
            found.put(last);
        } catch (InterruptedException e) {
            found.clear();
            found.add(new Found.End()); // closed by its reader
        }
    }

    private Found readUntilEnd() throws InterruptedException {
        try {
            ByteArrayOutputStream line = new ByteArrayOutputStream(8192);
            for (int b = body.read(); b >= 0; b = body.read()) {
                if (b != '\n') {
                    line.write(b);
                } else if (line.size() > 0) {
                    heardAt = System.nanoTime();
                    found.put(new Found.Event(event(line.toByteArray())));
                    line.reset();
                }
            }
            return new Found.End();
        } catch (IOException e) {
            return closed ? new Found.End() : broken("the watch of " + uri + " broke: " + e.getMessage(), e);
        } catch (DecodeException e) {
            return broken("the watch of " + uri + " sent something else than JSON: " + e.getMessage(), e);
        } catch (RuntimeException | Error e) { // nobody would ever hear of the end otherwise
            return broken("the watch of " + uri + " cannot be read: " + e, e);
        }
    }

    private static Found broken(String message, Throwable e) {
        return new Found.Broken(new TransportException(message, e));
    }

    private static WatchEvent event(byte[] line) {
        MapValue event = Json.decodeMap(line);
        return new WatchEvent(event.string("type"), event.map("object"));
    }
}
