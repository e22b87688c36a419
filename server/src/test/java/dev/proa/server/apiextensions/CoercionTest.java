package dev.proa.server.apiextensions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.value.MapValue;
import dev.proa.server.apiserver.Readers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CoercionTest {
    private final Coercion coercion = new Coercion(Readers.metadata());
    private final StructuralSchema schema = StructuralSchema.of(StructuralSchemaTest.yaml("""
            type: object
            properties:
              spec: {type: object, properties: {pod: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}}}
            """));
    private final List<String> unknown = new ArrayList<>();

    private static MapValue widget(String rest) {
        return StructuralSchemaTest.yaml("{apiVersion: example.com/v1, kind: Widget, " + rest + "}");
    }

    @Test
    void leavesWhatIsInOrderAsItIs() {
        MapValue object = widget("metadata: {name: x, labels: {a: b}}, spec: {pod: {apiVersion: v1, kind: Pod}}");
        assertThat(coercion.sent(object, schema, unknown)).isSameAs(object);
        assertThat(coercion.sent(object, schema, unknown)).isEqualTo(object);
        assertThat(unknown).isEmpty();
    }

    @Test
    void dropsUnknownFieldsAndEmptyMetadata() {
        MapValue object = widget(
                "extra: 1, metadata: {name: x, other: 1, labels: {}, creationTimestamp: null}, spec: {more: [1], pod: {metadata: {odd: 1, name: z}}}");
        assertThat(coercion.sent(object, schema, unknown))
                .isEqualTo(widget("metadata: {name: x}, spec: {pod: {metadata: {name: z}}}"));
        assertThat(unknown).containsExactly("metadata.other", "extra", "spec.more", "spec.pod.metadata.odd");
    }

    @Test
    void refusesValuesOfTheWrongTypeFromClients() {
        assertThatThrownBy(() -> coercion.sent(widget("metadata: {labels: {a: 5}}"), schema, unknown))
                .isInstanceOf(DecodeException.class)
                .hasMessage("json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string");
        assertThatThrownBy(() -> coercion.sent(widget("spec: {pod: {metadata: {labels: 5}}}"), schema, unknown))
                .hasMessage(
                        "spec.pod.metadata: Invalid value: {\"labels\":5}: json: cannot unmarshal number into Go struct field"
                                + " ObjectMeta.labels of type map[string]string");
        assertThatThrownBy(() -> coercion.sent(widget("spec: {pod: {kind: 5}}"), schema, unknown))
                .hasMessage("spec.pod.kind: Invalid value: 5: must be a string");
    }

    @Test
    void dropsThemFromTheStore() {
        MapValue stored = widget("metadata: {name: x, labels: 5}, spec: {pod: {kind: 5, metadata: {name: 7, uid: u}}}");
        assertThat(coercion.stored(stored, schema))
                .isEqualTo(widget("metadata: {generation: 1, name: x}, spec: {pod: {metadata: {uid: u}}}"));
    }
}
