package dev.proa.embedded.aggregator;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.client.Transport.EventStream;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.Transport.WatchEvent;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A watch that an extension API server answers: one JSON document a line. A slow reader slows the server. */
final class RemoteWatch implements EventStream {
    private static final int PIECES_AHEAD = 4;
    private static final int LONGEST_LINE = 64 << 20;

    private final HttpClientRequest request;
    private final String path;
    private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
    private final Deque<WatchEvent> events = new ArrayDeque<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private @Nullable HttpClientResponse response;
    private volatile boolean ended;

    /** What the event loop hands over; without bytes it is the last. */
    private record Piece(@Nullable Buffer bytes, @Nullable Throwable failure) {}

    RemoteWatch(HttpClientRequest request, String path) {
        this.request = request;
        this.path = path;
    }

    /** Sends the request; tells the head of the answer. Nothing is lost of what follows it. */
    Future<HttpClientResponse> begin() {
        Future<HttpClientResponse> head = request.response().map(answer -> {
            answer.pause();
            answer.handler(bytes -> pieces.add(new Piece(bytes, null)));
            answer.endHandler(nothing -> pieces.add(new Piece(null, null)));
            answer.exceptionHandler(cause -> pieces.add(new Piece(null, cause)));
            answer.fetch(PIECES_AHEAD);
            response = answer;
            return answer;
        });
        request.end();
        return head;
    }

    /** The rest of an answer that is no watch, such as a Status. */
    byte[] rest(Duration patience) {
        try {
            for (Buffer bytes = take(patience); bytes != null; bytes = take(patience)) {
                keep(bytes.getBytes(), 0, bytes.length());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
        return line.toByteArray();
    }

    @Override
    public @Nullable WatchEvent next(Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (events.isEmpty()) {
            Buffer bytes = ended ? null : take(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
            if (bytes == null) {
                return null;
            }
            split(bytes.getBytes());
        }
        return events.poll();
    }

    /** The next bytes; null when none came in time, or when there are no more. */
    private @Nullable Buffer take(Duration timeout) throws InterruptedException {
        Piece piece = pieces.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
        if (piece == null) {
            return null;
        }
        HttpClientResponse answer = response;
        if (piece.bytes() != null && answer != null) {
            answer.fetch(1);
            return piece.bytes();
        }
        ended = true;
        if (piece.failure() != null) {
            throw new TransportException(
                    "the watch of " + path + " broke: " + piece.failure().getMessage(), piece.failure());
        }
        return null;
    }

    private void split(byte[] bytes) {
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                keep(bytes, from, i);
                from = i + 1;
                if (line.size() > 0) {
                    events.add(event());
                    line.reset();
                }
            }
        }
        keep(bytes, from, bytes.length);
    }

    private void keep(byte[] bytes, int from, int to) {
        if (line.size() + to - from > LONGEST_LINE) {
            close();
            throw new TransportException("an event of the watch of " + path + " is too long", null);
        }
        line.write(bytes, from, to - from);
    }

    private WatchEvent event() {
        try {
            MapValue event = Json.decodeMap(line.toByteArray());
            return new WatchEvent(event.string("type"), event.map("object"));
        } catch (DecodeException e) {
            close();
            throw new TransportException("the watch of " + path + " sent something else than JSON", e);
        }
    }

    @Override
    public boolean ended() {
        return ended && events.isEmpty();
    }

    @Override
    public void close() {
        ended = true;
        request.reset();
    }
}
