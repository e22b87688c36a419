package dev.proa.node.server;

import dev.proa.api.codec.Json;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.http.Blocking;
import dev.proa.http.GuardedConnection;
import dev.proa.http.UpgradeMethod;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** A request on its virtual thread, with the ways to respond. */
final class KubeletCall {
    private static final String SUBPROTOCOL = "Sec-WebSocket-Protocol";
    private static final String PROTOCOL = "X-Stream-Protocol-Version";

    private final HttpServerRequest request;
    private final Context context;
    private final GuardedConnection connection;
    private final MultiMap query;

    /** @param context of the event loop that the request came in on */
    KubeletCall(HttpServerRequest request, Context context, GuardedConnection connection) {
        this.request = request;
        this.context = context;
        this.connection = connection;
        this.query = request.params(true);
    }

    MultiMap query() {
        return query;
    }

    /** Whether a parameter of the query is given and not false. */
    boolean flag(String name) {
        String value = query.get(name);
        return value != null && !value.equals("false") && !value.equals("0");
    }

    String method() {
        return UpgradeMethod.of(request).name();
    }

    String path() {
        String path = request.path();
        return path == null ? "/" : path;
    }

    HttpServerResponse response() {
        return request.response();
    }

    HttpServerRequest request() {
        return request;
    }

    boolean wantsWebSocket() {
        return upgrade().equals("websocket");
    }

    boolean wantsSpdy() {
        return upgrade().equals("spdy/3.1");
    }

    private String upgrade() {
        String upgrade = request.getHeader(HttpHeaders.UPGRADE);
        return upgrade == null ? "" : upgrade.toLowerCase(Locale.ROOT);
    }

    /**
     * Upgrades the connection to a WebSocket.
     *
     * @param protocols supported protocols; a client that names none gets none
     * @throws StatusException when the client speaks others only
     */
    ChannelSocket webSocket(List<String> protocols) throws IOException {
        List<String> offered = offered(SUBPROTOCOL);
        if (!offered.isEmpty()) {
            String chosen = offered.stream()
                    .filter(protocols::contains)
                    .findFirst()
                    .orElseThrow(() -> noProtocol(offered, protocols));
            // The handshake accepts whichever comes first, also one that is for something else.
            request.headers().set(SUBPROTOCOL, chosen);
        }
        return Blocking.awaitPeer(onLoop(() -> request.toWebSocket().map(ChannelSocket::of)));
    }

    /** Whether a subprotocol is among those that the client of a WebSocket offers. */
    boolean offers(String protocol) {
        return offered(SUBPROTOCOL).contains(protocol);
    }

    /**
     * Upgrades the connection to SPDY.
     *
     * @param protocols supported protocols, best first
     * @throws StatusException when the client speaks others only
     */
    ByteTransport spdy(List<String> protocols) throws IOException {
        List<String> offered = offered(PROTOCOL);
        String chosen = protocols.stream().filter(offered::contains).findFirst().orElse("");
        if (chosen.isEmpty()) {
            throw noProtocol(offered, protocols);
        }
        return Blocking.awaitPeer(onLoop(() -> {
            response()
                    .putHeader(HttpHeaders.CONNECTION, "Upgrade")
                    .putHeader(HttpHeaders.UPGRADE, "SPDY/3.1")
                    .putHeader(PROTOCOL, chosen);
            return request.toNetSocket().map(ByteTransport::of);
        }));
    }

    private static StatusException noProtocol(List<String> offered, List<String> protocols) {
        return StatusException.of(
                Reason.Forbidden,
                "unable to upgrade: unable to negotiate protocol: client supports " + offered + ", server accepts "
                        + protocols,
                MapValue.EMPTY);
    }

    private List<String> offered(String header) {
        List<String> offered = new ArrayList<>();
        for (String line : request.headers().getAll(header)) {
            for (String protocol : line.split(",", -1)) {
                if (!protocol.isBlank()) {
                    offered.add(protocol.strip());
                }
            }
        }
        return offered;
    }

    private <T> Future<T> onLoop(Supplier<Future<T>> action) {
        Promise<T> promise = Promise.promise();
        context.runOnContext(nothing -> {
            try {
                action.get().onComplete(promise);
            } catch (RuntimeException e) {
                promise.fail(e);
            }
        });
        return promise.future();
    }

    /** Answers with text. */
    void text(int code, String contentType, String text) throws IOException {
        send(code, contentType, Buffer.buffer(text));
    }

    /** Answers with text that is encoded already. */
    void text(int code, String contentType, byte[] text) throws IOException {
        send(code, contentType, Buffer.buffer(text));
    }

    /** Answers with an object. */
    void json(MapValue value) throws IOException {
        send(200, "application/json", Buffer.buffer(Json.encode(value)));
    }

    /** Responds with an error, if no response was sent yet. */
    void fail(StatusException failure) throws IOException {
        if (!response().headWritten()) {
            send(failure.code(), "application/json", Buffer.buffer(Json.encode(failure.status())));
        }
    }

    private void send(int code, String contentType, Buffer body) throws IOException {
        connection.answering(request);
        Blocking.awaitPeer(onLoop(() -> {
            request.resume();
            return response()
                    .setStatusCode(code)
                    .putHeader(HttpHeaders.CONTENT_TYPE, contentType)
                    .end(body);
        }));
    }
}
