package dev.proa.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.server.audit.AuditSetup;
import dev.proa.testing.Await;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests whose clients do not want them to be on record. */
class AuditEvasionTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    @TempDir
    Path directory;

    private Path log;
    private RunningServer running;
    private Https admin;

    @BeforeEach
    void start() throws IOException {
        log = directory.resolve("audit.log");
        Path policy = Files.writeString(
                directory.resolve("policy.yaml"),
                "{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{level: RequestResponse}]}");
        running = new RunningServer(
                directory,
                parts -> parts.withAudit(AuditSetup.open(
                        AuditFactsTest.options(policy, log, "blocking-strict"),
                        new PrometheusRegistry(),
                        Clock.systemUTC(),
                        file -> json -> {})),
                authenticator -> authenticator,
                Thread.ofVirtual().factory());
        admin = new Https(running, running.pki().administrator(), HttpClient.Version.HTTP_1_1);
    }

    @AfterEach
    void stop() {
        admin.close();
        running.close();
    }

    /** The stages and codes that are on record of requests whose URI has a mark in it. */
    private String stages(String mark) {
        try {
            return Files.readAllLines(log).stream()
                    .map(Json::decodeMap)
                    .filter(event -> event.string("requestURI").contains(mark))
                    .map(event -> event.string("stage") + " "
                            + event.map("responseStatus").integer("code", 0))
                    .collect(Collectors.joining(", "));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitStages(String mark, String expected) throws InterruptedException {
        Await.until(mark, () -> stages(mark), expected::equals);
    }

    private SSLSocket send(String head) throws IOException {
        SSLSocket socket = admin.socket();
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        return socket;
    }

    @Test
    void aClientThatLeavesIsOnRecord() throws IOException, InterruptedException {
        try (SSLSocket socket =
                send("POST " + MAPS + "?mark=half HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 1000\r\n\r\n{")) {
            awaitStages("mark=half", "RequestReceived 0");
        }
        Await.until(
                "its end",
                () -> stages("mark=half"),
                stages -> stages.startsWith("RequestReceived 0, ResponseComplete"));
        try (SSLSocket socket = send("GET " + MAPS + "?watch=1&mark=watch HTTP/1.1\r\nHost: a\r\n\r\n")) {
            awaitStages("mark=watch", "RequestReceived 0, ResponseStarted 200");
        }
        awaitStages("mark=watch", "RequestReceived 0, ResponseStarted 200, ResponseComplete 200");
    }

    @Test
    void aWatchOverAWebSocketIsOnRecord() throws Exception {
        WebSocket socket = admin.socket(MAPS + "?watch=1&mark=socket", new WebSocket.Listener() {})
                .get(60, TimeUnit.SECONDS);
        awaitStages("mark=socket", "RequestReceived 0, ResponseStarted 101");
        socket.abort();
        awaitStages("mark=socket", "RequestReceived 0, ResponseStarted 101, ResponseComplete 101");
    }

    @Test
    void anIdThatTheClientChoosesHidesNothing() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            assertThat(admin.get(MAPS + "?mark=same", "Audit-ID", "x\\\"},{")
                            .headers()
                            .firstValue("Audit-Id"))
                    .hasValue("x\\\"},{");
        }
        awaitStages(
                "mark=same",
                "RequestReceived 0, ResponseComplete 200, RequestReceived 0, ResponseComplete 200, RequestReceived 0,"
                        + " ResponseComplete 200");
    }

    @Test
    void oddPathsAreOnRecordAsTheyWereSent() throws IOException, InterruptedException {
        for (String path : List.of("/api/v1/namespaces/default/configmaps/%zz", "//api/v1/../version", "/%2e%2e/odd")) {
            try (SSLSocket socket = send("GET " + path + "?mark=" + path.length() + " HTTP/1.1\r\nHost: a\r\n\r\n")) {
                assertThat(socket.getInputStream().read()).isPositive();
                Await.until(path, () -> stages(path), stages -> stages.contains("ResponseComplete"));
            }
        }
    }
}
