package dev.proa.server.admission.imagepolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Yaml;
import dev.proa.api.config.ConfigObject;
import dev.proa.api.value.MapValue;
import dev.proa.http.Blocking;
import dev.proa.http.ConnectionGuard;
import dev.proa.http.ConnectionLimits;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.admission.TestAttributes;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.pki.Pki;
import dev.proa.server.store.MemoryStore;
import dev.proa.server.webhook.ServiceResolver;
import dev.proa.server.webhook.WebhookClient;
import dev.proa.testing.SimulatedClock;
import dev.proa.testing.TestWebhook;
import dev.proa.testing.TestWebhook.Answer;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagePolicyWebhookTest {
    private static final Pki PKI = Pki.inMemory(Clock.systemUTC());

    private final Vertx vertx =
            ConnectionGuard.vertx(new VertxOptions().setEventLoopPoolSize(1), ConnectionLimits.ofProcess());
    private final MemoryStore store = MemoryStore.inMemory();
    private final WebhookClient client =
            new WebhookClient(() -> vertx, store::snapshot, new ServiceResolver(new Random(1)), () -> "");
    private final CertificateAndKey pair = PKI.kubeletServer("hook", List.of());
    private final TestWebhook hook =
            new TestWebhook(pair.certificate(), pair.key(), request -> answer("allowed: true"));
    private final SimulatedClock clock = new SimulatedClock();

    @TempDir
    private Path directory;

    @AfterEach
    void stop() {
        client.close();
        hook.close();
        store.close();
        Blocking.await(vertx.close());
    }

    private static Answer answer(String status) {
        return Answer.of(Yaml.decodeMap(
                "{kind: ImageReview, apiVersion: imagepolicy.k8s.io/v1alpha1, status: {" + status + "}}"));
    }

    private ImagePolicyWebhook plugin(String more) throws IOException {
        Path authority = Files.writeString(directory.resolve("ca.pem"), PKI.authorityPem());
        Path kubeconfig = Files.writeString(
                directory.resolve("hook.yaml"),
                "{apiVersion: v1, kind: Config, current-context: c, contexts: [{name: c, context: {cluster: h}}],"
                        + " clusters: [{name: h, cluster: {server: 'https://127.0.0.1:" + hook.port()
                        + "/review', tls-server-name: hook, certificate-authority: '" + authority + "'}}]}");
        return new ImagePolicyWebhook(
                ImagePolicySettings.of(ConfigObject.parse(
                        "f",
                        ("{imagePolicy: {kubeConfigFile: '" + kubeconfig + "', retryBackoff: -1" + more + "}}")
                                .getBytes(StandardCharsets.UTF_8))),
                client,
                clock);
    }

    private AdmissionAttributes pod() {
        return TestAttributes.of(
                Operation.CREATE,
                "pods",
                Yaml.decodeMap("{metadata: {name: p, namespace: default, annotations: {a: b, x.image-policy.k8s.io/t:"
                        + " '1'}}, spec: {initContainers: [{image: first}], containers: [{image: second}]}}"),
                MapValue.EMPTY,
                store.snapshot());
    }

    @Test
    void theWebhookIsAskedAndItsAnswerCountsForAWhile() throws Exception {
        ImagePolicyWebhook plugin = plugin(", denyTTL: 10");
        plugin.validate(pod());
        plugin.validate(pod());
        assertThat(hook.requests()).hasSize(1);
        assertThat(hook.requests().getFirst().body().map("spec"))
                .isEqualTo(Yaml.decodeMap("{containers: [{image: second}, {image: first}], annotations:"
                        + " {x.image-policy.k8s.io/t: '1'}, namespace: default}"));
        clock.advance(Duration.ofMinutes(5));
        hook.answer(request -> answer("allowed: false, reason: too old"));
        assertThatThrownBy(() -> plugin.validate(pod()))
                .hasMessage("pods \"p\" is forbidden: image policy webhook backend denied one or more images: too old");
        hook.answer(request -> answer("allowed: true"));
        assertThatThrownBy(() -> plugin.validate(pod())).hasMessageEndingWith("too old");
        clock.advance(Duration.ofSeconds(10));
        plugin.validate(pod());
        assertThat(hook.requests()).hasSize(3);
    }

    @Test
    void whatCannotBeAskedIsRefusedUnlessTheAdministratorSaysOtherwise() throws Exception {
        ImagePolicyWebhook closed = plugin("");
        ImagePolicyWebhook open = plugin(", defaultAllow: true");
        hook.answer(request -> Answer.of(Yaml.decodeMap("{kind: Other}")));
        assertThatThrownBy(() -> closed.validate(pod()))
                .hasMessageStartingWith("pods \"p\" is forbidden: ")
                .hasMessageContaining("no ImageReview");
        open.validate(pod());
        assertThat(hook.requests()).hasSize(2);
    }

    @Test
    void timesAreHeldToTheirRange() {
        assertThatThrownBy(() -> plugin(", allowTTL: 1801"))
                .hasMessage("f: imagePolicy.allowTTL: valid value is between 1s and 30m0s");
    }
}
