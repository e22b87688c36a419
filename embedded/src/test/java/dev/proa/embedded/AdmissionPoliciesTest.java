package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.proa.api.codec.Yaml;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Transport.Request;
import dev.proa.client.clock.Clock;
import dev.proa.server.auth.UserInfo;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Validating and mutating admission policies as clients of the API see them. */
class AdmissionPoliciesTest {
    private static final String GROUP = "/apis/admissionregistration.k8s.io/v1/";
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    private EmbeddedApiServer server;

    @BeforeEach
    void start() {
        server = EmbeddedApiServer.start(ApiServerConfig.inMemory(Clock.system()));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private MapValue call(String verb, String path, @Nullable Object body) {
        return server.transport(UserInfo.of("jane", UserInfo.MASTERS))
                .call(new Request(verb, path, Map.of(), body, null));
    }

    private void create(String kind, String resource, String name, String spec) {
        call(
                "create",
                GROUP + resource,
                Yaml.decodeMap("apiVersion: admissionregistration.k8s.io/v1\nkind: " + kind + "\nmetadata: {name: "
                        + name + "}\nspec:\n" + spec.indent(2)));
    }

    private void validating(String name, String resource, String spec) {
        create(
                "ValidatingAdmissionPolicy",
                "validatingadmissionpolicies",
                name,
                """
                matchConstraints: {resourceRules: [{apiGroups: ["*"], apiVersions: ["*"], operations: [CREATE, UPDATE], resources: [RESOURCE]}]}
                """.replace("RESOURCE", resource) + spec);
    }

    private void bind(String policy, String spec) {
        create(
                "ValidatingAdmissionPolicyBinding",
                "validatingadmissionpolicybindings",
                policy + "-binding",
                "policyName: " + policy + "\n" + spec);
    }

    private void mutating(String name, String resource, String spec) {
        create("MutatingAdmissionPolicy", "mutatingadmissionpolicies", name, """
                matchConstraints: {resourceRules: [{apiGroups: ["*"], apiVersions: ["*"], operations: [CREATE, UPDATE], resources: [RESOURCE]}]}
                reinvocationPolicy: IfNeeded
                """.replace("RESOURCE", resource) + spec);
        create(
                "MutatingAdmissionPolicyBinding",
                "mutatingadmissionpolicybindings",
                name + "-binding",
                "policyName: " + name);
    }

    private MapValue deployment(String name, int replicas) {
        return Yaml.decodeMap("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: NAME}
                spec:
                  replicas: COUNT
                  selector: {matchLabels: {app: a}}
                  template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: i}]}}
                """.replace("NAME", name).replace("COUNT", Integer.toString(replicas)));
    }

    private static MapValue map(String name, String data) {
        return Yaml.decodeMap("{apiVersion: v1, kind: ConfigMap, metadata: {name: " + name + "}, data: " + data + "}");
    }

    private static StatusException refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(StatusException.class, call);
    }

    @Test
    void aPolicyRefusesWhatItsExpressionsDoNotAllow() {
        validating("replicas.example.com", "deployments", """
                variables:
                - {name: replicas, expression: object.spec.replicas}
                - {name: odd, expression: "variables.replicas % 2 == 1"}
                validations:
                - {expression: "variables.replicas > 1", messageExpression: "'wants replicas > 1, got ' + string(variables.replicas)"}
                - {expression: "namespaceObject.metadata.name == 'default'"}
                - {expression: "variables.odd", message: must be odd, reason: Forbidden}
                """);
        call("create", DEPLOYMENTS, deployment("unbound", 1));
        bind("replicas.example.com", "validationActions: [Deny]");
        StatusException refused = refused(() -> call("create", DEPLOYMENTS, deployment("few", 1)));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused)
                .hasMessage(
                        "deployments.apps \"few\" is forbidden: ValidatingAdmissionPolicy 'replicas.example.com' with"
                                + " binding 'replicas.example.com-binding' denied request: wants replicas > 1, got 1");
        assertThat(refused.status().map("details").list("causes").map(0).string("message"))
                .endsWith("denied request: wants replicas > 1, got 1");
        StatusException even = refused(() -> call("create", DEPLOYMENTS, deployment("even", 2)));
        assertThat(even.code()).isEqualTo(403);
        assertThat(even).hasMessageEndingWith("denied request: must be odd");
        call("create", DEPLOYMENTS, deployment("good", 3));
        call("create", MAPS, map("other", "{}"));
    }

    @Test
    void aPolicyHasParameters() {
        validating("limit.example.com", "deployments", """
                paramKind: {apiVersion: v1, kind: ConfigMap}
                validations: [{expression: "object.spec.replicas <= int(params.data.most)"}]
                """);
        bind("limit.example.com", """
                validationActions: [Deny]
                paramRef: {name: limits, parameterNotFoundAction: Deny}
                """);
        assertThatThrownBy(() -> call("create", DEPLOYMENTS, deployment("one", 1)))
                .hasMessageContaining("failed to configure binding: no params found for policy binding with `Deny`"
                        + " parameterNotFoundAction");
        call("create", MAPS, map("limits", "{most: '2'}"));
        call("create", DEPLOYMENTS, deployment("two", 2));
        assertThatThrownBy(() -> call("create", DEPLOYMENTS, deployment("three", 3)))
                .hasMessageContaining("failed expression: object.spec.replicas <= int(params.data.most)");
    }

    @Test
    void actionsAndFailurePolicyDecide() {
        validating("warn.example.com", "configmaps", """
                matchConditions: [{name: named, expression: "object.metadata.name.startsWith('warn')"}]
                validations: [{expression: "has(object.data.ok)", message: data.ok is missing}]
                """);
        bind("warn.example.com", "validationActions: [Warn, Audit]");
        assertThat(server.transport(UserInfo.of("jane", UserInfo.MASTERS))
                        .call(new Request("create", MAPS, Map.of(), map("warned", "{}"), null)))
                .isNotNull();
        validating("broken.example.com", "configmaps", """
                failurePolicy: Ignore
                validations: [{expression: "object.data.missing == 'x'"}]
                """);
        bind("broken.example.com", "validationActions: [Deny]");
        call("create", MAPS, map("ignored", "{a: b}"));
        validating("failing.example.com", "configmaps", """
                validations: [{expression: "object.data.missing == 'x'"}]
                """);
        bind("failing.example.com", "validationActions: [Deny]");
        assertThatThrownBy(() -> call("create", MAPS, map("failed", "{a: b}")))
                .hasMessageEndingWith(
                        "denied request: expression 'object.data.missing == 'x'' resulted in error: no such key: missing");
    }

    @Test
    void checksAreCounted() {
        assertThat(metrics()).doesNotContain("_admission_policy_check_");
        validating("count.example.com", "configmaps", """
                validations: [{expression: "object.metadata.namespace != 'default' || has(object.data.ok)"}, {expression: "true"}]
                """);
        bind("count.example.com", "validationActions: [Deny, Audit]");
        validating("ignore.example.com", "configmaps", """
                failurePolicy: Ignore
                validations: [{expression: "object.metadata.namespace != 'default' || object.data.missing == 'x'"}]
                """);
        bind("ignore.example.com", "validationActions: [Deny]");
        mutating("mutate.example.com", "configmaps", """
                failurePolicy: Ignore
                mutations:
                - {patchType: JSONPatch, jsonPatch: {expression: '[JSONPatch{op: "add", path: "/data/z", value: "1"}]'}}
                - {patchType: JSONPatch, jsonPatch: {expression: '[JSONPatch{op: "remove", path: "/none"}]'}}
                """);
        call("create", MAPS, map("passes", "{ok: fine}"));
        refused(() -> call("create", MAPS, map("fails", "{a: b}")));

        String validated = "apiserver_validating_admission_policy_check_total{enforcement_action=";
        assertThat(metrics())
                .contains(
                        validated
                                + "\"deny\",error_type=\"invalid_error\",policy=\"count.example.com\",policy_binding=\"count.example.com-binding\"} 1.0")
                .contains(
                        validated
                                + "\"audit\",error_type=\"invalid_error\",policy=\"count.example.com\",policy_binding=\"count.example.com-binding\"} 1.0")
                .contains(
                        validated
                                + "\"allow\",error_type=\"invalid_error\",policy=\"ignore.example.com\",policy_binding=\"ignore.example.com-binding\"} 2.0")
                .contains("apiserver_validating_admission_policy_check_duration_seconds_count{")
                .contains("apiserver_mutating_admission_policy_check_total{error_type=\"no_error\","
                        + "policy=\"mutate.example.com\",policy_binding=\"mutate.example.com-binding\"} ")
                .contains("apiserver_mutating_admission_policy_check_total{error_type=\"invalid_error\","
                        + "policy=\"mutate.example.com\",policy_binding=\"mutate.example.com-binding\"} ")
                .contains("apiserver_mutating_admission_policy_check_duration_seconds_bucket{");
    }

    @Test
    void admissionIsTimed() {
        validating("time.example.com", "configmaps", """
                validations: [{expression: "object.metadata.namespace != 'default'"}]
                """);
        bind("time.example.com", "validationActions: [Deny]");
        refused(() -> call("create", MAPS, map("fails", "{a: b}")));

        assertThat(metrics())
                .contains("apiserver_admission_step_admission_duration_seconds_count{operation=\"CREATE\","
                        + "rejected=\"true\",type=\"validate\"} 1")
                .contains("apiserver_admission_step_admission_duration_seconds_count{operation=\"CREATE\","
                        + "rejected=\"false\",type=\"admit\"} ")
                .contains(
                        "apiserver_admission_controller_admission_duration_seconds_count{"
                                + "name=\"ValidatingAdmissionPolicy\",operation=\"CREATE\",rejected=\"true\",type=\"validate\"} 1")
                .contains("apiserver_admission_controller_admission_duration_seconds_count{"
                        + "name=\"NamespaceLifecycle\",operation=\"CREATE\",rejected=\"false\",");
    }

    private String metrics() {
        return new String(server.metrics().text(), StandardCharsets.UTF_8);
    }

    @Test
    void wrongExpressionsAreRefused() {
        assertThatThrownBy(() -> validating("wrong", "configmaps", "validations: [{expression: 'object.x =='}]"))
                .hasMessageContaining(
                        "spec.validations[0].expression: Invalid value: \"object.x ==\": compilation failed: ERROR:")
                .hasMessageContaining("Syntax error: mismatched input '<EOF>' expecting");
        assertThatThrownBy(() -> validating("wrong", "configmaps", "validations: [{expression: '1 + 1'}]"))
                .hasMessageContaining("must evaluate to bool");
    }

    @Test
    void expressionsAreCheckedAgainstTheTypesOfObjects() throws InterruptedException {
        create("ValidatingAdmissionPolicy", "validatingadmissionpolicies", "types.example.com", """
                matchConstraints: {resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]}
                variables: [{name: replicas, expression: object.spec.replicas}]
                validations:
                - {expression: "variables.replicas > '1'", messageExpression: "'wants more than ' + object.spec.replicas"}
                - {expression: "object.spec.replicas > 1 && object.spec.template.spec.containers.all(c, c.image != '')"}
                """);
        String path = GROUP + "validatingadmissionpolicies/types.example.com";
        MapValue status = dev.proa.testing.Await.until(
                "the types are checked",
                () -> call("get", path, null).map("status"),
                found -> found.has("typeChecking"));
        assertThat(status.integer("observedGeneration", 0)).isEqualTo(1);
        assertThat(status.map("typeChecking").list("expressionWarnings"))
                .hasSize(2)
                .extracting(warning -> ((MapValue) warning).string("fieldRef"))
                .containsExactly("spec.validations[0].expression", "spec.validations[0].messageExpression");
        assertThat(status.map("typeChecking").list("expressionWarnings").map(0).string("warning"))
                .isEqualTo(
                        "apps/v1, Kind=Deployment: ERROR: <input>:1:20: found no matching overload for '_>_' applied to"
                                + " '(int, string)'\n | variables.replicas > '1'\n | ...................^\n");
    }

    @Test
    void aPolicyAppliesAConfiguration() {
        mutating("annotate.example.com", "deployments", """
                mutations:
                - patchType: ApplyConfiguration
                  applyConfiguration:
                    expression: >
                      Object{metadata: Object.metadata{annotations: {"my-annotation": "value-" + object.metadata.name}},
                      spec: Object.spec{replicas: object.spec.replicas + 1, template: Object.spec.template{spec: Object.spec.template.spec{
                      containers: [Object.spec.template.spec.containers{name: "sidecar", image: "s"}]}}}}
                """);
        MapValue created = call("create", DEPLOYMENTS, deployment("d", 1));
        assertThat(created.map("metadata").map("annotations").string("my-annotation"))
                .isEqualTo("value-d");
        assertThat(created.map("spec").integer("replicas", 0)).isEqualTo(2);
        assertThat(created.map("spec").map("template").map("spec").list("containers"))
                .extracting(container -> ((MapValue) container).string("name"))
                .containsExactly("c", "sidecar");
        assertThat(created.map("spec")
                        .map("template")
                        .map("spec")
                        .list("containers")
                        .map(1)
                        .string("terminationMessagePath"))
                .isEqualTo("/dev/termination-log");
    }

    @Test
    void aPolicyAppliesAJsonPatch() {
        mutating("patch.example.com", "configmaps", """
                matchConditions: [{name: unlabelled, expression: "!has(object.metadata.labels)"}]
                mutations:
                - patchType: JSONPatch
                  jsonPatch:
                    expression: >
                      [JSONPatch{op: "test", path: "/data/a", value: "b"},
                      JSONPatch{op: "add", path: "/metadata/labels", value: {"x": "y"}},
                      JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("k/k"), value: "v"}]
                """);
        MapValue patched = call("create", MAPS, map("m", "{a: b}"));
        assertThat(patched.map("metadata").map("labels").string("k/k")).isEqualTo("v");
        MapValue other = call("create", MAPS, map("other", "{a: c}"));
        assertThat(other.map("metadata").has("labels")).isFalse();
    }
}
