package dev.proa.server.http;

import dev.proa.server.apiserver.WatchStream;
import dev.proa.server.encoding.Encoding;
import dev.proa.server.encoding.JsonEncoding;
import io.netty.buffer.Unpooled;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sends each event of a watch as one message of a WebSocket: a text with JSON, or the bytes of another encoding. What the client sends is
 * ignored.
 */
final class WatchSocket implements WatchConnection {
    private final Exchange exchange;
    private final Encoding encoding;
    private @Nullable ServerWebSocket socket;

    WatchSocket(Exchange exchange, Encoding encoding) {
        this.exchange = exchange;
        this.encoding = encoding;
    }

    /** Whether a request wants to go on as a WebSocket. */
    static boolean isAskedFor(HttpServerRequest request) {
        String upgrade = request.getHeader(HttpHeaders.UPGRADE);
        return upgrade != null && upgrade.equalsIgnoreCase("websocket");
    }

    @Override
    public void open(List<String> warnings, Runnable opened, Runnable closed) {
        exchange.commonHead(warnings);
        exchange.request()
                .toWebSocket()
                .onSuccess(accepted -> {
                    socket = accepted;
                    accepted.closeHandler(nothing -> closed.run());
                    accepted.exceptionHandler(cause -> accepted.close());
                    accepted.resume();
                    opened.run();
                })
                .onFailure(refused -> closed.run());
    }

    private ServerWebSocket socket() {
        return Objects.requireNonNull(socket, "not open");
    }

    @Override
    public boolean isFull() {
        return socket().writeQueueFull();
    }

    @Override
    public void onDrain(Runnable action) {
        socket().drainHandler(nothing -> action.run());
    }

    @Override
    public int send(List<WatchStream.Event> events, int from) {
        WatchStream.Event event = events.get(from);
        byte[] object = event.bytes(encoding);
        byte[] head = encoding.frameHead(event.type(), object);
        int delimiter = encoding.frameDelimiter();
        BufferInternal message = BufferInternal.buffer(Unpooled.wrappedBuffer(
                Unpooled.wrappedBuffer(head, delimiter, head.length - delimiter),
                Unpooled.wrappedBuffer(object),
                Unpooled.wrappedBuffer(encoding.frameTail())));
        if (encoding instanceof JsonEncoding) {
            socket().writeTextMessage(message.toString());
        } else {
            socket().writeBinaryMessage(message);
        }
        return from + 1;
    }

    @Override
    public void end() {
        socket().close();
        exchange.answered(101);
    }

    @Override
    public void reset() {
        exchange.cut();
    }
}
