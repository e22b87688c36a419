package dev.proa.server.encryption;

import dev.proa.http.Blocking;
import dev.proa.server.webhook.ResponseBody;
import io.vertx.core.Future;
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
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A key service that is reached by gRPC at a Unix socket: unary calls over HTTP/2. While nobody listens there, a call waits for it as long as it has time. */
final class GrpcKeyService implements KeyService {
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

    private final String provider;
    private final SocketAddress address;
    private final Duration timeout;
    private final EncryptionMetrics metrics;
    private final Vertx vertx;
    private final HttpClient client;

    GrpcKeyService(String provider, Path socket, Duration timeout, EncryptionMetrics metrics) {
        this.provider = provider;
        this.address = SocketAddress.domainSocketAddress(socket.toString());
        this.timeout = timeout;
        this.metrics = metrics;
        this.vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setUseDaemonThread(true));
        this.client = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
    }

    /** The service answered with an error. */
    private static final class StatusFailure extends IOException {
        private static final long serialVersionUID = 1;
        private final String code;

        StatusFailure(String code, String message) {
            super("rpc error: code = " + code + " desc = " + message);
            this.code = code;
        }
    }

    @Override
    public Status status() throws IOException {
        String[] texts = {"", "", ""};
        Wire.read(call("Status", new byte[0]), 0, (field, value) -> {
            if (field >= 1 && field <= 3) {
                texts[field - 1] = new String(value, StandardCharsets.UTF_8);
            }
        });
        return new Status(texts[0], texts[1], texts[2]);
    }

    @Override
    public Encrypted encrypt(byte[] plain, String uid) throws IOException {
        byte[][] parts = {new byte[0], new byte[0]};
        Map<String, byte[]> annotations = new TreeMap<>();
        byte[] request = new Wire.Writer().bytes(1, plain).text(2, uid).toBytes();
        Wire.read(call("Encrypt", request), 0, (field, value) -> {
            if (field == 3) {
                Wire.entry(value, annotations);
            } else if (field == 1 || field == 2) {
                parts[field - 1] = value;
            }
        });
        return new Encrypted(parts[0], new String(parts[1], StandardCharsets.UTF_8), annotations);
    }

    @Override
    public byte[] decrypt(Encrypted encrypted, String uid) throws IOException {
        byte[][] plain = {new byte[0]};
        byte[] request = new Wire.Writer()
                .bytes(1, encrypted.ciphertext())
                .text(2, uid)
                .text(3, encrypted.keyId())
                .map(4, encrypted.annotations())
                .toBytes();
        Wire.read(call("Decrypt", request), 0, (field, value) -> {
            if (field == 1) {
                plain[0] = value;
            }
        });
        return plain[0];
    }

    private byte[] call(String method, byte[] message) throws IOException {
        String path = "/v2.KeyManagementService/" + method;
        long start = System.nanoTime();
        String code = "OK";
        try {
            return answer(path, message, start + timeout.toNanos());
        } catch (StatusFailure e) {
            code = e.code;
            throw e;
        } finally {
            metrics.asked(provider, path, code, System.nanoTime() - start);
        }
    }

    private byte[] answer(String path, byte[] message, long deadline) throws IOException {
        Buffer frame =
                Buffer.buffer().appendByte((byte) 0).appendInt(message.length).appendBytes(message);
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setServer(address)
                .setHost("localhost")
                .setPort(80)
                .setURI(path)
                .putHeader("content-type", "application/grpc")
                .putHeader("te", "trailers");
        while (true) {
            boolean[] connected = {false};
            Future<byte[]> answer = client.request(options).compose(request -> {
                connected[0] = true;
                return request.send(frame)
                        .compose(response -> ResponseBody.read(response, LONGEST)
                                .compose(body -> message(response, body.getBytes())));
            });
            try {
                return Blocking.await(answer, Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            } catch (CompletionException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                if (cause instanceof TimeoutException || cause instanceof InterruptedException) {
                    throw new StatusFailure("DeadlineExceeded", "context deadline exceeded");
                }
                if (cause instanceof StatusFailure failure) {
                    throw failure;
                }
                if (cause instanceof ResponseBody.TooLongException) {
                    throw new StatusFailure("ResourceExhausted", String.valueOf(cause.getMessage()));
                }
                if (connected[0] || deadline - System.nanoTime() < AGAIN.toNanos()) {
                    throw new StatusFailure("Unavailable", address.path() + ": " + cause);
                }
                pause();
            }
        }
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.NANOSECONDS.sleep(AGAIN.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StatusFailure("Canceled", "context canceled");
        }
    }

    private static Future<byte[]> message(HttpClientResponse response, byte[] body) {
        String status = told(response, "grpc-status");
        if (response.statusCode() != 200 || status == null) {
            return Future.failedFuture(
                    new StatusFailure("Unknown", "the answer is none of gRPC: HTTP status " + response.statusCode()));
        }
        if (!status.equals("0")) {
            String message = told(response, "grpc-message");
            return Future.failedFuture(new StatusFailure(code(status), message == null ? "" : message));
        }
        if (body.length < FRAME || body[0] != 0 || Buffer.buffer(body).getInt(1) != body.length - FRAME) {
            return Future.failedFuture(new StatusFailure("Internal", "the answer is not one message"));
        }
        return Future.succeededFuture(Arrays.copyOfRange(body, FRAME, body.length));
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

    @Override
    public void close() {
        vertx.close();
    }
}
