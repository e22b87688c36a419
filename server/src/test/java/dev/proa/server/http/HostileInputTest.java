package dev.proa.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import dev.proa.server.Facts;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests that nobody in their right mind sends: whatever they are, the server answers each in time and never with a failure of its
 * own, and what it acknowledged to others is still there.
 */
class HostileInputTest {
    private static final int REQUESTS = Integer.getInteger("proa.test.hostile", 1500);
    private static final String[] TYPES = {
        "application/json",
        "application/yaml",
        "application/vnd.kubernetes.protobuf",
        "application/json-patch+json",
        "application/merge-patch+json",
        "application/strategic-merge-patch+json",
        "application/apply-patch+yaml",
        "text/plain",
        "a/b/c",
        ""
    };
    private static final String[] QUERIES = {
        "",
        "dryRun=All",
        "fieldValidation=Strict",
        "fieldValidation=Ignore&dryRun=All",
        "limit=-5&continue=AAAA",
        "limit=99999999999999999999999",
        "resourceVersion=18446744073709551615",
        "resourceVersion=%00",
        "labelSelector=((((((((((((((",
        "labelSelector=a%20in%20(%00)",
        "fieldSelector=metadata.name%3D%ff%fe",
        "fieldSelector=%5C%5C%5C",
        "gracePeriodSeconds=-9223372036854775808",
        "gracePeriodSeconds=9223372036854775807",
        "propagationPolicy=Foreground",
        "&&&===&&=",
        "timeoutSeconds=9223372036854775807",
        "watch=1&timeoutSeconds=1&resourceVersion=9223372036854775807"
    };
    private static final String[] METHODS = {"POST", "PUT", "PATCH", "DELETE", "GET"};

    @TempDir
    static Path directory;

    private static RunningServer running;
    private static Https https;
    private static List<MapValue> goods;

    @BeforeAll
    static void start() {
        running = new RunningServer(directory);
        https = Https.administrator(running);
        for (String name : List.of("facts", "canary")) {
            https.send("POST", "/api/v1/namespaces", "{\"metadata\":{\"name\":\"" + name + "\"}}");
        }
        https.send("POST", "/api/v1/namespaces/facts/serviceaccounts", "{\"metadata\":{\"name\":\"default\"}}");
        goods = Facts.read("created.jsonl").stream()
                .filter(fact -> fact.integer("code", 0) == 201)
                .toList();
    }

    @AfterAll
    static void stop() {
        https.close();
        running.close();
    }

