package dev.proa.server.authentication.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.authentication.CachedTokens;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A webhook that says whose tokens are. */
class TokenReviewWebhookTest {
    private static final List<String> API = List.of("api");

    @TempDir
    Path directory;

    private final List<MapValue> asked = new CopyOnWriteArrayList<>();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicReference<MapValue> status = new AtomicReference<>(MapValue.EMPTY);
    private final AtomicReference<String> authorization = new AtomicReference<>("");
    private HttpServer server;
    private TokenReviewWebhook webhook;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/authn", this::answer);
        server.start();
        webhook = new TokenReviewWebhook(
                new TokenReviewWebhook.Settings(kubeconfig("/authn"), "v1", Duration.ofMinutes(2)),
                API,
                Duration.ofMillis(1),
                new Random(1));
    }

    @AfterEach
    void stop() {
        webhook.close();
        server.stop(0);
    }

    private Path kubeconfig(String path) throws IOException {
        return Files.writeString(directory.resolve("webhook.kubeconfig"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: hook, cluster: {server: "http://127.0.0.1:%d%s"}}]
                users: [{name: api, user: {token: secret}}]
                contexts: [{name: hook, context: {cluster: hook, user: api}}]
                current-context: hook
                preferences: {}
                """.formatted(
                        server.getAddress().getPort(), path));
    }

    private void answer(HttpExchange exchange) throws IOException {
        MapValue review = Json.decodeMap(exchange.getRequestBody().readAllBytes());
        asked.add(review);
        authorization.set(exchange.getRequestHeaders().getFirst("Authorization"));
        if (failures.getAndDecrement() > 0) {
            exchange.sendResponseHeaders(500, -1);
        } else {
            byte[] body = Json.encode(review.with("status", status.get()));
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    @Test
    void whoItSaysIsTheUser() {
        status.set(MapValue.of(
                "authenticated",
                true,
                "user",
                MapValue.of(
                        "username",
                        "jane",
                        "uid",
                        "7",
                        "groups",
                        ListValue.of("a"),
                        "extra",
                        MapValue.of("k", ListValue.of("v")))));
        failures.set(2);

        assertThat(webhook.authenticate("the token", API))
                .isEqualTo(new Authentication.Authenticated(
                        new UserInfo("jane", "7", List.of("a"), Map.of("k", List.of("v"))), API));
        assertThat(asked).as("it is asked again after a failure").hasSize(3);
        assertThat(asked.getFirst().string("apiVersion")).isEqualTo("authentication.k8s.io/v1");
        assertThat(asked.getFirst().map("spec"))
                .isEqualTo(MapValue.of("audiences", ListValue.of("api"), "token", "the token"));
        assertThat(authorization).hasValue("Bearer secret");
    }

    @Test
    void itMaySayForWhomATokenIs() {
        MapValue known = MapValue.of("authenticated", true, "user", MapValue.of("username", "jane"));
        status.set(known.with("audiences", ListValue.of("vault", "api")));
        assertThat(webhook.authenticate("t", List.of("vault")))
                .isEqualTo(new Authentication.Authenticated(
                        new UserInfo("jane", "", List.of(), Map.of()), List.of("vault")));
        status.set(known.with("audiences", ListValue.of("vault")));
        assertThat(webhook.authenticate("t", API)).isEqualTo(Authentication.NO_OPINION);
        status.set(known);
        assertThat(webhook.authenticate("t", List.of("vault")))
                .as("without audiences a token is for the API server")
                .isEqualTo(Authentication.NO_OPINION);
    }

    @Test
    void nobodyIsKnownByAWebhookThatFails() {
        status.set(MapValue.of("error", "no such token"));
        assertThat(webhook.authenticate("t", API)).isEqualTo(new Authentication.Invalid("no such token"));
        status.set(MapValue.EMPTY);
        assertThat(webhook.authenticate("t", API)).isEqualTo(Authentication.NO_OPINION);
        status.set(MapValue.of("authenticated", true, "user", MapValue.EMPTY));
        assertThat(webhook.authenticate("t", API)).isInstanceOf(Authentication.Invalid.class);
        failures.set(Integer.MAX_VALUE);
        asked.clear();
        assertThat(webhook.authenticate("t", API))
                .isEqualTo(new Authentication.Invalid("the webhook answers with the status code 500"));
        assertThat(asked).hasSize(5);
    }

    @Test
    void answersAreRemembered() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
        CachedTokens cached = new CachedTokens(
                webhook,
                API,
                Duration.ofMinutes(2),
                Duration.ofMinutes(2),
                false,
                now::get,
                new CachedTokens.Metrics(new PrometheusRegistry()));
        status.set(MapValue.of("authenticated", true, "user", MapValue.of("username", "jane")));

        assertThat(cached.mayBlock("t")).isTrue();
        Authentication first = cached.authenticate("t", API);
        assertThat(cached.authenticate("t", API)).isSameAs(first);
        assertThat(cached.mayBlock("t")).isFalse();
        assertThat(asked).hasSize(1);
        cached.authenticate("t", List.of("api", "other"));
        assertThat(asked).as("for others it is asked again").hasSize(2);
        status.set(MapValue.EMPTY);
        now.set(Instant.EPOCH.plusSeconds(120));
        assertThat(cached.authenticate("t", API)).isEqualTo(Authentication.NO_OPINION);
        assertThat(cached.authenticate("t", API)).isEqualTo(Authentication.NO_OPINION);
        assertThat(asked).hasSize(3);
        status.set(MapValue.of("error", "broken"));
        cached.authenticate("u", API);
        cached.authenticate("u", API);
        assertThat(asked).as("a problem is not remembered").hasSize(5);
    }

    @Test
    void aKubeconfigThatCannotBeUsedIsRefused() throws IOException {
        Path file = directory.resolve("broken");
        Files.writeString(file, "clusters: []\ncontexts: []\ncurrent-context: x\n");
        assertThatThrownBy(() -> WebhookKubeconfig.read(file)).hasMessageContaining("there is no context \"x\"");
        Files.writeString(file, """
                clusters: [{name: c, cluster: {server: "https://x", insecure-skip-tls-verify: true}}]
                contexts: [{name: x, context: {cluster: c}}]
                current-context: x
                """);
        assertThatThrownBy(() -> WebhookKubeconfig.read(file)).hasMessageContaining("insecure-skip-tls-verify");
        assertThatThrownBy(() -> new TokenReviewWebhook.Settings(file, "v2", Duration.ZERO))
                .hasMessageContaining("unsupported authentication webhook version \"v2\"");
    }
}
