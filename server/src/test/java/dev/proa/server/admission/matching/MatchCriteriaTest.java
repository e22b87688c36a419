package dev.proa.server.admission.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Yaml;
import dev.proa.api.resource.ResourceCatalog;
import dev.proa.api.resource.ResourceType;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.admission.GroupVersionKind;
import dev.proa.server.admission.TestAttributes;
import dev.proa.server.store.Key;
import dev.proa.server.store.MemoryStore;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which requests a webhook or policy is for. */
class MatchCriteriaTest {
    private static final MapValue POD =
            Yaml.decodeMap("{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: team, labels: {app: web}}}");
    private static final String ALL_RULES =
            "rules: [{operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'], scope: '*'}]";

    private final MemoryStore store = MemoryStore.inMemory();

    @BeforeEach
    void fill() {
        store.create(
                new Key("namespaces", "", "team"), Yaml.decodeMap("{metadata: {name: team, labels: {env: test}}}"));
    }

    private static ResourceType type(String group, String version, String plural) {
        return Objects.requireNonNull(ResourceCatalog.builtin().byPlural(group, version, plural));
    }

    private AdmissionAttributes request(Operation operation, String plural, String subresource, MapValue object) {
        return TestAttributes.of(
                operation, type("", "v1", plural), subresource, object, MapValue.EMPTY, store.snapshot());
    }

    private AdmissionAttributes created(MapValue object) {
        return request(Operation.CREATE, "pods", "", object);
    }

    private static MatchCriteria webhook(String yaml) {
        return MatchCriteria.ofWebhook(Yaml.decodeMap(yaml));
    }

    private static MatchCriteria rule(
            String operations, String groups, String versions, String resources, String scope) {
        return webhook("rules: [{operations: [" + operations + "], apiGroups: [" + groups + "], apiVersions: ["
                + versions + "], resources: [" + resources + "], scope: '" + scope + "'}]");
    }

    private boolean matches(String resources, String plural, String subresource) {
        return rule("UPDATE", "''", "v1", resources, "*").match(request(Operation.UPDATE, plural, subresource, POD))
                != null;
    }

    @Test
    void rulesNameResourcesAndSubresources() {
        assertThat(matches("pods", "pods", "")).isTrue();
        assertThat(matches("pods", "pods", "status")).isFalse();
        assertThat(matches("pods/status", "pods", "status")).isTrue();
        assertThat(matches("pods/status", "pods", "")).isFalse();
        assertThat(matches("pods/*", "pods", "status")).isTrue();
        assertThat(matches("pods/*", "pods", ""))
                .as("includes the resource itself")
                .isTrue();
        assertThat(matches("'*'", "services", "")).isTrue();
        assertThat(matches("'*'", "services", "status")).isFalse();
        assertThat(matches("'*/status'", "services", "status")).isTrue();
        assertThat(matches("'*/*'", "services", "status")).isTrue();
        assertThat(matches("services, pods", "pods", "")).isTrue();
    }

    @Test
    void rulesNameOperationsGroupsAndVersions() {
        AdmissionAttributes request = created(POD);
        assertThat(rule("CREATE", "''", "v1", "pods", "*").match(request)).isNotNull();
        assertThat(rule("'*'", "'*'", "'*'", "pods", "*").match(request)).isNotNull();
        assertThat(rule("UPDATE, DELETE", "''", "v1", "pods", "*").match(request))
                .isNull();
        assertThat(rule("CREATE", "apps", "v1", "pods", "*").match(request)).isNull();
        assertThat(rule("CREATE", "''", "v2", "pods", "*").match(request)).isNull();
        assertThat(webhook("{}").match(request)).as("without a rule").isNull();
    }

    @Test
    void scopesTellObjectsOfNamespacesFromOthers() {
        AdmissionAttributes namespace = request(
                Operation.CREATE, "namespaces", "", Yaml.decodeMap("{metadata: {name: other, labels: {env: test}}}"));
        assertThat(rule("'*'", "'*'", "'*'", "'*'", "Namespaced").match(created(POD)))
                .isNotNull();
        assertThat(rule("'*'", "'*'", "'*'", "'*'", "Cluster").match(created(POD)))
                .isNull();
        assertThat(rule("'*'", "'*'", "'*'", "'*'", "Namespaced").match(namespace))
                .isNull();
        assertThat(rule("'*'", "'*'", "'*'", "'*'", "Cluster").match(namespace)).isNotNull();
    }

