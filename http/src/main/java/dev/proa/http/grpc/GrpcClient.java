package dev.proa.http.grpc;

import dev.proa.http.Blocking;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Makes unary gRPC calls to a server at a Unix socket: HTTP/2 without TLS, messages without compression. Thread-safe. */
public final class GrpcClient implements AutoCloseable {
    private static final int LONGEST = 1 << 20;
    private static final int FRAME = 5;
    private static final Duration AGAIN = Duration.ofMillis(100);
    private static final String[] CODES = {
        "OK",
        "Canceled",
        "Unknown",
        "InvalidArgument",
        "DeadlineExceeded",
        "NotFound",
        "AlreadyExists",
        "PermissionDenied",
        "ResourceExhausted",
        "FailedPrecondition",
        "Aborted",
        "OutOfRange",
        "Unimplemented",
        "Internal",
        "Unavailable",
        "DataLoss",
        "Unauthenticated"
    };

    private final Path socket;
    private final boolean waits;
    private final HttpClient client = Loop.VERTX.createHttpClient(
            new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));

    /**
     * Connects at the first call, and again when the connection is lost.
     *
     * @param waits whether a call waits, as long as it has time, while nobody listens at the socket
     */
    public GrpcClient(Path socket, boolean waits) {
        this.socket = socket;
        this.waits = waits;
    }

    /**
     * Calls a method and waits for the answer.
     *
     * @param path {@code /PACKAGE.SERVICE/METHOD}
     * @param message the request, a protobuf message
     * @return the response, a protobuf message of at most a MiB
     * @throws GrpcException when the server says so, or cannot be reached, or does not answer in time
     */
    public byte[] call(String path, byte[] message, Duration timeout) throws GrpcException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            boolean[] connected = {false};
            try {
                return Blocking.await(
                        send(path, message, connected), Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            } catch (CompletionException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                if (cause instanceof TimeoutException) {
                    throw new GrpcException("DeadlineExceeded", "context deadline exceeded");
                }
                if (cause instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                    throw new GrpcException("Canceled", "context canceled");
                }
                if (cause instanceof GrpcException failure) {
                    throw failure;
                }
                if (connected[0] || !waits || deadline - System.nanoTime() < AGAIN.toNanos()) {
                    throw new GrpcException("Unavailable", socket + ": " + cause);
                }
                pause();
            }
        }
    }

    private Future<byte[]> send(String path, byte[] message, boolean[] connected) {
        Buffer frame =
                Buffer.buffer().appendByte((byte) 0).appendInt(message.length).appendBytes(message);
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setServer(SocketAddress.domainSocketAddress(socket.toString()))
                .setHost("localhost")
                .setPort(80)
                .setURI(path)
                .putHeader("content-type", "application/grpc")
                .putHeader("te", "trailers");
        return client.request(options).compose(request -> {
            connected[0] = true;
            return request.send(frame)
                    .compose(response -> body(response).compose(body -> message(response, body.getBytes())));
        });
    }

    private static Future<Buffer> body(HttpClientResponse response) {
        Promise<Buffer> read = Promise.promise();
        Buffer whole = Buffer.buffer();
        response.handler(piece -> {
            if (whole.length() + (long) piece.length() > LONGEST) {
                read.tryFail(new GrpcException("ResourceExhausted", "the answer has more than " + LONGEST + " bytes"));
                response.request().reset();
            } else {
                whole.appendBuffer(piece);
            }
        });
        response.exceptionHandler(read::tryFail);
        response.endHandler(ended -> read.tryComplete(whole));
        return read.future();
    }

    private static Future<byte[]> message(HttpClientResponse response, byte[] body) {
        String status = told(response, "grpc-status");
        if (response.statusCode() != 200 || status == null) {
            return Future.failedFuture(
                    new GrpcException("Unknown", "the answer is none of gRPC: HTTP status " + response.statusCode()));
        }
        if (!status.equals("0")) {
            String message = told(response, "grpc-message");
            return Future.failedFuture(new GrpcException(code(status), message == null ? "" : decoded(message)));
        }
        if (body.length < FRAME || body[0] != 0 || Buffer.buffer(body).getInt(1) != body.length - FRAME) {
            return Future.failedFuture(new GrpcException("Internal", "the answer is not one message"));
        }
        return Future.succeededFuture(Arrays.copyOfRange(body, FRAME, body.length));
    }

    /** Messages are percent-encoded; what is not encoded properly stays as it is. */
    private static String decoded(String message) {
        try {
            return java.net.URLDecoder.decode(message.replace("+", "%2B"), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return message;
        }
    }

    private static String code(String status) {
        try {
            int number = Integer.parseInt(status);
            return number > 0 && number < CODES.length ? CODES[number] : "Unknown";
        } catch (NumberFormatException e) {
            return "Unknown";
        }
    }

    /** A trailer, which is a header when there is no body. */
    private static @Nullable String told(HttpClientResponse response, String name) {
        String trailer = response.getTrailer(name);
        return trailer == null ? response.getHeader(name) : trailer;
    }

    private static void pause() throws GrpcException {
        try {
            TimeUnit.NANOSECONDS.sleep(AGAIN.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GrpcException("Canceled", "context canceled");
        }
    }

    @Override
    public void close() {
        client.close();
    }

    /** The event loop of all clients, made with the first of them: few processes call a gRPC service. */
    private static final class Loop {
        static final Vertx VERTX = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setUseDaemonThread(true));
    }
}
