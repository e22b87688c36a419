package dev.proa.server.apiextensions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Numeral;
import dev.proa.server.Facts;
import dev.proa.server.apiserver.Readers;
import dev.proa.server.discovery.Discovery.Document;
import dev.proa.server.openapi.PublishedKind;
import dev.proa.server.table.TableFormat;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Compares with what the real server made of custom resources ({@code src/test/facts/customresources}). */
class CustomResourceFactsTest {
    private static final Map<String, MapValue> DEFINITIONS = new HashMap<>();
    private static final List<MapValue> FACTS = Facts.read("customresources.jsonl.gz");

    static {
        for (MapValue fact : FACTS) {
            if (fact.get("definition") instanceof MapValue definition) {
                DEFINITIONS.put(definition.map("spec").map("names").string("plural"), Numeral.plain(definition));
            }
        }
    }

    private final Map<String, RecordedObjects> resources = new HashMap<>();

    private RecordedObjects resource(String plural) {
        return resources.computeIfAbsent(
                plural,
                name -> new RecordedObjects(CustomResource.of(definition(name)).getFirst(), Readers.metadata()));
    }

    private static MapValue definition(String plural) {
        MapValue definition = DEFINITIONS.get(plural);
        if (definition == null) {
            throw new IllegalStateException("no definition of " + plural);
        }
        return definition;
    }

    @Test
    void answersRequestsAsRecorded() {
        List<String> wrong = new ArrayList<>();
        int compared = 0;
        for (MapValue fact : FACTS) {
            if (!fact.has("verb") || fact.string("verb").equals("strict")) {
                continue;
            }
            compared++;
            RecordedObjects resource = resource(fact.string("resource"));
            MapValue sent = fact.map("object");
            RecordedObjects.Outcome outcome = switch (fact.string("verb")) {
                case "create" -> resource.create(sent);
                case "update" -> resource.update(sent, fact.map("old"));
                default -> resource.status(sent, fact.map("old"));
            };
            String difference = difference(fact, outcome);
            if (!difference.isEmpty()) {
                wrong.add(fact.string("verb") + " " + fact.get("object")
                        + (fact.has("old") ? " of " + fact.get("old") : "") + "\n" + difference);
            }
        }
        assertThat(compared).isGreaterThan(3_000);
        assertThat(wrong).as(wrong.size() + " of " + compared).isEmpty();
    }

    private static String difference(MapValue fact, RecordedObjects.Outcome outcome) {
        long code = fact.integer("code", 0);
        if (code == 400) {
            // A kind or version of another resource does not come as far as this package.
            boolean decoded =
                    outcome.problem().isEmpty() && !fact.string("message").contains("does not match");
            return decoded
                            || !outcome.problem().isEmpty()
                                    && !fact.string("message").endsWith(outcome.problem())
                    ? "expected 400 " + fact.string("message") + "\n     got " + outcome
                    : "";
        }
        if (code == 422) {
            Set<String> causes = new TreeSet<>();
            for (Object cause : fact.list("causes")) {
                MapValue map = (MapValue) cause;
                causes.add(map.string("reason") + " " + map.string("field") + " " + map.string("message"));
            }
            return causes.equals(outcome.causes()) ? "" : "expected " + causes + "\n     got " + outcome;
        }
        Object expected = comparable(fact.get("answer"));
        Object got = comparable(outcome.object());
        if (!String.valueOf(expected).equals(String.valueOf(got)) || outcome.object() == null) {
            return "expected " + expected + "\n     got " + got + " " + outcome.causes() + outcome.problem();
        }
        Set<String> warnings = new TreeSet<>();
        fact.list("warnings").forEach(warning -> warnings.add(String.valueOf(warning)));
        return warnings.equals(outcome.warnings())
                ? ""
                : "expected warnings " + warnings + "\n     got " + outcome.warnings();
    }

    /** With whole numbers as such: the recorder wrote them as decimals where they were ones. */
    private static @Nullable Object comparable(@Nullable Object value) {
        return switch (value) {
            case MapValue map -> {
                MapValue.Builder builder = MapValue.builder();
                map.forEach(entry -> builder.put(entry.getKey(), comparable(entry.getValue())));
                yield builder.build();
            }
            case ListValue list ->
                ListValue.copyOf(list.stream().map(CustomResourceFactsTest::comparable).toList().stream()
                        .toList());
            case Number number ->
                number.doubleValue() == number.longValue() ? number.longValue() : number.doubleValue();
            case null, default -> value;
        };
    }

