package dev.proa.node.kubelet.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.client.Client;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.supervision.Supervisor;
import dev.proa.http.Blocking;
import dev.proa.node.kubelet.pod.TestPods;
import dev.proa.node.metrics.ProbeMetrics;
import dev.proa.node.simulated.SimulatedRuntime;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Probes of a server that answers as a gRPC server does, by the name of the service it is asked for. */
class GrpcProbesTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final Client client = new Client(new FakeTransport(clock));
    private final EventRecorder events = new EventRecorder(client, clock, "kubelet", "node-1");
    private final ProbeMetrics metrics = new ProbeMetrics();
    private final PodProbes probes = new PodProbes(
            new SimulatedRuntime(clock, "10.244.0.0/24", new SplittableRandom(1)),
            new HttpProbes(null),
            events,
            metrics,
            new Supervisor(clock, new Random(1)).group("probes"),
            clock,
            new SplittableRandom(2),
            () -> {});
    private final Vertx vertx = Vertx.vertx();
    private HttpServer server;

    @BeforeEach
    void startServer() {
        server = Blocking.await(vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> answer(request, body)))
                .listen(0, "127.0.0.1"));
    }

    @AfterEach
    void stop() {
        probes.close();
        events.close();
        client.close();
        Blocking.await(vertx.close());
    }

    private static void answer(HttpServerRequest request, Buffer body) {
        HttpServerResponse response = request.response().putHeader("content-type", "application/grpc");
        boolean right = request.version() == HttpVersion.HTTP_2
                && request.path().equals("/grpc.health.v1.Health/Check")
                && "application/grpc".equals(request.getHeader("content-type"))
                && "trailers".equals(request.getHeader("te"))
                && body.getByte(0) == 0
                && body.getInt(1) == body.length() - 5;
        String asked = body.length() == 5 ? "" : body.getString(7, body.length());
        if (!right || body.length() > 5 && (body.getByte(5) != 0x0a || body.getByte(6) != body.length() - 7)) {
            response.putHeader("grpc-status", "3").end();
        } else if (asked.equals("silent")) {
            return;
        } else if (asked.equals("web")) {
            response.setStatusCode(404).end("not found");
        } else if (asked.equals("large")) {
            response.putTrailer("grpc-status", "0").end(Buffer.buffer(new byte[1 << 20]));
        } else if (asked.startsWith("code ")) {
            response.putHeader("grpc-status", asked.substring(5))
                    .putHeader("grpc-message", "no")
                    .end();
        } else {
            byte[] message = HexFormat.of().parseHex(asked.isEmpty() ? "0801" : asked.equals("none") ? "" : asked);
            response.putTrailer("grpc-status", "0")
                    .end(Buffer.buffer()
                            .appendByte((byte) 0)
                            .appendInt(message.length)
                            .appendBytes(message));
        }
    }

    @Test
    void aHealthyServiceIsReady() throws InterruptedException {
        Pod pod = TestPods.of(
                "{\"containers\": [{\"name\": \"main\", \"readinessProbe\": {\"timeoutSeconds\": 10, \"grpc\": {\"port\": "
                        + server.actualPort() + "}}}]}");
        Container container = pod.spec().containers().getFirst();
        probes.watch(pod, container, TestPods.status("main", TestPods.RUNNING), "127.0.0.1");

        Await.until("it is ready", () -> {
            clock.advance(Duration.ofSeconds(1));
            return probes.ready("id-main");
        });
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "'',      service healthy",
                "0801,    service healthy",
                "0802,    'service unhealthy (responded with \"NOT_SERVING\")'",
                "0803,    'service unhealthy (responded with \"SERVICE_UNKNOWN\")'",
                "none,    'service unhealthy (responded with \"UNKNOWN\")'",
                "code 5,  error: health rpc probe failed: rpc error: code = 5 desc = no",
                "code 12, error: this server does not implement the grpc health protocol (grpc.health.v1.Health): rpc"
                        + " error: code = 12 desc = no",
                "web,     'error: health rpc probe failed: no gRPC answer, but HTTP status 404'",
                "large,   error: health rpc probe failed: the answer is too long",
                "silent,  timeout: health rpc did not complete within 2s",
            })
    void saysWhatTheServiceSays(String service, String message) {
        assertThat(check(service, server.actualPort()))
                .isEqualTo(new HttpProbes.Outcome(message.equals("service healthy"), message));
    }

    @Test
    void saysWhereNobodyListens() {
        int port = server.actualPort();
        Blocking.await(server.close());

        assertThat(check("", port).success()).isFalse();
        assertThat(check("", port).message())
                .startsWith("error: failed to connect service at \"127.0.0.1:" + port + "\": ");
    }

    private static HttpProbes.Outcome check(String service, int port) {
        var action = new dev.proa.api.core.v1.GRPCAction(
                Json.decodeMap("{\"port\": " + port + ", \"service\": \"" + service + "\"}"));
        return GrpcProbes.check(action, "127.0.0.1", null, Duration.ofSeconds(2));
    }
}