    @Test
    void aNamespaceIsSelectedByItsLabels() {
        MatchCriteria tests = webhook("{namespaceSelector: {matchLabels: {env: test}}, " + ALL_RULES + "}");
        MatchCriteria others =
                webhook("{namespaceSelector: {matchExpressions: [{key: env, operator: NotIn, values: [test]}]}, "
                        + ALL_RULES + "}");
        assertThat(tests.match(created(POD))).isNotNull();
        assertThat(others.match(created(POD))).isNull();
        AdmissionAttributes namespace = request(
                Operation.CREATE, "namespaces", "", Yaml.decodeMap("{metadata: {name: new, labels: {env: test}}}"));
        assertThat(tests.match(namespace)).as("by its own labels").isNotNull();
        AdmissionAttributes node = request(Operation.CREATE, "nodes", "", Yaml.decodeMap("{metadata: {name: node-1}}"));
        assertThat(tests.match(node)).as("in no namespace").isNotNull();
    }

    @Test
    void aMissingNamespaceMattersOnlyIfTheRulesMatch() {
        MapValue lost = POD.withMap("metadata", meta -> meta.with("namespace", "lost"));
        String selector = "namespaceSelector: {matchLabels: {env: test}}";
        assertThatThrownBy(
                        () -> webhook("{" + selector + ", " + ALL_RULES + "}").match(created(lost)))
                .hasMessage("namespaces \"lost\" not found");
        assertThat(webhook("{" + selector + "}").match(created(lost))).isNull();
    }

    @Test
    void eitherOfTheObjectsMayBeSelected() {
        MatchCriteria web = webhook("{objectSelector: {matchLabels: {app: web}}, " + ALL_RULES + "}");
        MapValue other = POD.withMap("metadata", meta -> meta.without("labels"));
        assertThat(web.match(created(POD))).isNotNull();
        assertThat(web.match(created(other))).isNull();
        assertThat(web.match(TestAttributes.of(Operation.UPDATE, "pods", other, POD, store.snapshot())))
                .isNotNull();
        assertThat(web.match(TestAttributes.of(Operation.DELETE, "pods", MapValue.EMPTY, POD, store.snapshot())))
                .isNotNull();
        MatchCriteria none = webhook(
                "{objectSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}, " + ALL_RULES + "}");
        assertThat(none.match(created(other))).isNotNull();
        assertThat(none.match(request(Operation.CONNECT, "pods", "exec", Yaml.decodeMap("{kind: PodExecOptions}"))))
                .as("options have no labels")
                .isNull();
    }

    @Test
    void equivalentResourcesAreTheSameObjectsInAnotherGroupOrVersion() {
        AdmissionAttributes event =
                request(Operation.CREATE, "events", "", Yaml.decodeMap("{metadata: {name: e, namespace: team}}"));
        String rules =
                "rules: [{operations: [CREATE], apiGroups: [events.k8s.io], apiVersions: [v1], resources: [events]}]";
        assertThat(webhook("{matchPolicy: Exact, " + rules + "}").match(event)).isNull();
        Matched matched = webhook("{matchPolicy: Equivalent, " + rules + "}").match(event);
        assertThat(matched).isNotNull();
        assertThat(matched.kind()).isEqualTo(new GroupVersionKind("events.k8s.io", "v1", "Event"));
        assertThat(matched.resource()).isEqualTo(type("events.k8s.io", "v1", "events"));
    }

    @Test
    void subresourcesOfEquivalentResourcesHaveTheirKind() {
        AdmissionAttributes status = TestAttributes.of(
                Operation.UPDATE,
                type("autoscaling", "v1", "horizontalpodautoscalers"),
                "status",
                POD,
                POD,
                store.snapshot());
        Matched matched = webhook("{matchPolicy: Equivalent, rules: [{operations: ['*'], apiGroups: [autoscaling],"
                        + " apiVersions: [v2], resources: ['horizontalpodautoscalers/status']}]}")
                .match(status);
        assertThat(matched).isNotNull();
        assertThat(matched.kind()).hasToString("autoscaling/v2, Kind=HorizontalPodAutoscaler");
    }

