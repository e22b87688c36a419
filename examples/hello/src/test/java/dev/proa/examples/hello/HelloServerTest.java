package dev.proa.examples.hello;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.proa.examples.hello.config.InvalidSettings;
import dev.proa.examples.hello.config.SettingsSource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HelloServerTest {
    @TempDir
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private Path config;
    private HelloServer server;

    @BeforeEach
    void start() throws IOException {
        config = directory.resolve("hello.properties");
        Files.writeString(config, "greeting=Moin <b>\ndrain.seconds=1\n");
        server = HelloServer.start(
                SettingsSource.of(Map.of("HELLO_PORT", "0", "HELLO_CONFIG", config.toString())));
    }

    @AfterEach
    void stop() {
        server.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        client.close();
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void greetsWithAPageAndWithJson() throws Exception {
        HttpResponse<String> page = get("/", "Accept", "text/html,application/json");
        assertTrue(page.body().contains("<h1>Moin &lt;b&gt;</h1>"), page.body());
        HttpResponse<String> json = get("/", "Accept", "application/json");
        assertEquals("application/json", json.headers().firstValue("Content-Type").orElseThrow());
        assertTrue(json.body().contains("\"message\":\"Moin <b>\""), json.body());
    }

    @Test
    void servesStaticFilesAndNothingElse() throws Exception {
        assertEquals(200, get("/static/style.css").statusCode());
        assertEquals(404, get("/static/nothing.css").statusCode());
        assertEquals(404, get("/static/..%2ftemplates/index.html").statusCode());
        assertEquals(404, get("/nothing").statusCode());
    }

    @Test
    void countsRequests() throws Exception {
        get("/");
        String metrics = get("/metrics").body();
        assertTrue(metrics.contains("http_requests_total{method=\"GET\",path=\"/\",code=\"200\"} 1"), metrics);
        assertTrue(metrics.contains("http_request_duration_seconds_bucket{le=\"+Inf\"} 1"), metrics);
    }

    @Test
    void takesOverAChangedFileAndKeepsTheLastGoodOne() throws Exception {
        Files.writeString(config, "greeting=Ahoi\n");
        awaitGreeting("Ahoi");
        Files.writeString(config, "greeting=Broken\ndrain.seconds=soon\n");
        Files.writeString(config, "greeting=Servus\n");
        awaitGreeting("Servus");
    }

    private void awaitGreeting(String expected) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!get("/", "Accept", "application/json").body().contains(expected)) {
            assertTrue(System.nanoTime() < deadline, "still not " + expected);
        }
    }

    @Test
    void drainsBeforeItStops() throws Exception {
        assertEquals(200, get("/readyz").statusCode());
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(
                () -> server.shutdown(Duration.ofSeconds(2), Duration.ofSeconds(5)), Thread::startVirtualThread);
        long deadline = System.nanoTime() + Duration.ofSeconds(2).toNanos();
        while (get("/readyz").statusCode() != 503) {
            assertTrue(System.nanoTime() < deadline);
        }
        HttpResponse<String> late = get("/");
        assertEquals(200, late.statusCode());
        assertEquals("close", late.headers().firstValue("Connection").orElse("keep-alive"));
        assertFalse(stopped.isDone());
        stopped.join();
        assertThrows(IOException.class, () -> get("/"));
    }

    @Test
    void refusesSettingsThatCannotBeUsed() throws Exception {
        Files.writeString(config, "drain.seconds=soon\n");
        SettingsSource source = SettingsSource.of(Map.of("HELLO_CONFIG", config.toString()));
        InvalidSettings failure = assertThrows(InvalidSettings.class, source::current);
        assertEquals("drain.seconds is \"soon\", which is not a number", failure.getMessage());
    }
}
