package dev.proa.control.autoscaling;

import com.sun.net.httpserver.HttpExchange;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Client;
import dev.proa.control.shared.ExtensionServer;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Serves the metrics APIs with what a test sets, and remembers what it was asked. */
final class MetricsServer implements AutoCloseable {
    /** Answers, by path. */
    private final Map<String, MapValue> answers = new ConcurrentHashMap<>();

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final ExtensionServer server = new ExtensionServer(this::handle);

    /** @param groups that it serves, each as {@code group/version} */
    MetricsServer(Client client, String... groups) throws Exception {
        for (String group : groups) {
            answers.put(
                    "/apis/" + group,
                    MapValue.of("kind", "APIResourceList", "groupVersion", group, "resources", ListValue.EMPTY));
        }
        server.register(client, groups);
    }

    /** Sets what the pods of a namespace use: each container of each pod {@code cpu} and {@code memory}. */
    void pods(String namespace, List<String> pods, String cpu, String memory) {
        ListValue items = ListValue.EMPTY;
        for (String pod : pods) {
            items = items.plus(MapValue.of(
                    "metadata",
                    MapValue.of("name", pod, "namespace", namespace),
                    "timestamp",
                    now(),
                    "window",
                    "15s",
                    "containers",
                    ListValue.of(MapValue.of("name", "main", "usage", MapValue.of("cpu", cpu, "memory", memory)))));
        }
        set("metrics.k8s.io/v1beta1/namespaces/" + namespace + "/pods", items);
    }

    /** Sets a custom metric; {@code path} is that of the metric within its namespace, as {@code pods/*}{@code /hits}. */
    void custom(String namespace, String path, Map<String, String> values) {
        ListValue items = ListValue.EMPTY;
        for (Map.Entry<String, String> value : values.entrySet()) {
            items = items.plus(MapValue.of(
                    "describedObject", MapValue.of("name", value.getKey()),
                    "timestamp", now(),
                    "value", value.getValue()));
        }
        set("custom.metrics.k8s.io/v1beta2/namespaces/" + namespace + "/" + path, items);
    }

    void external(String namespace, String metric, List<String> values) {
        ListValue items = ListValue.EMPTY;
        for (String value : values) {
            items = items.plus(MapValue.of("metricName", metric, "timestamp", now(), "value", value));
        }
        set("external.metrics.k8s.io/v1beta1/namespaces/" + namespace + "/" + metric, items);
    }

    /** What it was asked: paths with their queries. */
    List<String> asked() {
        return List.copyOf(asked);
    }

    private void set(String path, ListValue items) {
        answers.put("/apis/" + path, MapValue.of("kind", "List", "metadata", MapValue.EMPTY, "items", items));
    }

    private static String now() {
        return Times.format(Instant.now());
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String query = exchange.getRequestURI().getQuery();
        asked.add(query == null ? path : path + "?" + query);
        MapValue answer = answers.get(path);
        if (answer == null) {
            String message = "the server could not find the metric " + path.substring(path.lastIndexOf('/') + 1);
            answer = MapValue.of(
                    "kind",
                    "Status",
                    "apiVersion",
                    "v1",
                    "status",
                    "Failure",
                    "message",
                    message,
                    "reason",
                    "NotFound",
                    "details",
                    MapValue.of("name", "metric"),
                    "code",
                    404L);
        }
        ExtensionServer.answer(exchange, answer.string("kind").equals("Status") ? 404 : 200, answer);
    }

    @Override
    public void close() {
        server.close();
    }
}
