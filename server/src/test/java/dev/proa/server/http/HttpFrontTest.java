package dev.proa.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.server.pki.Pki;
import dev.proa.testing.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The entrance by HTTPS, asked by the JDK's client and by hand. */
class HttpFrontTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    @TempDir
    static Path directory;

    private static RunningServer running;
    private static Https https;

    @BeforeAll
    static void start() {
        running = new RunningServer(directory);
        https = Https.administrator(running);
    }

    @AfterAll
    static void stop() {
        https.close();
        running.close();
    }

    private static String map(String name) {
        return "{\"metadata\":{\"name\":\"" + name + "\"}}";
    }

    @Test
    void bothVersionsOfHttpAreSpoken() {
        try (Https old = new Https(running, running.pki().administrator(), HttpClient.Version.HTTP_1_1)) {
            HttpResponse<String> first = old.get("/version");
            HttpResponse<String> second = https.get("/version");

            assertThat(first.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
            assertThat(second.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(second.body()).isEqualTo(first.body()).contains("\"minor\":\"36\"");
        }
    }

    @Test
    void whoShowsNothingIsAnonymous() {
        try (Https nobody = new Https(running, null, HttpClient.Version.HTTP_2)) {
            assertThat(nobody.get("/readyz").body()).isEqualTo("ok");
            HttpResponse<String> response = nobody.get(MAPS);
            assertThat(response.statusCode()).isEqualTo(403);
            assertThat(response.body()).contains("User \\\"system:anonymous\\\" cannot list resource");
        }
    }

    @Test
    void whoShowsACertificateOfAnotherAuthorityIsUnauthorized(@TempDir Path other) {
        Pki pki = Pki.open(other, Clock.systemUTC());
        try (Https stranger = new Https(running, pki.administrator(), HttpClient.Version.HTTP_2)) {
            HttpResponse<String> response = stranger.get(MAPS);
            assertThat(response.statusCode()).isEqualTo(401);
            assertThat(Json.decodeMap(response.body()).string("reason")).isEqualTo("Unauthorized");
        }
        try (Https nobody = new Https(running, null, HttpClient.Version.HTTP_2)) {
            assertThat(nobody.get(MAPS, "Authorization", "Bearer nonsense").statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void keysAreForTheirOwnerOnly() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("ca.key"))))
                .isEqualTo("rw-------");
        Pki again = Pki.open(directory, Clock.systemUTC());
        assertThat(again.administrator()).isEqualTo(running.pki().administrator());
        assertThat(again.authority()).isEqualTo(running.pki().authority());
    }

    @Test
    void bodiesHaveALimit() {
        String large = "{\"metadata\":{\"name\":\"large\"},\"data\":{\"x\":\"" + "y".repeat(3 << 20) + "\"}}";

        HttpResponse<String> response = https.send("POST", MAPS, large, "Content-Type", "application/json");

        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(Json.decodeMap(response.body()).string("message"))
                .isEqualTo("Request entity too large: limit is 3145728");
    }

    @Test
    void unknownFieldsAreWarnedOf() {
        HttpResponse<String> response = https.send(
                "POST", MAPS, "{\"metadata\":{\"name\":\"warned\"},\"foo\":1}", "Content-Type", "application/json");

        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(response.headers().allValues("Warning")).containsExactly("299 - \"unknown field \\\"foo\\\"\"");
    }

    @Test
    void tablesAndYamlAreServedToWhoAcceptsThem() {
        HttpResponse<String> table = https.get(
                "/api/v1/namespaces", "Accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
        assertThat(Json.decodeMap(table.body()).string("kind")).isEqualTo("Table");
        HttpResponse<String> yaml = https.get("/api/v1/namespaces/default", "Accept", "application/yaml");
        assertThat(yaml.body()).contains("kind: Namespace\n");
        HttpResponse<String> json = https.get(
                "/api/v1/namespaces/default", "Accept", "application/vnd.kubernetes.protobuf;q=0.5,application/json");
        assertThat(json.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(https.get("/api/v1/namespaces/default", "Accept", "image/png")
                        .statusCode())
                .isEqualTo(406);
    }

    @Test
    void aTableThatCannotBeMadeIsRefusedBeforeItsWatchBegins() {
        HttpResponse<String> refused = https.get(
                MAPS + "?watch=1&allowWatchBookmarks=true&timeoutSeconds=3&includeObject=All",
                "Accept",
                "application/json;as=Table;v=v1;g=meta.k8s.io");

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body())
                .contains("Unable to convert to Table as requested: includeObject: Invalid value: \\\"All\\\"");
    }

    @Test
    void watchesStreamWhatHappens() throws IOException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(https.server() + MAPS + "?watch=1&fieldSelector=metadata.name%3Dwatched"))
                .build();
        HttpResponse<InputStream> response = https.send(request, HttpResponse.BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).isEqualTo(200);
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            https.send("POST", MAPS, map("watched"), "Content-Type", "application/json");
            MapValue added = Json.decodeMap(lines.readLine());
            https.send("DELETE", MAPS + "/watched", null);
            MapValue deleted = Json.decodeMap(lines.readLine());

            assertThat(added.string("type")).isEqualTo("ADDED");
            assertThat(deleted.string("type")).isEqualTo("DELETED");
            assertThat(added.map("object").map("metadata").string("name")).isEqualTo("watched");
        }
    }

    @Test
    void allWatchesOfAConnectionGetEveryEventInOrder() throws Exception {
        int watches = 60;
        int events = 40;
        String label = "shared-" + System.nanoTime();
        String path = MAPS + "?watch=1&labelSelector=" + label + "&resourceVersion="
                + Json.decodeMap(https.get(MAPS).body()).map("metadata").string("resourceVersion");
        List<Future<List<String>>> readers = new ArrayList<>();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            for (int i = 0; i < watches; i++) {
                readers.add(threads.submit(() -> names(path, events)));
            }
            List<String> names = new ArrayList<>();
            for (int i = 0; i < events; i++) {
                String name = label + "-" + i;
                names.add(name);
                String body = "{\"metadata\":{\"name\":\"" + name + "\",\"labels\":{\"" + label + "\":\"\"}}}";
                assertThat(https.send("POST", MAPS, body, "Content-Type", "application/json")
                                .statusCode())
                        .isEqualTo(201);
            }
            for (Future<List<String>> reader : readers) {
                assertThat(reader.get(30, TimeUnit.SECONDS)).isEqualTo(names);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void whoEndsManyWatchesAtOnceKeepsTheConnection() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(https.server() + MAPS + "?watch=1&fieldSelector=metadata.name%3Dlasting"))
                .build();
        HttpResponse<InputStream> lasting = https.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(lasting.body(), StandardCharsets.UTF_8))) {
            List<InputStream> others = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                others.add(https.send(request, HttpResponse.BodyHandlers.ofInputStream())
                        .body());
            }
            for (InputStream other : others) {
                other.close();
            }
            assertThat(https.send("POST", MAPS, map("lasting"), "Content-Type", "application/json")
                            .statusCode())
                    .isEqualTo(201);
            assertThat(Json.decodeMap(lines.readLine()).string("type")).isEqualTo("ADDED");
        } finally {
            https.send("DELETE", MAPS + "/lasting", null);
        }
    }

    /** The names of the next objects that a watch tells of. */
    private static List<String> names(String path, int count) throws IOException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(https.server() + path)).build();
        List<String> names = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                https.send(request, HttpResponse.BodyHandlers.ofInputStream()).body(), StandardCharsets.UTF_8))) {
            while (names.size() < count) {
                MapValue event = Json.decodeMap(lines.readLine());
                names.add(event.map("object").map("metadata").string("name"));
            }
        }
        return names;
    }

    @Test
    void watchesEndWhenTheirTimeIsOver() {
        HttpResponse<String> response =
                https.get(MAPS + "?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Dnone");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
    }

    @Test
    void largeListsArriveWhole() {
        String value = "v".repeat(50_000);
        for (int i = 0; i < 40; i++) {
            String body = "{\"metadata\":{\"name\":\"big-" + i + "\",\"labels\":{\"big\":\"1\"}},\"data\":{\"x\":\""
                    + value + "\"}}";
            https.send("POST", MAPS, body, "Content-Type", "application/json");
        }

        HttpResponse<String> response = https.get(MAPS + "?labelSelector=big");

        assertThat(Json.decodeMap(response.body()).list("items")).hasSize(40);
    }

    @Test
    void brokenHttpIsAnsweredOrClosed() throws IOException {
        for (String text : new String[] {
            "nonsense\r\n\r\n",
            "GET / HTTP/9.9\r\n\r\n",
            "GET " + "/".repeat(100_000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
            "POST " + MAPS + " HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            "POST " + MAPS + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        }) {
            try (SSLSocket socket = https.socket()) {
                OutputStream out = socket.getOutputStream();
                out.write(text.getBytes(StandardCharsets.US_ASCII));
                String answer = answer(socket);
                assertThat(answer.isEmpty() || answer.matches("HTTP/\\d\\.\\d (4\\d\\d|501|505)"))
                        .as("%s answered with %s", text.substring(0, Math.min(40, text.length())), answer)
                        .isTrue();
            }
        }
        assertThat(https.get("/readyz").body()).isEqualTo("ok");
    }

    private static String answer(SSLSocket socket) {
        try {
            return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    void metricsCountRequests() throws InterruptedException {
        https.get("/api/v1/namespaces/default");

        String counted =
                "apiserver_request_total{code=\"200\",component=\"apiserver\",dry_run=\"\",group=\"\",resource="
                        + "\"namespaces\",scope=\"resource\"";
        Await.until(
                "the count, which comes after the answer",
                () -> https.get("/metrics").body(),
                text -> text.contains(counted));
        assertThat(https.get("/metrics").body())
                .contains("process_resident_memory_bytes")
                .contains("apiserver_request_duration_seconds_bucket");
    }
}
