package dev.proa.delivery.analysis;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.GoDuration;
import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Views;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.Measurement;
import dev.proa.delivery.argo.Metric;
import dev.proa.delivery.argo.PrometheusMetric;
import dev.proa.delivery.argo.RangeQuery;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Queries of Prometheus: {@code POST /api/v1/query}, or {@code query_range} with {@code rangeQuery}. */
final class PrometheusProvider implements Provider {
    private static final int TIMEOUT = 30;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int NOT_IMPLEMENTED = 501;

    private final MetricHttp http;
    private final InstantSource clock;

    PrometheusProvider(MetricHttp http, InstantSource clock) {
        this.http = http;
        this.clock = clock;
    }

    private static PrometheusMetric of(Metric metric) {
        return Objects.requireNonNull(metric.provider().prometheus());
    }

    @Override
    public Map<String, String> metadata(Metric metric) {
        String query = of(metric).query();
        return query.isEmpty() ? Map.of() : Map.of("ResolvedPrometheusQuery", query);
    }

    @Override
    public Measurement run(AnalysisRun run, Metric metric, Measurement begun)
            throws AnalysisException, InterruptedException {
        PrometheusMetric prometheus = of(metric);
        MapValue answer = ask(prometheus);
        List<Double> samples = new ArrayList<>();
        MapValue data = answer.map("data");
        boolean scalar = data.string("resultType").equals("scalar");
        switch (data.string("resultType")) {
            case "scalar" -> samples.add(sample(data.list("result")));
            case "vector" -> {
                for (MapValue series : series(data)) {
                    samples.add(sample(series.list("value")));
                }
            }
            case "matrix" -> {
                for (MapValue series : series(data)) {
                    for (Object value : series.list("values")) {
                        samples.add(sample(value instanceof ListValue pair ? pair : ListValue.EMPTY));
                    }
                }
            }
            default -> throw new AnalysisException("Prometheus metric type not supported");
        }
        String phase = Conditions.judge(metric, scalar ? samples.getFirst() : samples, clock);
        String text = samples.stream().map(PrometheusProvider::printed).collect(Collectors.joining(","));
        Measurement measured = begun.withText(scalar ? text : "[" + text + "]").withPhase(phase);
        List<String> warnings = Views.strings(answer.list("warnings"));
        return warnings.isEmpty()
                ? measured
                : measured.withMetadata(Map.of(
                        "warnings",
                        warnings.stream().map(each -> "\"" + each + "\"").collect(Collectors.joining(", "))));
    }

    private static List<MapValue> series(MapValue data) {
        ListValue result = data.list("result");
        List<MapValue> series = new ArrayList<>();
        for (int i = 0; i < result.size(); i++) {
            series.add(result.map(i));
        }
        return series;
    }

    private MapValue ask(PrometheusMetric prometheus) throws AnalysisException, InterruptedException {
        Integer seconds = prometheus.timeout();
        if (seconds != null && seconds < 0) {
            throw new AnalysisException("prometheus timeout should not be negative");
        }
        if (prometheus.address().isEmpty()) {
            throw new AnalysisException("prometheus address is not configured");
        }
        Duration timeout = Duration.ofSeconds(seconds == null ? TIMEOUT : seconds);
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        prometheus.headers().forEach(header -> headers.add(Map.entry(header.key(), header.text())));
        headers.addAll(OAuth2.headers(prometheus.authentication(), timeout, prometheus.insecure(), http));
        String address = prometheus.address().replaceAll("/+$", "");
        String url = address + "/api/v1/" + (prometheus.rangeQuery() == null ? "query" : "query_range");
        String form = form(prometheus);
        List<Map.Entry<String, String>> posted = new ArrayList<>(headers);
        posted.add(Map.entry("Content-Type", "application/x-www-form-urlencoded"));
        MetricHttp.Answer answer = http.send(new MetricHttp.Call(
                "POST", url, posted, form.getBytes(StandardCharsets.UTF_8), timeout, prometheus.insecure()));
        if (answer.code() == METHOD_NOT_ALLOWED || answer.code() == NOT_IMPLEMENTED) {
            answer = http.send(
                    new MetricHttp.Call("GET", url + "?" + form, headers, null, timeout, prometheus.insecure()));
        }
        return checked(answer);
    }

    private String form(PrometheusMetric prometheus) throws AnalysisException {
        RangeQuery range = prometheus.rangeQuery();
        String query = "query=" + OAuth2.encoded(prometheus.query());
        if (range == null) {
            return query + "&time=" + seconds(clock.instant());
        }
        Duration step = GoDuration.parse(range.step())
                .orElseThrow(() ->
                        new AnalysisException("failed to parse rangeQuery.step as duration: time: invalid duration \""
                                + range.step() + "\""));
        return query + "&start=" + seconds(time("start", range.start())) + "&end=" + seconds(time("end", range.end()))
                + "&step=" + decimal(step.toMillis());
    }

    private Instant time(String field, String expression) throws AnalysisException {
        try {
            return Conditions.time(expression, clock);
        } catch (AnalysisException e) {
            throw new AnalysisException("failed to parse rangeQuery." + field + " as time: " + e.getMessage());
        }
    }

    private static String seconds(Instant time) {
        return decimal(time.toEpochMilli());
    }

    private static String decimal(long millis) {
        return BigDecimal.valueOf(millis, 3).toPlainString();
    }

    private static MapValue checked(MetricHttp.Answer answer) throws AnalysisException {
        MapValue body;
        try {
            body = Json.decodeMap(answer.body());
        } catch (DecodeException e) {
            throw new AnalysisException("bad_response: the answer with code " + answer.code()
                    + " is no JSON of Prometheus: " + e.getMessage());
        }
        if (!body.string("status").equals("success")) {
            String type = body.string("errorType");
            throw new AnalysisException(
                    type.isEmpty()
                            ? "bad_response: the answer with code " + answer.code() + " has no status of Prometheus"
                            : type + ": " + body.string("error"));
        }
        return body;
    }

    /** The value of a pair of a time and a value in text. */
    private static double sample(ListValue pair) throws AnalysisException {
        Object value = pair.size() == 2 ? pair.get(1) : null;
        if (value instanceof String text) {
            try {
                return switch (text) {
                    case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
                    case "-Inf" -> Double.NEGATIVE_INFINITY;
                    default -> Double.parseDouble(text);
                };
            } catch (NumberFormatException e) {
                // told below
            }
        }
        throw new AnalysisException("bad_response: a sample is no pair of a time and a number in text");
    }

    /** As Prometheus' Go client prints it. */
    private static String printed(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
    }
}
