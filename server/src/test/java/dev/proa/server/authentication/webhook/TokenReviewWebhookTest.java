package dev.proa.server.authentication.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.http.Blocking;
import dev.proa.http.ConnectionGuard;
import dev.proa.http.ConnectionLimits;
import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.TokenAuthenticator;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.authentication.CachedTokens;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.pki.Pki;
import dev.proa.server.store.MemoryStore;
import dev.proa.server.webhook.Retries;
import dev.proa.server.webhook.ServiceResolver;
import dev.proa.server.webhook.WebhookClient;
import dev.proa.testing.TestWebhook;
import dev.proa.testing.TestWebhook.Answer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
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

    private static final Pki PKI = Pki.inMemory(Clock.systemUTC());

    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicReference<MapValue> status = new AtomicReference<>(MapValue.EMPTY);
    private final Vertx vertx =
            ConnectionGuard.vertx(new VertxOptions().setEventLoopPoolSize(1), ConnectionLimits.ofProcess());
    private final MemoryStore store = MemoryStore.inMemory();
    private final WebhookClient client =
            new WebhookClient(() -> vertx, store::snapshot, new ServiceResolver(new Random(1)), () -> "");
    private final CertificateAndKey pair = PKI.kubeletServer("hook", List.of());
    private final TestWebhook hook = new TestWebhook(pair.certificate(), pair.key(), this::answer);
    private TokenReviewWebhook webhook;

    @BeforeEach
    void start() throws IOException {
        webhook = new TokenReviewWebhook(
                new TokenReviewWebhook.Settings(kubeconfig(), "v1", Duration.ofMinutes(2)),
                client,
                API,
                new Retries(Duration.ofMillis(1)));
    }

    @AfterEach
    void stop() {
        client.close();
        hook.close();
        store.close();
        Blocking.await(vertx.close());
    }

    private Path kubeconfig() throws IOException {
        Files.writeString(directory.resolve("ca.pem"), PKI.authorityPem());
        return Files.writeString(
                directory.resolve("webhook.kubeconfig"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: hook, cluster: {server: "%s", certificate-authority: ca.pem}}]
                users: [{name: api, user: {token: secret}}]
                contexts: [{name: hook, context: {cluster: hook, user: api}}]
                current-context: hook
                preferences: {}
                """.formatted("https://localhost:" + hook.port() + "/authn"));
    }

    private Answer answer(TestWebhook.Request request) {
        return failures.getAndDecrement() > 0
                ? new Answer(500, "text/plain", new byte[0])
                : Answer.of(request.body().with("status", status.get()));
    }

    private List<MapValue> asked() {
        return hook.requests().stream().map(TestWebhook.Request::body).toList();
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
        assertThat(asked()).as("it is asked again after a failure").hasSize(3);
        assertThat(asked().getFirst().string("apiVersion")).isEqualTo("authentication.k8s.io/v1");
        assertThat(asked().getFirst().map("spec"))
                .isEqualTo(MapValue.of("audiences", ListValue.of("api"), "token", "the token"));
        assertThat(hook.requests().getLast().authorization()).isEqualTo("Bearer secret");
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
        int before = asked().size();
        assertThat(webhook.authenticate("t", API))
                .isInstanceOfSatisfying(
                        Authentication.Invalid.class,
                        answer -> assertThat(answer.reason()).contains("error on the server"));
        assertThat(asked()).hasSize(before + 5);
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
        assertThat(asked()).hasSize(1);
        cached.authenticate("t", List.of("api", "other"));
        assertThat(asked()).as("for others it is asked again").hasSize(2);
        status.set(MapValue.EMPTY);
        now.set(Instant.EPOCH.plusSeconds(120));
        assertThat(cached.authenticate("t", API)).isEqualTo(Authentication.NO_OPINION);
        assertThat(cached.authenticate("t", API)).isEqualTo(Authentication.NO_OPINION);
        assertThat(asked()).hasSize(3);
        status.set(MapValue.of("error", "broken"));
        cached.authenticate("u", API);
        cached.authenticate("u", API);
        assertThat(asked()).as("a problem is not remembered").hasSize(5);
    }

    @Test
    void manyTokensThatNobodyKnowsDoNotMakeAUserForgotten() {
        AtomicInteger asked = new AtomicInteger();
        CachedTokens cached = new CachedTokens(
                new TokenAuthenticator() {
                    @Override
                    public Authentication authenticate(String token, List<String> audiences) {
                        asked.incrementAndGet();
                        return Authentication.NO_OPINION;
                    }

                    @Override
                    public boolean mayBlock(String token) {
                        return true;
                    }
                },
                API,
                Duration.ofMinutes(2),
                Duration.ofMinutes(2),
                false,
                () -> Instant.EPOCH,
                new CachedTokens.Metrics(new PrometheusRegistry()));
        for (int i = 0; i < 40_000; i++) {
            cached.authenticate("t" + i, API);
            if (i % 5_000 == 0) {
                cached.authenticate("user", API);
            }
        }
        assertThat(asked).hasValue(40_001);
    }

    @Test
    void aWebhookThatNobodyVerifiesIsNotAsked() throws IOException {
        Path file = kubeconfig();
        Files.writeString(
                file,
                Files.readString(file).replace("certificate-authority: ca.pem", "insecure-skip-tls-verify: true"));
        assertThatThrownBy(() -> new TokenReviewWebhook(
                        new TokenReviewWebhook.Settings(file, "v1", Duration.ZERO),
                        client,
                        API,
                        new Retries(Duration.ZERO)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("insecure-skip-tls-verify")
                .hasMessageNotContaining("secret\"");
    }

    @Test
    void theVersionIsOneOfTwo() {
        assertThatThrownBy(() -> new TokenReviewWebhook.Settings(directory, "v2", Duration.ZERO))
                .hasMessageContaining("unsupported authentication webhook version \"v2\"");
    }
}
