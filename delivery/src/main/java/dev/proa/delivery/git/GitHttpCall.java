package dev.proa.delivery.git;

import dev.proa.http.Blocking;
import dev.proa.http.GuardedConnection;
import dev.proa.http.RequestBody;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLPeerUnverifiedException;

/** A request by HTTP on its virtual thread, with the ways to answer. */
final class GitHttpCall {
    /** How long a client may take nothing of an answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Context context;
    private final GuardedConnection connection;
    private final RequestBody body;

    /** To be made on the event loop of the request, whose context is {@code context}. */
    GitHttpCall(HttpServerRequest request, Context context, GuardedConnection connection) {
        this.request = request;
        this.response = request.response();
        this.context = context;
        this.connection = connection;
        body = new RequestBody(request, context);
        body.open();
    }

    GuardedConnection connection() {
        return connection;
    }

    String method() {
        return request.method().name();
    }

    String path() {
        String path = request.path();
        return path == null ? "/" : path;
    }

    String header(String name) {
        String value = request.getHeader(name);
        return value == null ? "" : value;
    }

    String query(String name) {
        String value = request.getParam(name);
        return value == null ? "" : value;
    }

    /** The body, unpacked. */
    InputStream body() throws IOException {
        return header("Content-Encoding").contains("gzip") ? new GZIPInputStream(body) : body;
    }

    Optional<X509Certificate> certificate() {
        try {
            List<Certificate> chain = request.connection().peerCertificates();
            return !chain.isEmpty() && chain.getFirst() instanceof X509Certificate certificate
                    ? Optional.of(certificate)
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty(); // it has shown none
        }
    }

    GitHttpCall set(String header, String value) {
        response.putHeader(header, value);
        return this;
    }

    /** Answers with a line of text. */
    void text(int status, String text) throws IOException {
        byte[] content = (text + "\n").getBytes(StandardCharsets.UTF_8);
        body.drop();
        connection.answering(request);
        set("Content-Type", "text/plain; charset=utf-8");
        set("Content-Length", Integer.toString(content.length));
        await(onLoop(() -> response.setStatusCode(status).end(Buffer.buffer(content))));
    }

    /** The answer as a stream that sends with each flush and waits for a client that is slow; it begins with the first byte. */
    OutputStream answer(String contentType) {
        set("Content-Type", contentType).set("Cache-Control", "no-cache");
        response.setChunked(true);
        return new Answer();
    }

    boolean isBegun() {
        return response.headWritten();
    }

    /** Ends the request without an answer, or with half of one. */
    void cut() {
        context.runOnContext(nothing -> response.reset());
    }

    private final class Answer extends OutputStream {
        private static final int PIECE = 32 << 10;
        private final byte[] held = new byte[PIECE];
        private int count;
        private boolean ended;

        @Override
        public void write(int one) throws IOException {
            if (count == PIECE) {
                send();
            }
            held[count++] = (byte) one;
        }

        @Override
        public void write(byte[] bytes, int start, int length) throws IOException {
            int done = 0;
            while (done < length) {
                if (count == PIECE) {
                    send();
                }
                int n = Math.min(length - done, PIECE - count);
                System.arraycopy(bytes, start + done, held, count, n);
                count += n;
                done += n;
            }
        }

        @Override
        public void flush() throws IOException {
            if (count > 0) {
                send();
            }
        }

        private void send() throws IOException {
            Buffer piece = Buffer.buffer(count).appendBytes(held, 0, count);
            count = 0;
            if (!response.headWritten()) {
                connection.answering(request);
            }
            await(onLoop(() -> response.write(piece)));
        }

        @Override
        public void close() throws IOException {
            if (!ended) {
                ended = true;
                flush();
                body.drop();
                await(onLoop(response::end));
            }
        }
    }

    private static void await(Future<Void> sending) throws IOException {
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
