package dev.proa.server.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.resource.ResourceCatalog;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.Facts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code /openapi/v2}, beside what Kubernetes 1.36.3 publishes. */
class SwaggerTest {
    /** Unions are nothing that clients look at. */
    private static final Set<String> NOT_COMPARED = Set.of("x-kubernetes-unions", "description");

    /** In which one field of a type has no list type, or has one. Nobody applies those. */
    private static final Set<String> OTHER_LIST_TYPE = Set.of(
            "io.k8s.apimachinery.pkg.apis.meta.v1.APIResource",
            "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec");

    private final OpenApi openApi =
            new OpenApi(ResourceCatalog.builtin(), SchemaCatalog.builtin(), "v1.36.3", unused -> "", unused -> null);
    private final MapValue document = Json.decodeMap(
            java.util.Objects.requireNonNull(openApi.document("/openapi/v2")).plain());

    @Test
    void describesOperationsAsRecorded() {
        Map<String, MapValue> theirs = new TreeMap<>();
        for (MapValue fact : Facts.read("swagger-operations.jsonl.gz")) {
            theirs.put(fact.string("path") + " " + fact.string("method"), fact);
        }
        Map<String, MapValue> ours = new TreeMap<>();
        document.map("paths").forEach(path -> {
            MapValue item = (MapValue) path.getValue();
            item.forEach(operation -> {
                if (operation.getValue() instanceof MapValue each) {
                    ours.put(
                            path.getKey() + " " + operation.getKey(),
                            told(path.getKey(), operation.getKey(), item, each));
                }
            });
        });
        Set<String> groupVersions = new TreeSet<>(ResourceCatalog.builtin().groupVersions());
        theirs.keySet().removeIf(key -> !groupVersions.contains(groupVersion(key)));
        List<String> differing = new ArrayList<>();
        theirs.forEach((key, fact) -> {
            if (!fact.equals(ours.get(key))) {
                differing.add(key + "\n theirs " + fact + "\n ours   " + ours.get(key));
            }
        });
        ours.keySet().removeAll(theirs.keySet());
        assertThat(differing).isEmpty();
        assertThat(ours.keySet()).isEmpty();
        assertThat(theirs.size()).isGreaterThan(750);
    }

    /** {@code v1} or {@code apps/v1}; empty for what is above one. */
    private static String groupVersion(String key) {
        String[] parts = key.substring(0, key.indexOf(' ')).split("/");
        return parts[1].equals("api") && parts.length > 2
                ? parts[2]
                : parts[1].equals("apis") && parts.length > 3 ? parts[2] + "/" + parts[3] : "";
    }

    private MapValue told(String path, String method, MapValue item, MapValue operation) {
        List<String> own = new ArrayList<>();
        String body = "";
        for (MapValue parameter : parameters(operation.list("parameters"))) {
            if (parameter.string("in").equals("body")) {
                body = typeOf(parameter.map("schema")) + (parameter.bool("required") ? " required" : "");
            } else {
                own.add(line(parameter));
            }
        }
        own.sort(null);
        List<String> common = new ArrayList<>(parameters(item.list("parameters")).stream()
                .map(SwaggerTest::line)
                .toList());
        common.sort(null);
        MapValue.Builder responses = MapValue.builder();
        operation.map("responses").forEach(response -> {
            MapValue value = (MapValue) response.getValue();
            responses.put(response.getKey(), value.string("description") + " " + typeOf(value.map("schema")));
        });
        return MapValue.of(
                "path", path,
                "method", method,
                "id", operation.string("operationId"),
                "description", operation.string("description"),
                "action", operation.string("x-kubernetes-action"),
                "kind", operation.get("x-kubernetes-group-version-kind"),
                "tags", operation.list("tags"),
                "common", ListValue.copyOf(common),
                "own", ListValue.copyOf(own),
                "body", body,
                "consumes", operation.list("consumes"),
                "produces", operation.list("produces"),
                "responses", responses.build());
    }

