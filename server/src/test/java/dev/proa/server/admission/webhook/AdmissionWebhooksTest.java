package dev.proa.server.admission.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.proa.api.codec.Yaml;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.http.Blocking;
import dev.proa.http.ConnectionGuard;
import dev.proa.http.ConnectionLimits;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.admission.AdmissionChain;
import dev.proa.server.admission.AdmissionScope;
import dev.proa.server.admission.TestAttributes;
import dev.proa.server.admission.matching.MatchConditions;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.pki.Pki;
import dev.proa.server.store.Key;
import dev.proa.server.store.MemoryStore;
import dev.proa.server.webhook.ServiceResolver;
import dev.proa.server.webhook.WebhookClient;
import dev.proa.testing.TestWebhook;
import dev.proa.testing.TestWebhook.Answer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What webhooks leave behind besides their verdict: warnings, annotations, conditions on which they are not called, metrics. */
class AdmissionWebhooksTest {
    private static final Pki PKI = Pki.inMemory(Clock.systemUTC());
    private static final MapValue MAP =
            Yaml.decodeMap("{apiVersion: v1, kind: ConfigMap, metadata: {name: m, namespace: team}}");

    private final MemoryStore store = MemoryStore.inMemory();
    private final Vertx vertx =
            ConnectionGuard.vertx(new VertxOptions().setEventLoopPoolSize(1), ConnectionLimits.ofProcess());
    private final WebhookClient client =
            new WebhookClient(() -> vertx, store::snapshot, new ServiceResolver(new Random(1)), () -> "");
    private final Map<String, String> annotations = new TreeMap<>();
    private TestWebhook hook;

    @BeforeEach
    void start() {
        CertificateAndKey pair = PKI.kubeletServer("hook", List.of());
        hook = new TestWebhook(pair.certificate(), pair.key(), request -> Answer.of(MapValue.EMPTY));
        store.create(new Key("namespaces", "", "team"), Yaml.decodeMap("{metadata: {name: team}}"));
    }

    @AfterEach
    void stop() {
        client.close();
        hook.close();
        Blocking.await(vertx.close());
    }

    private void answer(String version, String response) {
        hook.answer(request -> Answer.of(MapValue.of(
                "apiVersion",
                "admission.k8s.io/" + version,
                "kind",
                "AdmissionReview",
                "response",
                Yaml.decodeMap(response)
                        .with("uid", request.body().map("request").string("uid")))));
    }

    private void configure(String plural, String webhook) {
        String bundle = Base64.getEncoder().encodeToString(PKI.authorityPem().getBytes(StandardCharsets.US_ASCII));
        MapValue config = MapValue.of("url", "https://127.0.0.1:" + hook.port(), "caBundle", bundle);
        MapValue complete = Yaml.decodeMap(
                "{name: w.example.com, sideEffects: None, timeoutSeconds: 30, admissionReviewVersions: [v1], rules:"
                        + " [{operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*']}]}");
        for (Map.Entry<String, Object> field : Yaml.decodeMap(webhook)) {
            complete = complete.with(field.getKey(), field.getValue());
        }
        store.create(
                new Key(plural + ".admissionregistration.k8s.io", "", "some"),
                MapValue.of("webhooks", ListValue.of(complete.with("clientConfig", config))));
    }

    private AdmissionAttributes created(boolean dryRun) {
        AdmissionAttributes plain =
                TestAttributes.of(Operation.CREATE, "configmaps", MAP, MapValue.EMPTY, store.snapshot());
        return new AdmissionAttributes(
                plain.user(),
                plain.operation(),
                plain.type(),
                plain.resource(),
                "",
                plain.namespace(),
                plain.name(),
                plain.object(),
                plain.old(),
                dryRun,
                plain.options(),
                plain.snapshot(),
                plain.warnings(),
                new AdmissionScope(plain.scope().catalog(), annotations::put));
    }

    private AdmissionChain chain(MatchConditions.Compiler conditions, PrometheusRegistry metrics) {
        AdmissionWebhooks webhooks =
                new AdmissionWebhooks(client, conditions, (catalog, target, changed) -> changed, metrics);
        return new AdmissionChain(List.of(webhooks.mutating(), webhooks.validating()));
    }

    private AdmissionChain chain() {
        return chain(MatchConditions.Compiler.NONE, new PrometheusRegistry());
    }

    private AdmissionChain chain(MatchConditions.Compiler conditions) {
        return chain(conditions, new PrometheusRegistry());
    }

    @Test
    void warningsAndAnnotationsArePassedOn() {
        configure("validatingwebhookconfigurations", "{}");
        answer("v1", "{allowed: true, warnings: [careful, ''], auditAnnotations: {seen: 'yes'}}");
        AdmissionAttributes request = created(false);
        chain().validate(request);
        assertThat(request.warnings()).containsExactly("careful");
        assertThat(annotations).containsExactly(Map.entry("w.example.com/seen", "yes"));
    }

