package dev.proa.server.authorization.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.server.auth.Authorizer.Verdict;
import dev.proa.server.authorization.configuration.AuthorizationConfiguration.BuiltIn;
import dev.proa.server.authorization.configuration.AuthorizationConfiguration.Webhook;
import dev.proa.server.authorization.webhook.WebhookSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which configurations of authorization are valid, what they mean, and what is said of others. The texts are those of kube-apiserver. */
class ConfigurationReaderTest {
    private static final String GOOD = "timeout: 3s, subjectAccessReviewVersion: v1, failurePolicy: Deny";

    @TempDir
    private Path directory;

    private Path kubeconfig;

    @BeforeEach
    void write() throws IOException {
        kubeconfig = Files.writeString(directory.resolve("hook.kubeconfig"), """
                clusters: [{name: hook, cluster: {server: "https://127.0.0.1:1/ask"}}]
                contexts: [{name: hook, context: {cluster: hook}}]
                current-context: hook
                """);
    }

    private AuthorizationConfiguration read(String authorizers) {
        String text = "{apiVersion: apiserver.config.k8s.io/v1, kind: AuthorizationConfiguration, authorizers: ["
                + authorizers + "]}";
        return ConfigurationReader.read("authz.yaml", text.getBytes(StandardCharsets.UTF_8));
    }

    private String webhook(String name, String fields) {
        return "{type: Webhook, name: " + name + ", webhook: {" + fields
                + ", connectionInfo: {type: KubeConfigFile, kubeConfigFile: " + kubeconfig + "}}}";
    }

