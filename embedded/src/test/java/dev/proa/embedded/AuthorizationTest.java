package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import dev.proa.client.clock.Clock;
import dev.proa.testing.Await;
import dev.proa.testing.TestWebhook.Answer;
import dev.proa.testing.TestWebhook.Request;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Authorizers as flags and files configure them, over HTTPS. */
class AuthorizationTest {
    private static final String SECRETS = "/api/v1/namespaces/default/secrets";

    @TempDir
    private Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final Hook hook = new Hook(AuthorizationTest::answer);
    private Path kubeconfig;
    private EmbeddedApiServer server;

    @BeforeEach
    void write() throws IOException {
        kubeconfig = Files.writeString(
                directory.resolve("hook.kubeconfig"), """
                clusters:
                - name: hook
                  cluster: {server: "https://127.0.0.1:%d/authorize", certificate-authority-data: %s}
                contexts: [{name: hook, context: {cluster: hook}}]
                current-context: hook
                """.formatted(hook.server.port(), Hook.bundle()));
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
        hook.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** Ann may do all, bob's requests break the webhook, eve is kept out. */
    private static Answer answer(Request request) {
        MapValue review = request.body();
        String user = review.map("spec").string("user");
        if (user.equals("bob")) {
            return new Answer(400, "text/plain", "broken".getBytes(StandardCharsets.UTF_8));
        }
        MapValue status = MapValue.of(
                "allowed", user.equals("ann"), "denied", user.equals("eve"), "reason", user + " asked for it");
        return Answer.of(review.with("status", status));
    }

    private void start(String... flags) {
        server = EmbeddedApiServer.start(ApiServerConfig.inMemory(Clock.system())
                .listeningOn("127.0.0.1", 0)
                .with(ApiServerOptions.parse(List.of(flags), directory)));
    }

    private HttpsClient https(String user) {
        return new HttpsClient(vertx, server, server.pki().client(user, user, List.of()), 5);
    }

    private static HttpsClient.Answer get(HttpsClient client, String path) throws Exception {
        return client.ask("GET", path, Map.of(), null);
    }

    private static int status(HttpsClient client) {
        return client.get(SECRETS).join().status();
    }

    private static String post(HttpsClient client, String kind, String spec) throws Exception {
        String body = "{\"apiVersion\":\"authorization.k8s.io/v1\",\"kind\":\"" + kind + "\",\"spec\":" + spec + "}";
        String path = "/apis/authorization.k8s.io/v1/" + kind.toLowerCase(java.util.Locale.ROOT) + "s";
        return client.ask("POST", path, Map.of("Content-Type", "application/json"), body)
                .body();
    }

    @Test
    void aWebhookIsAskedWhatRolesDoNotAllow() throws Exception {
        start(
                "authorization-mode=Node,RBAC,Webhook",
                "authorization-webhook-config-file=hook.kubeconfig",
                "authorization-webhook-version=v1");
        HttpsClient ann = https("ann");
        assertThat(get(ann, SECRETS).status()).isEqualTo(200);
        assertThat(get(ann, SECRETS).status()).isEqualTo(200);
        assertThat(hook.server.requests()).as("the second was remembered").hasSize(1);
        assertThat(get(ann, "/version").status()).isEqualTo(200);
        assertThat(hook.server.requests())
                .as("roles allow everybody the version")
                .hasSize(1);
        HttpsClient bob = https("bob");
        HttpsClient.Answer failed = get(bob, SECRETS);
        assertThat(failed.status())
                .as("nobody allowed it, and one could not say")
                .isEqualTo(500);
        HttpsClient.Answer refused = get(https("eve"), SECRETS);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.json().string("message")).endsWith(": eve asked for it");
        assertThat(post(
                        https("root"),
                        "SelfSubjectAccessReview",
                        "{\"resourceAttributes\":{\"verb\":\"get\",\"resource\":\"pods\"}}"))
                .contains("\"allowed\":false")
                .contains("root asked for it");
        assertThat(post(ann, "SelfSubjectRulesReview", "{\"namespace\":\"default\"}"))
                .contains("\"incomplete\":true")
                .contains("webhook authorizer does not support user rule resolution");
        assertThat(new String(server.metrics().text(), StandardCharsets.UTF_8))
                .contains(
                        "apiserver_authorization_decisions_total{decision=\"allowed\",name=\"default\",type=\"Webhook\"} ")
                .contains(
                        "apiserver_authorization_decisions_total{decision=\"denied\",name=\"default\",type=\"Webhook\"} 1.0")
                .contains("authorization_attempts_total{result=\"error\"} 1.0");
    }

