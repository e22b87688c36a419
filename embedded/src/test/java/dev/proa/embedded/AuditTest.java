package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.value.MapValue;
import dev.proa.client.clock.Clock;
import dev.proa.testing.Await;
import dev.proa.testing.TestWebhook;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit log of an API server that is given kube-apiserver's flags. */
class AuditTest {
    @TempDir
    Path directory;

    private ApiServerConfig config(String... flags) {
        return ApiServerConfig.inMemory(Clock.system()).with(ApiServerOptions.parse(List.of(flags), directory));
    }

    private void policy(String rules) throws IOException {
        Files.writeString(
                directory.resolve("policy.yaml"), "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: " + rules);
    }

    @Test
    void requestsOfThisJvmAreOnRecord() throws IOException {
        policy("[{level: RequestResponse, users: [kubernetes-admin], resources: [{resources: [configmaps]}]}]");
        for (String mode : new String[] {"blocking-strict", "batch"}) {
            try (EmbeddedApiServer server = EmbeddedApiServer.start(config(
                    "audit-policy-file=policy.yaml", "audit-log-path=" + mode + ".log", "audit-log-mode=" + mode))) {
                server.client()
                        .resource(ConfigMap.KIND)
                        .in("default")
                        .create(ConfigMap.of("default", "m").withData(Map.of("k", "v")));
                assertThat(server.metrics().registry().scrape().stream()
                                .map(metric -> metric.getMetadata().getPrometheusName()))
                        .contains(
                                "apiserver_audit_event", "apiserver_audit_level", "apiserver_audit_requests_rejected");
            }
            List<MapValue> events = Files.readAllLines(directory.resolve(mode + ".log")).stream()
                    .map(Json::decodeMap)
                    .toList();
            assertThat(events)
                    .extracting(event -> event.string("stage"))
                    .containsExactly("RequestReceived", "ResponseComplete");
            assertThat(events.getLast().map("responseObject").map("data").string("k"))
                    .isEqualTo("v");
            assertThat(events.getLast().map("objectRef").string("name")).isEqualTo("m");
        }
    }

    @Test
    void wrongFlagsStopTheStart() throws IOException {
        policy("[{level: Sometimes}]");
        assertThatThrownBy(
                        () -> EmbeddedApiServer.start(config("audit-policy-file=policy.yaml", "audit-log-path=a.log")))
                .hasMessageContaining("policy.yaml")
                .hasMessageContaining("rules[0].level");
        policy("[{level: None}]");
        assertThatThrownBy(() -> EmbeddedApiServer.start(
                        config("audit-policy-file=policy.yaml", "audit-log-path=a.log", "audit-log-mode=sometimes")))
                .hasMessageContaining("invalid audit log mode sometimes");
    }

    @Test
    void aWebhookGetsTheEvents() throws IOException, InterruptedException {
        policy("[{level: Metadata, users: [kubernetes-admin]}]");
        try (Hook hook = new Hook(request -> TestWebhook.Answer.of(MapValue.EMPTY))) {
            Files.writeString(directory.resolve("webhook.yaml"), """
                    apiVersion: v1
                    kind: Config
                    current-context: it
                    contexts: [{name: it, context: {cluster: it, user: me}}]
                    clusters: [{name: it, cluster: {server: "https://127.0.0.1:%d/audit", certificate-authority-data: %s}}]
                    users: [{name: me, user: {token: mine}}]
                    """.formatted(hook.server.port(), Hook.bundle()));
            try (EmbeddedApiServer server = EmbeddedApiServer.start(config(
                    "audit-policy-file=policy.yaml",
                    "audit-webhook-config-file=webhook.yaml",
                    "audit-webhook-batch-max-wait=10ms"))) {
                server.client().resource(ConfigMap.KIND).in("default").create(ConfigMap.of("default", "m"));
                Await.until("both stages", () -> stages(hook).size() == 2);
            }
            assertThat(stages(hook)).containsExactly("RequestReceived", "ResponseComplete");
            TestWebhook.Request request = hook.server.requests().getFirst();
            assertThat(request.uri()).isEqualTo("/audit?timeout=30s");
            assertThat(request.body().string("kind")).isEqualTo("EventList");
        }
    }

    private static List<String> stages(Hook hook) {
        return hook.server.requests().stream()
                .flatMap(request -> request.body().list("items").stream())
                .map(event -> event instanceof MapValue map ? map.string("stage") : "")
                .toList();
    }
}
