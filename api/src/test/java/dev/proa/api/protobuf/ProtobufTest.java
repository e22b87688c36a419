package dev.proa.api.protobuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ProtobufTest {
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
                    MapValue decoded = Protobuf.decode(Base64.getDecoder().decode(one.string("protobuf")));
                    assertThat(Yaml.toString(shaped(decoded))).isEqualTo(Yaml.toString(untyped(one.map("json"))));
                }));
    }

    @TestFactory
    Stream<DynamicTest> readsWhatItWrites() throws IOException {
        return recorded()
                .map(one -> DynamicTest.dynamicTest(title(one.map("json")), () -> {
                    MapValue json = untyped(one.map("json"));
                    assertThat(Yaml.toString(shaped(Protobuf.decode(Protobuf.encode(json)))))
                            .isEqualTo(Yaml.toString(json));
                }));
    }

    /** The shape of Go, when everything that it adds or leaves out is taken away before. */
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

    @Test
    void writesListsOutOfItems() throws IOException {
        MapValue pod = Json.decodeMap(
                ProtobufTest.class.getResourceAsStream("/dev/proa/api/pod.json").readAllBytes());
        byte[] item = Protobuf.encodeMessage(pod);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Protobuf.encodeList("v1", "PodList", MapValue.of("resourceVersion", "7"), List.of(item, item), out);
        MapValue list = Protobuf.decode(out.toByteArray());
        assertThat(list.map("metadata").string("resourceVersion")).isEqualTo("7");
        assertThat(list.list("items")).hasSize(2);
        assertThat(list.list("items").map(1)).isEqualTo(bareOfType(Protobuf.decode(Protobuf.encode(pod))));
        MapValue same = MapValue.of(
                "apiVersion",
                "v1",
                "kind",
                "PodList",
                "metadata",
                list.map("metadata"),
                "items",
                ListValue.of(pod, pod));
        assertThat(Protobuf.decode(Protobuf.encode(same))).isEqualTo(list);
    }

    private static MapValue bareOfType(MapValue object) {
        return object.without("apiVersion").without("kind");
    }

    @Test
    void framesTheEventsOfAWatch() {
        byte[] object = Protobuf.encode(
                StatusException.notFound(new Resource("", "pods"), "x").status());
        byte[] frame = Protobuf.watchFrame("ADDED", object);
        int length = java.nio.ByteBuffer.wrap(frame).getInt();
        assertThat(frame).hasSize(length + 4);
        MessageReader reader = new MessageReader(frame, 4, frame.length);
        assertThat(reader.string(reader.tag())).isEqualTo("ADDED");
        MessageReader raw = reader.nested(reader.tag());
        int start = frame.length - object.length;
        raw.skip(raw.tag());
        assertThat(raw.hasNext() || reader.hasNext()).isFalse();
        assertThat(Protobuf.decode(Arrays.copyOfRange(frame, start, frame.length))
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
        assertThat(Protobuf.decode(Protobuf.encode(partial))).isEqualTo(partial);
        assertThat(Protobuf.supports("meta.k8s.io/v1", "PartialObjectMetadataList"))
                .isTrue();
        assertThat(Protobuf.supports("e.example.com/v1", "Thing")).isFalse();
    }

    @Test
    void refusesWhatIsBroken() {
        byte[] good =
                Protobuf.encode(MapValue.of("apiVersion", "v1", "kind", "ConfigMap", "data", MapValue.of("a", "b")));
        assertThatThrownBy(() -> Protobuf.decode(new byte[] {1, 2, 3}))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("expected prefix [107 56 115 0]");
        byte[] typeOnly = Arrays.copyOf(good, 4 + 2 + 15);
        assertThat(Protobuf.decode(typeOnly)).isEqualTo(MapValue.of("apiVersion", "v1", "kind", "ConfigMap"));
        for (int length = typeOnly.length + 1; length < good.length - 4; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> Protobuf.decode(cut)).isInstanceOf(DecodeException.class);
        }
    }
}
