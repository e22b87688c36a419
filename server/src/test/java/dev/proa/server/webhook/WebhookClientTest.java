package dev.proa.server.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import dev.proa.http.Blocking;
import dev.proa.http.ConnectionGuard;
import dev.proa.http.ConnectionLimits;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.pki.Pki;
import dev.proa.server.store.Key;
import dev.proa.server.store.MemoryStore;
import dev.proa.testing.TestWebhook;
import dev.proa.testing.TestWebhook.Answer;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls of webhooks: by which name, whom they trust, and what is said when there is no answer. */
class WebhookClientTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final MapValue QUESTION = MapValue.of("kind", "Question");
    private static final MapValue REPLY = MapValue.of("kind", "Reply");
    private static final Pki PKI = Pki.inMemory(Clock.systemUTC());
    private static final String BUNDLE = base64(PKI.authorityPem());

    private final MemoryStore store = MemoryStore.inMemory();
    private final Vertx vertx =
            ConnectionGuard.vertx(new VertxOptions().setEventLoopPoolSize(1), ConnectionLimits.ofProcess());
    private final WebhookClient client =
            new WebhookClient(() -> vertx, store::snapshot, new ServiceResolver(new Random(1)), () -> "");
    private TestWebhook hook;

    @BeforeEach
    void start() {
        hook = webhook(List.of("hook.team.svc"));
    }

    @AfterEach
    void stop() {
        client.close();
        hook.close();
        Blocking.await(vertx.close());
    }

    private static TestWebhook webhook(List<String> names) {
        CertificateAndKey pair = PKI.kubeletServer("hook", names);
        return new TestWebhook(pair.certificate(), pair.key(), request -> Answer.of(REPLY));
    }

    private static String base64(String pem) {
        return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
    }

    private ClientConfig at(String path) {
        return new ClientConfig("https://127.0.0.1:" + hook.port() + path, null, BUNDLE);
    }

    private ClientConfig service(String name) {
        return ClientConfig.of(MapValue.of(
                "caBundle",
                BUNDLE,
                "service",
                MapValue.of("namespace", "team", "name", name, "port", (long) hook.port(), "path", "/check/")));
    }

    private void failsWith(ClientConfig config, String message) {
        assertThatThrownBy(() -> client.post(config, QUESTION, LONG))
                .isInstanceOf(WebhookCallException.class)
                .hasMessage(message);
    }

    @Test
    void callsAUrl() {
        assertThat(client.post(at("/a//b/"), QUESTION, Duration.ofMillis(29_500)))
                .isEqualTo(REPLY);
        assertThat(hook.requests().getFirst().uri()).isEqualTo("/a/b?timeout=30s");
        assertThat(hook.requests().getFirst().body()).isEqualTo(QUESTION);
    }

    @Test
    void callsAServiceUnderItsName() {
        store.create(
                new Key("services", "team", "hook"),
                Yaml.decodeMap("{spec: {type: ExternalName, externalName: localhost}}"));
        assertThat(client.post(service("hook"), QUESTION, LONG)).isEqualTo(REPLY);
        assertThat(hook.requests().getFirst().uri()).isEqualTo("/check?timeout=30s");
        store.create(
                new Key("services", "team", "other"),
                Yaml.decodeMap("{spec: {type: ExternalName, externalName: localhost}}"));
        failsWith(
                service("other"),
                "Post \"https://other.team.svc:" + hook.port() + "/check?timeout=30s\": tls: failed to verify"
                        + " certificate: x509: certificate is valid for hook, localhost, 127.0.0.1, hook.team.svc, not"
                        + " other.team.svc");
    }

    @Test
    void keepsConnections() {
        for (int i = 0; i < 5; i++) {
            client.post(at("/"), QUESTION, LONG);
        }
        assertThat(hook.requests().stream().map(TestWebhook.Request::peer).distinct())
                .hasSize(1);
    }

    @Test
    void trustsTheBundleOnly() {
        Pki others = Pki.inMemory(Clock.systemUTC());
        String url = "https://127.0.0.1:" + hook.port() + "/";
        String unknown = "Post \"" + url + "?timeout=30s\": tls: failed to verify certificate: x509: certificate signed"
                + " by unknown authority";
        failsWith(new ClientConfig(url, null, base64(others.authorityPem())), unknown);
        failsWith(new ClientConfig(url, null, ""), unknown);
        failsWith(
                new ClientConfig(url, null, base64("no certificate")),
                "unable to load root certificates: unable to parse bytes as PEM block");
        assertThat(client.post(
                        new ClientConfig(url, null, base64(others.authorityPem() + PKI.authorityPem())),
                        QUESTION,
                        LONG))
                .isEqualTo(REPLY);
    }

    @Test
    void neverConnectsToThisMachineByEndpoints() {
        store.create(
                new Key("services", "team", "near"), Yaml.decodeMap("{spec: {ports: [{port: " + hook.port() + "}]}}"));
        MapValue slice = Yaml.decodeMap(
                "{metadata: {labels: {kubernetes.io/service-name: near}}, ports: [{port: " + hook.port() + "}]}");
        String prefix = "Post \"https://near.team.svc:" + hook.port() + "/check?timeout=30s\": ";
        failsWith(service("near"), prefix + "no endpoints available for service \"near\"");
        Key key = new Key("endpointslices.discovery.k8s.io", "team", "near-1");
        long revision = store.create(key, slice).revision();
        for (String address :
                List.of("127.0.0.1", "169.254.169.254", "0.0.0.0", "::1", "::ffff:127.0.0.1", "224.0.0.1")) {
            revision = store.update(
                            key,
                            revision,
                            slice.with(
                                    "endpoints",
                                    Yaml.decode(
                                            ("[{addresses: ['" + address + "']}]").getBytes(StandardCharsets.UTF_8))))
                    .revision();
            failsWith(service("near"), prefix + "address not allowed");
        }
        failsWith(
                service("none"),
                "Post \"https://none.team.svc:" + hook.port() + "/check?timeout=30s\": service \"none\" not found");
        assertThat(hook.requests()).isEmpty();
    }

    @Test
    void saysThatNobodyListens() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        failsWith(
                new ClientConfig("https://127.0.0.1:" + port, null, BUNDLE),
                "Post \"https://127.0.0.1:" + port + "/?timeout=30s\": dial tcp 127.0.0.1:" + port
                        + ": connect: connection refused");
        failsWith(
                new ClientConfig("https://nobody.invalid/x", null, BUNDLE),
                "Post \"https://nobody.invalid/x?timeout=30s\": dial tcp: lookup nobody.invalid: no such host");
    }

    @Test
    void waitsNoLongerThanItsTimeout() throws InterruptedException {
        CountDownLatch forever = new CountDownLatch(1);
        hook.answer(request -> {
            try {
                forever.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Answer.of(REPLY);
        });
        assertThatThrownBy(() -> client.post(at("/slow"), QUESTION, Duration.ofMillis(300)))
                .hasMessage(
                        "Post \"https://127.0.0.1:" + hook.port() + "/slow?timeout=1s\": context deadline exceeded");
        forever.countDown();
        hook.answer(request -> Answer.of(REPLY));
        assertThat(client.post(at("/"), QUESTION, LONG)).isEqualTo(REPLY);
    }

    @Test
    void aHandshakeThatNeverEndsTimesOut() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String url = "https://127.0.0.1:" + silent.getLocalPort() + "/";
            assertThatThrownBy(() -> client.post(new ClientConfig(url, null, BUNDLE), QUESTION, Duration.ofMillis(300)))
                    .hasMessage("Post \"" + url + "?timeout=1s\": context deadline exceeded");
        }
    }

    private WebhookCallException answered(int code, String type, String body) {
        hook.answer(request -> new Answer(code, type, body.getBytes(StandardCharsets.UTF_8)));
        return catchThrowableOfType(WebhookCallException.class, () -> client.post(at("/"), QUESTION, LONG));
    }

    @Test
    void failedAnswersAreToldAsKubernetesTellsThem() {
        assertThat(answered(500, "text/plain", "broken\n"))
                .hasMessage("an error on the server (\"broken\") has prevented the request from succeeding");
        assertThat(answered(404, "text/plain", "?")).hasMessage("the server could not find the requested resource");
        WebhookCallException redirect = answered(307, "text/html", "elsewhere");
        assertThat(redirect)
                .hasMessage("the server responded with the status code 307 but did not return more information");
        assertThat(redirect.code()).isEqualTo(307);
        assertThat(answered(
                        418,
                        "application/json",
                        "{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"I am a teapot\"}"))
                .hasMessage("I am a teapot");
        assertThat(answered(200, "application/json", "[]"))
                .hasMessageStartingWith("couldn't get version/kind; json parse error: ");
        assertThat(answered(200, "application/json", "{"))
                .hasMessageStartingWith("couldn't get version/kind; json parse error: ");
    }

    @Test
    void anAnswerThatIsTooLongIsNotRead() {
        assertThat(answered(200, "application/json", "{\"x\":\"" + "y".repeat(9 << 20) + "\"}"))
                .hasMessageMatching(
                        "Post \"https://127.0.0.1:[0-9]+/\\?timeout=30s\": the answer has more than [0-9]+ bytes");
    }
}
