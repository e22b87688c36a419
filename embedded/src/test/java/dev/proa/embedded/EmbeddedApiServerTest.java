package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Namespace;
import dev.proa.api.core.v1.Service;
import dev.proa.api.networking.v1.ServiceCIDR;
import dev.proa.api.scheduling.v1.PriorityClass;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.client.Transport.Request;
import dev.proa.client.clock.Clock;
import dev.proa.client.http.HttpTransport;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.store.Journal;
import dev.proa.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An API server alone, without nodes and controllers: what tests of controllers and other programs embed. */
class EmbeddedApiServerTest {
    private static final MapValue CONFIG_MAP = MapValue.of(
            "apiVersion",
            "v1",
            "kind",
            "ConfigMap",
            "metadata",
            MapValue.of("name", "settings", "namespace", "default"));

    @TempDir
    Path directory;

    @Test
    void hasTheObjectsOfEveryApiServer() {
        try (EmbeddedApiServer server = EmbeddedApiServer.start(ApiServerConfig.inMemory(Clock.system()))) {
            Client client = server.client();
            assertThat(client.resource(Namespace.KIND).list())
                    .extracting(namespace -> namespace.metadata().name())
                    .containsExactlyInAnyOrder("default", "kube-system", "kube-public", "kube-node-lease");
            assertThat(client.resource(PriorityClass.KIND).list())
                    .extracting(priority -> priority.metadata().name())
                    .containsExactlyInAnyOrder("system-cluster-critical", "system-node-critical");
            assertThat(client.resource(Service.KIND)
                            .in("default")
                            .get("kubernetes")
                            .spec()
                            .clusterIP())
                    .isEqualTo(EmbeddedApiServer.KUBERNETES_SERVICE);
            ServiceCIDR range = client.resource(ServiceCIDR.KIND).get("kubernetes");
            assertThat(range.spec().cidrs()).containsExactly(EmbeddedApiServer.SERVICE_RANGE);
            assertThat(range.metadata().finalizers()).containsExactly("networking.k8s.io/service-cidr-finalizer");
            assertThat(range.status().conditions())
                    .singleElement()
                    .satisfies(
                            ready -> assertThat(ready.type() + ready.status()).isEqualTo("ReadyTrue"));
        }
    }

    @Test
    void otherProcessesReachItByHttps() {
        ApiServerConfig config = ApiServerConfig.inMemory(Clock.system()).listeningOn("127.0.0.1", 0);
        try (EmbeddedApiServer server = EmbeddedApiServer.start(config);
                HttpTransport https = new HttpTransport(server.administrator())) {
            new Client(https).resource(ConfigMap.KIND).in("default").create(new ConfigMap(CONFIG_MAP));
            assertThat(server.client().resource(ConfigMap.KIND).in("default").find("settings"))
                    .isNotNull();
        }
    }

    @Test
    void aListenerCanBeAddedLater() {
        try (EmbeddedApiServer server = EmbeddedApiServer.start(ApiServerConfig.inMemory(Clock.system()))) {
            assertThat(server.url()).isEmpty();
            server.listen("127.0.0.1", 0);
            try (HttpTransport https = new HttpTransport(server.administrator())) {
                assertThat(new Client(https).resource(Namespace.KIND).find("default"))
                        .isNotNull();
            }
        }
    }

    @Test
    void aDurableServerHasItsObjectsAndItsAuthorityAgain() {
        ApiServerConfig config = new ApiServerConfig(directory, true, "", 0, Clock.system());
        String authority;
        try (EmbeddedApiServer server = EmbeddedApiServer.start(config)) {
            server.client().resource(ConfigMap.KIND).in("default").create(new ConfigMap(CONFIG_MAP));
            authority = server.pki().authorityPem();
        }
        try (EmbeddedApiServer server = EmbeddedApiServer.start(config)) {
            assertThat(server.client().resource(ConfigMap.KIND).in("default").find("settings"))
                    .isNotNull();
            assertThat(server.pki().authorityPem()).isEqualTo(authority);
        }
    }

