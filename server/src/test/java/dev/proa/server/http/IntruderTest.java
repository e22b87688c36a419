package dev.proa.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.authentication.ServiceAccountTokens;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.pki.Pki;
import dev.proa.server.store.MemoryStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** People who want to be somebody else, know more than they may, or use up what others need. */
class IntruderTest {
    private static final String ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts";
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

    @TempDir
    static Path directory;

    private static RunningServer running;
    private static Https admin;
    private static Https nobody;

    @BeforeAll
    static void start() {
        running = new RunningServer(directory.resolve("pki"));
        admin = Https.administrator(running);
        nobody = new Https(running, null, HttpClient.Version.HTTP_2);
    }

    @AfterAll
    static void stop() {
        admin.close();
        nobody.close();
        running.close();
    }

    private static String named(String name) {
        return "{\"metadata\":{\"name\":\"" + name + "\"}}";
    }

    /** Makes a service account, and returns a token of it. */
    private static String token(String account, String request) {
        admin.send("POST", ACCOUNTS, named(account));
        HttpResponse<String> made = admin.send("POST", ACCOUNTS + "/" + account + "/token", request);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return Json.decodeMap(made.body()).map("status").string("token");
    }

    private static String token(String account) {
        return token(account, "{\"spec\":{}}");
    }

    private static String bearer(String token) {
        return "Bearer " + token;
    }

    /** What discovery, which everybody who is known may read, answers to a token. */
    private static int with(String token) {
        return nobody.get("/apis", "Authorization", bearer(token)).statusCode();
    }

