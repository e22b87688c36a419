package dev.proa.server.authorization.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.selector.FieldSelector;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.value.MapValue;
import dev.proa.http.Blocking;
import dev.proa.http.ConnectionGuard;
import dev.proa.http.ConnectionLimits;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer.Decision;
import dev.proa.server.auth.Authorizer.Verdict;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.metrics.ServerMetrics;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.pki.Pki;
import dev.proa.server.store.MemoryStore;
import dev.proa.server.webhook.ClientConfig;
import dev.proa.server.webhook.Retries;
import dev.proa.server.webhook.ServiceResolver;
import dev.proa.server.webhook.WebhookClient;
import dev.proa.testing.SimulatedClock;
import dev.proa.testing.TestWebhook;
import dev.proa.testing.TestWebhook.Answer;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a webhook is asked, when, and what follows from its answers and failures. */
class WebhookAuthorizerTest {
    private static final Pki PKI = Pki.inMemory(Clock.systemUTC());
    private static final UserInfo ANN = new UserInfo("ann", "7", List.of("dev"), Map.of("team", List.of("a")));

    private final Vertx vertx =
            ConnectionGuard.vertx(new VertxOptions().setEventLoopPoolSize(1), ConnectionLimits.ofProcess());
    private final MemoryStore store = MemoryStore.inMemory();
    private final WebhookClient client =
            new WebhookClient(() -> vertx, store::snapshot, new ServiceResolver(new Random(1)), () -> "");
    private final CertificateAndKey pair = PKI.kubeletServer("hook", List.of());
    private final TestWebhook hook = new TestWebhook(pair.certificate(), pair.key(), request -> Answer.of(status("")));
    private final SimulatedClock clock = new SimulatedClock();
    private final ServerMetrics metrics = new ServerMetrics();
    private final AuthorizationMetrics counters = new AuthorizationMetrics(metrics.registry());
    private final List<Duration> pauses = new ArrayList<>();

    @AfterEach
    void stop() {
        client.close();
        hook.close();
        store.close();
        Blocking.await(vertx.close());
    }

    private static MapValue status(String status) {
        return status("v1", status);
    }

    private static MapValue status(String version, String status) {
        return Yaml.decodeMap("{kind: SubjectAccessReview, apiVersion: authorization.k8s.io/" + version + ", status: {"
                + status + "}}");
    }

    private WebhookAuthorizer authorizer(String version, Verdict onFailure, String... conditions) {
        AccessConditions all = AccessConditions.NONE;
        try {
            for (String condition : conditions) {
                all = all.with(condition);
            }
        } catch (AccessConditions.InvalidException e) {
            throw new AssertionError(e);
        }
        String bundle = Base64.getEncoder().encodeToString(PKI.authorityPem().getBytes(StandardCharsets.US_ASCII));
        return new WebhookAuthorizer(
                new WebhookSettings(
                        "team.example",
                        new ClientConfig("https://127.0.0.1:" + hook.port() + "/authorize", null, bundle),
                        Duration.ofSeconds(20),
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(30),
                        version,
                        onFailure,
                        all),
                client,
                counters,
                clock,
                new Retries(Duration.ofMillis(500), pauses::add));
    }

    private static AuthorizationAttributes get(String name) {
        return new AuthorizationAttributes(ANN, "get", "", "v1", "pods", "log", "web", name, "");
    }

    private static AuthorizationAttributes list(String fields, String labels) {
        return new AuthorizationAttributes(
                ANN,
                "list",
                "apps",
                "v1",
                "deployments",
                "",
                "",
                "",
                "",
                FieldSelector.parse(fields),
                LabelSelector.parse(labels));
    }

    private MapValue asked() {
        return hook.requests().getLast().body();
    }

    private void answers(String status) {
        hook.answer(request -> Answer.of(status(status)));
    }

