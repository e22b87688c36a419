package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.patch.JsonPatch;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.Facts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Objects that are wrong in one place are refused, and those that are merely others accepted, as by the real API server: with its code,
 * reason, and causes, or with the same object and the same changes of it. {@code src/test/facts/mutate} recorded its answers.
 *
 * <p>Cases of {@code mutations-differing.txt} are answered in another way, for reasons that stand there; any other one that is fails the test.
 * All differences are written to {@code target/mutations.txt}, and such a list of them beside it.
 */
class MutationsTest {
    /** Of a thousand answers, at least so many are alike. */
    private static final int ALIKE = 985;

    /** Objects that Go shows by its internal structures, of which those of Proa know nothing. */
    private static final Pattern STRUCTURE = Pattern.compile("(?s)value: (\\{.*}|\\[.*]|null)(: |$)");

    private static final Pattern LONG = Pattern.compile("(a)a{40,}");

    private final Map<String, int[]> counts = new TreeMap<>();
    private final List<String> differences = new ArrayList<>();
    private final Set<String> differing = new TreeSet<>();
    /** What was answered to the object without any change, by verb. */
    private final Map<String, MapValue> ourUnchanged = new HashMap<>();

    @Test
    void areAnsweredAsByKubernetes() {
        Set<String> known = new HashSet<>(Facts.lines("mutations-differing.txt"));
        try (InProcess server = new InProcess()) {
            server.create("/api/v1/namespaces", "{metadata: {name: mutations}}");
            server.create("/api/v1/namespaces/mutations/serviceaccounts", "{metadata: {name: default}}");
            replay(server, Facts.read("mutations.jsonl.gz"));
        }
        int asked = counts.values().stream().mapToInt(count -> count[0]).sum();
        int alike = counts.values().stream().mapToInt(count -> count[1]).sum();
        report(asked, alike);
        assertThat(differing)
                .as("cases that differ and did not before; target/mutations.txt shows how")
                .isSubsetOf(known);
        assertThat(alike * 1000L / asked).as("alike of a thousand").isGreaterThanOrEqualTo(ALIKE);
    }

    private void replay(InProcess server, List<MapValue> lines) {
        MapValue subject = MapValue.EMPTY;
        String stored = "";
        for (MapValue line : lines) {
            if (line.has("object")) {
                remove(server, stored);
                subject = line;
                stored = "";
                ourUnchanged.clear();
                continue;
            }
            if (line.string("verb").equals("update") && stored.isEmpty()) {
                MapValue created = server.call("create", subject.string("path"), subject.map("object"));
                stored = subject.string("path") + "/" + created.map("metadata").string("name");
            }
            compare(server, subject, stored, line);
        }
        remove(server, stored);
    }

    private static void remove(InProcess server, String path) {
        if (!path.isEmpty()) {
            server.delete(path + "?gracePeriodSeconds=0");
        }
    }

    private void compare(InProcess server, MapValue subject, String stored, MapValue line) {
        MapValue changed = (MapValue)
                Objects.requireNonNull(JsonPatch.of(line.get("patch")).apply(subject.map("object")));
        boolean update = !stored.isEmpty();
        if (update) {
            Object revision = server.get(stored).map("metadata").get("resourceVersion");
            changed = changed.withMap("metadata", meta -> meta.with("resourceVersion", revision));
        }
        List<String> theirs = theirs(line);
        List<String> ours =
                ours(server, update ? "PUT" : "POST", update ? stored : subject.string("path"), changed, line);
        String kind = subject.map("object").string("kind");
        int[] count = counts.computeIfAbsent(kind, unused -> new int[2]);
        count[0]++;
        if (theirs.equals(ours)) {
            count[1]++;
            return;
        }
        String patch = LONG.matcher(Json.toString(line.get("patch")))
                .replaceAll(found -> found.group(1) + "*" + found.group().length());
        String which = line.string("verb") + " " + kind + " "
                + subject.map("object").map("metadata").string("name") + " " + patch;
        differing.add(which);
        differences.add(which + "\n  theirs " + String.join("\n         ", theirs) + "\n  ours   "
                + String.join("\n         ", ours));
    }

