package dev.proa.server.apiextensions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.value.MapValue;
import java.util.List;
import org.junit.jupiter.api.Test;

class CustomResourceTest {
    private static final MapValue DEFINITION = StructuralSchemaTest.yaml("""
            spec:
              group: example.com
              scope: Namespaced
              names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList}
              versions:
              - {name: v1alpha1, served: true, deprecated: true, schema: {openAPIV3Schema: {type: object}}}
              - {name: v1beta1, served: true, deprecated: true, deprecationWarning: move on, schema: {openAPIV3Schema: {type: object}}}
              - {name: v1, served: true, schema: {openAPIV3Schema: {type: object}}}
              - name: v2
                served: true
                storage: true
                selectableFields: [{jsonPath: .spec.color}, {jsonPath: .spec.size}]
                additionalPrinterColumns: [{name: Color, type: string, jsonPath: .spec.color}]
                subresources: {status: {}, scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size, labelSelectorPath: .status.selector}}
                schema: {openAPIV3Schema: {type: object}}
              - {name: v3, served: false, schema: {openAPIV3Schema: {type: object}}}
            """);
    private final List<CustomResource> versions = CustomResource.of(DEFINITION);
    private final CustomResource stored = versions.get(3);
    private final MapValue object =
            StructuralSchemaTest.yaml("{spec: {color: red, size: 3}, status: {size: 2, selector: a=b}}");

    @Test
    void tellsWhatItsDefinitionSays() {
        assertThat(stored.apiVersion()).isEqualTo("example.com/v2");
        assertThat(stored.kind()).isEqualTo("Widget");
        assertThat(stored.listKind()).isEqualTo("WidgetList");
        assertThat(stored.namespaced()).isTrue();
        assertThat(stored.isStored()).isTrue();
        assertThat(stored.hasStatus()).isTrue();
        assertThat(stored.printerColumns()).hasSize(1);
        assertThat(versions.getFirst().hasStatus()).isFalse();
        assertThat(versions.getFirst().scale()).isNull();
        assertThat(versions.getLast().served()).isFalse();
    }

    @Test
    void warnsOfDeprecatedVersionsAndNamesTheBest() {
        assertThat(versions.stream().map(CustomResource::deprecationWarning))
                .containsExactly(
                        "example.com/v1alpha1 Widget is deprecated; use example.com/v2 Widget", "move on", "", "", "");
    }

    @Test
    void findsSelectableFields() {
        assertThat(stored.selectableFields().stream().map(SelectableField::name))
                .containsExactly("spec.color", "spec.size");
        assertThat(stored.selectableFields().stream().map(field -> field.value(object)))
                .containsExactly("red", "3");
        assertThat(stored.selectableFields().getFirst().value(MapValue.EMPTY)).isEmpty();
    }

    @Test
    void readsAndSetsReplicas() {
        Scale scale = stored.scaleOrThrow();
        assertThat(scale.specReplicas(object)).isEqualTo(3);
        assertThat(scale.statusReplicas(object)).isEqualTo(2);
        assertThat(scale.labelSelector(object)).isEqualTo("a=b");
        assertThat(scale.specReplicas(MapValue.EMPTY)).isNull();
        assertThat(scale.statusReplicas(MapValue.EMPTY)).isZero();
        assertThat(scale.withSpecReplicas(object, 7).map("spec")).isEqualTo(MapValue.of("color", "red", "size", 7L));
        assertThat(scale.withSpecReplicas(MapValue.EMPTY, 7).map("spec")).isEqualTo(MapValue.of("size", 7L));
        assertThatThrownBy(() -> scale.withSpecReplicas(MapValue.of("spec", 5L), 7))
                .hasMessage("value cannot be set because .spec is not a map[string]interface{}");
    }
}
