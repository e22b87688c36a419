package dev.proa.control.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.autoscaling.v1.Scale;
import dev.proa.api.autoscaling.v2.CrossVersionObjectReference;
import dev.proa.api.autoscaling.v2.HorizontalPodAutoscaler;
import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.api.value.Times;
import dev.proa.client.ObjectKey;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/**
 * Decides about the same autoscalers, pods and metrics as Kubernetes' own controller did, look by look, and comes to the same numbers,
 * conditions, metrics and events. Recorded by {@code src/test/facts/autoscaling/record}.
 */
class LooksTest {
    private static final Instant START = Instant.parse("2000-01-01T00:00:00Z");

    @Test
    void decidesAsKubernetes() throws IOException {
        int looks = 0;
        int rescaled = 0;
        for (MapValue sequence : recorded()) {
            List<String> events = replay(sequence);
            looks += sequence.list("looks").size();
            rescaled += (int) events.stream()
                    .filter(event -> event.contains("SuccessfulRescale"))
                    .count();
        }
        assertThat(looks).isGreaterThan(1000);
        assertThat(rescaled).isGreaterThan(200);
    }

    private static List<MapValue> recorded() throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Objects.requireNonNull(LooksTest.class.getResourceAsStream("looks.jsonl.gz"))),
                StandardCharsets.UTF_8))) {
            return lines.lines()
                    .map(line -> Json.decodeMap(line.getBytes(StandardCharsets.UTF_8)))
                    .toList();
        }
    }

    /** Looks at an autoscaler again and again; returns all events. */
    private static List<String> replay(MapValue sequence) {
        AutoscalerConfig standard = AutoscalerConfig.DEFAULT;
        AutoscalerConfig config = new AutoscalerConfig(
                standard.syncPeriod(),
                standard.downscaleStabilization(),
                standard.tolerance(),
                standard.cpuInitializationPeriod(),
                standard.initialReadinessDelay(),
                sequence.bool("scaleToZero"));
        HorizontalPodAutoscaler autoscaler = new HorizontalPodAutoscaler(sequence.map("autoscaler"));
        TargetSelectors selectors = new TargetSelectors();
        selectors.add(ObjectKey.of(autoscaler.value()));
        ScalingHistory history = new ScalingHistory();
        List<String> all = new ArrayList<>();
        for (int i = 0; i < sequence.list("looks").size(); i++) {
            MapValue look = sequence.list("looks").map(i);
            Instant now = at(look.integer("at", 0));
            List<Pod> pods = pods(look.list("pods"));
            StatusDraft draft = new StatusDraft(autoscaler, now);
            Autoscaling autoscaling = new Autoscaling(
                    autoscaler,
                    scale(look),
                    draft,
                    history,
                    selectors,
                    selector -> pods.stream().filter(selector::matches).toList(),
                    new RecordedMetrics(look.map("metrics")),
                    new AutoscalerMetrics(new PrometheusRegistry()),
                    config,
                    now);
            long scaled = look.integer("replicas", 0);
            if (autoscaling.decide() instanceof Decision.Rescale rescale) {
                autoscaling.rescaled(rescale);
                scaled = rescale.replicas();
            }
            List<String> events = draft.events().stream()
                    .map(event -> event.type() + " " + event.reason() + " " + event.message())
                    .toList();
            String where = "seed " + sequence.get("seed") + ", look " + i;
            assertThat(scaled).as(where).isEqualTo(look.integer("scaled", 0));
            assertThat(withoutPods(draft.status().value().toString()))
                    .as(where)
                    .isEqualTo(withoutPods(
                            ordered(look.map("status"), draft.status().value()).toString()));
            assertThat(events).map(LooksTest::withoutPods).as(where).isEqualTo(texts(look.list("events")));
            autoscaler = autoscaler.withStatus(draft.status());
            all.addAll(events);
        }
        return all;
    }

    /** Which of several pods without requests is named is by chance. */
    private static String withoutPods(String text) {
        return text.replaceAll("of Pod web-\\d+", "of Pod web").replaceAll("in Pod web-\\d+", "in Pod web");
    }

    private static List<String> texts(ListValue events) {
        return events.stream()
                .map(event -> withoutPods((String) Objects.requireNonNull(event)))
                .toList();
    }

    private static MapValue ordered(MapValue recorded, MapValue like) {
        return recorded.equals(like) ? like : recorded;
    }

    private static Instant at(long seconds) {
        return START.plusSeconds(seconds);
    }

    private static Scale scale(MapValue look) {
        MapValue status = MapValue.of("replicas", look.integer("existing", 0));
        return new Scale(MapValue.of(
                "spec",
                MapValue.of("replicas", look.integer("replicas", 0)),
                "status",
                look.string("selector").isEmpty() ? status : status.with("selector", look.string("selector"))));
    }

    private static List<Pod> pods(ListValue recorded) {
        List<Pod> pods = new ArrayList<>();
        for (int i = 0; i < recorded.size(); i++) {
            pods.add(pod(recorded.map(i)));
        }
        return pods;
    }

    private static Pod pod(MapValue recorded) {
        MapValue metadata =
                MapValue.of("namespace", "team", "name", recorded.string("name"), "labels", MapValue.of("app", "web"));
        if (recorded.bool("deleting")) {
            metadata = metadata.with("deletionTimestamp", Times.format(START));
        }
        MapValue.Builder spec = MapValue.builder();
        spec.put("containers", ListValue.of(container("main", recorded.integer("request", 0))));
        if (recorded.has("sidecar")) {
            MapValue side = container("side", recorded.integer("sidecar", 0));
            spec.put("initContainers", ListValue.of(side.with("restartPolicy", "Always")));
        }
        if (recorded.has("podRequest")) {
            spec.put("resources", requests(recorded.integer("podRequest", 0)));
        }
        MapValue status = MapValue.of("phase", recorded.string("phase"));
        if (recorded.has("started")) {
            status = status.with("startTime", Times.format(at(recorded.integer("started", 0))));
        }
        if (recorded.has("ready")) {
            MapValue ready = MapValue.of(
                    "type",
                    "Ready",
                    "status",
                    recorded.string("ready"),
                    "lastTransitionTime",
                    Times.format(at(recorded.integer("since", 0))));
            status = status.with("conditions", ListValue.of(ready));
        }
        return new Pod(MapValue.of("metadata", metadata, "spec", spec.build(), "status", status));
    }

    private static MapValue container(String name, long milli) {
        MapValue container = MapValue.of("name", name);
        return milli == 0 ? container : container.with("resources", requests(milli));
    }

    private static MapValue requests(long milli) {
        String amount = Quantity.ofMilli(milli).toString();
        return MapValue.of("requests", MapValue.of("cpu", amount, "memory", amount));
    }

    /** The metrics of one look. */
    private record RecordedMetrics(MapValue metrics) implements MetricsSource {
        private MapValue metric(String name) {
            MapValue metric = metrics.map(name);
            if (metric.has("error")) {
                throw new MetricException(metric.string("error"));
            }
            return metric;
        }

        private Map<String, PodMetric> ofPods(String name) {
            Map<String, PodMetric> values = new HashMap<>();
            metric(name).map("pods").forEach(entry -> {
                ListValue numbers = (ListValue) Objects.requireNonNull(entry.getValue());
                values.put(
                        entry.getKey(),
                        new PodMetric(
                                at(number(numbers, 0)), Duration.ofSeconds(number(numbers, 1)), number(numbers, 2)));
            });
            return values;
        }

        private static long number(ListValue numbers, int at) {
            return (Long) Objects.requireNonNull(numbers.get(at));
        }

        @Override
        public Map<String, PodMetric> resource(
                String resource, String namespace, LabelSelector pods, String container) {
            return ofPods("resource/" + resource + "/" + container);
        }

        @Override
        public Map<String, PodMetric> pods(String metric, String namespace, LabelSelector pods, LabelSelector metrics) {
            return ofPods("pods/" + metric);
        }

        @Override
        public long object(String metric, String namespace, CrossVersionObjectReference object, LabelSelector metrics) {
            return number(metric("object/" + metric).list("values"), 0);
        }

        @Override
        public List<Long> external(String metric, String namespace, LabelSelector metrics) {
            ListValue values = metric("external/" + metric).list("values");
            List<Long> numbers = new ArrayList<>();
            for (int i = 0; i < values.size(); i++) {
                numbers.add(number(values, i));
            }
            return numbers;
        }
    }
}