    @Test
    void sendsReviews() {
        WebhookAuthorizer authorizer = authorizer("v1", Verdict.DENY);
        authorizer.authorize(get("a"));
        assertThat(hook.requests().getLast().uri()).isEqualTo("/authorize?timeout=20s");
        assertThat(asked()).isEqualTo(Yaml.decodeMap("""
                kind: SubjectAccessReview
                apiVersion: authorization.k8s.io/v1
                metadata: {}
                spec:
                  resourceAttributes: {namespace: web, verb: get, version: v1, resource: pods, subresource: log, name: a}
                  user: ann
                  groups: [dev]
                  extra: {team: [a]}
                  uid: "7"
                status: {allowed: false}
                """));
        authorizer.authorize(AuthorizationAttributes.ofPath(ANN, "get", "/metrics"));
        assertThat(asked().map("spec").map("nonResourceAttributes"))
                .isEqualTo(MapValue.of("path", "/metrics", "verb", "get"));
        authorizer.authorize(list("metadata.name!=x,spec.a=b", "a,!b,c in (d,e),f!=g,h>3"));
        assertThat(asked().map("spec").map("resourceAttributes")).isEqualTo(Yaml.decodeMap("""
                verb: list
                group: apps
                version: v1
                resource: deployments
                fieldSelector:
                  requirements:
                  - {key: metadata.name, operator: NotIn, values: [x]}
                  - {key: spec.a, operator: In, values: [b]}
                labelSelector:
                  requirements:
                  - {key: a, operator: Exists}
                  - {key: b, operator: DoesNotExist}
                  - {key: c, operator: In, values: [d, e]}
                  - {key: f, operator: NotIn, values: [g]}
                """));
    }

    @Test
    void sendsReviewsOfTheOldVersion() {
        hook.answer(request -> Answer.of(status("v1beta1", "allowed: true")));
        assertThat(authorizer("v1beta1", Verdict.DENY).authorize(get("a")).allowed())
                .isTrue();
        assertThat(asked().string("apiVersion")).isEqualTo("authorization.k8s.io/v1beta1");
        assertThat(asked().map("spec").list("group")).containsExactly("dev");
        assertThat(asked().map("spec").has("groups")).isFalse();
    }

    @Test
    void decidesAsItIsAnswered() {
        WebhookAuthorizer authorizer = authorizer("v1", Verdict.DENY);
        answers("allowed: true, reason: for you");
        assertThat(authorizer.authorize(get("a"))).isEqualTo(Decision.allow("for you"));
        answers("allowed: false, reason: who knows");
        assertThat(authorizer.authorize(get("b"))).isEqualTo(Decision.noOpinion("who knows"));
        answers("allowed: false, denied: true, reason: never");
        assertThat(authorizer.authorize(get("c"))).isEqualTo(Decision.deny("never"));
        answers("allowed: true, denied: true");
        assertThat(authorizer.authorize(get("d")))
                .isEqualTo(new Decision(
                        Verdict.DENY, "", "webhook subject access review returned both allow and deny response"));
    }

    @Test
    void remembersAnswersForTheirTime() {
        WebhookAuthorizer authorizer = authorizer("v1", Verdict.DENY);
        assertThat(authorizer.mayBlock(get("a"))).isTrue();
        answers("allowed: true");
        authorizer.authorize(get("a"));
        answers("allowed: false");
        authorizer.authorize(get("b"));
        assertThat(authorizer.mayBlock(get("a"))).isFalse();
        clock.advance(Duration.ofSeconds(29));
        assertThat(authorizer.authorize(get("a")).allowed()).isTrue();
        authorizer.authorize(get("b"));
        assertThat(hook.requests()).hasSize(2);
        clock.advance(Duration.ofSeconds(1));
        authorizer.authorize(get("b"));
        assertThat(hook.requests()).hasSize(3);
        clock.advance(Duration.ofSeconds(266));
        assertThat(authorizer.mayBlock(get("a")))
                .as("it is about to be forgotten")
                .isTrue();
        assertThat(authorizer.authorize(get("a")).allowed()).isTrue();
        clock.advance(Duration.ofSeconds(4));
        assertThat(authorizer.authorize(get("a")).allowed()).isFalse();
    }

    @Test
    void doesNotRememberWhatIsVeryLong() {
        WebhookAuthorizer authorizer = authorizer("v1", Verdict.DENY);
        authorizer.authorize(get("a".repeat(10_000)));
        authorizer.authorize(get("a".repeat(10_000)));
        assertThat(hook.requests()).hasSize(2);
    }

    @Test
    void asksOnlyWhenItsConditionsAreTrue() {
        WebhookAuthorizer authorizer = authorizer(
                "v1",
                Verdict.DENY,
                "has(request.resourceAttributes)",
                "request.resourceAttributes.namespace == 'web' && 'dev' in request.groups && request.extra['team'][0] == 'a'");
        assertThat(authorizer.authorize(AuthorizationAttributes.ofPath(ANN, "get", "/metrics")))
                .isEqualTo(Decision.NO_OPINION);
        assertThat(authorizer.authorize(list("", ""))).isEqualTo(Decision.NO_OPINION);
        assertThat(hook.requests()).isEmpty();
        answers("allowed: true");
        assertThat(authorizer.authorize(get("a")).allowed()).isTrue();
        WebhookAuthorizer byLabel = authorizer(
                "v1",
                Verdict.DENY,
                "request.resourceAttributes.labelSelector.requirements.exists(r, r.key == 'app' && r.operator == 'In')");
        assertThat(byLabel.authorize(list("", "app=a")).allowed()).isTrue();
        assertThat(byLabel.authorize(list("", "app!=a"))).isEqualTo(Decision.NO_OPINION);
        assertThat(new String(metrics.text(), StandardCharsets.UTF_8))
                .contains(
                        "apiserver_authorization_match_condition_exclusions_total{name=\"team.example\",type=\"Webhook\"} 3.0");
    }