    @Test
    void getsAnAnswerThatBlamesTheClient() {
        long seed = Long.getLong("proa.test.seed", System.nanoTime());
        Random random = new Random(seed);
        List<String> failures = new CopyOnWriteArrayList<>();
        int canaries = 0;
        // Many at the same time, since some wait for seconds for a revision that does not come.
        Semaphore atOnce = new Semaphore(32);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < REQUESTS && failures.size() < 10; i++) {
                if (i % 50 == 0) {
                    assertThat(canary(canaries++)).as("seed %d", seed).isEqualTo(201);
                }
                Hostile hostile = Hostile.random(random);
                atOnce.acquireUninterruptibly();
                executor.submit(() -> {
                    try {
                        hostile.send(failures);
                    } finally {
                        atOnce.release();
                    }
                });
            }
        }
        assertThat(failures).as("seed %d", seed).isEmpty();
        for (int i = 0; i < canaries; i++) {
            HttpResponse<String> kept = https.get("/api/v1/namespaces/canary/configmaps/c" + i);
            assertThat(Json.decodeMap(kept.body().getBytes(StandardCharsets.UTF_8))
                            .map("data")
                            .string("n"))
                    .as("seed %d", seed)
                    .isEqualTo("" + i);
        }
    }

    private static int canary(int number) {
        String body = "{\"metadata\":{\"name\":\"c" + number + "\"},\"data\":{\"n\":\"" + number + "\"}}";
        return https.send("POST", "/api/v1/namespaces/canary/configmaps", body).statusCode();
    }

    /** A request and what was sent with it. */
    private record Hostile(HttpRequest request, byte[] body) {
        static Hostile random(Random random) {
            MapValue good = goods.get(random.nextInt(goods.size()));
            MapValue object = good.map("request");
            String method = METHODS[random.nextInt(METHODS.length)];
            String path = good.string("path");
            if (path.equals("/api/v1/namespaces")) {
                path = "/api/v1/nodes";
            }
            if (!method.equals("POST") && random.nextInt(5) > 0) {
                path += "/" + object.map("metadata").string("name");
                if (random.nextInt(6) == 0) {
                    path += List.of("/status", "/scale", "/eviction", "/binding", "/log", "/token", "/%00", "/..%2f..")
                            .get(random.nextInt(8));
                }
            }
            String type = TYPES[random.nextInt(TYPES.length)];
            byte[] body = new Mutation(random).body(object, type);
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            URI.create(https.server() + path + "?" + QUERIES[random.nextInt(QUERIES.length)]))
                    .timeout(Duration.ofSeconds(30))
                    .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
            if (!type.isEmpty()) {
                request.header("Content-Type", type);
            }
            if (random.nextInt(10) == 0) {
                request.header(
                        "Accept",
                        List.of("application/yaml", "application/json;as=Table;v=v1;g=meta.k8s.io", ";;,,=")
                                .get(random.nextInt(3)));
            }
            return new Hostile(request.build(), body);
        }

        void send(List<String> failures) {
            try {
                HttpResponse<byte[]> response = https.send(request, HttpResponse.BodyHandlers.ofByteArray());
                boolean slow = response.statusCode() == 504; // a revision that is still to come
                if (response.statusCode() >= 500 && !slow) {
                    failures.add(this + " " + response.statusCode() + " " + text(response.body(), 300));
                }
            } catch (IllegalStateException e) {
                failures.add(this + " " + e + " " + e.getCause());
            }
        }

        @Override
        public String toString() {
            return request + " " + request.headers().map() + " with " + HostileInputTest.text(body, 500);
        }
    }

    private static String text(byte[] bytes, int most) {
        return new String(bytes, 0, Math.min(bytes.length, most), StandardCharsets.UTF_8);
    }

    static List<HttpCase> monsters() {
        String name = "{\"metadata\":{\"name\":\"m\"},";
        StringBuilder copies = new StringBuilder("[{\"op\":\"add\",\"path\":\"/data\",\"value\":{\"a\":\"x\"}}");
        for (int i = 0; i < 60; i++) {
            copies.append(",{\"op\":\"copy\",\"from\":\"/data\",\"path\":\"/data/b\"}");
        }
        StringBuilder aliases = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 12; i++) {
            aliases.append("a" + i + ": &a" + i + " [" + ("*a" + (i - 1) + ",").repeat(9) + "*a" + (i - 1) + "]\n");
        }
        return List.of(
                new HttpCase("POST", "application/json", "[".repeat(200_000)),
                new HttpCase("POST", "application/json", name + "\"data\":" + "{\"a\":".repeat(100_000)),
                new HttpCase("POST", "application/json", name + "\"x\":" + "[".repeat(9_000) + "]".repeat(9_000) + "}"),
                new HttpCase("POST", "application/yaml", "a: " + "[".repeat(100_000)),
                new HttpCase("POST", "application/yaml", "- ".repeat(100_000)),
                new HttpCase("POST", "application/yaml", aliases.toString()),
                new HttpCase("POST", "application/yaml", "a: &a {b: *a}\n"),
                new HttpCase("POST", "application/json", name + "\"data\":{\"a\":\"" + "x".repeat(3 << 20) + "\"}}"),
                new HttpCase("POST", "application/json", name + "\"data\":{\"a\":1e999999999}}"),
                new HttpCase("POST", "application/json", name + "\"data\":{\"a\":" + "9".repeat(500_000) + "}}"),
                new HttpCase("PATCH", "application/json-patch+json", copies + "]"),
                new HttpCase("PATCH", "application/json-patch+json", "[" + "{},".repeat(20_000) + "{}]"),
                new HttpCase(
                        "PATCH",
                        "application/json-patch+json",
                        "[{\"op\":\"add\",\"path\":\"/" + "a/".repeat(100_000) + "\"}]"),
                new HttpCase("PATCH", "application/merge-patch+json", "{\"a\":".repeat(100_000)),
                new HttpCase("PATCH", "application/strategic-merge-patch+json", "{\"$patch\":[],\"metadata\":5}"),
                new HttpCase(
                        "PATCH",
                        "application/strategic-merge-patch+json",
                        "{\"$setElementOrder/x\":{},\"$retainKeys\":1}"));
    }

    /** A request against a config map. */
    record HttpCase(String method, String type, String body) {
        @Override
        public String toString() {
            return method + " " + type + " "
                    + body.substring(0, Math.min(40, body.length())).replace('\n', ' ');
        }
    }

    @ParameterizedTest
    @MethodSource("monsters")
    void monstersAreRefusedInTime(HttpCase monster) {
        https.send("POST", "/api/v1/namespaces/facts/configmaps", "{\"metadata\":{\"name\":\"victim\"}}");
        String path = "/api/v1/namespaces/facts/configmaps" + (monster.method().equals("PATCH") ? "/victim" : "");
        HttpResponse<String> response =
                https.send(monster.method(), path, monster.body(), "Content-Type", monster.type());
        // The unknown parts of a strategic merge patch are what Kubernetes itself calls its own fault.
        assertThat(response.statusCode()).as(response.body()).isBetween(400, 500);
        assertThat(response.statusCode() < 500 || monster.type().contains("strategic"))
                .isTrue();
    }

    @Test
    void quantitiesOfAnySizeAreRefusedOrKept() {
        for (String cpu : List.of(
                "1e999999999", "1e-999999999", "9".repeat(100_000), "0." + "0".repeat(100_000) + "1", "-1E18")) {
            String pod = "{\"metadata\":{\"name\":\"q\"},\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"x\","
                    + "\"resources\":{\"limits\":{\"cpu\":\"" + cpu + "\"}}}]}}";
            HttpResponse<String> response = https.send("POST", "/api/v1/namespaces/facts/pods?dryRun=All", pod);
            assertThat(response.statusCode()).as(cpu.substring(0, 5)).isLessThan(500);
            assertThat(response.body().length()).isLessThan(1 << 20);
        }
    }

    @ParameterizedTest
    @MethodSource("frames")
    void brokenFramesHurtNobodyElse(String protocol, byte[] bytes) throws IOException {
        try (SSLSocket socket = https.socket()) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {protocol});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            out.flush();
        } catch (SocketException e) {
            // The server may close the connection at the first broken byte, before the rest is sent.
            assertThat(e).hasMessageMatching("Broken pipe|Connection reset.*");
        }
        assertThat(https.get("/readyz").statusCode()).isEqualTo(200);
    }

    static List<org.junit.jupiter.params.provider.Arguments> frames() {
        byte[] preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        List<org.junit.jupiter.params.provider.Arguments> frames = new ArrayList<>();
        for (String text : List.of(
                "\r\n\r\n\r\n",
                "GET\r\n\r\n",
                "GET / HTTP/9.9\r\n\r\n",
                "GET /api HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "POST /api/v1/namespaces HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
                "POST /api/v1/namespaces HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /api/v1/namespaces HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
                "GET /" + "a".repeat(100_000) + " HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /api HTTP/1.1\r\n" + "X: y\r\n".repeat(20_000) + "\r\n",
                "GET /api/v1/pods?watch=1 HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
                "\0\0\0\0\0\0\0\0")) {
            frames.add(org.junit.jupiter.params.provider.Arguments.of(
                    "http/1.1", text.getBytes(StandardCharsets.ISO_8859_1)));
        }
        Random random = new Random(7);
        for (int i = 0; i < 20; i++) {
            byte[] garbage = new byte[preface.length + 64 + random.nextInt(4000)];
            random.nextBytes(garbage);
            System.arraycopy(preface, 0, garbage, 0, preface.length);
            if (i % 2 == 0) {
                // A frame whose head can be read: a length, a type and a stream of its own.
                garbage[preface.length] = 0;
                garbage[preface.length + 1] = 0;
                garbage[preface.length + 3] = (byte) (i / 2);
            }
            frames.add(org.junit.jupiter.params.provider.Arguments.of("h2", garbage));
        }
        return frames;
    }

    @Test
    void strangersGetNothing() {
        try (RunningServer other = new RunningServer(directory.resolve("other"));
                Https wrongAuthority = new Https(running, other.pki().administrator(), HttpClient.Version.HTTP_1_1)) {
            HttpResponse<String> response = wrongAuthority.get("/api/v1/namespaces");
            assertThat(response.statusCode()).isEqualTo(401);
            assertThat(response.body()).contains("\"reason\":\"Unauthorized\"");
        }
    }

    /** Makes something bad of something good. */
    private record Mutation(Random random) {
        private static final String[] VALUES = {
            "null",
            "true",
            "-1",
            "9223372036854775807",
            "9223372036854775808",
            "1e400",
            "1.5",
            "\"\"",
            "\"\\u0000\"",
            "[]",
            "{}",
            "[null]",
            "[[[[[]]]]]",
            "{\"\":{}}",
            "\"../../..\"",
            "\"$(a)\"",
            "{\"$patch\":\"delete\"}",
            "{\"$patch\":1}",
            "\"0\"",
            "\"-9e99\"",
            "\"%s%n\"",
            "\"\\ud800\"",
            "\"2020-13-45T99:99:99Z\""
        };

        byte[] body(MapValue object, String type) {
            byte[] bytes = type.contains("yaml") ? Yaml.encode(object) : Json.encode(object);
            if (type.contains("json-patch")) {
                bytes = patch();
            }
            String text = new String(bytes, StandardCharsets.UTF_8);
            int times = 1 + random.nextInt(4);
            for (int i = 0; i < times; i++) {
                text = once(text);
            }
            byte[] result = text.getBytes(StandardCharsets.UTF_8);
            if (random.nextInt(5) == 0 && result.length > 0) {
                for (int i = 0; i < 1 + random.nextInt(8); i++) {
                    result[random.nextInt(result.length)] = (byte) random.nextInt(256);
                }
            }
            return result;
        }

        private byte[] patch() {
            String[] paths = {
                "",
                "/",
                "/metadata",
                "/metadata/name",
                "/spec",
                "/spec/containers/0",
                "/spec/containers/-",
                "/~",
                "/~2",
                "a",
                "/metadata/labels/-1",
                "/spec/containers/99999999999"
            };
            String[] operations = {"add", "remove", "replace", "copy", "move", "test", "", "jump"};
            StringBuilder patch = new StringBuilder("[");
            for (int i = 0; i < 1 + random.nextInt(4); i++) {
                patch.append(i == 0 ? "" : ",")
                        .append("{\"op\":\"")
                        .append(operations[random.nextInt(operations.length)])
                        .append("\",\"path\":\"")
                        .append(paths[random.nextInt(paths.length)])
                        .append("\",\"from\":\"")
                        .append(paths[random.nextInt(paths.length)])
                        .append("\",\"value\":")
                        .append(VALUES[random.nextInt(VALUES.length)])
                        .append('}');
            }
            return patch.append(']').toString().getBytes(StandardCharsets.UTF_8);
        }

        private String once(String text) {
            if (text.isEmpty()) {
                return text;
            }
            int at = random.nextInt(text.length());
            return switch (random.nextInt(6)) {
                case 0 -> text.substring(0, at);
                case 1 -> text.substring(0, at) + text.substring(Math.min(text.length(), at + 1 + random.nextInt(5)));
                case 2 -> text.substring(0, at) + VALUES[random.nextInt(VALUES.length)] + text.substring(at);
                default -> replaced(text, at);
            };
        }

        /** Another value where one begins after a colon. */
        private String replaced(String text, int from) {
            int colon = text.indexOf(':', from);
            if (colon < 0) {
                return text;
            }
            int end = colon + 1;
            int depth = 0;
            while (end < text.length()) {
                char c = text.charAt(end);
                if (depth == 0 && (c == ',' || c == '}' || c == ']' || c == '\n')) {
                    break;
                }
                depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
                end++;
            }
            return text.substring(0, colon + 1) + " " + VALUES[random.nextInt(VALUES.length)] + text.substring(end);
        }
    }
}
