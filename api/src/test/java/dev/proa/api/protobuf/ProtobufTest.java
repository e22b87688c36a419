package dev.proa.api.protobuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.Tries;
import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.codec.Yaml;
import dev.proa.api.schema.GoShape;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.schema.Struct;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ProtobufTest {
    private static final Protobuf PROTOBUF = new Protobuf(SchemaCatalog.builtin());

    /** Objects of Kubernetes 1.36.3 in both forms; see {@code record.py}. */
    private static Stream<MapValue> recorded() throws IOException {
        ListValue objects = (ListValue) Json.decode(
                ProtobufTest.class.getResourceAsStream("objects.json").readAllBytes());
        return IntStream.range(0, objects.size()).mapToObj(objects::map);
    }

    private static String title(MapValue json) {
        return json.string("kind") + " " + json.map("metadata").string("name");
    }

    private static MapValue shaped(MapValue object) {
        Struct struct = SchemaCatalog.builtin().kind(object.string("apiVersion"), object.string("kind"));
        return GoShape.of(object, struct);
    }

    @TestFactory
    Stream<DynamicTest> readsWhatKubernetesWrites() throws IOException {
        return recorded()
                .map(one -> DynamicTest.dynamicTest(title(one.map("json")), () -> {
                    MapValue decoded = PROTOBUF.decode(Base64.getDecoder().decode(one.string("protobuf")));
                    assertThat(Yaml.toString(shaped(decoded))).isEqualTo(Yaml.toString(untyped(one.map("json"))));
                }));
    }

    @TestFactory
    Stream<DynamicTest> readsWhatItWrites() throws IOException {
        return recorded()
                .map(one -> DynamicTest.dynamicTest(title(one.map("json")), () -> {
                    MapValue json = untyped(one.map("json"));
                    assertThat(Yaml.toString(shaped(PROTOBUF.decode(PROTOBUF.encode(json)))))
                            .isEqualTo(Yaml.toString(json));
                }));
    }

    /** The shape of Go, when everything that it adds or leaves out is taken away before. */
    /** Random objects of every kind, which client-go 0.36.3 read from what {@link Protobuf} wrote, and wrote itself. */
    @Test
    void readsWhatClientGoWritesOfEveryKind() throws IOException {
        String lines = new String(
                ProtobufTest.class.getResourceAsStream("random.jsonl").readAllBytes(), StandardCharsets.UTF_8);
        assertThat(lines.lines()).hasSameSizeAs(RandomObjects.kinds());
        lines.lines()
                .map(line -> Json.decodeMap(line.getBytes(StandardCharsets.UTF_8)))
                .forEach(one -> {
                    MapValue decoded = PROTOBUF.decode(Base64.getDecoder().decode(one.string("protobuf")));
                    assertThat(Yaml.toString(shaped(decoded)))
                            .as(one.map("json").string("kind"))
                            .isEqualTo(Yaml.toString(one.map("json")));
                });
    }

    @TestFactory
    Stream<DynamicTest> shapesAsKubernetesDoes() throws IOException {
        return recorded()
                .map(one -> DynamicTest.dynamicTest(title(one.map("json")), () -> {
                    MapValue json = one.map("json");
                    assertThat(shaped(json)).isSameAs(json);
                    MapValue bare =
                            bare(json, SchemaCatalog.builtin().kind(json.string("apiVersion"), json.string("kind")));
                    assertThat(Yaml.toString(shaped(bare))).isEqualTo(Yaml.toString(json));
                }));
    }

    /** The claim templates of stateful sets have a type in JSON, which protobuf does not have and defaulting sets again. */
    private static MapValue untyped(MapValue json) {
        MapValue spec = json.map("spec");
        if (!spec.has("volumeClaimTemplates")) {
            return json;
        }
        MapValue template = spec.list("volumeClaimTemplates").map(0);
        return json.with("spec", spec.with("volumeClaimTemplates", ListValue.of(bareOfType(template))));
    }

    private static MapValue bare(MapValue object, Struct struct) {
        MapValue bare = object;
        for (var field : struct.fields()) {
            Object value = object.get(field.name());
            if (value instanceof MapValue map && field.type() instanceof Struct inner) {
                MapValue less = bare(map, inner);
                bare = less.isEmpty() && field.presence() != dev.proa.api.schema.Field.Presence.POINTER
                        ? bare.without(field.name())
                        : bare.with(field.name(), less);
            } else if (value == null) {
                bare = bare.without(field.name());
            }
        }
        return bare;
    }

    /** Whatever a field can have, of every kind. */
    @Test
    void keepsRandomValuesOfEveryKind() {
        List<String> kinds = RandomObjects.kinds();
        assertThat(kinds).hasSizeGreaterThan(100).contains("v1/Pod", "apps/v1/DeploymentList", "policy/v1/Eviction");
        Tries.run(5, random -> {
            for (String kind : kinds) {
                MapValue object = new RandomObjects(random, 0.2 + 0.4 * random.nextDouble()).object(kind);
                MapValue decoded = shaped(PROTOBUF.decode(PROTOBUF.encode(object)));
                assertThat(Yaml.toString(decoded)).as(kind).isEqualTo(Yaml.toString(object));
            }
        });
    }

    @Test
    void writesListsOutOfItems() throws IOException {
        MapValue pod = Json.decodeMap(
                ProtobufTest.class.getResourceAsStream("/dev/proa/api/pod.json").readAllBytes());
        byte[] item = PROTOBUF.encode(pod);
        int start = PROTOBUF.messageStart(item);
        int length = PROTOBUF.messageEnd(item) - start;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(PROTOBUF.listHead(
                "v1", "PodList", MapValue.of("resourceVersion", "7"), 2 * Protobuf.itemLength(length)));
        for (int i = 0; i < 2; i++) {
            out.write(PROTOBUF.itemHead(length));
            out.write(item, start, length);
        }
        out.write(Protobuf.listTail());
        MapValue list = PROTOBUF.decode(out.toByteArray());
        assertThat(list.map("metadata").string("resourceVersion")).isEqualTo("7");
        assertThat(list.list("items")).hasSize(2);
        assertThat(list.list("items").map(1)).isEqualTo(bareOfType(PROTOBUF.decode(PROTOBUF.encode(pod))));
        MapValue same = MapValue.of(
                "apiVersion",
                "v1",
                "kind",
                "PodList",
                "metadata",
                list.map("metadata"),
                "items",
                ListValue.of(pod, pod));
        assertThat(PROTOBUF.decode(PROTOBUF.encode(same))).isEqualTo(list);
    }

    private static MapValue bareOfType(MapValue object) {
        return object.without("apiVersion").without("kind");
    }

    @Test
    void framesTheEventsOfAWatch() {
        byte[] object = PROTOBUF.encode(
                StatusException.notFound(new Resource("", "pods"), "x").status());
        byte[] head = PROTOBUF.frameHead("ADDED", object.length);
        byte[] frame = Arrays.copyOf(head, head.length + object.length);
        System.arraycopy(object, 0, frame, head.length, object.length);
        int length = java.nio.ByteBuffer.wrap(frame).getInt();
        assertThat(frame).hasSize(length + 4);
        MessageReader reader = new MessageReader(PROTOBUF, frame, 4, frame.length);
        assertThat(reader.string(reader.tag())).isEqualTo("ADDED");
        MessageReader raw = reader.nested(reader.tag());
        int start = frame.length - object.length;
        raw.skip(raw.tag());
        assertThat(raw.hasNext() || reader.hasNext()).isFalse();
        assertThat(PROTOBUF.decode(Arrays.copyOfRange(frame, start, frame.length))
                        .string("message"))
                .isEqualTo("pods \"x\" not found");
    }

    @Test
    void writesOnlyMetadata() {
        MapValue partial = MapValue.of(
                "apiVersion",
                "meta.k8s.io/v1",
                "kind",
                "PartialObjectMetadata",
                "metadata",
                MapValue.of("name", "x", "namespace", "y"));
        assertThat(PROTOBUF.decode(PROTOBUF.encode(partial))).isEqualTo(partial);
        assertThat(PROTOBUF.supports("meta.k8s.io/v1", "PartialObjectMetadataList"))
                .isTrue();
        assertThat(PROTOBUF.supports("e.example.com/v1", "Thing")).isFalse();
    }

    @Test
    void refusesWhatIsBroken() {
        byte[] good =
                PROTOBUF.encode(MapValue.of("apiVersion", "v1", "kind", "ConfigMap", "data", MapValue.of("a", "b")));
        assertThatThrownBy(() -> PROTOBUF.decode(new byte[] {1, 2, 3}))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("expected prefix [107 56 115 0]");
        byte[] typeOnly = Arrays.copyOf(good, 4 + 2 + 15);
        assertThat(PROTOBUF.decode(typeOnly)).isEqualTo(MapValue.of("apiVersion", "v1", "kind", "ConfigMap"));
        for (int length = typeOnly.length + 1; length < good.length - 4; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> PROTOBUF.decode(cut)).isInstanceOf(DecodeException.class);
        }
    }
}
