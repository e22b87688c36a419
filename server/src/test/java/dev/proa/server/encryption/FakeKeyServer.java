package dev.proa.server.encryption;

import dev.proa.http.grpc.Wire;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A key service at a Unix socket. Its keys are the ids that it was given; what it encrypted under one, it decrypts under no other. */
final class FakeKeyServer implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
    volatile String keyId = "key-1";
    volatile String healthz = "ok";
    volatile boolean fails;

    FakeKeyServer(Path socket) throws Exception {
        server = vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(true))
                .requestHandler(request -> request.body().onSuccess(body -> answer(request, body.getBytes())));
        server.listen(SocketAddress.domainSocketAddress(socket.toString()))
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
    }

    /** Serves at a socket until it is killed, for a real kube-apiserver whose values are to be recorded. */
    public static void main(String[] arguments) throws Exception {
        new FakeKeyServer(Path.of(arguments[0]));
        Thread.currentThread().join();
    }

    int calls(String method) {
        return calls.getOrDefault(method, new AtomicInteger()).get();
    }

    private void answer(HttpServerRequest request, byte[] frame) {
        String method = request.path().substring(request.path().lastIndexOf('/') + 1);
        calls.computeIfAbsent(method, none -> new AtomicInteger()).incrementAndGet();
        request.response().putHeader("content-type", "application/grpc");
        try {
            if (fails) {
                throw new IOException("the key is locked away");
            }
            byte[] answer = answer(method, Arrays.copyOfRange(frame, 5, frame.length));
            request.response().putTrailer("grpc-status", "0");
            request.response()
                    .end(Buffer.buffer()
                            .appendByte((byte) 0)
                            .appendInt(answer.length)
                            .appendBytes(answer));
        } catch (IOException e) {
            request.response().putTrailer("grpc-status", "2").putTrailer("grpc-message", e.getMessage());
            request.response().end();
        }
    }

    private byte[] answer(String method, byte[] message) throws IOException {
        byte[][] parts = new byte[5][];
        Wire.read(message, 0, (field, value) -> parts[field] = value);
        return switch (method) {
            case "Status" ->
                new Wire.Writer().text(1, "v2").text(2, healthz).text(3, keyId).toBytes();
            case "Encrypt" ->
                new Wire.Writer()
                        .bytes(1, masked(parts[1], keyId))
                        .text(2, keyId)
                        .map(3, Map.of("version.example.com", "1".getBytes(StandardCharsets.UTF_8)))
                        .toBytes();
            default -> {
                if (parts[4] == null) {
                    throw new IOException("the annotations are missing");
                }
                yield new Wire.Writer()
                        .bytes(1, masked(parts[1], new String(parts[3], StandardCharsets.UTF_8)))
                        .toBytes();
            }
        };
    }

    private static byte[] masked(byte[] bytes, String key) {
        byte[] masked = bytes.clone();
        for (int i = 0; i < masked.length; i++) {
            masked[i] ^= (byte) (key.hashCode() >>> (i % 4 * 8) ^ 0x5a);
        }
        return masked;
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
