package dev.proa.server.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.proa.api.codec.Json;
import dev.proa.api.codec.Yaml;
import dev.proa.api.resource.ResourceCatalog;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.aggregator.RemoteSwagger;
import dev.proa.server.discovery.Discovery.Document;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What extension servers tell, in {@code /openapi/v2}. */
class SwaggerMergerTest {
    private static final String LABEL = "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector";
    private static final String OPTIONS = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions";
    private static final String KINDS = "x-kubernetes-group-version-kind";
    private static final String PATH = "/apis/wardle.example.com/v1/flunders";

    private final OpenApi own =
            new OpenApi(ResourceCatalog.builtin(), SchemaCatalog.builtin(), "v1.36.3", unused -> "", unused -> null);
    private final MapValue plain = document(own);

    private static MapValue document(OpenApi openApi) {
        return Json.decodeMap(
                Objects.requireNonNull(openApi.document("/openapi/v2")).plain());
    }

    private static RemoteSwagger told(MapValue document) {
        return new RemoteSwagger("/apis/wardle.example.com/v1", "", document);
    }

    private static MapValue told(String yaml) {
        return Yaml.decodeMap(yaml);
    }

    /** A document with one path, whose answer is of a type. */
    private static MapValue with(String path, MapValue definitions, String type) {
        MapValue answer = MapValue.of(
                "description", "OK", "schema", MapValue.of("$ref", SwaggerParts.reference("definitions", type)));
        return MapValue.of(
                "paths",
                MapValue.of(path, MapValue.of("get", MapValue.of("responses", MapValue.of("200", answer)))),
                "definitions",
                definitions);
    }

    private MapValue merged(MapValue... others) {
        return document(own.withOthers(
                MapValue.EMPTY,
                java.util.Arrays.stream(others).map(SwaggerMergerTest::told).toList()));
    }

    private static String typeAt(MapValue document, String path) {
        return document.map("paths")
                .map(path)
                .map("get")
                .map("responses")
                .map("200")
                .map("schema")
                .string("$ref");
    }

    @Test
    void pathsAndDefinitionsOfOthersAreAdded() {
        MapValue flunder = told("{type: object, properties: {spec: {type: string}}}");
        MapValue merged = merged(with(PATH, MapValue.of("Flunder", flunder), "Flunder"));

        assertThat(merged.map("definitions").map("Flunder")).isEqualTo(flunder);
        assertThat(typeAt(merged, PATH)).isEqualTo("#/definitions/Flunder");
        assertThat(merged.withMap("paths", paths -> paths.without(PATH))
                        .withMap("definitions", definitions -> definitions.without("Flunder")))
                .isEqualTo(plain);
    }

    @Test
    void theSameDefinitionIsThereOnce() {
        MapValue label = plain.map("definitions").map(LABEL);
        MapValue merged = merged(with(PATH, MapValue.of(LABEL, label), LABEL));

        assertThat(merged.map("definitions")).isEqualTo(plain.map("definitions"));
        assertThat(typeAt(merged, PATH)).isEqualTo("#/definitions/" + LABEL);
    }

    @Test
    void descriptionsMakeNoDifference() {
        String meta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
        MapValue label = plain.map("definitions").map(meta).with("description", "told otherwise");
        MapValue merged = merged(with(PATH, MapValue.of(meta, label), meta));

        assertThat(merged.map("definitions")).isEqualTo(plain.map("definitions"));
        MapValue described = MapValue.of("properties", MapValue.of("description", MapValue.of("type", "string")));
        assertThat(SwaggerParts.withoutTexts(described)).isEqualTo(described);
    }

    @Test
    void anotherDefinitionOfTheSameNameIsRenamedWithAllThatRefersToIt() {
        MapValue other = told("{type: string, format: another}");
        MapValue flunder = told("{type: object, properties: {selector: {$ref: '#/definitions/" + LABEL
                + "'}, list: {type: array, items: {allOf: [{$ref: '#/definitions/" + LABEL + "'}]}}}}");
        MapValue first = with(PATH, MapValue.of(LABEL, other, "Flunder", flunder), "Flunder");
        String second = "/apis/wardle.example.com/v2/flunders";
        String third = "/apis/wardle.example.com/v3/flunders";
        MapValue merged = merged(
                first,
                with(second, MapValue.of(LABEL, other), LABEL),
                with(third, MapValue.of(LABEL, other.with("format", "a third")), LABEL));

        MapValue definitions = merged.map("definitions");
        assertThat(definitions.map(LABEL)).isEqualTo(plain.map("definitions").map(LABEL));
        assertThat(definitions.map(LABEL + "_v2")).isEqualTo(other);
        assertThat(definitions.map(LABEL + "_v3").string("format")).isEqualTo("a third");
        MapValue properties = definitions.map("Flunder").map("properties");
        assertThat(properties.map("selector").string("$ref")).isEqualTo("#/definitions/" + LABEL + "_v2");
        assertThat(properties.map("list").map("items").list("allOf").map(0).string("$ref"))
                .isEqualTo("#/definitions/" + LABEL + "_v2");
        assertThat(typeAt(merged, second)).isEqualTo("#/definitions/" + LABEL + "_v2");
        assertThat(typeAt(merged, third)).isEqualTo("#/definitions/" + LABEL + "_v3");
    }

