package dev.proa.node.kubelet.probe;

import dev.proa.api.core.v1.GRPCAction;
import dev.proa.http.Blocking;
import dev.proa.http.ConnectionGuard;
import dev.proa.node.kubelet.probe.HttpProbes.Outcome;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import java.net.Inet4Address;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Probes by the gRPC health checking protocol: one call of {@code grpc.health.v1.Health/Check}, without TLS, on a connection of its own.
 * Its two messages have one field each and are read and written by hand. Messages for users are those of Kubernetes' kubelet.
 */
final class GrpcProbes {
    /** The largest response that is accepted, in bytes; a correct one has seven. */
    private static final int LONGEST_ANSWER = 1024;

    private static final int FRAME_HEADER = 5;
    private static final int UNIMPLEMENTED = 12;
    private static final List<String> STATUSES = List.of("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN");

    private GrpcProbes() {}

    /**
     * Blocks for at most {@code timeout}.
     *
     * @param from the source address, or null for any
     */
    static Outcome check(GRPCAction action, String address, @Nullable Inet4Address from, Duration timeout) {
        HttpClientOptions options = new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setInitialSettings(new Http2Settings().setMaxHeaderListSize(8 << 10));
        HttpClient client = ConnectionGuard.client(
                Loop.VERTX, options, new PoolOptions(), from == null ? "" : from.getHostAddress());
        String host = address + ":" + action.port();
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            HttpClientRequest request;
            try {
                request = Blocking.await(
                        client.request(HttpMethod.POST, action.port(), address, "/grpc.health.v1.Health/Check"),
                        timeout);
            } catch (CompletionException e) {
                return new Outcome(
                        false,
                        e.getCause() instanceof TimeoutException
                                ? "timeout: failed to connect service \"" + host + "\" within " + timeout.toSeconds()
                                        + "s: context deadline exceeded"
                                : "error: failed to connect service at \"" + host + "\": " + reason(e));
            }
            return Blocking.await(ask(request, action.service()), Duration.ofNanos(deadline - System.nanoTime()));
        } catch (CompletionException e) {
            return new Outcome(
                    false,
                    e.getCause() instanceof TimeoutException
                            ? "timeout: health rpc did not complete within " + timeout.toSeconds() + "s"
                            : "error: health rpc probe failed: " + reason(e));
        } finally {
            client.close();
        }
    }

    private static String reason(CompletionException failure) {
        Throwable cause = failure.getCause();
        return String.valueOf((cause == null ? failure : cause).getMessage());
    }

    private static Future<Outcome> ask(HttpClientRequest request, String service) {
        request.putHeader("content-type", "application/grpc")
                .putHeader("te", "trailers")
                .putHeader("user-agent", "kube-probe/1.36");
        return request.send(frame(service)).compose(response -> {
            Promise<Outcome> done = Promise.promise();
            Buffer body = Buffer.buffer();
            response.handler(part -> {
                        body.appendBuffer(part);
                        if (body.length() > LONGEST_ANSWER) {
                            done.tryFail("the answer is too long");
                            request.reset();
                        }
                    })
                    .exceptionHandler(done::tryFail)
                    .endHandler(end -> done.tryComplete(judge(response, body)));
            return done.future();
        });
    }

    /** A {@code HealthCheckRequest}, whose first field is the service's name, not compressed. */
    private static Buffer frame(String service) {
        byte[] name = service.getBytes(StandardCharsets.UTF_8);
        Buffer message = Buffer.buffer();
        if (name.length > 0) {
            message.appendByte((byte) 0x0a);
            int rest = name.length;
            for (; rest > 0x7f; rest >>>= 7) {
                message.appendByte((byte) (rest & 0x7f | 0x80));
            }
            message.appendByte((byte) rest).appendBytes(name);
        }
        return Buffer.buffer().appendByte((byte) 0).appendInt(message.length()).appendBuffer(message);
    }

    private static Outcome judge(HttpClientResponse response, Buffer body) {
        String code = either(response, "grpc-status");
        if (code == null) {
            return new Outcome(
                    false, "error: health rpc probe failed: no gRPC answer, but HTTP status " + response.statusCode());
        }
        String message = either(response, "grpc-message");
        String text = "rpc error: code = " + code + " desc = " + (message == null ? "" : message);
        if (code.equals(String.valueOf(UNIMPLEMENTED))) {
            return new Outcome(
                    false,
                    "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): " + text);
        }
        if (!code.equals("0")) {
            return new Outcome(false, "error: health rpc probe failed: " + text);
        }
        int status = status(body);
        String name = status < STATUSES.size() ? STATUSES.get(status) : String.valueOf(status);
        return name.equals("SERVING")
                ? new Outcome(true, "service healthy")
                : new Outcome(false, "service unhealthy (responded with \"" + name + "\")");
    }

    /** A response without a message carries its trailers in its headers. */
    private static @Nullable String either(HttpClientResponse response, String name) {
        String trailer = response.getTrailer(name);
        return trailer == null ? response.getHeader(name) : trailer;
    }

    /** The first field of a {@code HealthCheckResponse}, a small number: 0 when it is not there, as protobuf has it. */
    private static int status(Buffer body) {
        return body.length() == FRAME_HEADER + 2 && body.getByte(FRAME_HEADER) == 0x08
                ? body.getUnsignedByte(FRAME_HEADER + 1)
                : 0;
    }

    /** Created on first use: few probes use gRPC. */
    private static final class Loop {
        static final Vertx VERTX = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setUseDaemonThread(true));
    }
}
