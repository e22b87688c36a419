package dev.proa.delivery.analysis;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.jsonpath.JsonPath;
import dev.proa.delivery.analysis.expression.Expression;
import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.Measurement;
import dev.proa.delivery.argo.Metric;
import dev.proa.delivery.argo.WebMetric;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Values that web servers answer. Differs from Argo Rollouts in two points: an answer that is no JSON is an error when there is a condition
 * or a path to be applied to it (Argo takes it for a success), and redirects are not followed.
 */
final class WebProvider implements Provider {
    private static final int TIMEOUT = 10;
    /** Characters of a value that go into the status. */
    private static final int LONGEST = 10_000;

    private final MetricHttp http;
    private final InstantSource clock;

    WebProvider(MetricHttp http, InstantSource clock) {
        this.http = http;
        this.clock = clock;
    }

    @Override
    public Measurement run(AnalysisRun run, Metric metric, Measurement begun)
            throws AnalysisException, InterruptedException {
        WebMetric web = Objects.requireNonNull(metric.provider().web());
        JsonPath path = path(web);
        MetricHttp.Answer answer = http.send(call(web));
        if (answer.code() < 200 || answer.code() >= 300) {
            throw new AnalysisException("received non 2xx response code: " + answer.code());
        }
        Object body;
        try {
            body = Json.decode(answer.body());
        } catch (DecodeException e) {
            return text(metric, web, answer.body(), begun);
        }
        Object value = find(path, body);
        String phase = Conditions.judge(metric, Expression.variable(value), clock);
        return begun.withText(cut(Json.toString(value))).withPhase(phase);
    }

    private static Measurement text(Metric metric, WebMetric web, byte[] body, Measurement begun)
            throws AnalysisException {
        boolean judged = !metric.successCondition().isEmpty()
                || !metric.failureCondition().isEmpty()
                || !web.jsonPath().isEmpty();
        if (judged) {
            throw new AnalysisException(
                    "the answer is no JSON, so that neither a condition nor a path can be applied to it");
        }
        return begun.withText(cut(new String(body, StandardCharsets.UTF_8))).withPhase(AnalysisPhases.SUCCESSFUL);
    }

    private static String cut(String value) {
        return value.length() <= LONGEST ? value : value.substring(0, LONGEST) + "...";
    }

    private static JsonPath path(WebMetric web) throws AnalysisException {
        try {
            return JsonPath.parse(web.jsonPath().isEmpty() ? "{$}" : web.jsonPath());
        } catch (IllegalArgumentException e) {
            throw new AnalysisException(String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable Object find(JsonPath path, @Nullable Object body) throws AnalysisException {
        if (body == null) {
            return null;
        }
        try {
            List<@Nullable Object> found = path.find(body);
            if (found.isEmpty()) {
                throw new AnalysisException("Could not find JSONPath in body: " + path + " is not found");
            }
            return found.getFirst();
        } catch (JsonPath.EvaluationException e) {
            throw new AnalysisException("Could not find JSONPath in body: " + e.getMessage());
        }
    }

    private MetricHttp.Call call(WebMetric web) throws AnalysisException, InterruptedException {
        String method = web.method().isEmpty() ? "GET" : web.method();
        boolean body = !web.body().isEmpty();
        boolean json = web.jsonBody() != null;
        if (body && json) {
            throw new AnalysisException("use either Body or JSONBody; both cannot exists for WebMetric payload");
        }
        if ((body || json) && method.equals("GET")) {
            throw new AnalysisException("Body/JSONBody can only be used with POST or PUT WebMetric Method types");
        }
        Duration timeout = Duration.ofSeconds(web.timeoutSeconds() <= 0 ? TIMEOUT : web.timeoutSeconds());
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        web.headers().forEach(header -> headers.add(Map.entry(header.key(), header.text())));
        if (json) {
            headers.add(Map.entry("Content-Type", "application/json"));
        }
        headers.addAll(OAuth2.headers(web.authentication(), timeout, web.insecure(), http));
        byte @Nullable [] content =
                json ? Json.encode(web.jsonBody()) : body ? web.body().getBytes(StandardCharsets.UTF_8) : null;
        return new MetricHttp.Call(method, web.url(), headers, content, timeout, web.insecure());
    }
}
