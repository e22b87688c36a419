package dev.proa.server.http;

import dev.proa.api.codec.Json;
import dev.proa.api.codec.Yaml;
import dev.proa.api.resource.ResourceCatalog;
import dev.proa.api.resource.ResourceType;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.http.Blocking;
import dev.proa.http.GuardedConnection;
import dev.proa.server.apiserver.ApiRequest;
import dev.proa.server.apiserver.ApiResponse;
import dev.proa.server.apiserver.Output;
import dev.proa.server.apiserver.RequestInfo;
import dev.proa.server.metrics.ServerMetrics;
import dev.proa.server.store.StoredObject;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One request and the sending of its answer, on a virtual thread that waits until the client has taken it; it is done once. */
final class Exchange {
    private static final CharSequence NO_CACHE = HttpHeaders.createOptimized("no-cache, private");
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence WARNING = HttpHeaders.createOptimized("warning");
    private static final CharSequence RETRY_AFTER = HttpHeaders.createOptimized("retry-after");
    /** Lists are sent in pieces of about this size. */
    private static final int PIECE = 1 << 17;

    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
    private static final byte[] ITEMS_END = {']', '}'};

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    /** How long a client may take nothing of an answer. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration PATIENCE_WITH_STRANGERS = Duration.ofSeconds(10);

    private final GuardedConnection connection;
    private final ServerMetrics metrics;
    private final EventLoop eventLoop;
    private final long start = System.nanoTime();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicBoolean observed = new AtomicBoolean();
    private volatile @Nullable ApiRequest call;

    /** To be made on the event loop of the request. */
    Exchange(HttpServerRequest request, GuardedConnection connection, ServerMetrics metrics) {
        this.request = request;
        this.response = request.response();
        this.connection = connection;
        this.metrics = metrics;
        this.eventLoop = ContextInternal.current().nettyEventLoop();
        response.exceptionHandler(cause -> abandoned());
        response.closeHandler(nothing -> abandoned());
    }

    /** The thread that reads and writes this connection. */
    EventLoop eventLoop() {
        return eventLoop;
    }

    HttpServerRequest request() {
        return request;
    }

    HttpServerResponse response() {
        return response;
    }

    /** What was asked, once it is known. */
    void of(ApiRequest asked) {
        call = asked;
    }

    /** The body of the request. */
    byte[] body() {
        ApiRequest asked = call;
        return asked != null && asked.body() instanceof ApiRequest.Bytes bytes ? bytes.bytes() : new byte[0];
    }

    /** Sends an answer that is there as a whole. */
    void send(ApiResponse answer, Output output) {
        head(answer.status(), answer.warnings());
        switch (answer.body()) {
            case ApiResponse.One one -> object(one, output);
            case ApiResponse.Many many -> list(many, output);
            case ApiResponse.Text text -> text(text);
            case ApiResponse.Events events -> throw new IllegalArgumentException("a watch is sent by its sender");
            case ApiResponse.Forward forward -> throw new IllegalArgumentException("the forwarder forwards");
        }
    }

    private void text(ApiResponse.Text text) {
        if (!text.etag().isEmpty()) {
            response.putHeader(HttpHeaders.ETAG, text.etag());
            response.putHeader(HttpHeaders.VARY, "Accept");
            if (text.etag().equals(request.getHeader(HttpHeaders.IF_NONE_MATCH))) {
                response.setStatusCode(304);
                finish(response.end(), 304);
                return;
            }
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, text.contentType());
        end(text.bytes());
    }

    private void object(ApiResponse.One one, Output output) {
        StoredObject stored = one.stored();
        if (output.syntax() == Output.Syntax.YAML) {
            response.putHeader(HttpHeaders.CONTENT_TYPE, output.syntax().mediaType());
            end(Yaml.encode(one.value()));
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, JSON);
        end(stored == null ? Json.encode(one.value()) : stored.json());
    }

    /** Fails with a Status. */
    void fail(StatusException failure, Output output) {
        if (response.headWritten() || response.closed()) {
            response.reset();
            answered(failure.code());
            return;
        }
        head(failure.code(), failure.warnings());
        if (failure.retryAfterSeconds() > 0) {
            response.putHeader(RETRY_AFTER, Integer.toString(failure.retryAfterSeconds()));
        }
        object(new ApiResponse.One(failure.status(), null), output);
    }

    private void head(int status, List<String> warnings) {
        connection.answering(request);
        response.setStatusCode(status);
        response.putHeader(HttpHeaders.CACHE_CONTROL, NO_CACHE);
        for (String warning : warnings) {
            response.headers().add(WARNING, warning(warning));
        }
    }

