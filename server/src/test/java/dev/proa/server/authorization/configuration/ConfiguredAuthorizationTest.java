package dev.proa.server.authorization.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.server.store.MemoryStore;
import dev.proa.server.webhook.ServiceResolver;
import dev.proa.server.webhook.WebhookClient;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfiguredAuthorizationTest {
    @TempDir
    Path directory;

    private final PrometheusRegistry metrics = new PrometheusRegistry();

    private Path configure(String authorizers) throws IOException {
        return Files.writeString(directory.resolve("authz.yaml"), """
                apiVersion: apiserver.config.k8s.io/v1
                kind: AuthorizationConfiguration
                authorizers: [%s]
                """.formatted(authorizers));
    }

    private double reloads(String status) {
        return metrics
                .scrape(name -> name.startsWith("apiserver_authorization_config_controller_automatic_reloads"))
                .stream()
                .flatMap(metric -> metric.getDataPoints().stream())
                .filter(point -> status.equals(point.getLabels().get("status")))
                .mapToDouble(point -> ((io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot)
                                point)
                        .getValue())
                .sum();
    }

    /** The two files may be written in any order. */
    @ParameterizedTest
    @ValueSource(strings = {"", "clusters: [", "clusters: []"})
    void aConfigurationCountsOnceItsKubeconfigIsThere(String before) throws IOException {
        Path file = configure("{type: RBAC, name: rbac}");
        Path kubeconfig = directory.resolve("hook.yaml");
        if (!before.isEmpty()) {
            Files.writeString(kubeconfig, before);
        }
        try (MemoryStore store = MemoryStore.inMemory();
                WebhookClient client = new WebhookClient(
                        () -> {
                            throw new IllegalStateException("nobody is called");
                        },
                        store::snapshot,
                        new ServiceResolver(new Random(1)),
                        () -> "")) {
            ConfiguredAuthorization authorization = new ConfiguredAuthorization(
                    new AuthorizationOptions(file, List.of(), AuthorizationOptions.WebhookFlags.NONE),
                    new ConfiguredAuthorization.Parts(store, client, metrics, () -> Instant.EPOCH));
            configure("{type: RBAC, name: rbac}, {type: Webhook, name: hook.example, webhook: {timeout: 3s,"
                    + " subjectAccessReviewVersion: v1, matchConditionSubjectAccessReviewVersion: v1, failurePolicy: Deny,"
                    + " authorizedTTL: 1s, unauthorizedTTL: 1s,"
                    + " connectionInfo: {type: KubeConfigFile, kubeConfigFile: '" + kubeconfig + "'}}}");
            authorization.reload();
            authorization.reload();
            assertThat(reloads("success")).isZero();
            assertThat(reloads("failure")).as("said once").isEqualTo(1);
            Files.writeString(kubeconfig, """
                    clusters: [{name: hook, cluster: {server: "https://127.0.0.1:1/ask"}}]
                    contexts: [{name: only, context: {cluster: hook}}]
                    """);
            authorization.reload();
            assertThat(reloads("success")).isEqualTo(1);
        }
    }
}