    @Test
    void aNumberThatTheOtherHasItselfIsPassedOver() {
        MapValue other = told("{type: string, format: another}");
        MapValue own = told("{type: object, description: its second}");
        MapValue definitions = merged(with(PATH, MapValue.of(LABEL, other, LABEL + "_v2", own), LABEL))
                .map("definitions");

        assertThat(definitions.map(LABEL + "_v2")).isEqualTo(own);
        assertThat(definitions.map(LABEL + "_v3")).isEqualTo(other);
    }

    @Test
    void referencesAreChangedInALinearTime() {
        MapValue.Builder properties = MapValue.builder();
        List<MapValue> items = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            MapValue reference = MapValue.of("$ref", "#/definitions/A");
            properties.put("p%06d".formatted(i), reference);
            items.add(reference);
        }
        MapValue schema = MapValue.of("properties", properties.build(), "allOf", ListValue.copyOf(items));
        MapValue renamed = assertTimeout(
                Duration.ofSeconds(3),
                () -> SwaggerParts.renamed(schema, Map.of("#/definitions/A", "#/definitions/B")));

        for (Object each : renamed.list("allOf")) {
            assertThat(each).isEqualTo(MapValue.of("$ref", "#/definitions/B"));
        }
        assertThat(renamed.map("properties").asMap())
                .hasSize(100_000)
                .containsValue(MapValue.of("$ref", "#/definitions/B"));
        assertThat(SwaggerParts.renamed(schema, Map.of())).isSameAs(schema);
    }

    @Test
    void aServerThatTakesTheNamesItselfIsNoWorkAndIsLeftOut() {
        MapValue.Builder properties = MapValue.builder();
        for (int i = 0; i < 10_000; i++) {
            properties.put("p" + i, MapValue.of("type", "string"));
        }
        MapValue large = MapValue.of("properties", properties.build());
        String first = "/apis/first.example.com/v1/things";
        MapValue.Builder definitions = MapValue.builder();
        definitions.put("Large", told("{type: string, format: another}"));
        for (int i = 2; i < 10_000; i++) {
            definitions.put("Large_v" + i, MapValue.of("type", "object"));
        }
        MapValue flunder = told("{type: object}");
        String other = "/apis/other.example.com/v1/things";
        MapValue merged = assertTimeout(
                Duration.ofSeconds(10),
                () -> merged(
                        with(first, MapValue.of("Large", large), "Large"),
                        with(PATH, definitions.build(), "Large"),
                        with(other, MapValue.of("Flunder", flunder), "Flunder")));

        assertThat(merged.map("paths").has(PATH)).isFalse();
        assertThat(typeAt(merged, other)).isEqualTo("#/definitions/Flunder");
        assertThat(merged.withMap("paths", paths -> paths.without(other).without(first))
                        .withMap("definitions", all -> all.without("Flunder").without("Large")))
                .isEqualTo(plain);
    }

    @Test
    void allNamesMayBeTaken() {
        MapValue.Builder definitions = MapValue.builder();
        MapValue.Builder properties = MapValue.builder();
        for (int i = 0; i < 2_000; i++) {
            properties.put("p" + i, MapValue.of("type", "string"));
        }
        MapValue large = MapValue.of("properties", properties.build());
        for (int i = 0; i < 20; i++) {
            definitions.put("Large_v" + i, large.with("format", "f" + i));
        }
        plain.map("definitions")
                .forEach(each -> definitions.put(each.getKey(), told("{type: string, format: another}")));
        MapValue[] all = new MapValue[5];
        for (int i = 0; i < all.length; i++) {
            all[i] = with(
                    "/apis/wardle.example.com/v" + i + "/flunders",
                    definitions.put("Large", large.with("format", "large" + i)).build(),
                    LABEL);
        }
        MapValue merged = merged(all);

        assertThat(typeAt(merged, "/apis/wardle.example.com/v4/flunders")).isEqualTo("#/definitions/" + LABEL + "_v2");
        assertThat(merged.map("definitions").map("Large_v23").string("format")).isEqualTo("large4");
    }

    @Test
    void definitionsThatDifferInTheirKindsAloneHaveThoseOfAll() {
        MapValue kind = MapValue.of("group", "wardle.example.com", "kind", "DeleteOptions", "version", "v1");
        MapValue options = plain.map("definitions").map(OPTIONS);
        MapValue merged = merged(with(PATH, MapValue.of(OPTIONS, options.with(KINDS, ListValue.of(kind))), OPTIONS));

        ListValue kinds = merged.map("definitions").map(OPTIONS).list(KINDS);
        assertThat(kinds).contains(kind).containsAll(options.list(KINDS));
        assertThat(kinds.getLast()).isEqualTo(kind);
        assertThat(typeAt(merged, PATH)).isEqualTo("#/definitions/" + OPTIONS);
    }

    @Test
    void parametersAreRenamedToo() {
        String taken = plain.map("parameters").nameAt(0);
        MapValue document = MapValue.of(
                "paths",
                MapValue.of(
                        PATH, MapValue.of("parameters", ListValue.of(MapValue.of("$ref", "#/parameters/" + taken)))),
                "parameters",
                MapValue.of(taken, told("{name: other, in: query, type: string}")));
        MapValue merged = merged(document);

        assertThat(merged.map("parameters").map(taken + "_v2").string("name")).isEqualTo("other");
        assertThat(merged.map("paths").map(PATH).list("parameters").map(0).string("$ref"))
                .isEqualTo("#/parameters/" + taken + "_v2");
    }

    @Test
    void aPathThatIsThereStaysAsItIs() {
        MapValue foreign = told("{type: object, description: foreign}");
        MapValue all = with(PATH, MapValue.of("Foreign", foreign, "Flunder", foreign), "Flunder");
        MapValue pods = with("/api/v1/pods", MapValue.EMPTY, "Foreign").map("paths");
        assertThat(merged(MapValue.of("paths", pods, "definitions", all.map("definitions"))))
                .isEqualTo(plain);

        MapValue merged = merged(all.with("paths", all.map("paths").with("/api/v1/pods", pods.valueAt(0))));
        assertThat(merged.map("paths").map("/api/v1/pods"))
                .isEqualTo(plain.map("paths").map("/api/v1/pods"));
        assertThat(merged.map("definitions").has("Flunder")).isTrue();
        assertThat(merged.map("definitions").has("Foreign")).isFalse();
    }

    @Test
    void onlyWhatTheKeptPathsReferToStays() {
        MapValue document = told("""
                swagger: "2.0"
                paths:
                  /apis/a/v1/x:
                    parameters: [{$ref: "#/parameters/p"}]
                    get: {responses: {default: {schema: {$ref: "#/definitions/X"}}}}
                  /apis/b/v1/y:
                    get: {responses: {"200": {schema: {$ref: "#/definitions/Foreign"}}}}
                parameters: {p: {in: body, schema: {$ref: "#/definitions/P"}}}
                definitions:
                  X: {properties: {self: {$ref: "#/definitions/X"}, part: {$ref: "#/definitions/Part"}}}
                  Foreign: {properties: {part: {$ref: "#/definitions/Part"}, other: {$ref: "#/definitions/Other"}}}
                  Part: {}
                  P: {}
                  Other: {}
                  Unused: {}
                  Broken: 7
                """);
        MapValue kept = SwaggerParts.withPaths(document, path -> path.startsWith("/apis/a/v1/"));

        assertThat(kept.map("paths").asMap()).containsOnlyKeys("/apis/a/v1/x");
        assertThat(kept.map("definitions").asMap()).containsOnlyKeys("X", "Part", "P", "Unused");
        assertThat(kept.has("swagger")).isFalse();
    }

    @Test
    void theTagChangesWithWhatIsTold() {
        MapValue flunder = MapValue.of("Flunder", MapValue.of("type", "object"));
        OpenApi merged = own.withOthers(MapValue.EMPTY, List.of(told(with(PATH, flunder, "Flunder"))));
        Document first = Objects.requireNonNull(own.document("/openapi/v2"));

        assertThat(Objects.requireNonNull(merged.document("/openapi/v2")).etag())
                .isNotEqualTo(first.etag());
        assertThat(Objects.requireNonNull(
                                merged.withOthers(MapValue.EMPTY, List.of()).document("/openapi/v2"))
                        .etag())
                .isEqualTo(first.etag());
    }

    @Test
    void whateverOthersTellIsWrittenInProtobuf() {
        MapValue document = told("""
                paths:
                  /apis/wardle.example.com/v1/flunders:
                    x-path: 1
                    parameters:
                    - {name: many, in: query, type: array, items: {type: string, enum: [a, b]}, collectionFormat: csv}
                    - {name: X-Header, in: header, type: integer, maximum: 7.5, default: 3}
                    - {name: file, in: formData, type: file}
                    post:
                      summary: makes one
                      deprecated: true
                      externalDocs: {url: "https://example.com"}
                      security: [{BearerToken: [all]}]
                      responses:
                        "200": {description: OK, schema: {type: file}, headers: {X-Count: {type: integer}}}
                        "404": {$ref: "#/responses/none"}
                        "500": nothing
                        x-responses: true
                    get: nothing
                definitions:
                  Flunder: {type: [object, "null"], discriminator: kind, readOnly: true, allOf: [1]}
                """);
        OpenApi merged = own.withOthers(MapValue.EMPTY, List.of(told(document)));
        byte[] protobuf = Objects.requireNonNull(merged.document("/openapi/v2", OpenApi.V2_PROTOBUF))
                .plain();

        String text = new String(protobuf, StandardCharsets.ISO_8859_1);
        assertThat(text)
                .contains(
                        "makes one",
                        "X-Header",
                        "csv",
                        "#/responses/none",
                        "X-Count",
                        "x-responses",
                        "x-path",
                        "Flunder");
        assertThat(document(merged).map("paths").map(PATH))
                .isEqualTo(document.map("paths").map(PATH));
    }
}