    /** {@code 299 - "text"}, with what would break the header escaped or left out; a character of the header is a byte of UTF-8. */
    static String warning(String text) {
        StringBuilder out = new StringBuilder("299 - \"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                out.append('\\');
            }
            out.appendCodePoint(Character.isISOControl(c) ? '?' : c);
        });
        byte[] bytes = out.append('"').toString().getBytes(StandardCharsets.UTF_8);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private void end(byte[] bytes) {
        response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(bytes.length));
        finish(response.end(BufferInternal.buffer(Unpooled.wrappedBuffer(bytes))), response.getStatusCode());
    }

    /** Waits until the last of the answer was sent. */
    private void finish(Future<Void> sent, int status) {
        observe(status);
        try {
            Blocking.await(sent, patience());
        } catch (CompletionException e) {
            giveUp(e);
        }
        answered(status);
    }

    private Duration patience() {
        return connection.isStranger() ? PATIENCE_WITH_STRANGERS : PATIENCE;
    }

    /** The client is gone, or takes nothing of its answer. */
    void giveUp(CompletionException why) {
        if (why.getCause() instanceof TimeoutException) {
            if (request.version() == HttpVersion.HTTP_2) {
                response.reset();
            } else {
                connection.cut();
            }
        }
    }

    private void list(ApiResponse.Many many, Output output) {
        if (output.syntax() == Output.Syntax.YAML) {
            response.putHeader(HttpHeaders.CONTENT_TYPE, output.syntax().mediaType());
            end(Yaml.encode(value(many)));
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, JSON);
        byte[] before = listHead(many);
        List<StoredObject> items = many.items();
        long length = before.length + ITEMS_END.length + Math.max(0, items.size() - 1);
        for (StoredObject item : items) {
            length += item.json().length;
        }
        response.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(length));
        Pieces pieces = new Pieces((int) Math.min(length, PIECE));
        pieces.add(before);
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                pieces.add((byte) ',');
            }
            pieces.add(items.get(i).json());
            if (over.get()) {
                return;
            }
        }
        pieces.add(ITEMS_END);
        finish(response.end(pieces.take()), response.getStatusCode());
    }

    private static byte[] listHead(ApiResponse.Many many) {
        byte[] empty = Json.encode(MapValue.of(
                "apiVersion", many.apiVersion(),
                "items", dev.proa.api.value.ListValue.EMPTY,
                "kind", many.kind(),
                "metadata", many.metadata()));
        // Names are sorted; the items have to come last to be streamed.
        String text = new String(empty, StandardCharsets.UTF_8).replaceFirst("\"items\":\\[],", "");
        return (text.substring(0, text.length() - 1) + ",\"items\":[").getBytes(StandardCharsets.UTF_8);
    }

    static MapValue value(ApiResponse.Many many) {
        List<MapValue> values = new java.util.ArrayList<>(many.items().size());
        many.items().forEach(item -> values.add(item.value()));
        return MapValue.of(
                "apiVersion", many.apiVersion(),
                "items", dev.proa.api.value.ListValue.copyOf(values),
                "kind", many.kind(),
                "metadata", many.metadata());
    }

    /** Collects bytes and sends them piece by piece, no quicker than they are taken. */
    private final class Pieces {
        private final int size;
        private byte[] piece;
        private int used;

        Pieces(int size) {
            this.size = size;
            this.piece = new byte[size];
        }

        void add(byte single) {
            if (used == piece.length) {
                flush();
            }
            piece[used++] = single;
        }

        void add(byte[] bytes) {
            int from = 0;
            while (from < bytes.length) {
                if (used == piece.length) {
                    flush();
                }
                int count = Math.min(bytes.length - from, piece.length - used);
                System.arraycopy(bytes, from, piece, used, count);
                used += count;
                from += count;
            }
        }

        private void flush() {
            write(take());
            piece = new byte[size];
            used = 0;
        }

        Buffer take() {
            return BufferInternal.buffer(Unpooled.wrappedBuffer(piece, 0, used));
        }
    }

    /** Sends some bytes, and waits while the client takes none. False when there is no client any more. */
    private boolean write(Buffer bytes) {
        if (over.get()) {
            return false;
        }
        Future<Void> written = response.write(bytes);
        if (response.writeQueueFull()) {
            try {
                Blocking.await(written, patience());
            } catch (CompletionException e) {
                giveUp(e);
                abandoned();
                return false;
            }
        }
        return !over.get();
    }

    /** The client has gone, or the answer is on its way. */
    boolean isOver() {
        return over.get();
    }

    /** The client has gone. */
    void abandoned() {
        answered(0);
    }

    /** The answer was sent: this is the end of the request. */
    void answered(int status) {
        if (over.compareAndSet(false, true)) {
            connection.answered();
            observe(status);
        }
    }

    private void observe(int status) {
        if (status != 0 && observed.compareAndSet(false, true)) {
            metrics.answered(subject(), status, System.nanoTime() - start);
        }
    }

    private ServerMetrics.Subject subject() {
        ApiRequest asked = call;
        String method = request.method().name();
        if (asked == null) {
            return new ServerMetrics.Subject(METHODS.contains(method) ? method : "other", false, "", "", "", "", "");
        }
        RequestInfo info = asked.info();
        boolean dryRun = asked.query().has("dryRun");
        if (!info.isResource() || !known(info)) {
            String path = info.path();
            return new ServerMetrics.Subject(
                    METHODS.contains(method) ? method : "other",
                    dryRun,
                    "",
                    "",
                    "",
                    known(path) ? path.substring(1) : "",
                    "");
        }
        String scope = !info.name().isEmpty() ? "resource" : info.namespace().isEmpty() ? "cluster" : "namespace";
        String verb = switch (info.verb()) {
            case "create" -> "POST";
            case "update" -> "PUT";
            default -> info.verb().toUpperCase(java.util.Locale.ROOT);
        };
        return new ServerMetrics.Subject(
                verb, dryRun, info.group(), info.version(), info.resource(), info.subresource(), scope);
    }

    private static boolean known(RequestInfo info) {
        ResourceType type = ResourceCatalog.builtin().byPlural(info.group(), info.version(), info.resource());
        return !info.verb().isEmpty()
                && type != null
                && (info.subresource().isEmpty() || type.subresource(info.subresource()) != null);
    }

    /** Labels must not be as many as there are paths that somebody may think of. */
    private static boolean known(String path) {
        return switch (path) {
            case "/healthz",
                    "/livez",
                    "/readyz",
                    "/version",
                    "/metrics",
                    "/api",
                    "/apis",
                    "/openapi/v2",
                    "/openapi/v3" -> true;
            default -> false;
        };
    }
}
