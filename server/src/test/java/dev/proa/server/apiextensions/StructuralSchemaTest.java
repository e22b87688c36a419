package dev.proa.server.apiextensions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.schema.Schema.ListType;
import dev.proa.api.value.MapValue;
import org.junit.jupiter.api.Test;

class StructuralSchemaTest {
    static MapValue yaml(String text) {
        return Yaml.decodeMap(text);
    }

    private final StructuralSchema schema = StructuralSchema.of(yaml("""
            type: object
            description: all of it
            properties:
              spec:
                type: object
                x-kubernetes-map-type: atomic
                x-kubernetes-validations: [{rule: "self.a == 1"}]
                properties:
                  a: {type: string, description: one, nullable: true}
                  b: {type: string, description: another}
                  list:
                    type: array
                    x-kubernetes-list-type: map
                    x-kubernetes-list-map-keys: [k]
                    items: {type: object, properties: {k: {type: string}}}
                  set: {type: array, x-kubernetes-list-type: set, items: {type: string}}
                  any: {x-kubernetes-preserve-unknown-fields: true}
                  port: {x-kubernetes-int-or-string: true}
                  map: {type: object, additionalProperties: {type: integer}, default: {x: 1}}
                  open: {type: object, additionalProperties: true}
                  pod: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}
                  one: {type: object, properties: {k: {type: string, description: same}}}
                  other: {type: object, properties: {k: {type: string, description: other}}}
            """));
    private final StructuralSchema spec = at(schema, "spec");

    private static StructuralSchema at(StructuralSchema schema, String name) {
        StructuralSchema property = schema.property(name);
        assertThat(property).as(name).isNotNull();
        return property;
    }

    @Test
    void tellsWhatValuesMayBe() {
        assertThat(schema.type()).isEqualTo("object");
        assertThat(schema.propertyNames()).containsExactly("spec");
        assertThat(schema.property("none")).isNull();
        assertThat(spec.isAtomicMap()).isTrue();
        assertThat(at(spec, "a").nullable()).isTrue();
        assertThat(at(spec, "b").nullable()).isFalse();
        assertThat(at(spec, "any").preservesUnknownFields()).isTrue();
        assertThat(at(spec, "port").isIntOrString()).isTrue();
        assertThat(at(spec, "pod").isEmbeddedResource()).isTrue();
    }

    @Test
    void tellsTheTypesOfLists() {
        StructuralSchema list = at(spec, "list");
        assertThat(list.listType()).isEqualTo(ListType.MAP);
        assertThat(list.listMapKeys()).containsExactly("k");
        assertThat(list.items()).isNotNull();
        assertThat(at(spec, "set").listType()).isEqualTo(ListType.SET);
        assertThat(at(spec, "b").listType()).isEqualTo(ListType.ATOMIC);
    }

    @Test
    void tellsWhatOtherPropertiesThereMayBe() {
        StructuralSchema map = at(spec, "map");
        StructuralSchema entry = map.field("whatever");
        assertThat(entry).isNotNull().isSameAs(map.additionalProperties());
        assertThat(map.allowsAdditionalProperties()).isTrue();
        assertThat(map.defaultValue()).isEqualTo(MapValue.of("x", 1L));
        assertThat(at(spec, "open").field("whatever")).isNull();
        assertThat(at(spec, "open").allowsAdditionalProperties()).isTrue();
        assertThat(spec.allowsAdditionalProperties()).isFalse();
    }

    @Test
    void knowsWhereRulesAre() {
        assertThat(schema.hasRules()).isTrue();
        assertThat(schema.rules()).isEmpty();
        assertThat(spec.rules()).hasSize(1);
        assertThat(at(spec, "list").hasRules()).isFalse();
    }

    @Test
    void hasNodesThatAreAlikeOnlyOnce() {
        assertThat(at(spec, "one")).isSameAs(at(spec, "other"));
        assertThat(at(spec, "b")).isSameAs(at(at(spec, "one"), "k"));
        assertThat(at(StructuralSchema.of(yaml("{type: object, properties: {x: {type: string}}}")), "x"))
                .isSameAs(at(spec, "b"));
    }
}