    @Test
    void objectsAreConvertedToTheVersionThatMatched() {
        MapValue stored = Yaml.decodeMap("{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler,"
                + " metadata: {name: a, namespace: team}, spec: {maxReplicas: 3, scaleTargetRef: {kind: Deployment,"
                + " name: d}, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization,"
                + " averageUtilization: 60}}}]}}");
        AdmissionAttributes request = TestAttributes.of(
                Operation.CREATE,
                type("autoscaling", "v2", "horizontalpodautoscalers"),
                stored,
                MapValue.EMPTY,
                store.snapshot());
        Matched first = webhook("{matchPolicy: Equivalent, rules: [{operations: ['*'], apiGroups: [autoscaling],"
                        + " apiVersions: [v1], resources: [horizontalpodautoscalers]}]}")
                .match(request);
        assertThat(first).isNotNull();
        MapValue seen = RequestVersions.to(request, first, stored);
        assertThat(seen.string("apiVersion")).isEqualTo("autoscaling/v1");
        assertThat(seen.map("spec").get("targetCPUUtilizationPercentage")).isEqualTo(60L);
        MapValue back = RequestVersions.from(
                request, first, seen.withMap("spec", spec -> spec.with("targetCPUUtilizationPercentage", 70L)));
        assertThat(back.string("apiVersion")).isEqualTo("autoscaling/v2");
        assertThat(back.map("spec")
                        .list("metrics")
                        .map(0)
                        .map("resource")
                        .map("target")
                        .get("averageUtilization"))
                .isEqualTo(70L);
    }

    @Test
    void policiesExcludeAndNameObjects() {
        String rules = "resourceRules: [{operations: ['*'], apiGroups: [''], apiVersions: [v1], resources: [pods]";
        assertThat(policy("{" + rules + "}]}")).isNotNull();
        assertThat(policy("{" + rules + ", resourceNames: [web]}]}")).isNotNull();
        assertThat(policy("{" + rules + ", resourceNames: [db]}]}")).isNull();
        assertThat(policy("{}")).as("without a rule").isNotNull();
        assertThat(policy("{excludeResourceRules: [{operations: [CREATE], apiGroups: ['*'], apiVersions: ['*'],"
                        + " resources: [pods]}]}"))
                .isNull();
        assertThat(policy("{excludeResourceRules: [{operations: [UPDATE], apiGroups: ['*'], apiVersions: ['*'],"
                        + " resources: [pods]}]}"))
                .isNotNull();
    }

    private @Nullable Matched policy(String yaml) {
        return MatchCriteria.ofPolicy(Yaml.decodeMap(yaml)).match(created(POD));
    }

    @Test
    void configurationsOfAdmissionAreExempt() {
        assertThat(MatchCriteria.isExempt(TestAttributes.of(
                        Operation.CREATE,
                        type("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations"),
                        POD,
                        MapValue.EMPTY,
                        store.snapshot())))
                .isTrue();
        assertThat(MatchCriteria.isExempt(created(POD))).isFalse();
    }

    @Test
    void eachRevisionIsReadOnce() {
        String resource = "validatingwebhookconfigurations.admissionregistration.k8s.io";
        int[] made = {0};
        Revisions<String> names = new Revisions<>(resource, object -> {
            made[0]++;
            return object.key().name() + object.value().string("x");
        });
        assertThat(names.in(store.snapshot())).isEmpty();
        store.create(new Key(resource, "", "b"), MapValue.of("x", "1"));
        store.create(new Key(resource, "", "a"), MapValue.of("x", "1"));
        assertThat(names.in(store.snapshot())).containsExactly("a1", "b1");
        assertThat(names.in(store.snapshot())).containsExactly("a1", "b1");
        assertThat(made[0]).isEqualTo(2);
        Key key = new Key(resource, "", "a");
        store.update(key, Objects.requireNonNull(store.snapshot().get(key)).revision(), MapValue.of("x", "2"));
        assertThat(names.in(store.snapshot())).containsExactly("a2", "b1");
        assertThat(made[0]).isEqualTo(3);
        store.delete(key, Objects.requireNonNull(store.snapshot().get(key)).revision(), MapValue.EMPTY);
        assertThat(names.in(store.snapshot())).containsExactly("b1");
    }
}