    private static MapValue who(Https client, String... headers) {
        HttpResponse<String> response = client.send("POST", WHO, "{}", headers);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return Json.decodeMap(response.body()).map("status").map("userInfo");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/healthz", "/livez", "/readyz", "/version"})
    void anybodyMaySeeThatTheServerIsWell(String path) {
        assertThat(nobody.get(path).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/api",
                "/apis",
                "/openapi/v2",
                "/openapi/v3",
                "/metrics",
                "/healthz/etcd",
                "/livez/ping",
                "/readyz/x",
                "/version/x",
                "/openid/v1/jwks",
                "/.well-known/openid-configuration",
                "/api/v1/nodes",
                "/logs",
                "/debug/pprof",
                "//healthz",
                "/healthz/../api/v1/secrets",
                "/%2e%2e/api/v1/secrets",
                "/api/v1/nodes/n/proxy/healthz"
            })
    void nobodyGetsNothingElse(String path) {
        HttpResponse<String> response = nobody.get(path);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(403);
        assertThat(response.body()).contains("system:anonymous");
    }

    @Test
    void certificatesHaveToBeOfClientsAndOfNow() throws IOException {
        CertificateAndKey expired =
                pkiAt(Duration.ofDays(-400)).client("past", "kubernetes-admin", List.of(UserInfo.MASTERS));
        CertificateAndKey early =
                pkiAt(Duration.ofDays(1)).client("future", "kubernetes-admin", List.of(UserInfo.MASTERS));
        CertificateAndKey servers = running.pki().server(List.of());
        CertificateAndKey unnamed = running.pki().client("unnamed", "", List.of(UserInfo.MASTERS));
        CertificateAndKey other =
                Pki.open(directory.resolve("other"), Instant::now).administrator();
        for (CertificateAndKey pair : List.of(expired, early, servers, unnamed, other)) {
            for (HttpClient.Version version : HttpClient.Version.values()) {
                if (version.toString().equals("HTTP_3")) {
                    continue;
                }
                try (Https client = new Https(running, pair, version)) {
                    assertThat(client.get("/apis").statusCode())
                            .as("%s", pair.certificate().getSubjectX500Principal())
                            .isEqualTo(401);
                }
            }
        }
    }

    /** The cluster's authority, by another clock. */
    private static Pki pkiAt(Duration offset) throws IOException {
        Path copy = Files.createTempDirectory(directory, "pki");
        for (String file : List.of("ca.crt", "ca.key")) {
            Files.copy(directory.resolve("pki").resolve(file), copy.resolve(file));
        }
        return Pki.open(copy, () -> Instant.now().plus(offset));
    }

    @Test
    void whoIsKnownMayNotDoWhatOthersMay() {
        CertificateAndKey person = running.pki().client("person", "jane", List.of("people"));
        try (Https jane = new Https(running, person, HttpClient.Version.HTTP_2)) {
            assertThat(jane.get("/apis").statusCode()).isEqualTo(200);
            assertThat(who(jane).string("username")).isEqualTo("jane");
            for (String path :
                    List.of("/api/v1/secrets", "/metrics", "/api/v1/namespaces/default/pods/p/exec?command=sh")) {
                assertThat(jane.get(path).statusCode()).as(path).isEqualTo(403);
            }
            assertThat(jane.send("POST", MAPS, named("janes")).statusCode()).isEqualTo(403);
            assertThat(jane.get("/openid/v1/jwks").statusCode()).isEqualTo(403);
        }
        String token = token("reader");
        assertThat(nobody.get("/openid/v1/jwks", "Authorization", bearer(token)).statusCode())
                .as("service accounts may verify each other's tokens")
                .isEqualTo(200);
    }

    @Test
    void aTokenDiesWithItsAccount() {
        String token = token("short-lived");
        assertThat(with(token)).isEqualTo(200);

        admin.send("DELETE", ACCOUNTS + "/short-lived", null);
        assertThat(with(token)).isEqualTo(401);
        token("short-lived");
        assertThat(with(token)).as("another account of that name").isEqualTo(401);
    }

    @Test
    void aTokenDiesWithWhatItIsBoundTo() {
        HttpResponse<String> secret = admin.send("POST", "/api/v1/namespaces/default/secrets", named("bound"));
        String uid = Json.decodeMap(secret.body()).map("metadata").string("uid");
        String token = token(
                "bound",
                "{\"spec\":{\"boundObjectRef\":{\"kind\":\"Secret\",\"apiVersion\":\"v1\",\"name\":\"bound\",\"uid\":\""
                        + uid + "\"}}}");
        assertThat(with(token)).isEqualTo(200);

        admin.send("DELETE", "/api/v1/namespaces/default/secrets/bound", null);
        assertThat(with(token)).isEqualTo(401);
    }

    @Test
    void aTokenIsForWhomItIsMade() {
        assertThat(with(token("others", "{\"spec\":{\"audiences\":[\"vault\"]}}")))
                .isEqualTo(401);
        assertThat(with(token(
                        "others", "{\"spec\":{\"audiences\":[\"vault\",\"" + ServiceAccountTokens.ISSUER + "\"]}}")))
                .isEqualTo(200);
    }

    @Test
    void aTokenIsWorthNothingBeforeAndAfterItsTime() {
        token("timed");
        MapValue account = Json.decodeMap(admin.get(ACCOUNTS + "/timed").body());
        assertThat(with(issue(account, Duration.ofMinutes(-9)))).isEqualTo(200);
        assertThat(with(issue(account, Duration.ofMinutes(-11)))).as("expired").isEqualTo(401);
        assertThat(with(issue(account, Duration.ofMinutes(5)))).as("not yet").isEqualTo(401);
    }

    /** A token for ten minutes, of the cluster's own key. */
    private static String issue(MapValue account, Duration offset) {
        return new ServiceAccountTokens(
                        running.pki().serviceAccountKey(),
                        running.store(),
                        () -> Instant.now().plus(offset))
                .issue(account, List.of(), Duration.ofMinutes(10), null, null)
                .token();
    }

    @Test
    void aTokenOfAnotherKeyIsWorthNothing() {
        token("forged");
        MapValue account = Json.decodeMap(admin.get(ACCOUNTS + "/forged").body());
        Pki other = Pki.open(directory.resolve("other"), Instant::now);
        try (MemoryStore store = MemoryStore.inMemory()) {
            assertThat(with(new ServiceAccountTokens(other.serviceAccountKey(), store, Instant::now)
                            .issue(account, List.of(), Duration.ofMinutes(10), null, null)
                            .token()))
                    .isEqualTo(401);
        }
    }

    @Test
    void aTokenThatWasTamperedWithIsWorthNothing() throws Exception {
        String[] parts = token("tampered").split("\\.");
        String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        String signature = parts[2];
        String flipped = (signature.charAt(0) == 'A' ? "B" : "A") + signature.substring(1);
        String other = encode(claims.replace("tampered", "default"));
        byte[] publicKey = running.pki().serviceAccountKey().getPublic().getEncoded();
        String hmac = encode("{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + "." + parts[1];
        for (String token : List.of(
                parts[0] + "." + other + "." + signature,
                parts[0] + "." + parts[1] + "." + flipped,
                parts[0] + "." + parts[1] + ".",
                parts[0] + "." + parts[1],
                encode("{\"alg\":\"none\"}") + "." + parts[1] + ".",
                encode("{\"alg\":\"none\"}") + "." + parts[1] + "." + signature,
                encode("{\"alg\":\"ES384\"}") + "." + parts[1] + "." + signature,
                encode("{\"alg\":\"ES256\",\"crit\":[\"exp\"]}") + "." + parts[1] + "." + signature,
                hmac + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(hmac(publicKey, hmac)),
                // A signature of zeros is that of everything in verifiers that do not look.
                parts[0] + "." + parts[1] + "."
                        + Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[64]),
                "..",
                ".",
                "x",
                parts[0] + "." + "A".repeat(40_000) + "." + signature)) {
            assertThat(with(token))
                    .as(token.substring(0, Math.min(80, token.length())))
                    .isEqualTo(401);
        }
    }

    private static String encode(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] hmac(byte[] key, String text) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void headersOfProxiesAreNotBelieved() {
        String[] claims = {
            "X-Remote-User", "kubernetes-admin", "X-Remote-Group", "system:masters", "X-Forwarded-User", "admin"
        };

        assertThat(nobody.get(MAPS, claims).statusCode()).isEqualTo(403);
        assertThat(who(admin, "X-Remote-User", "somebody").string("username")).isEqualTo("kubernetes-admin");
    }

    @Test
    void administratorsMayActAsOthers() {
        MapValue jane = who(
                admin,
                "Impersonate-User",
                "jane",
                "Impersonate-Group",
                "people",
                "Impersonate-Uid",
                "7",
                "Impersonate-Extra-scopes%2fread",
                "all");
        assertThat(jane.string("username")).isEqualTo("jane");
        assertThat(jane.string("uid")).isEqualTo("7");
        assertThat(jane.list("groups")).containsExactly("people", "system:authenticated");
        assertThat(jane.map("extra").list("scopes/read")).isEqualTo(ListValue.of("all"));
        assertThat(who(admin, "Impersonate-User", "system:serviceaccount:a:b").list("groups"))
                .containsExactly("system:serviceaccounts", "system:serviceaccounts:a", "system:authenticated");

        assertThat(admin.get(MAPS, "Impersonate-User", "jane").statusCode()).isEqualTo(403);
        assertThat(admin.get("/apis", "Impersonate-User", "jane").statusCode()).isEqualTo(200);
        assertThat(admin.get("/apis", "Impersonate-User", "system:anonymous").statusCode())
                .as("nobody is not authenticated")
                .isEqualTo(403);
    }

    @Test
    void othersMayNotActAsAdministrators() {
        String token = bearer(token("climber"));

        HttpResponse<String> asUser = nobody.get(MAPS, "Authorization", token, "Impersonate-User", "kubernetes-admin");
        assertThat(asUser.statusCode()).isEqualTo(403);
        assertThat(asUser.body()).contains("cannot impersonate-on:user-info:list resource");
        assertThat(nobody.get(MAPS, "Impersonate-User", "x", "Impersonate-Group", "system:masters")
                        .statusCode())
                .isEqualTo(403);
        assertThat(nobody.get(MAPS, "Authorization", token, "Impersonate-Group", "system:masters")
                        .statusCode())
                .as("a group without a user")
                .isEqualTo(400);
        assertThat(nobody.get("/healthz", "Impersonate-User", "x").statusCode()).isEqualTo(403);
    }

    @ParameterizedTest
    @EnumSource(
            value = HttpClient.Version.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void noBodyIsLargerThanThreeMebibytes(HttpClient.Version version) {
        byte[] head = "{\"metadata\":{\"name\":\"large\"},\"data\":{\"x\":\"".getBytes(StandardCharsets.US_ASCII);
        byte[] large = new byte[(3 << 20) + 1];
        java.util.Arrays.fill(large, (byte) 'y');
        System.arraycopy(head, 0, large, 0, head.length);
        try (Https client = new Https(running, running.pki().administrator(), version)) {
            for (HttpRequest.BodyPublisher publisher : List.of(
                    HttpRequest.BodyPublishers.ofByteArray(large),
                    HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)))) {
                HttpResponse<String> response = client.send(
                        HttpRequest.newBuilder(URI.create(client.server() + MAPS))
                                .timeout(Duration.ofSeconds(60))
                                .header("Content-Type", "application/json")
                                .POST(publisher)
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(response.statusCode())
                        .as("%s", publisher.contentLength())
                        .isEqualTo(413);
                assertThat(client.get("/readyz").statusCode()).isEqualTo(200);
            }
        }
    }

    /** Requests whose bodies never come. */
    static Stream<String> endless() {
        return Stream.of("Transfer-Encoding: chunked", "Content-Length: 3000000", "Content-Length: 3145729");
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.MethodSource("endless")
    void strangersAreNotListenedTo(String length) throws IOException {
        assertThat(head(null, "POST " + MAPS + " HTTP/1.1\r\nHost: x\r\n" + length + "\r\n\r\n"))
                .matches("HTTP/1.1 (403 Forbidden|413 Request Entity Too Large)");
        assertThat(head(
                        null,
                        "POST " + MAPS + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x.y.z\r\n" + length
                                + "\r\n\r\n"))
                .matches("HTTP/1.1 (401 Unauthorized|413 Request Entity Too Large)");
    }

    @Test
    void aBodyIsNoRequest() throws IOException {
        String hidden = "DELETE /api/v1/namespaces/default HTTP/1.1\r\nHost: x\r\n\r\n";
        String length = "Content-Length: " + hidden.length() + "\r\n";
        for (String request : List.of(
                "GET /version HTTP/1.1\r\nHost: x\r\n" + length + "\r\n",
                "GET /version HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n" + length + "\r\n",
                "GET /version HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" + length + "\r\n",
                "POST " + WHO + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" + length
                        + "\r\n",
                "GET /version HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n" + length + "\r\n",
                "POST " + WHO + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" + length + "\r\n0\r\n\r\n",
                "POST " + WHO + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n" + length + "\r\n",
                "POST " + WHO + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n" + length + "\r\n")) {
            assertThat(head(running.pki().administrator(), request + hidden))
                    .as(request)
                    .matches("HTTP/1.1 (200|201|400|404|415|501) .*|");
        }
        assertThat(Json.decodeMap(admin.get("/api/v1/namespaces/default").body())
                        .map("status")
                        .string("phase"))
                .isEqualTo("Active");
        assertThat(Json.decodeMap(admin.get("/api/v1/namespaces/default").body())
                        .map("metadata")
                        .has("deletionTimestamp"))
                .isFalse();
    }

    /** The first line of the answer to what is written; empty when the connection is closed without one. */
    private static String head(@Nullable CertificateAndKey pair, String request) throws IOException {
        try (Https client = new Https(running, pair, HttpClient.Version.HTTP_1_1);
                SSLSocket socket = client.socket()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String line = new java.io.BufferedReader(
                            new java.io.InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
            return line == null ? "" : line;
        }
    }
}