    @Test
    void aConditionThatFailsIsAFailureUnlessAnotherIsFalse() {
        String broken = "request.resourceAttributes.name == ''";
        AuthorizationAttributes path = AuthorizationAttributes.ofPath(ANN, "get", "/metrics");
        assertThat(authorizer("v1", Verdict.DENY, broken).authorize(path))
                .isEqualTo(new Decision(
                        Verdict.DENY,
                        "",
                        "cel evaluation error: expression '" + broken
                                + "' resulted in error: no such key: resourceAttributes"));
        assertThat(authorizer("v1", Verdict.NO_OPINION, broken).authorize(path).verdict())
                .isEqualTo(Verdict.NO_OPINION);
        assertThat(authorizer("v1", Verdict.DENY, broken, "request.user == 'bob'")
                        .authorize(path))
                .isEqualTo(Decision.NO_OPINION);
        assertThat(hook.requests()).isEmpty();
    }

    @Test
    void failsByItsPolicy() {
        hook.answer(request -> new Answer(403, "text/plain", "go away".getBytes(StandardCharsets.UTF_8)));
        assertThat(authorizer("v1", Verdict.DENY).authorize(get("a")))
                .isEqualTo(new Decision(Verdict.DENY, "", "go away"));
        assertThat(authorizer("v1", Verdict.NO_OPINION).authorize(get("a")).verdict())
                .isEqualTo(Verdict.NO_OPINION);
        assertThat(pauses).isEmpty();
        assertThat(new String(metrics.text(), StandardCharsets.UTF_8))
                .contains("apiserver_authorization_webhook_evaluations_fail_open_total"
                        + "{name=\"team.example\",result=\"error\"} 1.0");
    }

    /** What kube-apiserver 1.36.3 said of the same answers. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{kind: Pod, apiVersion: v1} | DENY | converting (v1.Pod) to (v1.SubjectAccessReview): unknown conversion",
                "{kind: SubjectAccessReview, apiVersion: authorization.k8s.io/v1beta1, status: {allowed: true}} | DENY |"
                        + " converting (v1beta1.SubjectAccessReview) to (v1.SubjectAccessReview): unknown conversion",
                "{kind: SubjectAccessReview, apiVersion: authorization.k8s.io/v1, status: {allowed: 'true'}} | DENY | json:"
                        + " cannot unmarshal string into Go struct field SubjectAccessReviewStatus.status.allowed of type bool",
                "{kind: SubjectAccessReview, apiVersion: authorization.k8s.io/v1} | NO_OPINION |",
                "{status: {allowed: true}} | ALLOW |"
            })
    void readsAnswersAsKubernetesDoes(String answer, Verdict verdict, String error) {
        hook.answer(request -> Answer.of(Yaml.decodeMap(answer)));
        assertThat(authorizer("v1", Verdict.DENY).authorize(get("a")))
                .isEqualTo(new Decision(verdict, "", error == null ? "" : error));
    }

    @Test
    void asksAgainWhenAFailureMayPass() {
        hook.answer(request -> hook.requests().size() < 3
                ? new Answer(500, "text/plain", "busy".getBytes(StandardCharsets.UTF_8))
                : Answer.of(status("allowed: true")));
        assertThat(authorizer("v1", Verdict.DENY).authorize(get("a")).allowed()).isTrue();
        assertThat(pauses).hasSize(2);
        assertThat(pauses.get(0)).isBetween(Duration.ofMillis(500), Duration.ofMillis(600));
        assertThat(pauses.get(1)).isBetween(Duration.ofMillis(750), Duration.ofMillis(900));
        hook.answer(request -> new Answer(429, "text/plain", new byte[0]));
        assertThat(authorizer("v1", Verdict.DENY).authorize(get("b")).verdict()).isEqualTo(Verdict.DENY);
        assertThat(hook.requests()).hasSize(3 + 5);
        assertThat(new String(metrics.text(), StandardCharsets.UTF_8))
                .contains(
                        "apiserver_authorization_webhook_evaluations_total{name=\"team.example\",result=\"success\"} 1.0");
    }
}
