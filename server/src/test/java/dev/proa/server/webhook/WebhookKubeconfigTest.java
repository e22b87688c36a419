package dev.proa.server.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.value.MapValue;
import dev.proa.http.Blocking;
import dev.proa.http.ConnectionGuard;
import dev.proa.http.ConnectionLimits;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.pki.Pki;
import dev.proa.server.store.MemoryStore;
import dev.proa.testing.TestWebhook;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Webhooks that a kubeconfig file names: how they are found, and how the server shows who it is. */
class WebhookKubeconfigTest {
    private static final Pki PKI = Pki.inMemory(Clock.systemUTC());
    private static final MapValue REPLY = MapValue.of("kind", "Reply");

    @TempDir
    private Path directory;

    private final Vertx vertx =
            ConnectionGuard.vertx(new VertxOptions().setEventLoopPoolSize(1), ConnectionLimits.ofProcess());
    private final MemoryStore store = MemoryStore.inMemory();
    private final WebhookClient client =
            new WebhookClient(() -> vertx, store::snapshot, new ServiceResolver(new Random(1)), () -> "");
    private final CertificateAndKey pair = PKI.kubeletServer("hook", List.of("hook.example"));
    private final TestWebhook hook =
            new TestWebhook(pair.certificate(), pair.key(), request -> TestWebhook.Answer.of(REPLY));

    @AfterEach
    void stop() {
        client.close();
        hook.close();
        store.close();
        Blocking.await(vertx.close());
    }

    private ClientConfig read(String cluster, String user) throws IOException {
        Files.writeString(directory.resolve("ca.pem"), PKI.authorityPem());
        Path file = Files.writeString(directory.resolve("hook.yaml"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: hook, cluster: {server: "https://127.0.0.1:%d/ask", %s}}]
                users: [{name: server, user: {%s}}]
                contexts: [{name: only, context: {cluster: hook, user: server}}]
                """.formatted(hook.port(), cluster, user));
        return WebhookKubeconfig.read(file);
    }

    private String authorization(String cluster, String user) throws IOException {
        assertThat(client.post(read(cluster, user), MapValue.of("kind", "Question"), Duration.ofSeconds(30)))
                .isEqualTo(REPLY);
        TestWebhook.Request request = hook.requests().getLast();
        assertThat(request.uri()).isEqualTo("/ask?timeout=30s");
        return request.authorization();
    }

    @Test
    void showsWhoTheServerIs() throws IOException {
        String trust = "certificate-authority: ca.pem";
        assertThat(authorization(trust, "")).isEmpty();
        assertThat(authorization(trust, "token: abc")).isEqualTo("Bearer abc");
        assertThat(authorization(trust, "username: a, password: b")).isEqualTo("Basic YTpi");
        Files.writeString(directory.resolve("token"), "first\n");
        assertThat(authorization(trust, "token: abc, tokenFile: token")).isEqualTo("Bearer first");
        ClientConfig config = read(trust, "tokenFile: token");
        Files.writeString(directory.resolve("token"), "second\n");
        client.post(config, MapValue.of("kind", "Question"), Duration.ofSeconds(30));
        assertThat(hook.requests().getLast().authorization()).isEqualTo("Bearer second");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hush\nhush", "hush\u0000", "h\u00fcsh-hush", ""})
    void aTokenThatCanStandInNoHeaderIsNotSentAndNotShown(String token) throws IOException {
        Files.writeString(directory.resolve("token"), token);
        assertThatThrownBy(() -> authorization("certificate-authority: ca.pem", "tokenFile: token"))
                .isInstanceOf(WebhookCallException.class)
                .hasMessageContaining("token")
                .hasMessageNotContaining("hush");
        assertThat(hook.requests()).isEmpty();
    }

    @Test
    void onlyWebhooksByHttpsAreCalled() {
        assertThatThrownBy(() -> WebhookKubeconfig.read(Files.writeString(directory.resolve("plain.yaml"), """
                        clusters: [{name: hook, cluster: {server: "http://127.0.0.1:1/ask"}}]
                        contexts: [{name: only, context: {cluster: hook}}]
                        """)))
                .hasMessageContaining("clusters[0].cluster.server: must be of the form https://");
    }

    @Test
    void whoMustBeVerifiedIs() throws IOException {
        read("insecure-skip-tls-verify: true", "");
        assertThatThrownBy(() -> WebhookKubeconfig.readVerified(directory.resolve("hook.yaml")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("clusters[0].cluster.insecure-skip-tls-verify");
        ClientConfig verified = read("certificate-authority: ca.pem", "");
        assertThat(WebhookKubeconfig.readVerified(directory.resolve("hook.yaml")))
                .isEqualTo(verified);
    }

    @Test
    void looksAtTheCertificateAsItIsTold() throws IOException {
        assertThat(authorization("certificate-authority: ca.pem, tls-server-name: hook.example", ""))
                .isEmpty();
        assertThat(authorization("insecure-skip-tls-verify: true", "")).isEmpty();
        assertThatThrownBy(() -> authorization("certificate-authority: ca.pem, tls-server-name: other.example", ""))
                .isInstanceOf(WebhookCallException.class)
                .hasMessageContaining("not other.example");
        assertThatThrownBy(() -> authorization("proxy-url: ''", ""))
                .isInstanceOf(WebhookCallException.class)
                .hasMessageContaining("certificate signed by unknown authority");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "certificate-authority: ca.pem, insecure-skip-tls-verify: true | | specifying a root certificates file",
                "certificate-authority: none.pem | | clusters[0].cluster.certificate-authority: cannot read",
                "certificate-authority-data: aGVsbG8= | | unable to parse bytes as PEM block",
                "certificate-authority: ca.pem | client-certificate: ca.pem | needs its key",
                "certificate-authority: ca.pem | exec: {command: sh} | other programs"
            })
    void saysWhatIsWrong(String cluster, String user, String problem) {
        assertThatThrownBy(() -> read(cluster, user == null ? "" : user))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(directory.toString())
                .hasMessageContaining(problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "token: hush: hush",
                "token: [hush",
                "token: \"hush",
                "token: hush, token: hush",
                "token: {hush: hush}"
            })
    void whatIsWrongIsSaidWithoutSecrets(String user) {
        assertThatThrownBy(() -> read("certificate-authority: ca.pem", user))
                .isInstanceOf(IllegalArgumentException.class)
                .extracting(WebhookKubeconfigTest::texts)
                .asString()
                .doesNotContain("hush");
    }

    /** What a log would have of it. */
    private static String texts(Throwable problem) {
        StringWriter text = new StringWriter();
        problem.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void hidesSecrets() throws IOException {
        assertThat(read("certificate-authority: ca.pem", "token: abc, username: a, password: hush"))
                .asString()
                .doesNotContain("abc", "hush");
    }
}
