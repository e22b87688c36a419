package dev.proa.registry;

import dev.proa.api.codec.Json;
import dev.proa.http.Blocking;
import dev.proa.http.GuardedConnection;
import dev.proa.http.RequestBody;
import io.netty.buffer.Unpooled;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.net.HostAndPort;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A request on its virtual thread, with the ways to answer. */
final class RegistryCall {
    static final String DIGEST = "Docker-Content-Digest";
    static final String JSON = "application/json";

    private static final int PIECE = 256 << 10;
    /** How long a client may take nothing of an answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Context context;
    private final GuardedConnection connection;
    private final RequestBody body;
    private final MultiMap query;
    private long sent;

    /** To be made on the event loop of the request, whose context is {@code context}. */
    RegistryCall(HttpServerRequest request, Context context, GuardedConnection connection) {
        this.request = request;
        this.response = request.response();
        this.context = context;
        this.connection = connection;
        body = new RequestBody(request, context);
        body.open();
        query = request.params(true);
    }

    HttpServerRequest request() {
        return request;
    }

    GuardedConnection connection() {
        return connection;
    }

    String method() {
        return request.method().name();
    }

    boolean isHead() {
        return request.method() == HttpMethod.HEAD;
    }

    String path() {
        String path = request.path();
        return path == null ? "/" : path;
    }

    /** The name by which the client calls the registry, without port; empty when it says none. */
    String host() {
        HostAndPort authority = request.authority();
        return authority == null ? "" : authority.host();
    }

    @Nullable
    String query(String name) {
        return query.get(name);
    }

    List<String> queries(String name) {
        return query.getAll(name);
    }

    @Nullable
    String header(String name) {
        return request.getHeader(name);
    }

    InputStream body() {
        return body;
    }

    /** The length of the body as announced; -1 when it is not. */
    long contentLength() {
        String length = header("Content-Length");
        if (length == null) {
            return -1;
        }
        try {
            return Long.parseLong(length);
        } catch (NumberFormatException e) {
            throw new RegistryException(ErrorCode.SIZE_INVALID, "the header Content-Length is no number");
        }
    }

    /** The status that was answered; 0 before. */
    int status() {
        return response.headWritten() ? response.getStatusCode() : 0;
    }

    /** Bytes of content that were sent. */
    long sent() {
        return sent;
    }

    RegistryCall set(String header, String value) {
        response.putHeader(header, value);
        return this;
    }

    /** Answers without content. */
    void end(int status) throws IOException {
        // Clients wait for the end of the connection when nothing tells that there is no content.
        if (status != 204 && status != 304 && !response.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
            set("Content-Length", "0");
        }
        finish(status, null);
    }

    /** Answers with a document. */
    void document(int status, String contentType, byte[] content) throws IOException {
        set("Content-Type", contentType);
        set("Content-Length", Long.toString(content.length));
        if (isHead()) {
            finish(status, null);
        } else {
            sent += content.length;
            finish(status, Buffer.buffer(content));
        }
    }

    private void finish(int status, @Nullable Buffer content) throws IOException {
        body.drop();
        connection.answering(request);
        await(onLoop(() -> {
            response.setStatusCode(status);
            return content == null ? response.end() : response.end(content);
        }));
    }

    /**
     * Answers with a stream, no quicker than the client takes it.
     *
     * @param length bytes that it has
     */
    void stream(int status, InputStream content, long length) throws IOException {
        set("Content-Length", Long.toString(length));
        body.drop();
        connection.answering(request);
        response.setStatusCode(status);
        long left = length;
        Future<Void> before = Future.succeededFuture();
        while (left > 0) {
            byte[] piece = content.readNBytes((int) Math.min(PIECE, left));
            if (piece.length == 0) {
                throw new IOException("the blob is shorter than it was");
            }
            left -= piece.length;
            boolean last = left == 0;
            Buffer buffer = BufferInternal.buffer(Unpooled.wrappedBuffer(piece));
            await(before); // one piece is on its way while the next is read
            before = onLoop(() -> last ? response.end(buffer) : response.write(buffer));
            sent += piece.length;
        }
        await(length == 0 ? onLoop(response::end) : before);
    }

    /** Answers with an error, in the specification's form; when an answer has begun already, closes the connection. */
    void fail(RegistryException failure) throws IOException {
        if (response.headWritten()) {
            cut();
            return;
        }
        failure.headers().forEach(this::set);
        byte[] content = Json.encode(
                Map.of("errors", List.of(Map.of("code", failure.code().name(), "message", failure.text()))));
        document(failure.status(), JSON, content);
    }

    /** Ends the request without an answer, or with half of one. */
    void cut() {
        context.runOnContext(nothing -> response.reset());
    }

    private void await(Future<Void> sending) throws IOException {
        try {
            Blocking.await(sending, PATIENCE);
        } catch (CompletionException e) {
            throw new IOException("the client is gone, or takes nothing", e.getCause());
        }
    }

    private Future<Void> onLoop(Supplier<Future<Void>> action) {
        Promise<Void> promise = Promise.promise();
        context.runOnContext(nothing -> {
            try {
                action.get().onComplete(promise);
            } catch (RuntimeException e) {
                promise.fail(e); // the response is closed
            }
        });
        return promise.future();
    }
}