    @Test
    void theAuditLogLearnsWhetherAnObjectWasChanged() {
        configure("mutatingwebhookconfigurations", "{}");
        answer(
                "v1",
                "{allowed: true, patchType: JSONPatch, patch: "
                        + Base64.getEncoder()
                                .encodeToString("[{\"op\":\"add\",\"path\":\"/data\",\"value\":{\"a\":\"b\"}}]"
                                        .getBytes(StandardCharsets.UTF_8))
                        + "}");
        assertThat(chain().mutate(created(false)).map("data").string("a")).isEqualTo("b");
        assertThat(annotations)
                .containsOnly(
                        Map.entry(
                                "mutation.webhook.admission.k8s.io/round_0_index_0",
                                "{\"configuration\":\"some\",\"mutated\":true,\"webhook\":\"w.example.com\"}"),
                        Map.entry(
                                "patch.webhook.admission.k8s.io/round_0_index_0",
                                "{\"configuration\":\"some\",\"patch\":[{\"op\":\"add\",\"path\":\"/data\",\"value\":{\"a\":\"b\"}}],"
                                        + "\"patchType\":\"JSONPatch\",\"webhook\":\"w.example.com\"}"));
    }

    @Test
    void theAuditLogLearnsOfFailuresThatAreIgnored() {
        configure("validatingwebhookconfigurations", "failurePolicy: Ignore");
        chain().validate(created(false));
        assertThat(annotations)
                .containsExactly(
                        Map.entry("failed-open.validating.webhook.admission.k8s.io/round_0_index_0", "w.example.com"));
    }

    @Test
    void sideEffectsForbidDryRuns() {
        configure("validatingwebhookconfigurations", "{sideEffects: Some, failurePolicy: Ignore}");
        assertThatThrownBy(() -> chain().validate(created(true)))
                .hasMessage("admission webhook \"w.example.com\" does not support dry run");
        assertThat(hook.requests()).isEmpty();
        configure("mutatingwebhookconfigurations", "sideEffects: NoneOnDryRun");
        answer("v1", "{allowed: true}");
        chain().mutate(created(true));
        assertThat(hook.requests()).hasSize(1);
    }

    @Test
    void theOldVersionOfTheQuestionIsUnderstood() {
        configure("validatingwebhookconfigurations", "admissionReviewVersions: [v7, v1beta1, v1]");
        hook.answer(request -> Answer.of(MapValue.of("response", MapValue.of("allowed", true))));
        chain().validate(created(false));
        assertThat(hook.requests().getFirst().body().string("apiVersion")).isEqualTo("admission.k8s.io/v1beta1");
    }

    @Test
    void aWebhookThatUnderstandsNoVersionCannotBeCalled() {
        configure("validatingwebhookconfigurations", "admissionReviewVersions: [v7]");
        assertThatThrownBy(() -> chain().validate(created(false)))
                .hasMessage(
                        "Internal error occurred: failed calling webhook \"w.example.com\": could not create admission"
                                + " objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)");
    }

    @Test
    void conditionsDecideWhetherItIsCalled() {
        configure("validatingwebhookconfigurations", "matchConditions: [{name: never, expression: 'false'}]");
        answer("v1", "{allowed: false}");
        chain((conditions, ignores) -> (request, target, object, old) -> false).validate(created(false));
        assertThat(hook.requests()).isEmpty();
        assertThatThrownBy(() -> chain((conditions, ignores) -> (request, target, object, old) -> object.equals(MAP))
                        .validate(created(false)))
                .hasMessageContaining("denied");
        assertThatThrownBy(() -> chain().validate(created(false)))
                .as("where nobody can evaluate them, the failure policy counts")
                .hasMessage("configmaps \"m\" is forbidden: this server evaluates no match conditions");
    }

    @Test
    void refusalsKeepWhatHasItsPlaceInAStatus() {
        configure("validatingwebhookconfigurations", "{}");
        answer(
                "v1",
                "{allowed: false, status: {code: 4711, reason: Invalid, message: stop, status: 7, other: x, details:"
                        + " {name: m, kind: 8, retryAfterSeconds: 3, causes: [1, {reason: R, field: f, message: 9}]}}}");
        StatusException refused = catchThrowableOfType(StatusException.class, () -> chain().validate(created(false)));
        assertThat(refused.status()).isEqualTo(Yaml.decodeMap("""
                apiVersion: v1
                kind: Status
                metadata: {}
                status: Failure
                code: 500
                reason: Invalid
                message: 'admission webhook "w.example.com" denied the request: stop'
                details: {name: m, retryAfterSeconds: 3, causes: [{reason: R, field: f}]}
                """));
    }

    @Test
    void nothingIsMadeBeforeTheFirstCall() {
        PrometheusRegistry metrics = new PrometheusRegistry();
        AdmissionChain chain = chain(MatchConditions.Compiler.NONE, metrics);
        chain.validate(created(false));
        assertThat(metrics.scrape().size()).isZero();
        configure("validatingwebhookconfigurations", "{}");
        answer("v1", "{allowed: true}");
        chain.validate(created(false));
        assertThat(metrics.scrape().stream()
                        .map(snapshot -> snapshot.getMetadata().getName()))
                .contains(
                        "apiserver_admission_webhook_request",
                        "apiserver_admission_webhook_admission_duration_seconds");
    }
}
