package dev.proa.api.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.Tries;
import dev.proa.api.codec.Json;
import dev.proa.api.fieldpath.FieldSet;
import dev.proa.api.protobuf.RandomObjects;
import dev.proa.api.schema.GoShape;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.schema.Struct;
import dev.proa.api.value.MapValue;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TypedTest {
    private static final MergeType DEPLOYMENT = type("apps/v1/Deployment");
    private static final MergeType POD = type("v1/Pod");
    private static final MergeType SERVICE = type("v1/Service");

    private static Struct struct(String kind) {
        int slash = kind.lastIndexOf('/');
        return Objects.requireNonNull(
                SchemaCatalog.builtin().kind(kind.substring(0, slash), kind.substring(slash + 1)));
    }

    private static MergeType type(String kind) {
        return StructTypes.of(struct(kind));
    }

    private static MapValue json(String text) {
        return Json.decodeMap(text.replace('\'', '"'));
    }

    private static List<String> paths(FieldSet set) {
        return set.toString().lines().toList();
    }

    @Test
    void whoAppliesOwnsLeavesItemsAndEntries() {
        MapValue deployment = json(
                "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'labels':{'a':'b'}},"
                        + "'spec':{'replicas':1,'selector':{'matchLabels':{'a':'b'}},'template':{'spec':{'containers':["
                        + "{'name':'c','ports':[{'containerPort':80}],'args':['x'],'resources':{}}],'nodeSelector':{'x':'y'}}}}}");
        assertThat(paths(FieldSets.of(DEPLOYMENT, deployment)))
                .containsExactly(
                        ".apiVersion",
                        ".kind",
                        ".metadata.labels.a",
                        ".spec.replicas",
                        ".spec.selector",
                        ".spec.template.spec.nodeSelector",
                        ".spec.template.spec.containers[name=\"c\"]",
                        ".spec.template.spec.containers[name=\"c\"].args",
                        ".spec.template.spec.containers[name=\"c\"].name",
                        ".spec.template.spec.containers[name=\"c\"].resources",
                        ".spec.template.spec.containers[name=\"c\"].ports[containerPort=80,protocol=\"TCP\"]",
                        ".spec.template.spec.containers[name=\"c\"].ports[containerPort=80,protocol=\"TCP\"].containerPort");
    }

    @Test
    void whatIsNewIsAddedWithAllThatContainsIt() {
        MapValue before = json("{'metadata':{'name':'p'},'spec':{'containers':null}}");
        MapValue after = json("{'metadata':{'name':'p','labels':{'a':'b'},'finalizers':['x']},"
                + "'spec':{'containers':[{'name':'c','image':'i'}]}}");
        Comparison comparison = Comparison.of(POD, before, after);
        assertThat(paths(comparison.added()))
                .containsExactly(
                        ".metadata.finalizers",
                        ".metadata.labels",
                        ".metadata.finalizers[=\"x\"]",
                        ".metadata.labels.a",
                        ".spec.containers[name=\"c\"]",
                        ".spec.containers[name=\"c\"].image",
                        ".spec.containers[name=\"c\"].name");
        assertThat(comparison.modified().isEmpty()).isTrue();
        assertThat(comparison.removed().isEmpty()).isTrue();
        Comparison back = Comparison.of(POD, after, before);
        assertThat(back.removed()).isEqualTo(comparison.added());
    }

    @Test
    void duplicatesAreOneField() {
        MapValue one = json("{'spec':{'containers':[{'name':'c','env':[{'name':'a','value':'1'}]}]}}");
        MapValue two = json(
                "{'spec':{'containers':[{'name':'c','env':[{'name':'a','value':'1'},{'name':'a','value':'2'}]}]}}");
        String item = ".spec.containers[name=\"c\"].env[name=\"a\"]";
        assertThat(paths(FieldSets.of(POD, two))).contains(item).doesNotContain(item + ".name");
        Comparison comparison = Comparison.of(POD, one, two);
        assertThat(paths(comparison.added())).containsExactly(item);
        assertThat(paths(comparison.removed())).contains(item + ".name", item + ".value");
        assertThatThrownBy(() -> Validation.check(POD, two, false))
                .hasMessage(".spec.containers[name=\"c\"].env: duplicate entries for key [name=\"a\"]");
        Validation.check(POD, two, true);
    }

    @Test
    void saysWhatIsNotOfItsType() {
        assertThatThrownBy(() -> Validation.check(DEPLOYMENT, json("{'spec':{'replicas':'x'}}"), false))
                .hasMessage(".spec.replicas: expected numeric (int or float), got string");
        assertThatThrownBy(() -> Validation.check(DEPLOYMENT, json("{'spec':{'replica':1}}"), false))
                .hasMessage(".spec.replica: field not declared in schema");
        assertThatThrownBy(() -> Validation.check(
                        DEPLOYMENT, json("{'spec':{'paused':1,'template':{'spec':{'containers':{'a':1}}}}}"), false))
                .hasMessage("errors:\n  .spec.paused: expected boolean, got &{1}\n"
                        + "  .spec.template.spec.containers: expected list, got &{map[a:1]}");
        assertThatThrownBy(() -> Validation.check(POD, json("{'spec':{'hostname':1}}"), false))
                .hasMessage(".spec.hostname: expected string, got &value.valueUnstructured{Value:1}");
        assertThatThrownBy(() -> Validation.check(POD, json("{'spec':{'containers':[{'image':'x'}, null]}}"), false))
                .hasMessage(".spec.containers: element 1: associative list with keys may not have a null element");
    }

    @Test
    void mergesItemsInTheOrderOfTheObjectUnlessTheConfigurationHasAnother() {
        assertThat(merged("['a','b','c']", "['c','b']")).isEqualTo(json("{'x':['a','c','b']}"));
        assertThat(merged("['a','b']", "['d','b']")).isEqualTo(json("{'x':['a','d','b']}"));
        assertThat(merged("['a','b','c','d']", "['a','x','c']")).isEqualTo(json("{'x':['a','b','x','c','d']}"));
        MapValue same = json("{'x':['a','b']}");
        assertThat(merged(same, json("{'x':['b']}"))).isSameAs(same);
    }

    private static MapValue merged(String live, String config) {
        return merged(json("{'x':" + live + "}"), json("{'x':" + config + "}"));
    }

    private static MapValue merged(MapValue live, MapValue config) {
        MergeType set = StructuralTypes.of(json("{'type':'object','properties':{'x':"
                + "{'type':'array','x-kubernetes-list-type':'set','items':{'type':'string'}}}}"));
        return Merging.of(set, live, config);
    }

    @Test
    void removesFieldsAndItems() {
        MapValue service = json("{'spec':{'clusterIP':'1','ports':[{'port':80,'name':'a'},{'port':81}]}}");
        FieldSet removed = FieldSets.of(SERVICE, json("{'spec':{'clusterIP':'','ports':[{'port':80}]}}"));
        assertThat(Removal.of(SERVICE, service, removed)).isEqualTo(json("{'spec':{'ports':[{'port':81}]}}"));
        FieldSet all = SchemaChanges.withNamedFields(SERVICE, FieldSets.of(SERVICE, service));
        assertThat(Removal.of(SERVICE, service, all)).isEqualTo(MapValue.EMPTY);
    }

    @Test
    void readsStructuralSchemas() {
        MergeType type = StructuralTypes.ofResource(json("{'type':'object','properties':{'spec':{'type':'object',"
                + "'properties':{'list':{'type':'array','x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['b','a'],"
                + "'items':{'type':'object','properties':{'a':{'type':'integer','default':7},'b':{'type':'string'}}}},"
                + "'atomic':{'type':'object','x-kubernetes-map-type':'atomic','additionalProperties':{'type':'string'}},"
                + "'any':{'x-kubernetes-preserve-unknown-fields':true},"
                + "'port':{'x-kubernetes-int-or-string':true},"
                + "'entries':{'type':'object','additionalProperties':{'type':'integer'}},"
                + "'pod':{'type':'object','x-kubernetes-embedded-resource':true,"
                + "'x-kubernetes-preserve-unknown-fields':true}}}}}"));
        MapValue object = json("{'metadata':{'labels':{'a':'b'}},'spec':{'list':[{'b':'x'}],'atomic':{'a':'b'},"
                + "'any':{'a':[1],'b':{'c':1}},'port':'http','entries':{'e':1},"
                + "'pod':{'metadata':{'finalizers':['f']},'spec':{'x':1}}}}");
        Validation.check(type, object, false);
        assertThat(paths(FieldSets.of(type, object)))
                .containsExactly(
                        ".metadata.labels.a",
                        ".spec.atomic",
                        ".spec.port",
                        ".spec.any.a",
                        ".spec.any.b",
                        ".spec.any.b.c",
                        ".spec.entries.e",
                        ".spec.list[a=7,b=\"x\"]",
                        ".spec.list[a=7,b=\"x\"].b",
                        ".spec.pod.spec",
                        ".spec.pod.metadata.finalizers[=\"f\"]",
                        ".spec.pod.spec.x");
        assertThatThrownBy(() -> Validation.check(type, json("{'spec':{'other':1}}"), false))
                .hasMessage(".spec.other: field not declared in schema");
    }

    @Test
    void ownersOfWhatBecameAtomicOwnTheWhole() {
        String granular =
                "{'type':'object','properties':{'m':{'type':'object','additionalProperties':{'type':'string'}},"
                        + "'l':{'type':'array','x-kubernetes-list-type':'set','items':{'type':'string'}}}}";
        MergeType before = StructuralTypes.of(json(granular));
        MergeType after = StructuralTypes.of(json(granular.replace("'set'", "'atomic'")
                .replace("'m':{'type':'object'", "'m':{'type':'object','x-kubernetes-map-type':'atomic'")));
        FieldSet set = FieldSets.of(before, json("{'m':{'a':'b'},'l':['x']}"));
        assertThat(paths(set)).containsExactly(".l[=\"x\"]", ".m.a");
        assertThat(paths(SchemaChanges.reconciled(after, set))).containsExactly(".l", ".m");
        assertThat(SchemaChanges.reconciled(before, set)).isSameAs(set);
    }

    /** Laws that hold for whatever two objects of any kind. */
    @Test
    void mergedAndComparedObjectsObeyTheLaws() {
        List<String> kinds = RandomObjects.kinds();
        Tries.run(1_500, random -> {
            String kind = kinds.get(random.nextInt(kinds.size()));
            MergeType type = type(kind);
            MapValue live = object(random, kind);
            MapValue config = object(random, kind);
            FieldSet fields = FieldSets.of(type, live);
            assertThat(FieldSet.parse(Json.decode(Json.encode(fields.fieldsV1()))))
                    .isEqualTo(fields);
            assertThat(SchemaChanges.reconciled(type, fields)).isEqualTo(fields);
            MapValue copy = Json.decodeMap(Json.encode(live));
            assertThat(Comparison.of(type, live, copy)).isEqualTo(Comparison.NONE);

            Comparison comparison = Comparison.of(type, live, config);
            Comparison back = Comparison.of(type, config, live);
            assertThat(comparison.added()).isEqualTo(back.removed());
            assertThat(comparison.modified()).isEqualTo(back.modified());
            MapValue whole = Merging.of(type, MapValue.EMPTY, live);
            assertThat(whole).isEqualTo(live);
            try {
                Validation.check(type, config, false);
                Validation.check(type, live, false);
            } catch (MismatchException e) {
                return; // duplicates
            }
            assertThat(comparison.added().intersection(comparison.removed()).isEmpty())
                    .isTrue();
            assertThat(comparison.added().intersection(comparison.modified()).isEmpty())
                    .isTrue();
            assertThat(Merging.of(type, live, copy)).isSameAs(live);
            MapValue merged = Merging.of(type, live, config);
            assertThat(Merging.of(type, merged, config)).as("merged twice").isSameAs(merged);
            Comparison merge = Comparison.of(type, live, merged);
            FieldSet applied = FieldSets.of(type, config);
            assertThat(merge.modified().difference(applied).isEmpty())
                    .as("only what is applied changes")
                    .isTrue();
            MapValue removed = Removal.of(type, merged, merge.added());
            assertThat(Comparison.of(type, live, removed).added().isEmpty()).isTrue();
        });
    }

    private static MapValue object(Random random, String kind) {
        return GoShape.of(new RandomObjects(random, random.nextDouble(0.1, 0.4)).object(kind), struct(kind));
    }
}