    @Test
    void namesUnknownFieldsAsStrictRequestsDo() {
        int compared = 0;
        for (MapValue fact : FACTS) {
            if (!fact.string("verb").equals("strict") || !fact.string("message").contains("strict decoding error")) {
                continue;
            }
            if (!fact.map("object").string("apiVersion").endsWith("/v1")) {
                continue; // of another resource
            }
            compared++;
            List<String> unknown = new ArrayList<>();
            MapValue definition = definition(fact.string("resource"));
            new Coercion(Readers.metadata())
                    .sent(
                            fact.map("object"),
                            CustomResource.of(definition).getFirst().schema(),
                            unknown);
            List<String> texts = unknown.stream()
                    .map(path -> "unknown field \"" + path + "\"")
                    .toList();
            assertThat(fact.string("message")).endsWith("strict decoding error: " + String.join(", ", texts));
        }
        assertThat(compared).isGreaterThan(5);
    }

    @Test
    void showsTablesAsRecorded() {
        int rows = 0;
        for (MapValue fact : FACTS) {
            if (!fact.has("table")) {
                continue;
            }
            TableFormat format = TableFormat.custom(CustomResource.of(definition(fact.string("resource")))
                    .getFirst()
                    .printerColumns());
            assertThat(format.columns()).isEqualTo(fact.map("table").list("columnDefinitions"));
            Instant now = OffsetDateTime.parse(fact.string("now")).toInstant();
            for (Object row : fact.map("table").list("rows")) {
                MapValue recorded = (MapValue) row;
                MapValue object = Numeral.plain(recorded.map("object"));
                assertThat(List.of(0, 10, 50, 200, 500, 1000))
                        .anySatisfy(late -> assertThat(
                                        comparable(format.row(object, now.plus(Duration.ofMillis(late)))))
                                .isEqualTo(comparable(recorded.without("object"))));
                rows++;
            }
        }
        assertThat(rows).isGreaterThan(3);
    }

    @Test
    void describesKindsAsRecorded() {
        int compared = 0;
        for (MapValue fact : FACTS) {
            if (fact.has("schemas") || fact.has("old") && !fact.has("verb")) {
                MapValue definition = definition(fact.string("resource"));
                PublishedKind made = fact.has("schemas")
                        ? PublishedSchemas.v3(definition, "v1")
                        : PublishedSchemas.v2(definition, "v1");
                MapValue recorded = fact.map(fact.has("schemas") ? "schemas" : "old");
                assertThat(comparable(made.schema())).isEqualTo(comparable(recorded.get(made.name())));
                assertThat(comparable(made.listSchema())).isEqualTo(comparable(recorded.get(made.listName())));
                compared++;
            }
        }
        assertThat(compared).isEqualTo(8);
    }

    @Test
    void describesOperationsAsRecorded() {
        int compared = 0;
        for (MapValue fact : FACTS) {
            if (!fact.has("operations")) {
                continue;
            }
            MapValue definition = definition(fact.string("resource"));
            Document document = PublishedSchemasTest.catalog(definition)
                    .openApi()
                    .document("/openapi/v3/apis/crd.facts.example.com/v1");
            assertThat(document).isNotNull();
            MapValue paths = Json.decodeMap(document.body()).map("paths");
            for (Map.Entry<String, @Nullable Object> entry : fact.map("operations")) {
                String[] words = entry.getKey().split(" ");
                MapValue recorded = (MapValue) java.util.Objects.requireNonNull(entry.getValue());
                MapValue made = paths.map(words[1]).map(words[0]);
                assertThat(essence(made)).as(entry.getKey()).isEqualTo(essence(recorded));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(10);
    }

    /** What generated clients and kubectl go by. */
    private static List<@Nullable Object> essence(MapValue operation) {
        return ListValue.of(
                operation.get("tags"),
                operation.get("x-kubernetes-action"),
                operation.get("x-kubernetes-group-version-kind"),
                operation.at("requestBody", "required"),
                operation.at("requestBody", "content", "application/json"),
                operation.at("requestBody", "content", "application/merge-patch+json"),
                operation.at("requestBody", "content", "application/apply-patch+yaml"),
                operation.at("responses", "200", "content", "application/json"));
    }
}
