package dev.proa.server.http;

import dev.proa.server.apiserver.WatchStream;
import dev.proa.server.encoding.Encoding;
import io.netty.buffer.Unpooled;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.List;

/** Sends the events of a watch as frames of its encoding in the body of a response. */
final class WatchResponse implements WatchConnection {
    private static final int PIECE = 1 << 17;

    private final Exchange exchange;
    private final HttpServerResponse response;
    private final Encoding encoding;

    WatchResponse(Exchange exchange, Encoding encoding) {
        this.exchange = exchange;
        this.response = exchange.response();
        this.encoding = encoding;
    }

    @Override
    public void open(List<String> warnings, Runnable opened, Runnable closed) {
        response.closeHandler(nothing -> closed.run());
        if (response.closed()) {
            closed.run();
            return;
        }
        response.setStatusCode(200).setChunked(true);
        response.putHeader(HttpHeaders.CONTENT_TYPE, encoding.watchMediaType());
        exchange.commonHead(warnings);
        response.writeHead();
        opened.run();
    }

    @Override
    public boolean isFull() {
        return response.writeQueueFull();
    }

    @Override
    public void onDrain(Runnable action) {
        response.drainHandler(nothing -> action.run());
    }

    @Override
    public int send(List<WatchStream.Event> events, int from) {
        int size = 0;
        int to = from;
        byte[] tail = encoding.frameTail();
        byte[][] parts = new byte[(events.size() - from) * 2][];
        for (; to < events.size() && size < PIECE; to++) {
            WatchStream.Event event = events.get(to);
            byte[] object = event.bytes(encoding);
            byte[] head = encoding.frameHead(event.type(), object);
            parts[2 * (to - from)] = head;
            parts[2 * (to - from) + 1] = object;
            size += head.length + object.length + tail.length;
        }
        byte[] piece = join(parts, 2 * (to - from), tail, size);
        response.write(BufferInternal.buffer(Unpooled.wrappedBuffer(piece)));
        return to;
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

    @Override
    public void end() {
        response.end();
        exchange.answered(200);
    }

    @Override
    public void reset() {
        response.reset();
    }
}
