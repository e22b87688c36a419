package dev.proa.server.http;

import dev.proa.api.codec.Json;
import dev.proa.server.apiserver.WatchStream;
import dev.proa.server.store.StoredObject;
import io.netty.buffer.Unpooled;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** Sends the events of one watch, one JSON object a line. Blocks its virtual thread; everything that is there goes out at once. */
final class WatchSender implements AutoCloseable {
    private static final Duration LOOK_UP = Duration.ofMinutes(5);
    private static final int PIECE = 1 << 17;

    private static final byte[] ADDED = prefix("ADDED");
    private static final byte[] MODIFIED = prefix("MODIFIED");
    private static final byte[] DELETED = prefix("DELETED");
    private static final byte[] END = {'}', '\n'};

    private final Exchange exchange;
    private final WatchStream stream;

    WatchSender(Exchange exchange, WatchStream stream) {
        this.exchange = exchange;
        this.stream = stream;
    }

    private static byte[] prefix(String type) {
        return ("{\"type\":\"" + type + "\",\"object\":").getBytes(StandardCharsets.US_ASCII);
    }

    void run(List<String> warnings) {
        HttpServerResponse response = exchange.response();
        response.closeHandler(nothing -> {
            exchange.abandoned();
            stream.close();
        });
        try (stream) {
            response.setStatusCode(200).setChunked(true);
            response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
            response.putHeader(HttpHeaders.CACHE_CONTROL, "no-cache, private");
            warnings.forEach(warning -> response.headers().add("warning", Exchange.warning(warning)));
            response.writeHead();
            while (!stream.ended() && !exchange.isOver()) {
                List<WatchStream.Event> events = stream.next(LOOK_UP);
                if (!send(events)) {
                    return;
                }
            }
            if (!exchange.isOver()) {
                response.end();
                exchange.answered(200);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            response.reset();
        } finally {
            exchange.abandoned();
        }
    }

    private boolean send(List<WatchStream.Event> events) {
        int from = 0;
        while (from < events.size()) {
            int size = 0;
            int to = from;
            byte[][] parts = new byte[(events.size() - from) * 2][];
            for (; to < events.size() && size < PIECE; to++) {
                WatchStream.Event event = events.get(to);
                StoredObject stored = event.stored();
                byte[] prefix = prefixOf(event.type());
                byte[] object = stored == null ? Json.encode(event.object()) : stored.json();
                parts[2 * (to - from)] = prefix;
                parts[2 * (to - from) + 1] = object;
                size += prefix.length + object.length + END.length;
            }
            byte[] piece = join(parts, 2 * (to - from), size);
            if (!exchange.write(BufferInternal.buffer(Unpooled.wrappedBuffer(piece)))) {
                return false;
            }
            from = to;
        }
        return true;
    }

    private static byte[] join(byte[][] parts, int count, int size) {
        byte[] piece = new byte[size];
        int at = 0;
        for (int i = 0; i < count; i++) {
            byte[] part = parts[i];
            System.arraycopy(part, 0, piece, at, part.length);
            at += part.length;
            if (i % 2 == 1) {
                System.arraycopy(END, 0, piece, at, END.length);
                at += END.length;
            }
        }
        return piece;
    }

    private static byte[] prefixOf(String type) {
        return switch (type) {
            case "ADDED" -> ADDED;
            case "MODIFIED" -> MODIFIED;
            case "DELETED" -> DELETED;
            default -> prefix(type);
        };
    }

    /** Ends the watch. */
    @Override
    public void close() {
        stream.close();
    }
}
