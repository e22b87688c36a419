package dev.proa.server.http;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.audit.AuditOptions;
import dev.proa.server.audit.AuditSetup;
import dev.proa.testing.Await;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on record of the requests of {@code src/test/facts/audit}, beside what a real kube-apiserver had on record of them. */
class AuditFactsTest {
    private static final Path FACTS = Path.of("src/test/facts/audit");

    @TempDir
    Path directory;

    private static Object decoded(String file) {
        try {
            return Objects.requireNonNull(Json.decode(Files.readAllBytes(FACTS.resolve(file))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static AuditOptions options(Path policy, Path log, String mode) {
        AuditOptions.Truncation all = new AuditOptions.Truncation(false, 10 << 20, 100 << 10);
        AuditOptions.Delivery delivery = AuditOptions.Delivery.of("log", mode, 10_000, 1, Duration.ZERO, false, 0, 0);
        return new AuditOptions(
                policy, new AuditOptions.Log(log.toString(), 0, 0, 0, "json", false, delivery, all), null);
    }

    @Test
    void eventsAreAsThoseOfTheRealOne() throws InterruptedException, IOException {
        Path log = directory.resolve("audit.log");
        AuditOptions options = options(FACTS.resolve("policy.yaml"), log, "blocking");
        Map<String, List<MapValue>> events = new TreeMap<>();
        try (RunningServer running = new RunningServer(
                        directory,
                        parts -> parts.withAudit(AuditSetup.open(
                                options, new PrometheusRegistry(), Clock.systemUTC(), file -> json -> {})),
                        authenticator -> authenticator,
                        Thread.ofVirtual().factory());
                Https admin = new Https(running, running.pki().administrator(), HttpClient.Version.HTTP_1_1);
                Https nobody = new Https(running, null, HttpClient.Version.HTTP_1_1)) {
            MapValue recorded = (MapValue) decoded("events.json");
            for (Object each : (ListValue) decoded("requests.json")) {
                MapValue request = (MapValue) Objects.requireNonNull(each);
                String name = request.string("name");
                String id = send(request, request.string("as").isEmpty() ? admin : nobody);
                int expected = recorded.list(name).size();
                events.put(
                        name, Await.until(name + " " + id, () -> events(log, id), found -> found.size() >= expected));
            }
            SoftAssertions softly = new SoftAssertions();
            for (Map.Entry<String, @Nullable Object> each : recorded) {
                List<MapValue> actual = events.get(each.getKey());
                ListValue expected = Objects.requireNonNull((ListValue) each.getValue());
                for (int i = 0; i < expected.size(); i++) {
                    softly.assertThat(lines(
                                    comparable(Objects.requireNonNull(actual).get(i))))
                            .as(each.getKey() + " " + i)
                            .isEqualTo(lines(comparable(expected.map(i))));
                }
                softly.assertThat(actual).as(each.getKey()).hasSize(expected.size());
            }
            softly.assertAll();
        }
    }

    /** Without empty objects and false values, which Go writes of its structures. */
    private static MapValue pruned(MapValue object) {
        MapValue.Builder kept = MapValue.builder();
        for (Map.Entry<String, @Nullable Object> field : object) {
            Object value = switch (field.getValue()) {
                case MapValue map -> pruned(map);
                case ListValue list ->
                    ListValue.copyOf(list.stream()
                            .map(item -> item instanceof MapValue map ? pruned(map) : item)
                            .toList());
                case null, default -> field.getValue();
            };
            if (!MapValue.EMPTY.equals(value) && !Boolean.FALSE.equals(value)) {
                kept.put(field.getKey(), value);
            }
        }
        return kept.build();
    }

    private static String lines(MapValue event) {
        return dev.proa.api.codec.Yaml.toString(event);
    }

    private static String send(MapValue request, Https client) {
        List<String> headers = new ArrayList<>(List.of(
                "User-Agent", request.has("agent") ? "a".repeat((int) request.integer("agent", 0)) : "recorder"));
        request.map("headers")
                .forEach(header ->
                        headers.addAll(List.of(header.getKey(), (String) Objects.requireNonNull(header.getValue()))));
        if (request.string("as").equals("token")) {
            headers.addAll(List.of("Authorization", "Bearer wrong"));
        }
        if (request.has("accept")) {
            headers.addAll(List.of("Accept", request.string("accept")));
        }
        Object body = request.get("body");
        String text = body == null ? request.string("text") : Json.toString(body);
        if (!text.isEmpty()) {
            headers.addAll(List.of("Content-Type", request.has("type") ? request.string("type") : "application/json"));
        }
        HttpResponse<String> answer = client.send(
                request.string("method"),
                request.string("path")
                        + "p".repeat((int) request.integer("pad", 0))
                        + (request.bool("dryRun") ? "?dryRun=All" : ""),
                text.isEmpty() ? null : text,
                headers.toArray(String[]::new));
        return answer.headers().firstValue("Audit-Id").orElseThrow();
    }

    private static List<MapValue> events(Path log, String id) {
        try {
            return Files.readAllLines(log).stream()
                    .map(Json::decodeMap)
                    .filter(event -> event.string("auditID").equals(id))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An event without what differs from run to run, and without what other tests compare: how answers look. */
    private static MapValue comparable(MapValue event) {
        MapValue same =
                event.without("auditID").without("requestReceivedTimestamp").without("stageTimestamp");
        if (same.map("user").string("username").endsWith("admin")) {
            same = same.with("user", "administrator");
        }
        if (same.get("requestObject") instanceof MapValue sent) {
            same = same.with("requestObject", pruned(sent));
        }
        if (same.has("responseObject")) {
            MapValue answer = same.map("responseObject");
            same = same.with(
                    "responseObject",
                    MapValue.of(
                            "kind",
                            answer.string("kind"),
                            "apiVersion",
                            answer.string("apiVersion"),
                            "name",
                            answer.map("metadata").has("generateName")
                                    ? "random"
                                    : answer.map("metadata").string("name"),
                            "lean",
                            !Json.toString(answer).contains("managedFields")));
        }
        return same.withMap(
                "responseStatus",
                status -> status.isEmpty()
                        ? status
                        : status.with("message", "").withMap("details", details -> details.without("uid")));
    }
}
