package dev.proa.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.Facts;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Replays what the real API server was asked, request after request, and compares what it answered: code, headers and body, but
 * for what differs from run to run ({@link Volatile}). {@code src/test/facts/converse} records.
 */
class ConversationsTest {
    /** Kubernetes answers 500 to an apply of what has a wrong type, which is a mistake of the client; here it is a bad request. */
    private static final Pattern MISTAKE = Pattern.compile(
            "failed to (create typed patch object|merge config:|convert new object) .*", Pattern.DOTALL);

    private static final Pattern PLACE = Pattern.compile("\\{([a-z]+)}");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "writes",
                "deletes",
                "evictions",
                "autoscalers",
                "reads",
                "parts",
                "podsecurity",
                "validation",
                "resize",
                "nodes",
                "escalation",
                "impersonation",
                "apply",
                "owners",
                "quotas",
                "certificates",
                "jobs"
            })
    void areAnsweredAsByKubernetes(String name, @TempDir Path directory) {
        List<String> differences;
        try (RunningServer running = new RunningServer(directory);
                Https https = Https.administrator(running);
                Https stranger = new Https(running, null, java.net.http.HttpClient.Version.HTTP_1_1)) {
            differences = new Conversation(name, https, stranger).replay();
        }
        assertThat(differences).as("answers that differ").isEmpty();
    }

    /** One conversation. */
    private static final class Conversation {
        private final String name;
        private final Https https;
        private final Https stranger;
        private final Map<String, String> ours = new LinkedHashMap<>();
        private final Map<String, String> theirs = new LinkedHashMap<>();
        private final List<String> differences = new ArrayList<>();

        Conversation(String name, Https https, Https stranger) {
            this.name = name;
            this.https = https;
            this.stranger = stranger;
        }

        List<String> replay() {
            String namespace = "talk-" + name;
            ours.put("ns", namespace);
            theirs.put("ns", namespace);
            https.send("POST", "/api/v1/namespaces", "{\"metadata\":{\"name\":\"" + namespace + "\"}}");
            https.send(
                    "POST",
                    "/api/v1/namespaces/" + namespace + "/serviceaccounts",
                    "{\"metadata\":{\"name\":\"default\"}}");
            List<MapValue> steps = Facts.read("conversations/" + name + ".jsonl");
            assertThat(steps).isNotEmpty();
            for (int i = 0; i < steps.size(); ) {
                int end = reads(steps, i);
                replay(steps.subList(i, end));
                i = end;
            }
            return differences;
        }

        /** The end of the reads that begin at a step, or of the step when it writes or later ones need its answer. */
        private static int reads(List<MapValue> steps, int start) {
            int end = start;
            while (end < steps.size()
                    && steps.get(end).string("method").equals("GET")
                    && steps.get(end).map("save").isEmpty()) {
                end++;
            }
            return Math.max(end, start + 1);
        }

        /** Sends requests at the same time, since some wait for seconds, and compares the answers in order. */
        private void replay(List<MapValue> steps) {
            List<Future<HttpResponse<String>>> responses = new ArrayList<>();
            try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
                steps.forEach(step -> responses.add(executor.submit(() -> send(step))));
            }
            for (int i = 0; i < steps.size(); i++) {
                compare(steps.get(i), responses.get(i).resultNow());
            }
        }

        private static MapValue withMistakes(MapValue step) {
            if (step.integer("code", 0) == 500
                    && step.get("answer") instanceof MapValue status
                    && MISTAKE.matcher(status.string("message")).matches()) {
                return step.with("code", 400L)
                        .with("answer", status.with("code", 400L).with("reason", "BadRequest"));
            }
            return step;
        }

        private void compare(MapValue recorded, HttpResponse<String> response) {
            MapValue step = withMistakes(recorded);
            @Nullable Object answer = parsed(response);
            step.map("save").forEach(entry -> {
                String path = String.valueOf(entry.getValue());
                theirs.put(entry.getKey(), dig(step.get("answer"), path));
                ours.put(entry.getKey(), dig(answer, path));
            });
            Map<String, Object> expected = new TreeMap<>();
            Map<String, Object> actual = new TreeMap<>();
            expected.put("code", step.integer("code", 0));
            actual.put("code", (long) response.statusCode());
            boolean managed = name.equals("apply") || name.equals("owners");
            Object expectedBody = new Volatile(theirs, managed).normal(step.get("answer"));
            Object actualBody = new Volatile(ours, managed).normal(answer);
            switch (step.string("level")) {
                case "code" -> {}
                case "fine" -> {
                    expected.clear();
                    actual.clear();
                    if (response.statusCode() >= 500) {
                        actual.put("code", (long) response.statusCode());
                    }
                }
                case "owners" -> {
                    expected.clear();
                    actual.clear();
                    flatten("", owners(expectedBody), expected);
                    flatten("", owners(actualBody), actual);
                }
                case "reason" -> {
                    expected.put("reason", reason(expectedBody));
                    actual.put("reason", reason(actualBody));
                }
                default -> {
                    flatten("", expectedBody, expected);
                    flatten("", actualBody, actual);
                    step.map("shown").forEach(entry -> {
                        ListValue list = (ListValue) Objects.requireNonNull(entry.getValue());
                        List<String> sorted =
                                list.stream().map(String::valueOf).sorted().toList();
                        String values = String.valueOf(new Volatile(theirs, false).normal(ListValue.copyOf(sorted)));
                        expected.put("header " + entry.getKey(), values);
                    });
                    for (String header :
                            List.of("Content-Type", "Warning", "Retry-After", "Allow", "WWW-Authenticate")) {
                        List<String> values = response.headers().allValues(header);
                        if (!values.isEmpty()) {
                            actual.put(
                                    "header " + header,
                                    String.valueOf(new Volatile(ours, false)
                                            .normal(ListValue.copyOf(
                                                    values.stream().sorted().toList()))));
                        }
                    }
                }
            }
            compare(step, expected, actual);
        }

        private void compare(MapValue step, Map<String, Object> expected, Map<String, Object> actual) {
            Map<String, Object> same = new TreeMap<>(expected);
            same.entrySet().retainAll(actual.entrySet());
            expected.entrySet().removeAll(same.entrySet());
            actual.entrySet().removeAll(same.entrySet());
            if (!expected.isEmpty() || !actual.isEmpty()) {
                String body = step.string("body");
                differences.add("\n" + name + ".txt:" + step.integer("line", 0) + " " + step.string("method") + " "
                        + step.string("path") + " " + body.substring(0, Math.min(200, body.length())) + "\n  theirs "
                        + expected + "\n  ours   " + actual);
            }
        }

        private HttpResponse<String> send(MapValue step) {
            List<String> headers = new ArrayList<>();
            Https client = https;
            String type = step.get("body") == null ? "-" : "application/json";
            for (Map.Entry<String, @Nullable Object> entry : step.map("headers")) {
                String value = replaced(String.valueOf(entry.getValue()));
                if (entry.getKey().equals("Content-Type")) {
                    type = value;
                } else if (entry.getKey().equals("Stranger")) {
                    client = stranger;
                } else {
                    headers.addAll(List.of(entry.getKey(), value));
                }
            }
            if (!type.equals("-")) {
                headers.addAll(List.of("Content-Type", type));
            }
            String body = step.get("body") == null ? null : replaced(step.string("body"));
            return client.send(
                    step.string("method"), replaced(step.string("path")), body, headers.toArray(String[]::new));
        }

        private String replaced(String text) {
            Matcher matcher = PLACE.matcher(text);
            return matcher.replaceAll(
                    found -> Matcher.quoteReplacement(ours.getOrDefault(found.group(1), found.group())));
        }
    }

    private static @Nullable Object parsed(HttpResponse<String> response) {
        String body = response.body();
        if (!response.headers().firstValue("Content-Type").orElse("").contains("json")) {
            return body;
        }
        try {
            return Json.decode(body.getBytes(StandardCharsets.UTF_8));
        } catch (DecodeException e) {
            List<MapValue> lines = body.lines().map(Json::decodeMap).toList();
            return MapValue.of("lines", ListValue.copyOf(lines));
        }
    }

    private static @Nullable Object owners(@Nullable Object body) {
        return body instanceof MapValue map ? map.at("metadata", "managedFields") : body;
    }

    private static @Nullable Object reason(@Nullable Object body) {
        return body instanceof MapValue map ? map.string("reason") : Objects.requireNonNullElse(body, "");
    }

    private static String dig(@Nullable Object value, String path) {
        Object found = value;
        for (String word : path.split("\\.")) {
            if (found instanceof ListValue list) {
                found = Integer.parseInt(word) < list.size() ? list.get(Integer.parseInt(word)) : null;
            } else {
                found = found instanceof MapValue map ? map.get(word) : null;
            }
        }
        return String.valueOf(found);
    }

    /** The leaves of a value by their paths; empty objects and lists are leaves, too. */
    private static void flatten(String path, @Nullable Object value, Map<String, Object> leaves) {
        switch (value) {
            case MapValue map
            when !map.isEmpty() -> map.forEach(entry -> flatten(path + "." + entry.getKey(), entry.getValue(), leaves));
            case ListValue list
            when !list.isEmpty() -> {
                for (int i = 0; i < list.size(); i++) {
                    flatten(path + "[" + i + "]", list.get(i), leaves);
                }
            }
            case null -> leaves.put(path, "null");
            default -> leaves.put(path, value);
        }
    }
}
