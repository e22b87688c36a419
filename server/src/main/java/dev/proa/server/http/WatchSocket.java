package dev.proa.server.http;

import dev.proa.api.status.StatusException;
import dev.proa.server.apiserver.WatchStream;
import dev.proa.server.encoding.Encoding;
import dev.proa.server.encoding.JsonEncoding;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sends each event of a watch as one message of a WebSocket: a text with JSON, or the bytes of another encoding. What the client sends is
 * ignored, and not read while the client takes nothing itself: Vert.x answers its pings.
 */
final class WatchSocket implements WatchConnection {
    private static final CharSequence SUBPROTOCOL = HttpHeaders.createOptimized("sec-websocket-protocol");

    private final Exchange exchange;
    private final Encoding encoding;
    private @Nullable ServerWebSocket socket;

    WatchSocket(Exchange exchange, Encoding encoding) {
        this.exchange = exchange;
        this.encoding = encoding;
    }

    /**
     * Whether a request wants to go on as a WebSocket.
     *
     * @throws StatusException when the handshake would not be one of RFC 6455, or comes with a body
     */
    static boolean isAskedFor(HttpServerRequest request) {
        if (request.version() != HttpVersion.HTTP_1_1
                || !request.method().equals(HttpMethod.GET)
                || !has(request, HttpHeaders.UPGRADE, "websocket")
                || !has(request, HttpHeaders.CONNECTION, "upgrade")) {
            return false;
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (request.headers().contains(HttpHeaders.TRANSFER_ENCODING) || length != null && !length.equals("0")) {
            throw StatusException.badRequest("the handshake of a WebSocket has no body");
        }
        if (!"13".equals(request.getHeader("Sec-WebSocket-Version"))
                || !request.headers().contains("Sec-WebSocket-Key")) {
            throw StatusException.badRequest("a WebSocket needs the header Sec-WebSocket-Key, and version 13");
        }
        return true;
    }

    private static boolean has(HttpServerRequest request, CharSequence header, String token) {
        for (String line : request.headers().getAll(header)) {
            for (String part : line.split(",", -1)) {
                if (part.strip().equalsIgnoreCase(token)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public void open(List<String> warnings, Runnable opened, Runnable closed) {
        exchange.commonHead(warnings);
        String offered = exchange.request().getHeader(SUBPROTOCOL);
        if (offered != null && offered.indexOf(',') < 0) {
            // A browser closes a socket for which none of its subprotocols was chosen.
            exchange.request().response().putHeader(SUBPROTOCOL, offered.strip());
        }
        exchange.request()
                .toWebSocket()
                .onSuccess(accepted -> {
                    socket = accepted;
                    accepted.closeHandler(nothing -> closed.run());
                    accepted.endHandler(nothing -> closed.run());
                    accepted.exceptionHandler(cause -> {
                        exchange.cut();
                        closed.run();
                    });
                    exchange.readOnlyWhileTaken();
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
        // Answers to pings are not in the queue.
        return !socket().isClosed() && (socket().writeQueueFull() || exchange.isConnectionFull());
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
        Buffer message = BufferInternal.buffer(Unpooled.wrappedBuffer(
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
