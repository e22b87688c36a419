package dev.proa.delivery.analysis;

import static dev.proa.delivery.analysis.AnalysisWorld.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Namespace;
import dev.proa.api.core.v1.Secret;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Patch;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.Measurement;
import dev.proa.delivery.argo.MetricResult;
import dev.proa.delivery.sequential.RequestCounts;
import dev.proa.testing.Await;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** AnalysisRuns from their first measurement to their end, against the API server itself. */
class AnalysisRunTest {
    private final AnalysisWorld world;

    AnalysisRunTest() throws InterruptedException {
        world = new AnalysisWorld();
    }

    @AfterEach
    void close() {
        world.close();
    }

    private static final String WEB = """
            args: [{name: url, value: "URL"}, {name: limit, value: "0.9"}]
            metrics:
            - name: good
              %s
              successCondition: result >= {{args.limit}}
              provider: {web: {url: "{{ args.url }}/good", jsonPath: "{$.data.rate}"}}
            """;

    @Test
    void measuresByIntervalUntilTheCountIsReached() throws InterruptedException {
        world.serve("/good", "{\"data\": {\"rate\": 0.95}}");
        AnalysisRun run = world.create(WEB.formatted("count: 3\n  interval: 30s"));
        assertThat(outcome(run)).isEqualTo("Running");
        MetricResult result = run.status().metricResults().getFirst();
        assertThat(result.measurements().getFirst().text()).isEqualTo("0.95");
        assertThat(run.status().startedAt()).isNotNull();
        assertThat(world.pass(Duration.ofSeconds(59))
                        .status()
                        .metricResults()
                        .getFirst()
                        .count())
                .isEqualTo(2);
        run = world.pass(Duration.ofSeconds(2));
        assertThat(outcome(run)).isEqualTo("Successful");
        assertThat(run.status().completedAt()).isNotNull();
        assertThat(run.status().runSummary().successful()).isEqualTo(1);
        Await.until(
                "the end is told", () -> !world.events("AnalysisRunSuccessful").isEmpty());
        assertThat(world.events("MetricSuccessful")).containsExactly("Metric 'good' Completed. Result: Successful");
    }

    @Test
    void failuresBeyondTheLimitFailTheRun() throws InterruptedException {
        world.serve("/good", "{\"data\": {\"rate\": 0.5}}");
        AnalysisRun run = world.create(WEB.formatted("interval: 10s\n  failureLimit: 1"));
        assertThat(outcome(run)).isEqualTo("Running");
        assertThat(outcome(world.pass(Duration.ofSeconds(11))))
                .isEqualTo("Failed: Metric \"good\" assessed Failed due to failed (2) > failureLimit (1)");
    }

    @Test
    void errorsAreRetriedTenSecondsLaterAndEndTheRunAfterFive() throws InterruptedException {
        world.serve("/good", "{\"data\": {}}");
        AnalysisRun run = world.create(WEB.formatted("interval: 1h"));
        assertThat(run.status().metricResults().getFirst().consecutiveError()).isEqualTo(1);
        assertThat(outcome(world.pass(Duration.ofSeconds(39)))).isEqualTo("Running");
        assertThat(outcome(world.pass(Duration.ofSeconds(2))))
                .startsWith(
                        "Error: Metric \"good\" assessed Error due to consecutiveErrors (5) > consecutiveErrorLimit (4):")
                .contains("Could not find JSONPath in body");
    }

    @Test
    void inconclusiveMeasurementsMakeTheRunInconclusive() throws InterruptedException {
        world.serve("/good", "{\"data\": {\"rate\": 0.8}}");
        AnalysisRun run = world.create(WEB.formatted("failureCondition: result < 0.7"));
        assertThat(outcome(run))
                .isEqualTo(
                        "Inconclusive: Metric \"good\" assessed Inconclusive due to inconclusive (1) > inconclusiveLimit (0)");
    }

    @Test
    void dryRunsDecideNothing() throws InterruptedException {
        world.serve("/good", "{\"data\": {\"rate\": 0.1}}");
        AnalysisRun run = world.create(WEB.formatted("count: 1") + "dryRun: [{metricName: \"g.*\"}]\n");
        assertThat(outcome(run)).isEqualTo("Successful");
        MetricResult result = run.status().metricResults().getFirst();
        assertThat(result.dryRun()).isTrue();
        assertThat(result.message()).isEqualTo("Metric assessed Failed due to failed (1) > failureLimit (0)");
    }

