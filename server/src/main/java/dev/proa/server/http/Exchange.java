package dev.proa.server.http;

import dev.proa.api.status.StatusException;
import dev.proa.http.Blocking;
import dev.proa.http.GuardedConnection;
import dev.proa.http.UpgradeMethod;
import dev.proa.server.apiserver.ApiRequest;
import dev.proa.server.apiserver.ApiResponse;
import dev.proa.server.apiserver.ApiServer;
import dev.proa.server.apiserver.RequestInfo;
import dev.proa.server.audit.AuditTrail;
import dev.proa.server.catalog.ApiCatalog;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.encoding.Encoding;
import dev.proa.server.flowcontrol.FlowControl;
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
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One request, and the sending of its response on a virtual thread that waits for the client. */
final class Exchange {
    private static final Pattern GZIP =
            Pattern.compile("(^|,)\\s*gzip\\s*(?!;\\s*q=0(\\.0*)?\\s*(,|$))(;|,|$)", Pattern.CASE_INSENSITIVE);
    static final CharSequence AUDIT_ID = HttpHeaders.createOptimized("audit-id");
    private static final CharSequence NO_CACHE = HttpHeaders.createOptimized("no-cache, private");
    private static final CharSequence WARNING = HttpHeaders.createOptimized("warning");
    private static final CharSequence PRIORITY_LEVEL = HttpHeaders.createOptimized("x-kubernetes-pf-prioritylevel-uid");
    private static final CharSequence FLOW_SCHEMA = HttpHeaders.createOptimized("x-kubernetes-pf-flowschema-uid");
    private static final CharSequence RETRY_AFTER = HttpHeaders.createOptimized("retry-after");
    /** Lists are sent in pieces of about this size. */
    private static final int PIECE = 1 << 17;

    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    /** How long a client may read nothing of a response. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration PATIENCE_WITH_STRANGERS = Duration.ofSeconds(10);

    private final GuardedConnection connection;
    private final ServerMetrics metrics;
    private final EventLoop eventLoop;
    private final long start = System.nanoTime();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicBoolean observed = new AtomicBoolean();
    private final ApiCatalog catalog;
    private volatile @Nullable ApiRequest call;
    private volatile @Nullable AuditTrail trail;
    private volatile String auditId = "";
    private volatile List<String> earlyWarnings = List.of();
    private volatile FlowControl.Classification classification = FlowControl.Classification.NONE;
    private volatile @Nullable Runnable atEnd;

    /**
     * To be made on the event loop of the request.
     *
     * @param catalog what is served to the request
     */
    Exchange(HttpServerRequest request, GuardedConnection connection, ApiCatalog catalog, ServerMetrics metrics) {
        this.request = request;
        this.response = request.response();
        this.connection = connection;
        this.catalog = catalog;
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

    /** What is served to the request. */
    ApiCatalog catalog() {
        return catalog;
    }

    /** What was asked, once it is known. */
    void of(ApiRequest asked) {
        call = asked;
    }

    /** As what flow control counts the request: every answer tells it. */
    void classified(FlowControl.Classification as) {
        classification = as;
    }

    /** Sets on the answer what it tells of flow control, and the id of its record. */
    void tellClassification() {
        if (!response.headers().contains(AUDIT_ID)) {
            response.putHeader(AUDIT_ID, auditId);
        }
        FlowControl.Classification as = classification;
        if (as.isKnown()) {
            response.putHeader(PRIORITY_LEVEL, as.priorityLevelUid());
            response.putHeader(FLOW_SCHEMA, as.flowSchemaUid());
        }
    }

    /** Sets on the answer what the head of each has. */
    void commonHead(List<String> warnings) {
        response.putHeader(HttpHeaders.CACHE_CONTROL, NO_CACHE);
        tellClassification();
        earlyWarnings.forEach(warning -> response.headers().add(WARNING, warning(warning)));
        warnings.forEach(warning -> response.headers().add(WARNING, warning(warning)));
    }

    /** Warns the client whatever the answer is. */
    void warn(List<String> warnings) {
        earlyWarnings = warnings;
    }

    /** Has no more read of the connection while the client takes nothing. */
    void readOnlyWhileTaken() {
        connection.readOnlyWhileTaken();
    }

    /** Whether the client takes nothing at the moment. */
    boolean isConnectionFull() {
        return connection.isFull();
    }

    /** Closes the connection of the request at once. */
    void cut() {
        connection.cut();
    }

    /** Has something done when the request is over, by whoever ends it. */
    void onEnd(Runnable action) {
        atEnd = action;
        if (over.get()) {
            action.run();
        }
    }

    /** The body of the request. */
    byte[] body() {
        ApiRequest asked = call;
        return asked != null && asked.body() instanceof ApiRequest.Bytes bytes ? bytes.bytes() : new byte[0];
    }

    /** Sets the id of the request's record. */
    void auditId(String id) {
        auditId = id;
    }

    /** The id of the request's record, whether there is one or not. */
    String auditId() {
        return auditId;
    }

    /** The head of an answer that may take long is about to be sent. */
    void starting(int status) {
        AuditTrail record = trail;
        if (record != null) {
            record.responseStarted(status);
        }
    }

    /** An answer is about to be sent as a whole, or the last of it: it is on record before its client can know of it. */
    private void ending() {
        AuditTrail record = trail;
        if (record != null && !Blocking.isEventLoop()) {
            record.complete(response.getStatusCode());
        }
    }

    /** Sets where the stages of this request are put on record; null for nowhere. */
    void trail(@Nullable AuditTrail record) {
        trail = record;
    }

    /** Where the stages of this request are put on record; null for nowhere. */
    @Nullable
    AuditTrail trail() {
        return trail;
    }

    /** Sends an answer that is there as a whole. */
    void send(ApiResponse answer) {
        connection.answering(request);
        head(answer.status(), answer.warnings());
        switch (answer.body()) {
            case ApiResponse.One one -> object(one, answer.encoding());
            case ApiResponse.Many many -> list(many, answer.encoding());
            case ApiResponse.Text text -> text(text);
            case ApiResponse.Events events -> throw new IllegalArgumentException("a watch is sent by its sender");
            case ApiResponse.Forward forward -> throw new IllegalArgumentException("the forwarder forwards");
            case ApiResponse.Delegate delegate -> throw new IllegalArgumentException("the forwarder delegates");
        }
    }

    private void text(ApiResponse.Text text) {
        if (!text.etag().isEmpty()) {
            response.putHeader(HttpHeaders.ETAG, text.etag());
            response.putHeader(HttpHeaders.VARY, text.compressed() ? "Accept, Accept-Encoding" : "Accept");
            if (text.etag().equals(request.getHeader(HttpHeaders.IF_NONE_MATCH))) {
                response.setStatusCode(304);
                finish(response.end(), 304);
                return;
            }
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, text.contentType());
        if (text.compressed() && takesGzip()) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
            end(text.bytes());
        } else {
            end(text.plain());
        }
    }