    private List<String> ours(InProcess server, String method, String path, MapValue object, MapValue line) {
        Query query = Query.parse("dryRun=All");
        ApiRequest.Body body = new ApiRequest.Bytes(Json.encode(object), "application/json");
        RequestInfo info = RequestInfo.parse(method, path, query);
        try {
            ApiResponse response =
                    server.server.handle(new ApiRequest(method, info, query, body, "", InProcess.MASTER));
            MapValue answered = Differences.stable(Json.decodeMap(Json.encode(InProcess.value(response))));
            answered = method.equals("PUT") ? answered.without("status") : answered;
            String verb = line.string("verb");
            boolean whole = !ourUnchanged.containsKey(verb);
            ourUnchanged.putIfAbsent(verb, answered);
            List<String> answer = new ArrayList<>(List.of("code " + response.status()));
            if (line.has("body")) {
                changes(Differences.between(line.map("body"), answered), answer);
            } else if (!whole && line.has("changes")) {
                changes(Differences.between(Objects.requireNonNull(ourUnchanged.get(verb)), answered), answer);
            }
            return answer;
        } catch (StatusException e) {
            MapValue status = e.status();
            List<String> causes = new ArrayList<>();
            for (Object cause : status.map("details").list("causes")) {
                MapValue map = (MapValue) Objects.requireNonNull(cause);
                causes.add(cause(map.string("reason"), map.string("field"), map.string("message")));
            }
            return answer(e.code(), status.string("reason"), status.string("message"), causes);
        } catch (RuntimeException e) {
            return List.of("threw " + e);
        }
    }

    private static void changes(Map<String, @Nullable Object> changes, List<String> answer) {
        changes.forEach((at, value) -> answer.add(at + " " + Json.toString(value)));
    }

    private static List<String> theirs(MapValue line) {
        long code = line.integer("code", 0);
        if (code < 300) {
            List<String> answer = new ArrayList<>(List.of("code " + code));
            Map<String, @Nullable Object> changes = new TreeMap<>();
            line.map("changes").forEach(change -> changes.put(change.getKey(), change.getValue()));
            changes(changes, answer);
            return answer;
        }
        List<String> causes = new ArrayList<>();
        for (Object cause : line.list("causes")) {
            ListValue parts = (ListValue) Objects.requireNonNull(cause);
            causes.add(cause(String.valueOf(parts.get(0)), String.valueOf(parts.get(1)), String.valueOf(parts.get(2))));
        }
        return answer(code, line.string("reason"), line.string("message"), causes);
    }

    /** The order of causes is that of Go's maps, which is any. */
    private static List<String> answer(long code, String reason, String message, List<String> causes) {
        List<String> answer = new ArrayList<>(List.of("code " + code, reason));
        if (causes.isEmpty()) {
            answer.add(STRUCTURE.matcher(message).replaceAll("value: {}$2"));
        }
        causes.sort(null);
        answer.addAll(causes);
        return answer;
    }

    /** What may not change is shown as a difference of Go's structures below the sentence. */
    private static String cause(String reason, String field, String message) {
        String sentence = message.startsWith("Forbidden: ") ? message.replaceAll("(?s)\n.*", "") : message;
        return reason + " " + field + " " + STRUCTURE.matcher(sentence).replaceAll("value: {}$2");
    }

    private void report(int asked, int alike) {
        StringBuilder table = new StringBuilder();
        counts.forEach((kind, count) ->
                table.append(String.format("%-34s %6d %6d %6.1f %%%n", kind, count[0], count[1], percent(count))));
        table.append(String.format("%-34s %6d %6d %6.1f %%%n", "all", asked, alike, percent(new int[] {asked, alike})));
        System.out.print("answers alike, of those asked\n" + table);
        try {
            Files.createDirectories(Path.of("target"));
            Files.write(Path.of("target", "mutations-differing.txt"), differing);
            Files.writeString(Path.of("target", "mutations.txt"), table + "\n" + String.join("\n", differences) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double percent(int[] count) {
        return count[1] * 100.0 / count[0];
    }
}