    @Test
    void terminationEndsTheRunAndTtlDeletesIt() throws InterruptedException {
        world.serve("/good", "{\"data\": {\"rate\": 1}}");
        world.create(WEB.formatted("interval: 1m") + "ttlStrategy: {secondsAfterCompletion: 60}\n");
        world.client
                .resource(AnalysisRun.KIND)
                .in("default")
                .patch("run", Patch.merge(MapValue.of("spec", MapValue.of("terminate", true))));
        assertThat(outcome(world.pass(Duration.ofSeconds(59)))).isEqualTo("Successful: Run Terminated");
        world.pass(Duration.ofSeconds(2));
        assertThat(world.client.resource(AnalysisRun.KIND).in("default").find("run"))
                .isNull();
    }

    @Test
    void onlyTheLastMeasurementsAreKept() throws InterruptedException {
        world.serve("/good", "{\"data\": {\"rate\": 1}}");
        world.create(WEB.formatted("interval: 1s") + "measurementRetention: [{metricName: good, limit: 3}]\n");
        AnalysisRun run = world.pass(Duration.ofSeconds(20));
        MetricResult result = run.status().metricResults().getFirst();
        assertThat(result.measurements()).hasSize(3);
        assertThat(result.count()).isGreaterThanOrEqualTo(20);
    }

