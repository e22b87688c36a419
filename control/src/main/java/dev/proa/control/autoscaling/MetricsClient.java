package dev.proa.control.autoscaling;

import dev.proa.api.autoscaling.v2.CrossVersionObjectReference;
import dev.proa.api.codec.GoDuration;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.api.value.Times;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.Client;
import dev.proa.client.Transport.Request;
import dev.proa.client.Transport.TransportException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads metrics from {@code metrics.k8s.io/v1beta1}, {@code custom.metrics.k8s.io} ({@code v1beta2} or {@code v1beta1}) and
 * {@code external.metrics.k8s.io/v1beta1}.
 */
final class MetricsClient implements MetricsSource {
    private static final String CUSTOM = "custom.metrics.k8s.io";
    private static final List<String> CUSTOM_VERSIONS = List.of("v1beta2", "v1beta1");
    /** The window of a custom metric that names none. */
    private static final Duration WINDOW = Duration.ofMinutes(1);

    private final Client client;
    private final ScaleTargets kinds;

    /** @param kinds finds the resources of objects that have custom metrics */
    MetricsClient(Client client, ScaleTargets kinds) {
        this.client = client;
        this.kinds = kinds;
    }

    @Override
    public Map<String, PodMetric> resource(String resource, String namespace, LabelSelector pods, String container) {
        ListValue items = items(
                "resource",
                new Call(
                        "list",
                        "/apis/metrics.k8s.io/v1beta1/namespaces/" + namespace + "/pods",
                        "pods.metrics.k8s.io",
                        query("labelSelector", pods)));
        Map<String, PodMetric> metrics = new HashMap<>();
        for (int i = 0; i < items.size(); i++) {
            MapValue item = items.map(i);
            ListValue containers = item.list("containers");
            long sum = 0;
            int counted = 0;
            int expected = container.isEmpty() ? containers.size() : 1;
            for (int c = 0; c < containers.size(); c++) {
                MapValue each = containers.map(c);
                Object usage = each.map("usage").get(resource);
                if (usage != null && (container.isEmpty() || each.string("name").equals(container))) {
                    sum += milliValue(usage, "resource");
                    counted++;
                }
            }
            if (counted > 0 && counted == expected) { // the sum of some containers would be too low
                Duration window = GoDuration.parse(item.string("window")).orElse(Duration.ZERO);
                metrics.put(item.map("metadata").string("name"), new PodMetric(timestamp(item), window, sum));
            }
        }
        return metrics;
    }

    @Override
    public Map<String, PodMetric> pods(String metric, String namespace, LabelSelector pods, LabelSelector metrics) {
        Map<String, String> query = query("labelSelector", pods);
        query.putAll(query("metricLabelSelector", metrics));
        String version = customVersion();
        ListValue items =
                items("custom", custom(version, "namespaces/" + namespace + "/pods/*/" + metric, "pods", query));
        Map<String, PodMetric> values = new HashMap<>();
        for (int i = 0; i < items.size(); i++) {
            MapValue item = items.map(i);
            Object seconds = item.get(version.equals("v1beta1") ? "window" : "windowSeconds");
            Duration window = seconds instanceof Long number ? Duration.ofSeconds(number) : WINDOW;
            long value = milliValue(item.get("value"), "custom");
            values.put(item.map("describedObject").string("name"), new PodMetric(timestamp(item), window, value));
        }
        return values;
    }

    @Override
    public long object(String metric, String namespace, CrossVersionObjectReference object, LabelSelector metrics) {
        String apiVersion = object.apiVersion();
        String group = apiVersion.contains("/") ? apiVersion.substring(0, apiVersion.indexOf('/')) : "";
        Map<String, String> query = query("metricLabelSelector", metrics);
        String version = customVersion();
        Call call;
        if (group.isEmpty() && object.kind().equals("Namespace")) {
            // An autoscaler sees no other namespace than its own, whatever it names.
            call = custom(version, "namespaces/" + namespace + "/metrics/" + metric, "metrics", query);
        } else {
            String resource = resourceOf(group, object.kind());
            call = custom(
                    version,
                    "namespaces/" + namespace + "/" + resource + "/" + object.name() + "/" + metric,
                    resource,
                    query);
        }
        ListValue items = call(call, "custom").list("items");
        if (items.size() != 1) {
            throw new MetricException("unable to fetch metrics from custom metrics API: the custom metrics API server"
                    + " returned " + items.size() + " results when we asked for exactly one");
        }
        return milliValue(items.map(0).get("value"), "custom");
    }