    @Test
    void readsAuthorizersInTheirOrder() {
        AuthorizationConfiguration read = read("{type: Node, name: node}, " + webhook("a.example", GOOD)
                + ", {type: RBAC, name: rbac}, "
                + webhook(
                        "b.example",
                        "timeout: 500ms, subjectAccessReviewVersion: v1beta1, failurePolicy: NoOpinion, authorizedTTL: 1m30s,"
                                + " cacheUnauthorizedRequests: false, matchConditionSubjectAccessReviewVersion: v1,"
                                + " matchConditions: [{expression: 'request.user == \"ann\"'}]"));
        assertThat(read.authorizers().get(0)).isEqualTo(new BuiltIn(AuthorizationMode.NODE));
        assertThat(read.authorizers().get(2)).isEqualTo(new BuiltIn(AuthorizationMode.RBAC));
        WebhookSettings first = ((Webhook) read.authorizers().get(1)).settings();
        assertThat(first.name()).isEqualTo("a.example");
        assertThat(first.client().url()).isEqualTo("https://127.0.0.1:1/ask");
        assertThat(first.allowedFor()).isEqualTo(Duration.ofMinutes(5));
        assertThat(first.otherwiseFor()).isEqualTo(Duration.ofSeconds(30));
        assertThat(first.onFailure()).isEqualTo(Verdict.DENY);
        assertThat(first.conditions().isEmpty()).isTrue();
        WebhookSettings second = ((Webhook) read.authorizers().get(3)).settings();
        assertThat(second.timeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(second.allowedFor()).isEqualTo(Duration.ofSeconds(90));
        assertThat(second.otherwiseFor()).isZero();
        assertThat(second.version()).isEqualTo("v1beta1");
        assertThat(second.onFailure()).isEqualTo(Verdict.NO_OPINION);
        assertThat(second.conditions().isEmpty()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | authorizers: Required value: at least one authorization mode must be defined",
                "{name: a} | authorizers[0].type: Required value",
                "{type: RBAC, name: rbac}, {type: RBAC, name: b} | authorizers[1].type: Duplicate value: \"RBAC\"",
                "{type: X, name: x} | authorizers[0].type: Unsupported value: \"X\": supported values: \"ABAC\","
                        + " \"AlwaysAllow\", \"AlwaysDeny\", \"Node\", \"RBAC\", \"Webhook\"",
                "{type: RBAC, name: roles} | expected name rbac for authorizer RBAC instead of roles",
                "{type: RBAC, name: rbac, webhook: {}} | authorizers[0].webhook: Invalid value: \"non-null\": may only be"
                        + " specified when type=Webhook",
                "{type: Webhook, name: a} | authorizers[0].webhook: Required value: required when type=Webhook",
                "{type: RBAC, name: rbac, mode: x} | strict decoding error: unknown field \"authorizers[0].mode\"",
                "{type: ABAC, name: abac} | authorization mode ABAC is not supported here; use RBAC",
            })
    void saysWhatIsWrong(String authorizers, String problem) {
        assertThatThrownBy(() -> read(authorizers))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "subjectAccessReviewVersion: v1, failurePolicy: Deny | authorizers[0].timeout: Required value",
                "timeout: 31s, subjectAccessReviewVersion: v1, failurePolicy: Deny | authorizers[0].timeout: Invalid value:"
                        + " \"31s\": must be > 0s and <= 30s",
                "timeout: 1s, subjectAccessReviewVersion: v2, failurePolicy: Deny |"
                        + " authorizers[0].subjectAccessReviewVersion: Unsupported value: \"v2\": supported values: \"v1\","
                        + " \"v1beta1\"",
                "timeout: 1s, subjectAccessReviewVersion: v1 | authorizers[0].failurePolicy: Required value",
                "timeout: 1s, subjectAccessReviewVersion: v1, failurePolicy: Allow | authorizers[0].failurePolicy: Unsupported"
                        + " value: \"Allow\": supported values: \"NoOpinion\", \"Deny\"",
                "timeout: 1s, subjectAccessReviewVersion: v1, failurePolicy: Deny, authorizedTTL: -1m |"
                        + " authorizers[0].authorizedTTL: Invalid value: \"-1m0s\": must be > 0s",
                "timeout: 1s, subjectAccessReviewVersion: v1, failurePolicy: Deny, matchConditions: [{expression: 'true'}] |"
                        + " authorizers[0].matchConditionSubjectAccessReviewVersion: Required value: required if match"
                        + " conditions are specified",
                "timeout: 1s, subjectAccessReviewVersion: v1, failurePolicy: Deny, matchConditionSubjectAccessReviewVersion:"
                        + " v1, matchConditions: [{expression: 'request.user'}] |"
                        + " authorizers[0].matchConditions[0].expression: Invalid value: \"request.user\": must evaluate to"
                        + " bool but got string",
                "timeout: 1s, subjectAccessReviewVersion: v1, failurePolicy: Deny, matchConditionSubjectAccessReviewVersion:"
                        + " v1, matchConditions: [{expression: 'true'}, {expression: 'true'}] |"
                        + " authorizers[0].matchConditions[1].expression: Duplicate value: \"true\"",
                "timeout: 1, subjectAccessReviewVersion: v1, failurePolicy: Deny | authorizers[0].webhook.timeout: must be a"
                        + " string",
            })
    void saysWhatIsWrongWithAWebhook(String fields, String problem) {
        assertThatThrownBy(() -> read(webhook("a.example", fields)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith(problem);
    }

    @Test
    void anExpressionIsAboutFieldsThatThereAre() {
        assertThatThrownBy(() -> read(webhook(
                        "a.example",
                        GOOD + ", matchConditionSubjectAccessReviewVersion: v1, matchConditions: [{expression:"
                                + " 'request.nobody == \"\"'}]")))
                .hasMessageContaining("compilation failed: ERROR: <input>:1:8: undefined field 'nobody'");
    }

    @Test
    void theKubeconfigIsAFileWithAnAbsolutePath() {
        String fields = "{type: Webhook, name: a, webhook: {" + GOOD + ", connectionInfo: {type: KubeConfigFile,"
                + " kubeConfigFile: %s}}}";
        assertThatThrownBy(() -> read(fields.formatted("hook.yaml"))).hasMessageEndingWith("must be an absolute path");
        assertThatThrownBy(() -> read(fields.formatted("/none/hook.yaml")))
                .hasMessageEndingWith("error loading file: stat /none/hook.yaml: no such file or directory");
        assertThatThrownBy(() -> read(fields.formatted(directory))).hasMessageEndingWith("must be a regular file");
    }

    @Test
    void flagsAreReadAsKubeApiserverReadsThem() {
        AuthorizationOptions options = new AuthorizationOptions(
                null,
                List.of("Node", "RBAC", "Webhook"),
                new AuthorizationOptions.WebhookFlags(
                        kubeconfig, "v1beta1", Duration.ofMinutes(1), Duration.ZERO, true));
        WebhookSettings webhook = ((Webhook) options.ofFlags().authorizers().get(2)).settings();
        assertThat(webhook.name()).isEqualTo("default");
        assertThat(webhook.version()).isEqualTo("v1beta1");
        assertThat(webhook.timeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(webhook.onFailure()).isEqualTo(Verdict.NO_OPINION);
        assertThat(webhook.otherwiseFor()).isZero();
        AuthorizationOptions.WebhookFlags none = AuthorizationOptions.WebhookFlags.NONE;
        assertThatThrownBy(() -> new AuthorizationOptions(kubeconfig, List.of("RBAC"), none))
                .hasMessageStartingWith("--authorization-config can not be specified when --authorization-mode");
        assertThatThrownBy(() -> new AuthorizationOptions(null, List.of("rbac"), none))
                .hasMessage("authorization-mode \"rbac\" is not a valid mode");
        assertThatThrownBy(() -> new AuthorizationOptions(null, List.of("RBAC", "RBAC"), none))
                .hasMessageContaining("has mode specified more than once");
        assertThatThrownBy(() -> new AuthorizationOptions(null, List.of("Webhook"), none))
                .hasMessage("authorization-mode Webhook's authorization config file not passed");
        assertThatThrownBy(() -> new AuthorizationOptions(null, List.of("RBAC"), options.webhook()))
                .hasMessage("cannot specify --authorization-webhook-config-file without mode Webhook");
    }
}