    private void configure(String more, String name, String condition) throws IOException {
        Path next = Files.writeString(directory.resolve("next.yaml"), """
                apiVersion: apiserver.config.k8s.io/v1
                kind: AuthorizationConfiguration
                authorizers:
                - type: Webhook
                  name: %s
                  webhook:
                    timeout: 30s
                    subjectAccessReviewVersion: v1
                    matchConditionSubjectAccessReviewVersion: v1
                    failurePolicy: Deny
                    connectionInfo: {type: KubeConfigFile, kubeConfigFile: %s}
                    matchConditions:
                    - expression: "has(request.resourceAttributes) && request.resourceAttributes.resource == 'secrets'"
                    - expression: "%s"
                %s
                """.formatted(name, kubeconfig, condition, more));
        Files.move(
                next,
                directory.resolve("authz.yaml"),
                java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void aConfigurationIsFollowedWhenItChanges() throws Exception {
        String builtIn = "- {type: Node, name: node}\n- {type: RBAC, name: rbac}";
        configure(builtIn, "first.example", "!('system:masters' in request.groups) && request.user != 'ann'");
        start("authorization-config=authz.yaml");
        HttpsClient ann = https("ann");
        HttpsClient bob = https("bob");
        assertThat(get(ann, SECRETS).status()).isEqualTo(403);
        assertThat(get(bob, SECRETS).status())
                .as("the webhook fails, and its policy is Deny")
                .isEqualTo(500);
        assertThat(get(bob, "/api/v1/namespaces/default/pods").status()).isEqualTo(403);
        configure(builtIn, "second.example", "request.user == 'ann'");
        Await.until("the webhook is asked about ann", () -> status(ann) == 200);
        assertThat(get(bob, SECRETS).status()).isEqualTo(403);
        configure("- {type: RBAC, name: rbac}", "third.example", "false");
        Await.until(
                "the next is refused",
                () -> metric("automatic_reloads_total{apiserver_id_hash=").contains("status=\"failure\"} 1.0"));
        assertThat(get(ann, SECRETS).status())
                .as("what is not valid is not used")
                .isEqualTo(200);
        assertThat(metric("automatic_reloads_total")).contains("status=\"success\"} 1.0");
        assertThat(metric("last_config_info")).contains("hash=\"sha256:");
    }

    private String metric(String name) {
        return new String(server.metrics().text(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("apiserver_authorization_config_controller_" + name))
                .reduce("", (some, line) -> some + line + "\n");
    }

    @Test
    void everythingMayBeAllowedOrForbidden() throws Exception {
        start("authorization-mode=AlwaysDeny");
        HttpsClient.Answer refused = get(https("ann"), SECRETS);
        assertThat(refused.json().string("message")).endsWith(": Everything is forbidden.");
        server.close();
        start("authorization-mode=AlwaysAllow");
        assertThat(get(https("ann"), SECRETS).status()).isEqualTo(200);
    }

    @Test
    void aServerWithAConfigurationThatIsNotValidDoesNotStart() throws IOException {
        Files.writeString(
                directory.resolve("authz.yaml"),
                Yaml.toString(
                        MapValue.of("apiVersion", "apiserver.config.k8s.io/v1", "kind", "AuthorizationConfiguration")));
        assertThatThrownBy(() -> start("authorization-config=authz.yaml"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("at least one authorization mode must be defined");
        assertThatThrownBy(() -> start("authorization-config=authz.yaml", "authorization-mode=RBAC"))
                .hasMessageContaining("can not be specified");
    }
}