    @Override
    public List<Long> external(String metric, String namespace, LabelSelector metrics) {
        ListValue items = items(
                "external",
                new Call(
                        "list",
                        "/apis/external.metrics.k8s.io/v1beta1/namespaces/" + namespace + "/" + metric,
                        metric + ".external.metrics.k8s.io",
                        query("labelSelector", metrics)));
        List<Long> values = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            values.add(milliValue(items.map(i).get("value"), "external"));
        }
        return values;
    }

    /** @param resource qualified by its group, for messages */
    private record Call(String verb, String path, String resource, Map<String, String> query) {}

    private static Call custom(String version, String path, String resource, Map<String, String> query) {
        return new Call("get", "/apis/" + CUSTOM + "/" + version + "/" + path, resource + "." + CUSTOM, query);
    }

    /** The version of custom metrics that the server prefers, if it is one that is known here, or else the first that is. */
    private String customVersion() {
        List<String> versions;
        try {
            versions = client.discovery().versions(CUSTOM);
        } catch (StatusException | TransportException e) {
            throw unable("custom", String.valueOf(e.getMessage()));
        }
        if (versions.isEmpty()) {
            throw unable("custom", "no custom metrics API (" + CUSTOM + ") registered");
        }
        return versions.stream()
                .filter(CUSTOM_VERSIONS::contains)
                .findFirst()
                .orElseThrow(() -> unable("custom", "no known available metric versions found"));
    }

    private String resourceOf(String group, String kind) {
        String text = group.isEmpty() ? kind : kind + "." + group;
        Kind<AnyObject> found;
        try {
            found = kinds.find(group, kind);
        } catch (StatusException | TransportException e) {
            throw unable("custom", "unable to map kind " + text + " to resource: " + e.getMessage());
        }
        if (found == null) {
            throw unable(
                    "custom", "unable to map kind " + text + " to resource: " + ScaleTargets.noMatches(group, kind));
        }
        return found.resource();
    }

    private ListValue items(String api, Call call) {
        ListValue items = call(call, api).list("items");
        if (items.isEmpty()) {
            throw new MetricException("no metrics returned from " + api + " metrics API");
        }
        return items;
    }

    private MapValue call(Call call, String api) {
        try {
            return client.transport().call(new Request(call.verb, call.path, call.query, null, null));
        } catch (StatusException e) {
            throw unable(api, text(e, call));
        } catch (TransportException e) {
            throw unable(api, String.valueOf(e.getMessage()));
        }
    }

    /** What the server says; what it cannot know when it serves no such API is added. */
    private static String text(StatusException e, Call call) {
        if (e.status().map("details").string("name").isEmpty()) {
            if (e.code() == 404) {
                return "the server could not find the requested resource (get " + call.resource + ")";
            }
            if (e.code() == 503) {
                return "the server is currently unable to handle the request (get " + call.resource + ")";
            }
        }
        return String.valueOf(e.getMessage());
    }

    private static MetricException unable(String api, String why) {
        return new MetricException("unable to fetch metrics from " + api + " metrics API: " + why);
    }

    private static Map<String, String> query(String name, LabelSelector selector) {
        Map<String, String> query = new LinkedHashMap<>();
        String text = selector.toString();
        if (!text.isEmpty()) {
            query.put(name, text);
        }
        return query;
    }

    private static Instant timestamp(MapValue item) {
        Instant timestamp = Times.parse(item.get("timestamp"));
        return timestamp == null ? Instant.EPOCH : timestamp;
    }

    /**
     * A quantity in thousandths; none is zero, as Go decodes it.
     *
     * @throws MetricException if it is malformed: taken for zero it would scale down what is busy
     */
    private static long milliValue(@Nullable Object quantity, String api) {
        try {
            return quantity == null
                    ? 0
                    : Quantity.parse(String.valueOf(quantity)).milliValue();
        } catch (IllegalArgumentException e) {
            throw unable(api, String.valueOf(e.getMessage()));
        }
    }
}