    @Test
    void metricsTellWhatClientsOfThisJvmAskFor() throws Exception {
        ApiServerConfig config = ApiServerConfig.inMemory(Clock.system()).listeningOn("127.0.0.1", 0);
        try (EmbeddedApiServer server = EmbeddedApiServer.start(config);
                HttpTransport https = new HttpTransport(server.administrator())) {
            ResourceClient<ConfigMap> maps =
                    server.client().resource(ConfigMap.KIND).in("default");
            String host = "host=\"127.0.0.1:" + server.port() + "\"";
            maps.list(); // each label that a metric has is there now
            double lists = metric(https, "rest_client_requests_total{code=\"200\"," + host + ",method=\"GET\"}");
            double took = metric(https, "rest_client_request_duration_seconds_count{" + host + ",verb=\"GET\"}");

            maps.list();
            maps.find("none");
            server.transport(UserInfo.of("nobody", UserInfo.MASTERS))
                    .watch(new Request("watch", "/api/v1/configmaps", Map.of(), null, null))
                    .close();
            maps.delete(maps.create(new ConfigMap(CONFIG_MAP)).metadata().name());

            assertThat(metric(https, "rest_client_requests_total{code=\"200\"," + host + ",method=\"GET\"}"))
                    .as("list and watch")
                    .isGreaterThanOrEqualTo(lists + 2);
            assertThat(metric(https, "rest_client_request_duration_seconds_count{" + host + ",verb=\"GET\"}"))
                    .as("list and find")
                    .isGreaterThanOrEqualTo(took + 2);
            assertThat(metric(https, "rest_client_requests_total{code=\"404\"," + host + ",method=\"GET\"}"))
                    .isPositive();
            assertThat(metric(https, "rest_client_requests_total{code=\"201\"," + host + ",method=\"POST\"}"))
                    .isPositive();
            assertThat(metric(https, "rest_client_requests_total{code=\"200\"," + host + ",method=\"DELETE\"}"))
                    .isEqualTo(1);
            String buckets = https.text(new Request("get", "/metrics", Map.of(), null, null))
                    .lines()
                    .filter(line ->
                            line.startsWith("rest_client_request_duration_seconds_bucket{" + host + ",verb=\"DELETE\""))
                    .map(line -> line.substring(line.indexOf("le=\"") + 4, line.lastIndexOf('"')))
                    .collect(Collectors.joining(" "));
            assertThat(buckets).isEqualTo("0.005 0.025 0.1 0.25 0.5 1.0 2.0 4.0 8.0 15.0 30.0 60.0 +Inf");
        }
    }

    private static double metric(HttpTransport https, String name) {
        return https.text(new Request("get", "/metrics", Map.of(), null, null))
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no " + name));
    }

    private static boolean hasEventLoops() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("vert"));
    }

    @Test
    void aStartThatFailsLeavesNothingOpen() throws Exception {
        ApiServerConfig config = new ApiServerConfig(directory, true, "127.0.0.1", 0, Clock.system());
        Path certificates = Files.createFile(directory.resolve("pki"));
        assertThatThrownBy(() -> EmbeddedApiServer.start(config)).hasMessageContaining("pki");
        Await.until("no event loop", EmbeddedApiServerTest::hasEventLoops, has -> !has);
        Files.delete(certificates);
        try (EmbeddedApiServer server = EmbeddedApiServer.start(config)) {
            assertThat(server.client().resource(Namespace.KIND).find("default")).isNotNull();
        }
    }

    @Test
    void itSaysWhyTheStoreCannotBeOpened() throws Exception {
        ApiServerConfig config = new ApiServerConfig(directory, true, "127.0.0.1", 0, Clock.system());
        Files.createDirectory(directory.resolve("state.db"));
        assertThatThrownBy(() -> EmbeddedApiServer.start(config))
                .isInstanceOf(Journal.JournalException.class)
                .hasMessageContaining("state.db");
        Await.until("no event loop", EmbeddedApiServerTest::hasEventLoops, has -> !has);
    }

    @Test
    void aJournalNeedsADirectory() {
        assertThatThrownBy(() -> new ApiServerConfig(null, true, "", 0, Clock.system()))
                .hasMessageContaining("needs a directory");
    }
}