    private boolean takesGzip() {
        String encodings = request.getHeader(HttpHeaders.ACCEPT_ENCODING);
        return encodings != null && GZIP.matcher(encodings).find();
    }

    private void object(ApiResponse.One one, Encoding encoding) {
        StoredObject stored = one.stored();
        response.putHeader(HttpHeaders.CONTENT_TYPE, encoding.mediaType());
        end(stored == null ? encoding.object(one.value()) : encoding.object(stored));
    }

    /** Fails with a Status, in the encoding that the client accepts. Waits for the client, but not on an event loop. */
    void fail(StatusException failure) {
        AuditTrail record = trail;
        if (record != null) {
            record.failed(failure);
        }
        if (response.headWritten() || response.closed()) {
            response.reset();
            answered(failure.code());
            return;
        }
        if (Blocking.isEventLoop()) {
            connection.restDropped(request).onComplete(done -> sendFailure(failure));
        } else {
            connection.answering(request);
            sendFailure(failure);
        }
    }

    private void sendFailure(StatusException failure) {
        head(failure.code(), failure.warnings());
        if (failure.retryAfterSeconds() > 0) {
            response.putHeader(RETRY_AFTER, Integer.toString(failure.retryAfterSeconds()));
        }
        Encoding encoding = ApiServer.encodingOfErrors(request.getHeader(HttpHeaders.ACCEPT), catalog);
        object(new ApiResponse.One(failure.status(), null), encoding);
    }

    private void head(int status, List<String> warnings) {
        response.setStatusCode(status);
        commonHead(warnings);
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
        ending();
        finish(response.end(BufferInternal.buffer(Unpooled.wrappedBuffer(bytes))), response.getStatusCode());
    }

    /** Waits until the last of the answer was sent. */
    private void finish(Future<Void> sent, int status) {
        observe(status);
        if (Blocking.isEventLoop()) {
            ScheduledFuture<?> impatience = impatient();
            sent.onComplete(done -> {
                impatience.cancel(false);
                answered(status);
            });
            return;
        }
        try {
            Blocking.await(sent, patience());
        } catch (CompletionException e) {
            giveUp(e);
        }
        answered(status);
    }

    private ScheduledFuture<?> impatient() {
        return eventLoop.schedule(
                () -> giveUp(new CompletionException(new TimeoutException("a response was not read"))),
                patience().toMillis(),
                TimeUnit.MILLISECONDS);
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

    private void list(ApiResponse.Many many, Encoding encoding) {
        Encoding.Content content = encoding.list(many.apiVersion(), many.kind(), many.metadata(), many.items());
        response.putHeader(HttpHeaders.CONTENT_TYPE, encoding.mediaType());
        response.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(content.length()));
        Pieces pieces = new Pieces((int) Math.min(content.length(), PIECE));
        content.writeTo(pieces);
        if (!over.get()) {
            ending();
            finish(response.end(pieces.take()), response.getStatusCode());
        }
    }

    /** Collects bytes and sends them piece by piece, no quicker than they are taken. */
    private final class Pieces implements Encoding.Sink {
        private final int size;
        private byte[] piece;
        private int used;

        Pieces(int size) {
            this.size = size;
            this.piece = new byte[size];
        }

        @Override
        public boolean write(byte[] bytes, int start, int end) {
            int from = start;
            while (from < end) {
                if (used == piece.length) {
                    flush();
                }
                int count = Math.min(end - from, piece.length - used);
                System.arraycopy(bytes, from, piece, used, count);
                used += count;
                from += count;
            }
            return !over.get();
        }

        private void flush() {
            Exchange.this.write(take());
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
            Runnable ending = atEnd;
            if (ending != null) {
                ending.run();
            }
            observe(status);
            AuditTrail record = trail;
            if (record != null) {
                record.complete(status == 0 && response.headWritten() ? response.getStatusCode() : status);
            }
        }
    }

    private void observe(int status) {
        if (status != 0 && observed.compareAndSet(false, true)) {
            metrics.answered(subject(), status, System.nanoTime() - start);
        }
    }

    private ServerMetrics.Subject subject() {
        ApiRequest asked = call;
        String method = UpgradeMethod.of(request).name();
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

    private boolean known(RequestInfo info) {
        Endpoint endpoint = catalog.endpoint(info.group(), info.version(), info.resource());
        return !info.verb().isEmpty()
                && endpoint != null
                && (info.subresource().isEmpty() || endpoint.type().hasSubresource(info.subresource()));
    }

    /** Whether a path has a label of its own in metrics, whose number must be bounded. */
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