    @Test
    void secretsAreUsedButNeverShown() throws InterruptedException {
        world.client.resource(Secret.KIND).create(new Secret(Yaml.decodeMap("""
                        apiVersion: v1
                        kind: Secret
                        metadata: {name: keys, namespace: default}
                        stringData: {token: hidden-token}
                        """)));
        AtomicInteger right = new AtomicInteger();
        world.serve("/good", exchange -> {
            right.addAndGet("hidden-token".equals(exchange.getRequestHeaders().getFirst("X-Key")) ? 1 : 0);
            exchange.sendResponseHeaders(500, -1);
            exchange.close();
        });
        AnalysisRun run = world.create("""
                args: [{name: key, valueFrom: {secretKeyRef: {name: keys, key: token}}}]
                metrics:
                - name: good
                  provider: {web: {url: "URL/good", headers: [{key: X-Key, value: "{{args.key}}"}]}}
                - name: bad
                  provider: {web: {url: "not-{{args.key}}"}}
                """);
        assertThat(right).hasValue(1);
        assertThat(run.value().toString()).doesNotContain("hidden-token").contains("*****");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "metrics: []|Analysis spec invalid: no metrics specified",
                "metrics: [{name: a, count: 2, provider: {web: {url: x}}}]|Analysis spec invalid: metrics[0]: interval must be specified when count > 1",
                "metrics: [{name: a, provider: {}}]|Analysis spec invalid: metrics[0]: no provider specified",
                "metrics: [{name: a, provider: {web: {url: '{{args.b}}'}}}]|Unable to resolve metric arguments: failed to resolve {{args.b}}",
                "metrics: [{name: a, consecutiveErrorLimit: 0, provider: {datadog: {query: x}}}]|Metric \"a\" assessed Error due to consecutiveErrors (1) > consecutiveErrorLimit (0): \"Error Message: provider datadog is not supported; use prometheus, web, job or the plugin proa\"",
            })
    void runsThatCannotBeCarriedOutSayWhy(String spec, String message) throws InterruptedException {
        assertThat(outcome(world.create(spec))).isEqualTo("Error: " + message);
    }

    @Test
    void prometheusAnswersVectors() throws InterruptedException {
        world.serve("/api/v1/query", """
                {"status": "success", "warnings": ["slow"], "data": {"resultType": "vector", "result": [
                  {"metric": {}, "value": [1, "0.97"]}, {"metric": {}, "value": [1, "NaN"]}]}}
                """);
        AnalysisRun run = world.create("""
                metrics:
                - name: rate
                  successCondition: len(result) == 2 && result[0] > 0.9 && isNaN(result[1])
                  provider: {prometheus: {address: "URL/", query: "up"}}
                """);
        assertThat(outcome(run)).isEqualTo("Successful");
        MetricResult result = run.status().metricResults().getFirst();
        assertThat(result.metadata()).isEqualTo(Map.of("ResolvedPrometheusQuery", "up"));
        assertThat(result.measurements().getFirst().text()).isEqualTo("[0.97,NaN]");
        assertThat(result.measurements().getFirst().metadata()).isEqualTo(Map.of("warnings", "\"slow\""));
    }

    @Test
    void prometheusWithoutDataIsAnError() throws InterruptedException {
        world.serve("/api/v1/query_range", exchange -> {
            String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            byte[] body = (form.contains("&step=60.000") && form.contains("&start=")
                            ? "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}"
                            : "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"no range\"}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        AnalysisRun run = world.create("""
                metrics:
                - name: rate
                  consecutiveErrorLimit: 0
                  successCondition: result[0] > 0.9
                  provider:
                    prometheus:
                      address: "URL"
                      query: up
                      rangeQuery: {start: 'now() - duration("1h")', end: now(), step: 1m}
                """);
        assertThat(run.status()
                        .metricResults()
                        .getFirst()
                        .measurements()
                        .getFirst()
                        .message())
                .isEqualTo("could not evaluate successCondition \"result[0] > 0.9\": "
                        + "metric result is nil or empty: no data returned from the metric provider");
    }

    @ParameterizedTest
    @CsvSource({"huge", "endless", "redirect", "broken", "hangs"})
    void hostileAnswersBecomeErrors(String kind) throws InterruptedException {
        world.serve("/" + kind, exchange -> {
            switch (kind) {
                case "redirect" -> {
                    exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/");
                    exchange.sendResponseHeaders(302, -1);
                }
                case "broken" -> {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().write('{');
                }
                case "hangs" -> {
                    exchange.sendResponseHeaders(200, 10);
                    return; // the body never comes
                }
                default -> {
                    exchange.sendResponseHeaders(200, 0);
                    OutputStream out = exchange.getResponseBody();
                    byte[] block = new byte[1 << 16];
                    try {
                        for (int i = 0; kind.equals("endless") || i < 100; i++) {
                            out.write(block);
                        }
                    } catch (IOException e) {
                        return; // the client has gone
                    }
                }
            }
            exchange.close();
        });
        AnalysisRun run = world.create("""
                metrics:
                - name: hostile
                  consecutiveErrorLimit: 0
                  successCondition: result > 1
                  provider: {web: {url: "URL/%s", timeoutSeconds: 2}}
                """.formatted(kind));
        Measurement measurement =
                run.status().metricResults().getFirst().measurements().getFirst();
        assertThat(measurement.phase()).isEqualTo("Error");
        assertThat(measurement.message()).isNotEmpty().hasSizeLessThan(500);
        assertThat(outcome(run)).startsWith("Error: ");
    }

    private static final String JOB = """
            metrics:
            - name: check
              provider:
                job:
                  metadata: {labels: {team: a}}
                  spec:
                    template:
                      spec: {restartPolicy: Never, containers: [{name: c, image: "i:1"}]}
            """;

    private Job job() {
        return world.client.resource(Job.KIND).list().getFirst();
    }

    private void finish(String type) {
        world.client
                .resource(Job.KIND)
                .in("default")
                .patchStatus(
                        job().name(),
                        Patch.merge(MapValue.of(
                                "status",
                                Yaml.decodeMap("""
                        startTime: 2026-01-01T00:00:00Z
                        failed: 1
                        """)
                                        .with(
                                                "conditions",
                                                ListValue.of(
                                                        MapValue.of(
                                                                "type",
                                                                type.equals("Failed")
                                                                        ? "FailureTarget"
                                                                        : "SuccessCriteriaMet",
                                                                "status",
                                                                "True"),
                                                        MapValue.of("type", type, "status", "True"))))));
    }

    @Test
    void jobsSucceedOrFail() throws InterruptedException {
        AnalysisRun run = world.create(JOB);
        assertThat(outcome(run)).isEqualTo("Running");
        Job job = job();
        assertThat(job.name()).isEqualTo(run.uid() + ".check.1");
        assertThat(job.labels()).containsEntry("team", "a").containsEntry(JobProvider.UID, run.uid());
        assertThat(job.annotations()).containsEntry(JobProvider.METRIC, "check").containsEntry(JobProvider.RUN, "run");
        assertThat(job.spec().template().metadata().labels()).containsEntry(JobProvider.UID, run.uid());
        finish("Failed");
        assertThat(outcome(world.pass(Duration.ofSeconds(60))))
                .isEqualTo("Failed: Metric \"check\" assessed Failed due to failed (1) > failureLimit (0)");
    }

    @Test
    void jobsOfTerminatedRunsAreDeleted() throws InterruptedException {
        world.create(JOB);
        world.client
                .resource(AnalysisRun.KIND)
                .in("default")
                .patch("run", Patch.merge(MapValue.of("spec", MapValue.of("terminate", true))));
        AnalysisRun run = world.pass(Duration.ofSeconds(1));
        assertThat(run.status().phase()).isEqualTo("Inconclusive");
        assertThat(run.status()
                        .metricResults()
                        .getFirst()
                        .measurements()
                        .getFirst()
                        .message())
                .isEqualTo("Metric Terminated");
        assertThat(job().isDeleting()).isTrue();
    }

    /** Whoever may write runs writes their status, too, and must not reach Jobs that are none of his. */
    @ParameterizedTest
    @ValueSource(strings = {"other", "default"})
    void jobsOfOthersAreLeftAloneWhateverTheStatusNames(String namespace) throws InterruptedException {
        AnalysisRun run = world.create(JOB);
        if (!namespace.equals("default")) {
            world.client
                    .resource(Namespace.KIND)
                    .create(new Namespace(MapValue.of("metadata", MapValue.of("name", namespace))));
        }
        world.client
                .resource(Job.KIND)
                .create(new Job(
                        Yaml.decodeMap("""
                        apiVersion: batch/v1
                        kind: Job
                        metadata: {name: precious}
                        spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: "i:1"}]}}}
                        """).withMap("metadata", metadata -> metadata.with("namespace", namespace))));
        MetricResult result = run.status().metricResults().getFirst();
        Measurement forged = result.measurements()
                .getFirst()
                .withMetadata(Map.of("job-name", "precious", "job-namespace", namespace));
        world.client
                .resource(AnalysisRun.KIND)
                .update(run.withStatus(
                        run.status().withMetricResults(List.of(result.withMeasurements(List.of(forged))))));
        world.client
                .resource(AnalysisRun.KIND)
                .in("default")
                .patch("run", Patch.merge(MapValue.of("spec", MapValue.of("terminate", true))));
        run = world.pass(Duration.ofSeconds(1));
        Job precious = world.client.resource(Job.KIND).in(namespace).find("precious");
        assertThat(precious).isNotNull();
        assertThat(precious.isDeleting()).isFalse();
        assertThat(run.status()
                        .metricResults()
                        .getFirst()
                        .measurements()
                        .getFirst()
                        .message())
                .contains("precious")
                .contains("not of this analysis run");
    }

    @Test
    void requestsOfTheEntryProxyAreJudgedByTheSequentialTest() throws InterruptedException {
        AnalysisRun run = world.create("""
                metrics:
                - name: canary
                  interval: 5s
                  provider: {plugin: {proa: {service: web, stable: s1, canary: c1, minRequests: "50"}}}
                """);
        assertThat(run.status()
                        .metricResults()
                        .getFirst()
                        .measurements()
                        .getFirst()
                        .message())
                .isEqualTo("waiting for requests of the canary: 0 of 50");
        count("s1", 1000, 10);
        count("c1", 100, 1);
        run = world.pass(Duration.ofSeconds(6));
        assertThat(run.status()
                        .metricResults()
                        .getFirst()
                        .measurements()
                        .getFirst()
                        .phase())
                .isEqualTo("Successful");
        count("s1", 2000, 20);
        count("c1", 200, 31);
        run = world.pass(Duration.ofSeconds(6));
        assertThat(outcome(run))
                .isEqualTo(
                        "Failed: Metric \"canary\" assessed Failed due to failed (1) > failureLimit (0): \"Error Message: "
                                + "the canary has more errors: 31 of 200 requests failed at the canary, 20 of 2000 at the stable version\"");
    }

    private void count(String version, long requests, long errors) {
        List<Double> bounds = List.of(0.1, 0.2, 0.5, 1.0);
        world.counts.put(version, new RequestCounts(requests, errors, bounds, List.of(requests, 0L, 0L, 0L, 0L)));
    }
}
