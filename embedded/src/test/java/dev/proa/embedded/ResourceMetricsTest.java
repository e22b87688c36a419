package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.apiregistration.v1.APIService;
import dev.proa.api.codec.Yaml;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.ResourceClient;
import dev.proa.client.clock.Clock;
import dev.proa.server.catalog.ObjectSource;
import dev.proa.server.resourcemetrics.ResourceMetrics;
import dev.proa.testing.Await;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The API {@code metrics.k8s.io} over metrics of the test's. */
class ResourceMetricsTest {
    private static final String NAME = "v1beta1.metrics.k8s.io";
    private static final String POD = """
            apiVersion: metrics.k8s.io/v1beta1
            kind: PodMetrics
            metadata: {name: %s, namespace: %s, labels: {app: %s}, creationTimestamp: "2026-01-01T00:00:00Z"}
            timestamp: "2026-01-01T00:00:00Z"
            window: 15.2s
            containers:
            - {name: main, usage: {cpu: 250m, memory: 12Mi}}
            - {name: side, usage: {cpu: 500u, memory: 4Mi}}
            """;
    private static final Kind<AnyObject> PODS = Kind.any("metrics.k8s.io", "v1beta1", "PodMetrics", "pods", true);

    private record Source(List<MapValue> all) implements ObjectSource {
        @Override
        public MapValue get(String namespace, String name) {
            return list(namespace).stream()
                    .filter(object -> object.map("metadata").string("name").equals(name))
                    .findFirst()
                    .orElseThrow(() -> StatusException.notFound(
                            new Resource("metrics.k8s.io", "podmetrics"), namespace + "/" + name));
        }

        @Override
        public List<MapValue> list(@Nullable String namespace) {
            return all.stream()
                    .filter(object -> namespace == null
                            || object.map("metadata").string("namespace").equals(namespace))
                    .toList();
        }
    }

    private static List<String> names(Iterable<AnyObject> objects) {
        List<String> names = new ArrayList<>();
        objects.forEach(object -> names.add(object.namespace() + "/" + object.name()));
        return names;
    }

    @Test
    void isServedUnlessSomebodyElseServesIt() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (EmbeddedApiServer server =
                EmbeddedApiServer.open(ApiServerConfig.inMemory(Clock.system()).listeningOn("127.0.0.1", 0))) {
            server.serve(ResourceMetrics.endpoints(
                    new Source(List.of()),
                    new Source(List.of(
                            Yaml.decodeMap(POD.formatted("a", "default", "web")),
                            Yaml.decodeMap(POD.formatted("b", "default", "db")),
                            Yaml.decodeMap(POD.formatted("c", "other", "web"))))));
            server.bootstrap();
            Client client = server.client();
            reads(client.resource(PODS));
            tellsOfItself(new HttpsClient(vertx, server, server.pki().administrator(), 2));
            canBeReplaced(client);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static void reads(ResourceClient<AnyObject> pods) {
        assertThat(names(pods.list())).containsExactly("default/a", "default/b", "other/c");
        assertThat(names(pods.list(ListOptions.labels("app=web")))).containsExactly("default/a", "other/c");
        assertThat(names(pods.in("default").list(ListOptions.fields("metadata.name=b"))))
                .containsExactly("default/b");
        assertThat(pods.in("other").get("c").value().string("window")).isEqualTo("15.2s");
        assertThatThrownBy(() -> pods.in("other").get("a"))
                .hasMessage("podmetrics.metrics.k8s.io \"other/a\" not found");
        assertThatThrownBy(() -> pods.in("other").delete("c", DeleteOptions.EMPTY))
                .isInstanceOfSatisfying(
                        StatusException.class,
                        failure -> assertThat(failure.code()).isEqualTo(405));
    }

    private static void tellsOfItself(HttpsClient https) throws Exception {
        MapValue table = https.ask(
                        "GET",
                        "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods",
                        Map.of("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"),
                        null)
                .json();
        assertThat(table.list("columnDefinitions").map(1).string("name")).isEqualTo("cpu");
        assertThat(table.list("rows").map(0).list("cells")).hasToString("[a, 250500u, 16Mi, 15.2s]");
        MapValue discovery =
                https.ask("GET", "/apis/metrics.k8s.io/v1beta1", Map.of(), null).json();
        assertThat(discovery.list("resources").map(0).string("kind")).isEqualTo("NodeMetrics");
        MapValue schemas = https.ask("GET", "/openapi/v3/apis/metrics.k8s.io/v1beta1", Map.of(), null)
                .json()
                .map("components")
                .map("schemas");
        assertThat(schemas.has("io.k8s.metrics.pkg.apis.metrics.v1beta1.PodMetricsList"))
                .isTrue();
    }

    /** By an extension API server, which the user's APIService names and which is not there yet. */
    private static void canBeReplaced(Client client) throws Exception {
        ResourceClient<APIService> services = client.resource(APIService.KIND);
        Await.until("it has its APIService", () -> services.find(NAME) != null);
        APIService own = services.get(NAME);
        assertThat(own.value().map("spec")).isEqualTo(Yaml.decodeMap("""
                {group: metrics.k8s.io, groupPriorityMinimum: 100, version: v1beta1, versionPriority: 100}"""));
        assertThat(own.labels()).isEmpty();
        services.update(new APIService(own.value()
                .withMap(
                        "spec",
                        spec -> spec.with("service", MapValue.of("name", "metrics-server", "namespace", "kube-system"))
                                .with("insecureSkipTLSVerify", true))));
        Await.until("the other server is asked", () -> {
            try {
                client.resource(PODS).list();
                return false;
            } catch (StatusException e) {
                return e.code() == 503;
            }
        });
        services.delete(NAME, DeleteOptions.EMPTY);
        Await.until("it answers again", () -> {
            try {
                return client.resource(PODS).list().size() == 3;
            } catch (StatusException e) {
                return false;
            }
        });
    }
}
