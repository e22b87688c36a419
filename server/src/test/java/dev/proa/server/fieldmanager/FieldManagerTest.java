package dev.proa.server.fieldmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Json;
import dev.proa.api.fieldpath.FieldSet;
import dev.proa.api.schema.GoShape;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.schema.Struct;
import dev.proa.api.status.StatusException;
import dev.proa.api.typed.StructTypes;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class FieldManagerTest {
    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");
    private static final FieldManager MAPS = manager("v1", "ConfigMap", "", UnaryOperator.identity());
    private static final FieldManager DEPLOYMENTS =
            manager("apps/v1", "Deployment", "", ResetFields.of("deployments.apps", "", true, false));

    private static FieldManager manager(
            String apiVersion, String kind, String subresource, UnaryOperator<FieldSet> reset) {
        Struct struct = Objects.requireNonNull(SchemaCatalog.builtin().kind(apiVersion, kind));
        return new FieldManager(
                apiVersion,
                kind,
                subresource,
                () -> GoShape.of(MapValue.of("apiVersion", apiVersion, "kind", kind), struct),
                reset,
                Versions.only(apiVersion, StructTypes.of(struct)));
    }

    private static MapValue json(String text) {
        return Json.decodeMap(text.replace('\'', '"'));
    }

    private static MapValue map(String metadata, String data) {
        return json(
                "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m'" + metadata + "},'data':{" + data + "}}");
    }

    private static MapValue stored(MapValue object) {
        return object.withMap("metadata", meta -> meta.with("uid", "u"));
    }

    private static MapValue apply(MapValue live, String data, String name) {
        return new Applier(MAPS).apply(live, map("", data), name, false, START);
    }

    /** Each entry as {@code manager operation fields}. */
    private static List<String> owners(MapValue object) {
        List<String> owners = new ArrayList<>();
        ListValue entries = object.map("metadata").list("managedFields");
        for (int i = 0; i < entries.size(); i++) {
            MapValue entry = entries.map(i);
            owners.add(entry.string("manager") + " " + entry.string("operation") + " "
                    + FieldSet.of(entry.map("fieldsV1")).toString().replace("\n", " "));
        }
        return owners;
    }

    @Test
    void whoCreatesOwnsAllButWhatIsOfTheSystem() {
        MapValue created = MAPS.update(MAPS.empty(), map(",'labels':{'a':'b'}", "'x':'1'"), "curl", START);
        assertThat(owners(created)).containsExactly("curl Update .data .data.x .metadata.labels .metadata.labels.a");
        assertThat(created.map("metadata").list("managedFields").map(0).without("fieldsV1"))
                .isEqualTo(json("{'apiVersion':'v1','fieldsType':'FieldsV1','manager':'curl','operation':'Update',"
                        + "'time':'2026-01-02T03:04:05Z'}"));
        assertThat(owners(MAPS.update(MAPS.empty(), map("", "").without("data"), "", START)))
                .isEmpty();
        assertThat(owners(MAPS.update(MAPS.empty(), map("", "'x':'1'"), "", START)))
                .containsExactly("unknown Update .data .data.x");
    }

    @Test
    void whoChangesAFieldTakesItAndWhoRemovesItTakesItFromAll() {
        MapValue live = stored(MAPS.update(MAPS.empty(), map("", "'x':'1','y':'1','z':'1'"), "a", START));
        MapValue changed = MAPS.update(live, stored(map("", "'x':'2','y':'1'")), "b", START.plusSeconds(1));
        assertThat(owners(changed)).containsExactly("a Update .data .data.y", "b Update .data.x");
        MapValue again = MAPS.update(changed, stored(map("", "'x':'3','y':'1'")), "b", START.plusSeconds(2));
        assertThat(owners(again)).isEqualTo(owners(changed));
        assertThat(again.map("metadata").list("managedFields").map(1).string("time"))
                .isEqualTo("2026-01-02T03:04:07Z");
        assertThat(again.map("metadata").list("managedFields").get(0))
                .isSameAs(changed.map("metadata").list("managedFields").get(0));
        MapValue same = MAPS.update(again, stored(map("", "'x':'3','y':'1'")), "c", START.plusSeconds(3));
        assertThat(same.map("metadata").list("managedFields"))
                .isSameAs(again.map("metadata").list("managedFields"));
    }

    @Test
    void clientsMayResetManagedFieldsAndNotBreakThem() {
        MapValue live = stored(MAPS.update(MAPS.empty(), map("", "'x':'1'"), "a", START));
        MapValue reset = MAPS.update(live, stored(map(",'managedFields':[{}]", "'x':'1'")), "b", START);
        assertThat(reset.map("metadata").has("managedFields")).isFalse();
        reset = MAPS.update(live, stored(map(",'managedFields':[]", "'x':'2'")), "b", START);
        assertThat(reset.map("metadata").has("managedFields")).isFalse();
        MapValue broken =
                MAPS.update(live, stored(map(",'managedFields':[{'operation':'Apply'}]", "'x':'1'")), "b", START);
        assertThat(owners(broken)).isEqualTo(owners(live));
        MapValue untracked = MAPS.update(stored(map("", "'x':'1'")), stored(map("", "'x':'2'")), "b", START);
        assertThat(untracked.map("metadata").has("managedFields")).isFalse();
        MapValue given = MAPS.update(
                live,
                stored(map(
                        ",'managedFields':[{'manager':'z','operation':'Apply','apiVersion':'v1','fieldsType':'FieldsV1',"
                                + "'fieldsV1':{'f:data':{'f:x':{}}}}]",
                        "'x':'1'")),
                "b",
                START);
        assertThat(owners(given)).containsExactly("z Apply .data.x");
    }

    @Test
    void appliesAndRemovesWhatIsNotAppliedAnyMore() {
        MapValue created = apply(MAPS.empty(), "'x':'1','y':'1'", "a");
        assertThat(created.map("data")).isEqualTo(json("{'x':'1','y':'1'}"));
        assertThat(owners(created)).containsExactly("a Apply .data.x .data.y");
        MapValue live = stored(created);
        MapValue same = new Applier(MAPS).apply(live, map("", "'x':'1','y':'1'"), "a", false, START.plusSeconds(1));
        assertThat(same).isEqualTo(live);
        MapValue fewer = apply(live, "'x':'1'", "a");
        assertThat(fewer.map("data")).isEqualTo(json("{'x':'1'}"));
        assertThat(owners(fewer)).containsExactly("a Apply .data.x");
        MapValue shared = apply(live, "'x':'1'", "b");
        assertThat(owners(shared)).containsExactlyInAnyOrder("a Apply .data.x .data.y", "b Apply .data.x");
        MapValue left = apply(shared, "'y':'1'", "a");
        assertThat(left.map("data")).as("b applies x, too").isEqualTo(json("{'x':'1','y':'1'}"));
        assertThat(owners(left)).containsExactlyInAnyOrder("a Apply .data.y", "b Apply .data.x");
    }

    @Test
    void saysWhoseFieldsAConfigurationWouldTake() {
        MapValue live = stored(apply(MAPS.empty(), "'x':'1','y':'1'", "a"));
        assertThatThrownBy(() -> apply(live, "'x':'2'", "b"))
                .isInstanceOfSatisfying(StatusException.class, e -> {
                    assertThat(e.status().string("reason")).isEqualTo("Conflict");
                    assertThat(e.status().map("details").list("causes"))
                            .containsExactly(json(
                                    "{'field':'.data.x','message':'conflict with \\'a\\'','reason':'FieldManagerConflict'}"
                                            .replace("\\'", "\\\"")));
                })
                .hasMessage("Apply failed with 1 conflict: conflict with \"a\": .data.x");
        MapValue updated = MAPS.update(live, stored(map("", "'x':'1','y':'2'")), "u", START);
        assertThatThrownBy(() -> apply(updated, "'x':'2','y':'3'", "b"))
                .hasMessage("Apply failed with 2 conflicts: conflicts with \"a\":\n- .data.x\n"
                        + "conflicts with \"u\" using v1:\n- .data.y");
        MapValue forced = new Applier(MAPS).apply(updated, map("", "'x':'2','y':'3'"), "b", true, START);
        assertThat(owners(forced)).containsExactly("b Apply .data.x .data.y");
        assertThat(forced.map("data")).isEqualTo(json("{'x':'2','y':'3'}"));
    }

    @Test
    void whatWasThereBeforeTheFirstApplyBelongsToSomebodyElse() {
        MapValue live = stored(map("", "'x':'1','y':'1'"));
        MapValue applied = new Applier(MAPS).apply(live, map("", "'x':'1'"), "a", false, START);
        assertThat(owners(applied))
                .containsExactly("a Apply .data.x", "before-first-apply Update .data .data.x .data.y");
    }

    @Test
    void refusesWhatIsNoConfigurationOfItsKind() {
        assertThatThrownBy(() -> new Applier(MAPS).apply(MAPS.empty(), json("{'kind':'Pod'}"), "a", false, START))
                .hasMessage("invalid object type: /, Kind=Pod");
        assertThatThrownBy(
                        () -> new Applier(MAPS).apply(MAPS.empty(), map(",'managedFields':[]", ""), "a", false, START))
                .hasMessage("metadata.managedFields must be nil");
        assertThatThrownBy(
                        () -> new Applier(MAPS).apply(MAPS.empty(), map("", "").with("spec", "x"), "a", false, START))
                .hasMessage("failed to create typed patch object (/m; /v1, Kind=ConfigMap):"
                        + " .spec: field not declared in schema");
    }

    @Test
    void statusIsNotManagedByWritesOfTheResource() {
        MapValue deployment = json("{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d'},"
                + "'spec':{'replicas':1,'strategy':{}},'status':{'replicas':1}}");
        assertThat(owners(DEPLOYMENTS.update(DEPLOYMENTS.empty(), deployment, "a", START)))
                .containsExactly("a Update .spec.replicas");
        FieldManager status =
                manager("apps/v1", "Deployment", "status", ResetFields.of("deployments.apps", "status", true, false));
        MapValue live = stored(DEPLOYMENTS.update(DEPLOYMENTS.empty(), deployment, "a", START));
        MapValue written = status.update(
                live,
                live.with("spec", MapValue.EMPTY)
                        .with("status", MapValue.of("replicas", 2L))
                        .withMap("metadata", meta -> meta.with("labels", MapValue.of("a", "b"))),
                "a",
                START);
        assertThat(owners(written)).containsExactly("a Update .spec.replicas", "a Update .status.replicas");
        assertThat(written.map("metadata").list("managedFields").map(1).string("subresource"))
                .isEqualTo("status");
    }

    @Test
    void keepsTheEntriesOfTenUpdatersAtMost() {
        MapValue live = MAPS.empty();
        for (int i = 0; i < 15; i++) {
            MapValue next = live.withMap("data", data -> data.with("k" + data.size(), "v"))
                    .withMap("metadata", meta -> meta.with("uid", "u"));
            live = MAPS.update(live, next, "m" + i, START.plusSeconds(i));
        }
        assertThat(owners(live)).hasSize(10).first().asString().startsWith("ancient-changes Update .data .data.k0 ");
        assertThat(live.map("metadata").list("managedFields").map(0).string("time"))
                .isEqualTo("2026-01-02T03:04:10Z");
    }

    @Test
    void changesOverFromClientSideApply() {
        String annotation = "'annotations':{'kubectl.kubernetes.io/last-applied-configuration':"
                + "'{\\\"apiVersion\\\":\\\"v1\\\",\\\"kind\\\":\\\"ConfigMap\\\",\\\"metadata\\\":{\\\"name\\\":\\\"m\\\"},"
                + "\\\"data\\\":{\\\"x\\\":\\\"1\\\"}}'}";
        MapValue live =
                stored(MAPS.update(MAPS.empty(), map("," + annotation, "'x':'1'"), "kubectl-client-side-apply", START));
        assertThatThrownBy(() -> apply(live, "'x':'2'", "other")).hasMessageContaining("1 conflict");
        MapValue applied = apply(live, "'x':'2'", "kubectl");
        assertThat(applied.map("metadata")
                        .map("annotations")
                        .string("kubectl.kubernetes.io/last-applied-configuration"))
                .isEqualTo(Json.toString(map("", "'x':'2'")) + "\n");
        MapValue drifted = MAPS.update(live, live.withMap("data", data -> data.with("x", "3")), "u", START);
        assertThatThrownBy(() -> apply(drifted, "'x':'2'", "kubectl"))
                .hasMessage("Apply failed with 1 conflict: conflict with \"u\" using v1: .data.x");
    }

    @Test
    void theScaleHasTheOwnersOfTheReplicas() {
        ListValue parent = ListValue.of(
                json(
                        "{'apiVersion':'apps/v1','fieldsType':'FieldsV1','fieldsV1':{'f:spec':{'f:replicas':{},'f:paused':{}}},"
                                + "'manager':'a','operation':'Apply','time':'2026-01-02T03:04:05Z'}"),
                json("{'apiVersion':'apps/v1','fieldsType':'FieldsV1','fieldsV1':{'f:metadata':{'f:labels':{}}},"
                        + "'manager':'b','operation':'Update','time':'2026-01-02T03:04:05Z'}"));
        ListValue scale = new ScaleOwners("apps/v1", List.of("spec", "replicas")).ofScale(parent);
        assertThat(scale).hasSize(1);
        assertThat(scale.map(0).string("apiVersion")).isEqualTo("autoscaling/v1");
        assertThat(new ScaleOwners("apps/v1", List.of("spec", "replicas")).ofParent(parent, scale))
                .isEqualTo(parent);
        ListValue taken = ListValue.of(
                json("{'apiVersion':'autoscaling/v1','fieldsType':'FieldsV1','fieldsV1':{'f:spec':{'f:replicas':{}}},"
                        + "'manager':'hpa','operation':'Update','subresource':'scale','time':'2026-01-02T03:04:06Z'}"));
        ListValue after = new ScaleOwners("apps/v1", List.of("spec", "replicas")).ofParent(parent, taken);
        assertThat(owners(MapValue.of("metadata", MapValue.of("managedFields", after))))
                .containsExactly("a Apply .spec.paused", "hpa Update .spec.replicas", "b Update .metadata.labels");
    }
}