    private List<MapValue> parameters(ListValue list) {
        List<MapValue> parameters = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            String reference = list.map(i).string("$ref");
            parameters.add(
                    reference.isEmpty()
                            ? list.map(i)
                            : document.map("parameters").map(reference.substring("#/parameters/".length())));
        }
        return parameters;
    }

    private static String line(MapValue parameter) {
        return parameter.string("name") + " " + parameter.string("in") + " " + parameter.string("type");
    }

    private static String typeOf(MapValue schema) {
        String reference = schema.string("$ref");
        return reference.isEmpty() ? schema.string("type") : reference.substring("#/definitions/".length());
    }

    @Test
    void describesTypesAsRecorded() {
        MapValue ours = document.map("definitions");
        Set<String> compared = new TreeSet<>();
        List<String> differing = new ArrayList<>();
        for (MapValue fact : Facts.read("swagger-definitions.jsonl.gz")) {
            String name = fact.string("name");
            if (ours.has(name)) {
                compared.add(name);
                Object schema = bare(ours.get(name));
                if (!OTHER_LIST_TYPE.contains(name) && !bare(fact.get("schema")).equals(schema)) {
                    differing.add(name + "\n theirs " + bare(fact.get("schema")) + "\n ours   " + schema);
                }
            }
        }
        assertThat(differing).isEmpty();
        assertThat(compared.size()).isEqualTo(ours.size());
    }

    private static Object bare(@Nullable Object value) {
        if (value instanceof MapValue map) {
            MapValue.Builder builder = MapValue.builder();
            map.forEach(entry -> {
                boolean text = entry.getValue() instanceof String || entry.getValue() instanceof ListValue;
                if (!(NOT_COMPARED.contains(entry.getKey()) && text) && !"granular".equals(entry.getValue())) {
                    Object inner = entry.getValue();
                    builder.put(
                            entry.getKey(),
                            entry.getKey().equals("required") && inner instanceof ListValue names
                                    ? new TreeSet<>(names.stream()
                                                    .map(String::valueOf)
                                                    .toList())
                                            .toString()
                                    : bare(inner));
                }
            });
            return builder.build();
        }
        if (value instanceof ListValue list) {
            return ListValue.copyOf(list.stream().map(SwaggerTest::bare).toList());
        }
        return value == null ? "null" : value;
    }

    /** What protobuf's own tool shows of such a message: field numbers and values. */
    @Test
    void writesMessages() {
        MapValue schema = Json.decodeMap("""
                {"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#/definitions/b", "minimum": 1.5}}, "x-b": true}
                """);
        byte[] expected = new Message()
                .item(19, "a")
                .message(22, new Message().string(1, "object"))
                .message(
                        25,
                        new Message()
                                .message(
                                        1,
                                        new Message()
                                                .string(1, "a")
                                                .message(
                                                        2,
                                                        new Message()
                                                                .string(1, "#/definitions/b")
                                                                .number(9, 1.5))))
                .message(31, new Message().string(1, "x-b").message(2, new Message().string(2, "true\n")))
                .toByteArray();
        assertThat(SwaggerMessages.schema(schema).toByteArray()).isEqualTo(expected);
        assertThat(new Message().integer(11, 300).bool(16, true).item(1, "").toByteArray())
                .containsExactly(0x58, 0xac, 0x02, 0x80, 0x01, 0x01, 0x0a, 0x00);
        assertThat(new Message().number(9, 1.5).toByteArray()).containsExactly(0x49, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f);
    }

    @Test
    void isChosenByAccept() {
        assertThat(SwaggerType.isProtobuf("")).isFalse();
        assertThat(SwaggerType.isProtobuf("application/json")).isFalse();
        assertThat(SwaggerType.isProtobuf("application/com.github.proto-openapi.spec.v2@v1.0+protobuf"))
                .isTrue();
        assertThat(SwaggerType.isProtobuf("application/com.github.proto-openapi.spec.v2.v1.0+protobuf, */*"))
                .isTrue();
        assertThat(SwaggerType.isProtobuf(
                        "application/json, application/com.github.proto-openapi.spec.v2@v1.0+protobuf;q=0.5"))
                .isFalse();
    }
}
