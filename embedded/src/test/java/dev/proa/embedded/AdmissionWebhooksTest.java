package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Namespace;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.Transport.Request;
import dev.proa.client.clock.Clock;
import dev.proa.server.auth.UserInfo;
import dev.proa.testing.Await;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Admission webhooks as clients of the API see them. */
class AdmissionWebhooksTest {
    private static final String VALIDATING = "ValidatingWebhookConfiguration";
    private static final String MUTATING = "MutatingWebhookConfiguration";

    private EmbeddedApiServer server;
    private Client client;
    private ResourceClient<ConfigMap> maps;
    private Hook hook;

    @BeforeEach
    void start() {
        server = EmbeddedApiServer.start(ApiServerConfig.inMemory(Clock.system()));
        client = server.client();
        maps = client.resource(ConfigMap.KIND).in("default");
        hook = Hook.allowing();
    }

    @AfterEach
    void stop() {
        server.close();
        hook.close();
    }

    private MapValue call(String verb, String path, @Nullable Object body) {
        return call(verb, path, Map.of(), body);
    }

    private MapValue call(String verb, String path, Map<String, String> query, @Nullable Object body) {
        return server.transport(UserInfo.of("jane", UserInfo.MASTERS)).call(new Request(verb, path, query, body, null));
    }

    private void configure(String kind, String name, MapValue... webhooks) {
        call("create", configurations(kind), Hook.configuration(kind, name, webhooks));
    }

    private static String configurations(String kind) {
        return "/apis/admissionregistration.k8s.io/v1/" + kind.toLowerCase(java.util.Locale.ROOT) + "s";
    }

    private static ConfigMap map(String name) {
        return new ConfigMap(Yaml.decodeMap(
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: " + name + ", namespace: default}}"));
    }

    private static MapValue pod(String name) {
        return Yaml.decodeMap("{apiVersion: v1, kind: Pod, metadata: {name: " + name + ", namespace: default},"
                + " spec: {serviceAccountName: default, automountServiceAccountToken: false,"
                + " containers: [{name: c, image: i}]}}");
    }

    private void serviceAccount() {
        call(
                "create",
                "/api/v1/namespaces/default/serviceaccounts",
                Yaml.decodeMap("{apiVersion: v1, kind: ServiceAccount, metadata: {name: default}}"));
    }

    private static StatusException failure(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(StatusException.class, call);
    }

    @Test
    void aValidatingWebhookSeesARequestAndRefusesIt() {
        configure(VALIDATING, "check", hook.webhook("check.example.com", "{}"));
        call(
                "create",
                "/api/v1/namespaces/default/configmaps",
                Map.of("fieldManager", "editor", "dryRun", "All"),
                map("settings").value());
        MapValue asked = hook.lastAsked("check.example.com");
        assertThat(asked.without("uid").without("object")).isEqualTo(Yaml.decodeMap("""
                kind: {group: '', version: v1, kind: ConfigMap}
                resource: {group: '', version: v1, resource: configmaps}
                requestKind: {group: '', version: v1, kind: ConfigMap}
                requestResource: {group: '', version: v1, resource: configmaps}
                name: settings
                namespace: default
                operation: CREATE
                userInfo: {username: jane, groups: [system:masters, system:authenticated]}
                oldObject: null
                dryRun: true
                options: {kind: CreateOptions, apiVersion: meta.k8s.io/v1, dryRun: [All], fieldManager: editor}
                """));
        assertThat(asked.map("object").map("metadata").string("uid")).isNotEmpty();
        assertThat(asked.map("object").string("kind")).isEqualTo("ConfigMap");

        hook.respond(request -> Hook.denied("not today"));
        StatusException refused = failure(() -> maps.create(map("settings")));
        assertThat(refused).hasMessage("admission webhook \"check.example.com\" denied the request: not today");
        assertThat(refused.code()).isEqualTo(400);
        assertThat(maps.find("settings")).isNull();

        hook.respond(
                request -> MapValue.of("allowed", false, "status", Yaml.decodeMap("{code: 403, reason: Forbidden}")));
        StatusException forbidden = failure(() -> maps.create(map("settings")));
        assertThat(forbidden).hasMessage("admission webhook \"check.example.com\" denied the request: Forbidden");
        assertThat(forbidden.code()).isEqualTo(403);
        hook.respond(request -> MapValue.of("allowed", false));
        assertThatThrownBy(() -> maps.create(map("settings")))
                .hasMessage("admission webhook \"check.example.com\" denied the request without explanation");
    }

    @Test
    void matchConditionsDecideWhetherAWebhookIsCalled() {
        hook.respond(request -> Hook.denied("no"));
        configure(VALIDATING, "check", hook.webhook("check.example.com", """
                matchConditions:
                - {name: other, expression: "object.metadata.name != 'exempt'"}
                - {name: user, expression: "request.userInfo.username != 'jane' || oldObject == null"}
                - {name: may, expression: "authorizer.group('').resource('configmaps').namespace('default').check('create').allowed()"}
                - {name: self, expression: "authorizer.requestResource.check('get').allowed()"}
                """));
        maps.create(map("exempt"));
        assertThatThrownBy(() -> maps.create(map("other")))
                .hasMessage("admission webhook \"check.example.com\" denied the request: no");
        configure(VALIDATING, "check-2", hook.webhook("check2.example.com", """
                matchConditions: [{name: broken, expression: "object.data.missing == 'x'"}]
                """));
        StatusException refused = failure(() -> maps.create(map("exempt2")));
        assertThat(refused.code()).isIn(400, 403);
        call("delete", configurations(VALIDATING) + "/check", null);
        StatusException broken = failure(() -> maps.create(map("exempt2")));
        assertThat(broken.code()).isEqualTo(403);
        assertThat(broken)
                .hasMessage(
                        "configmaps \"exempt2\" is forbidden: expression 'object.data.missing == 'x'' resulted in error:"
                                + " no such key: data");
        configure(VALIDATING, "check-3", hook.webhook("check3.example.com", """
                matchConditions: [{name: never, expression: "false"}, {name: broken, expression: "object.data.missing == 'x'"}]
                """));
        call("delete", configurations(VALIDATING) + "/check-2", null);
        maps.create(map("exempt2"));
    }

    @Test
    void webhooksChangeObjectsInTheOrderOfTheirNames() {
        hook.patch(request -> {
            MapValue data = request.body().map("request").map("object").map("data");
            return data.has("first")
                    ? "[{\"op\":\"add\",\"path\":\"/data/second\",\"value\":\"yes\"}]"
                    : "[{\"op\":\"add\",\"path\":\"/data\",\"value\":{\"first\":\"yes\"}}]";
        });
        configure(MUTATING, "b", hook.webhook("second.example.com", "{}"));
        configure(MUTATING, "a", hook.webhook("first.example.com", "{}"));
        ConfigMap created = maps.create(map("settings"));
        assertThat(created.data()).containsExactlyInAnyOrderEntriesOf(Map.of("first", "yes", "second", "yes"));
        assertThat(hook.lastAsked("first.example.com").map("object").has("data"))
                .isFalse();
        assertThat(hook.asked("first.example.com"))
                .as("it asks for no reinvocation")
                .hasSize(1);
        assertThat(maps.get("settings").data()).hasSize(2);
        MapValue meta = hook.lastAsked("first.example.com").map("object").map("metadata");
        assertThat(meta.has("uid") || meta.has("creationTimestamp"))
                .as("what the server sets after admission")
                .isFalse();
    }

    @Test
    void whatAWebhookAddsGetsItsDefaultsAndIsValidated() {
        serviceAccount();
        String added =
                "[{\"op\":\"add\",\"path\":\"/spec/initContainers\",\"value\":[{\"name\":\"init\",\"image\":\"j\","
                        + "\"unknown\":1}]}]";
        hook.patch(request ->
                request.body().map("request").map("object").map("spec").has("initContainers") ? "" : added);
        configure(MUTATING, "add", hook.webhook("add.example.com", "{}"));
        MapValue init = call("create", "/api/v1/namespaces/default/pods", pod("web"))
                .map("spec")
                .list("initContainers")
                .map(0);
        assertThat(init.string("terminationMessagePolicy")).isEqualTo("File");
        assertThat(init.string("imagePullPolicy")).isEqualTo("Always");
        assertThat(init.has("unknown")).isFalse();

        hook.patch(request -> "[{\"op\":\"replace\",\"path\":\"/spec/containers/0/name\",\"value\":\"Not a name\"}]");
        StatusException invalid = failure(() -> call("create", "/api/v1/namespaces/default/pods", pod("db")));
        assertThat(invalid.code()).isEqualTo(422);
        assertThat(invalid).hasMessageContaining("spec.containers[0].name");
    }

    @Test
    void patchesThatCannotBeAppliedFailTheRequest() {
        configure(MUTATING, "change", hook.webhook("change.example.com", "failurePolicy: Ignore"));
        hook.patch(request -> "[{\"op\":\"remove\",\"path\":\"/data/none\"}]");
        assertThat(failure(() -> maps.create(map("settings"))).code()).isEqualTo(500);
        hook.patch(request -> "[{\"op\":\"add\",\"path\":\"/data\",\"value\":7}]");
        assertThat(failure(() -> maps.create(map("settings"))))
                .hasMessageStartingWith("Internal error occurred: json: cannot unmarshal number");
        hook.patch(request -> "[{\"op\":\"replace\",\"path\":\"/kind\",\"value\":\"Secret\"}]");
        assertThat(failure(() -> maps.create(map("settings"))).code()).isEqualTo(500);
        hook.patch(request -> "no patch");
        assertThat(maps.create(map("settings")).data())
                .as("the failure policy decides")
                .isEmpty();
        configure(MUTATING, "strict", hook.webhook("strict.example.com", "failurePolicy: Fail"));
        assertThat(failure(() -> maps.create(map("other"))))
                .hasMessageStartingWith(
                        "Internal error occurred: failed calling webhook \"strict.example.com\": received"
                                + " undecodable patch in webhook response: ");
    }

    @Test
    void aFailurePolicyDecidesWhenNobodyAnswers() {
        int port = hook.server.port();
        configure(VALIDATING, "open", hook.webhook("open.example.com", "{failurePolicy: Ignore, timeoutSeconds: 29}"));
        hook.close();
        maps.create(map("passes"));
        configure(
                VALIDATING, "closed", hook.webhook("closed.example.com", "{failurePolicy: Fail, timeoutSeconds: 29}"));
        StatusException refused = failure(() -> maps.create(map("settings")));
        assertThat(refused.code()).isEqualTo(500);
        assertThat(refused)
                .hasMessage("Internal error occurred: failed calling webhook \"closed.example.com\": failed to call"
                        + " webhook: Post \"https://127.0.0.1:" + port
                        + "/closed.example.com?timeout=29s\": dial tcp 127.0.0.1:" + port
                        + ": connect: connection refused");
        String metrics = new String(server.metrics().text(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(metrics)
                .contains(
                        "apiserver_admission_webhook_fail_open_count{name=\"open.example.com\",type=\"validating\"} 2.0")
                .contains(
                        "apiserver_admission_webhook_rejection_count{error_type=\"calling_webhook_error\","
                                + "name=\"closed.example.com\",operation=\"CREATE\",rejection_code=\"503\",type=\"validating\"} 1.0");
    }

    @Test
    void answersThatDoNotFitCountAsFailures() {
        configure(VALIDATING, "check", hook.webhook("check.example.com", "{}"));
        String prefix =
                "Internal error occurred: failed calling webhook \"check.example.com\": received invalid webhook"
                        + " response: ";
        hook.server.answer(request -> dev.proa.testing.TestWebhook.Answer.of(MapValue.EMPTY));
        assertThatThrownBy(() -> maps.create(map("a"))).hasMessage(prefix + "webhook response was absent");
        hook.respond(request -> MapValue.of("allowed", true, "patchType", "JSONPatch"));
        assertThatThrownBy(() -> maps.create(map("a")))
                .hasMessage(prefix + "validating webhook may not return response.patchType");
        hook.server.answer(request -> dev.proa.testing.TestWebhook.Answer.of(Yaml.decodeMap(
                "{apiVersion: admission.k8s.io/v1, kind: AdmissionReview, response: {uid: x, allowed: true}}")));
        assertThatThrownBy(() -> maps.create(map("a")))
                .hasMessageMatching(prefix + "expected response.uid=\"[0-9a-f-]+\", got \"x\"");
        hook.server.answer(request -> dev.proa.testing.TestWebhook.Answer.of(MapValue.of(
                "kind",
                "Foo",
                "response",
                MapValue.of("uid", request.body().map("request").string("uid")))));
        assertThatThrownBy(() -> maps.create(map("a")))
                .hasMessage(prefix + "expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got /,"
                        + " Kind=Foo");
    }

    @Test
    void aDryRunCallsOnlyWebhooksWithoutSideEffects() {
        configure(VALIDATING, "effects", hook.webhook("effects.example.com", "sideEffects: None"));
        ResourceClient<ConfigMap> dry = maps.dryRun();
        dry.create(map("settings"));
        assertThat(hook.lastAsked("effects.example.com").bool("dryRun")).isTrue();
        call("delete", configurations(VALIDATING) + "/effects", null);
        // sideEffects other than None and NoneOnDryRun cannot be created in v1: an old object may have them
        assertThatThrownBy(() ->
                        configure(VALIDATING, "effects", hook.webhook("effects.example.com", "sideEffects: Some")))
                .hasMessageContaining("sideEffects");
    }

    @Test
    void aNamespaceCanBeExempt() {
        configure(
                VALIDATING,
                "check",
                hook.webhook(
                        "check.example.com",
                        "namespaceSelector: {matchExpressions: [{key: exempt, operator: DoesNotExist}]}"));
        hook.respond(request -> Hook.denied("no"));
        client.resource(Namespace.KIND)
                .create(new Namespace(Yaml.decodeMap(
                        "{apiVersion: v1, kind: Namespace, metadata: {name: free, labels: {exempt: 'yes'}}}")));
        client.resource(ConfigMap.KIND)
                .in("free")
                .create(new ConfigMap(Yaml.decodeMap("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}")));
        assertThatThrownBy(() -> maps.create(map("a"))).hasMessageContaining("denied the request: no");
    }

    @Test
    void configurationsOfWebhooksCannotBeGuarded() {
        String rules = "rules: [{operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*']}]";
        configure(VALIDATING, "all", hook.webhook("all.example.com", rules));
        configure(MUTATING, "all", hook.webhook("all.example.com", rules));
        hook.respond(request -> Hook.denied("no"));
        configure(VALIDATING, "other", hook.webhook("other.example.com", "{}"));
        call("delete", configurations(VALIDATING) + "/all", null);
        call("delete", configurations(MUTATING) + "/all", null);
        assertThatThrownBy(() -> maps.create(map("a"))).hasMessageContaining("other.example.com");
    }

    @Test
    void webhooksAreCalledAgainWhenOthersChangedTheObjectAfterThem() {
        hook.patch(request -> {
            boolean sizes = request.uri().startsWith("/counts");
            MapValue data = request.body().map("request").map("object").map("data");
            if (sizes) {
                return "[{\"op\":\"add\",\"path\":\"/data\",\"value\":"
                        + dev.proa.api.codec.Json.toString(data.with(
                                "count", String.valueOf(data.without("count").size())))
                        + "}]";
            }
            return data.has("added") ? "" : "[{\"op\":\"add\",\"path\":\"/data/added\",\"value\":\"yes\"}]";
        });
        configure(
                MUTATING,
                "all",
                hook.webhook("counts.example.com", "reinvocationPolicy: IfNeeded"),
                hook.webhook("adds.example.com", "reinvocationPolicy: Never"));
        assertThat(maps.create(map("settings")).data())
                .containsEntry("count", "1")
                .containsEntry("added", "yes");
        assertThat(hook.asked("counts.example.com")).hasSize(2);
        assertThat(hook.asked("adds.example.com")).hasSize(1);
    }

    @Test
    void builtInPluginsSeeWhatWebhooksChanged() {
        serviceAccount();
        hook.patch(
                request -> "[{\"op\":\"add\",\"path\":\"/spec/priorityClassName\",\"value\":\"system-node-critical\"},"
                        + "{\"op\":\"remove\",\"path\":\"/spec/priority\"},{\"op\":\"remove\",\"path\":\"/spec/preemptionPolicy\"}]");
        configure(MUTATING, "class", hook.webhook("class.example.com", "{}"));
        MapValue spec =
                call("create", "/api/v1/namespaces/default/pods", pod("web")).map("spec");
        assertThat(spec.integer("priority", 0)).isEqualTo(2_000_001_000L);
    }

    @Test
    void updatesAndPatchesShowBothObjects() {
        maps.create(map("settings"));
        configure(VALIDATING, "check", hook.webhook("check.example.com", "{}"));
        maps.patch("settings", Patch.merge(Yaml.decodeMap("{data: {a: b}}")));
        MapValue asked = hook.lastAsked("check.example.com");
        assertThat(asked.string("operation")).isEqualTo("UPDATE");
        assertThat(asked.map("options").string("kind")).isEqualTo("PatchOptions");
        assertThat(asked.map("object").map("data").string("a")).isEqualTo("b");
        assertThat(asked.map("oldObject").has("data")).isFalse();
        assertThat(asked.map("oldObject").map("metadata").string("uid")).isNotEmpty();
        ConfigMap now = maps.get("settings");
        maps.update(new ConfigMap(now.value().with("data", Yaml.decodeMap("{a: c}"))));
        assertThat(hook.lastAsked("check.example.com").map("options").string("kind"))
                .isEqualTo("UpdateOptions");
    }

    @Test
    void theIdentityOfAnObjectIsNotForWebhooksToChange() {
        maps.create(map("settings"));
        configure(MUTATING, "rename", hook.webhook("rename.example.com", "{}"));
        hook.patch(request -> "[{\"op\":\"replace\",\"path\":\"/metadata/name\",\"value\":\"other\"}]");
        assertThat(failure(() -> maps.patch("settings", Patch.merge(Yaml.decodeMap("{data: {a: b}}"))))
                        .code())
                .isEqualTo(422);
        hook.patch(request -> "[{\"op\":\"replace\",\"path\":\"/metadata/namespace\",\"value\":\"kube-system\"}]");
        assertThat(failure(() -> maps.create(map("second"))))
                .hasMessage("the namespace of the provided object does not match the namespace sent on the request");
        hook.patch(request -> "[{\"op\":\"add\",\"path\":\"/metadata/managedFields\",\"value\":[{\"manager\":\"x\","
                + "\"operation\":\"Eat\"}]}]");
        ConfigMap kept = maps.create(map("third"));
        assertThat(kept.metadata().managedFields())
                .allSatisfy(entry -> assertThat(entry.operation()).isEqualTo("Update"));
    }

    @Test
    void deletionsOfObjectsAndCollectionsAreAsked() {
        maps.create(map("a"));
        maps.create(map("b"));
        configure(
                VALIDATING,
                "check",
                hook.webhook(
                        "check.example.com",
                        "rules: [{operations: [DELETE], apiGroups: [''], apiVersions: [v1], resources: [configmaps]}]"));
        hook.respond(request -> Hook.denied("keep it"));
        assertThatThrownBy(() -> maps.delete("a")).hasMessageContaining("keep it");
        MapValue asked = hook.lastAsked("check.example.com");
        assertThat(asked.get("object")).isNull();
        assertThat(asked.map("oldObject").map("metadata").string("name")).isEqualTo("a");
        assertThat(asked.map("options").string("kind")).isEqualTo("DeleteOptions");
        assertThatThrownBy(() -> maps.deleteCollection(DeleteOptions.EMPTY, ListOptions.ALL))
                .hasMessageContaining("keep it");
        assertThat(hook.lastAsked("check.example.com").has("name")).isFalse();
        assertThat(maps.list()).hasSize(2);
        hook.respond(request -> MapValue.of("allowed", true));
        maps.deleteCollection(DeleteOptions.EMPTY, ListOptions.ALL);
        assertThat(maps.list()).isEmpty();
    }

    @Test
    void aMutatingWebhookCannotChangeADeletion() {
        maps.create(map("a"));
        configure(
                MUTATING,
                "change",
                hook.webhook(
                        "change.example.com",
                        "rules: [{operations: [DELETE], apiGroups: [''], apiVersions: [v1], resources: [configmaps]}]"));
        hook.patch(request -> "[{\"op\":\"add\",\"path\":\"/data\",\"value\":{}}]");
        assertThatThrownBy(() -> maps.delete("a"))
                .hasMessage("Internal error occurred: admission webhook \"change.example.com\" attempted to modify the"
                        + " object, which is not supported for this operation");
    }

    private void forPods(String operation, String resources) {
        configure(
                VALIDATING,
                "check",
                hook.webhook(
                        "check.example.com",
                        "rules: [{operations: [" + operation + "], apiGroups: ['*'], apiVersions: ['*'], resources: ["
                                + resources + "]}]"));
    }

    @Test
    void connectionsAreAsked() {
        serviceAccount();
        call("create", "/api/v1/namespaces/default/pods", pod("web"));
        forPods("CONNECT", "pods/exec, pods/attach");
        hook.respond(request -> Hook.denied("stay out"));
        assertThatThrownBy(() -> call(
                        "create",
                        "/api/v1/namespaces/default/pods/web/exec",
                        Map.of("command", "sh", "container", "c", "stdin", "true"),
                        null))
                .hasMessageContaining("stay out");
        MapValue asked = hook.lastAsked("check.example.com");
        assertThat(asked.map("kind").string("kind")).isEqualTo("PodExecOptions");
        assertThat(asked.string("subResource")).isEqualTo("exec");
        assertThat(asked.string("name")).isEqualTo("web");
        assertThat(asked.map("object"))
                .isEqualTo(Yaml.decodeMap(
                        "{apiVersion: v1, kind: PodExecOptions, stdin: true, container: c, command: [sh]}"));
        assertThat(asked.get("options")).isNull();
        assertThatThrownBy(() -> call("create", "/api/v1/namespaces/default/pods/web/attach", null))
                .hasMessageContaining("stay out");
        assertThat(hook.lastAsked("check.example.com").map("kind").string("kind"))
                .isEqualTo("PodAttachOptions");
    }

    @Test
    void subresourcesAreAskedWithTheirKinds() {
        serviceAccount();
        call("create", "/api/v1/namespaces/default/pods", pod("web"));
        call("create", "/api/v1/nodes", Yaml.decodeMap("{apiVersion: v1, kind: Node, metadata: {name: node-1}}"));
        forPods("'*'", "'pods/*'");
        String path = "/api/v1/namespaces/default/pods/web";
        call(
                "create",
                path + "/binding",
                Yaml.decodeMap(
                        "{apiVersion: v1, kind: Binding, metadata: {name: web}, target: {kind: Node, name: node-1}}"));
        assertThat(hook.lastAsked("check.example.com").map("kind").string("kind"))
                .isEqualTo("Binding");
        client.resource(Pod.KIND)
                .in("default")
                .patchStatus("web", Patch.merge(Yaml.decodeMap("{status: {message: hi}}")));
        MapValue status = hook.lastAsked("check.example.com");
        assertThat(status.string("subResource")).isEqualTo("status");
        assertThat(status.map("kind").string("kind")).isEqualTo("Pod");
        call(
                "create",
                path + "/eviction",
                Yaml.decodeMap("{apiVersion: policy/v1, kind: Eviction, metadata: {name: web}}"));
        MapValue eviction = hook.lastAsked("check.example.com");
        assertThat(eviction.map("kind")).isEqualTo(Yaml.decodeMap("{group: policy, version: v1, kind: Eviction}"));
        assertThat(eviction.string("operation")).isEqualTo("CREATE");
    }

    @Test
    void aScaleIsChangedByWebhooks() {
        client.resource(Deployment.KIND).in("default").create(new Deployment(Yaml.decodeMap("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web}
                spec:
                  replicas: 1
                  selector: {matchLabels: {app: web}}
                  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}
                """)));
        configure(
                MUTATING,
                "cap",
                hook.webhook(
                        "cap.example.com",
                        "rules: [{operations: [UPDATE], apiGroups: [apps], apiVersions: [v1], resources: ['deployments/scale']}]"));
        hook.patch(request -> "[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":3}]");
        MapValue scaled = client.resource(Deployment.KIND)
                .in("default")
                .subresource(
                        "update",
                        "web",
                        "scale",
                        Yaml.decodeMap(
                                "{apiVersion: autoscaling/v1, kind: Scale, metadata: {name: web, namespace: default}, spec: {replicas: 9}}"));
        assertThat(scaled.map("spec").integer("replicas", 0)).isEqualTo(3);
        MapValue asked = hook.lastAsked("cap.example.com");
        assertThat(asked.map("kind").string("kind")).isEqualTo("Scale");
        assertThat(asked.map("object").map("spec").integer("replicas", 0)).isEqualTo(9);
        assertThat(asked.map("oldObject").map("spec").integer("replicas", 0)).isEqualTo(1);
    }

    @Test
    void namespacesAreAskedWithTheirNames() {
        configure(
                VALIDATING,
                "check",
                hook.webhook(
                        "check.example.com",
                        "{namespaceSelector: {matchLabels: {env: test}}, rules: [{operations: ['*'], apiGroups: [''],"
                                + " apiVersions: [v1], resources: [namespaces]}]}"));
        client.resource(Namespace.KIND)
                .create(new Namespace(Yaml.decodeMap(
                        "{apiVersion: v1, kind: Namespace, metadata: {name: team, labels: {env: test}}}")));
        assertThat(hook.lastAsked("check.example.com").string("namespace")).isEqualTo("team");
        client.resource(Namespace.KIND)
                .create(new Namespace(Yaml.decodeMap("{apiVersion: v1, kind: Namespace, metadata: {name: other}}")));
        assertThat(hook.asked("check.example.com")).hasSize(1);
    }

    @Test
    void equivalentRequestsAreConverted() {
        configure(
                MUTATING,
                "hpa",
                hook.webhook(
                        "hpa.example.com",
                        "{matchPolicy: Equivalent, rules: [{operations: [CREATE], apiGroups: [autoscaling], apiVersions: [v1],"
                                + " resources: [horizontalpodautoscalers]}]}"));
        hook.patch(request -> "[{\"op\":\"replace\",\"path\":\"/spec/targetCPUUtilizationPercentage\",\"value\":70}]");
        MapValue created = call(
                "create",
                "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers",
                Yaml.decodeMap("{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: a},"
                        + " spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: d},"
                        + " metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization,"
                        + " averageUtilization: 60}}}]}}"));
        MapValue asked = hook.lastAsked("hpa.example.com");
        assertThat(asked.map("kind").string("version")).isEqualTo("v1");
        assertThat(asked.map("requestKind").string("version")).isEqualTo("v2");
        assertThat(asked.map("resource").string("version")).isEqualTo("v1");
        assertThat(asked.map("requestResource").string("version")).isEqualTo("v2");
        assertThat(asked.map("object").string("apiVersion")).isEqualTo("autoscaling/v1");
        assertThat(created.map("spec")
                        .list("metrics")
                        .map(0)
                        .map("resource")
                        .map("target")
                        .get("averageUtilization"))
                .isEqualTo(70L);
    }

    private void define(String conversionsAndVersions) throws InterruptedException {
        call(
                "create",
                "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                Yaml.decodeMap(conversionsAndVersions));
        Await.until("widgets are served", () -> {
            try {
                call("list", "/apis/example.com/v1/namespaces/default/widgets", null);
                return true;
            } catch (StatusException e) {
                return false;
            }
        });
    }

    @Test
    void customResourcesArePrunedAndDefaultedAfterAWebhook() throws InterruptedException {
        String schema = "schema: {openAPIV3Schema: {type: object, properties: {data: {type: object, properties:"
                + " {start: {type: string}, stage: {type: string}, size: {type: integer, default: 3}}}}}}";
        define(
                "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: widgets.example.com},"
                        + " spec: {group: example.com, scope: Namespaced, names: {plural: widgets, kind: Widget}, versions:"
                        + " [{name: v1, served: true, storage: false, " + schema
                        + "}, {name: v2, served: true, storage: true, " + schema + "}]}}");
        configure(
                MUTATING,
                "change",
                hook.webhook(
                        "change.example.com",
                        "rules: [{operations: [CREATE, UPDATE], apiGroups: [example.com], apiVersions: [v2], resources: [widgets]}]"));
        hook.patch(request -> "[{\"op\":\"add\",\"path\":\"/data/stage\",\"value\":\"yes\"},"
                + "{\"op\":\"add\",\"path\":\"/data/unknown\",\"value\":\"yes\"}]");
        MapValue created = call(
                "create",
                "/apis/example.com/v1/namespaces/default/widgets",
                Yaml.decodeMap(
                        "{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}, data: {start: 'yes'}}"));
        assertThat(created.string("apiVersion")).isEqualTo("example.com/v1");
        assertThat(created.map("data")).isEqualTo(Yaml.decodeMap("{start: 'yes', stage: 'yes', size: 3}"));
        MapValue asked = hook.lastAsked("change.example.com");
        assertThat(asked.map("kind").string("version")).isEqualTo("v2");
        assertThat(asked.map("requestKind").string("version")).isEqualTo("v1");
        assertThat(asked.map("object").string("apiVersion")).isEqualTo("example.com/v2");
        hook.respond(request -> Hook.denied("no more"));
        assertThatThrownBy(() -> call(
                        "update",
                        "/apis/example.com/v1/namespaces/default/widgets/w",
                        created.with("data", Yaml.decodeMap("{start: 'no'}"))))
                .hasMessageContaining("no more");
    }

    @Test
    void allValidatingWebhooksAreAskedEvenIfOneRefuses() {
        configure(
                VALIDATING,
                "check",
                hook.webhook("one.example.com", "{}"),
                hook.webhook("two.example.com", "{}"),
                hook.webhook("three.example.com", "{}"));
        hook.respond(request -> request.uri().startsWith("/two") ? Hook.denied("two") : MapValue.of("allowed", true));
        assertThatThrownBy(() -> maps.create(map("a"))).hasMessageContaining("denied the request: two");
        assertThat(List.of("one", "two", "three"))
                .allSatisfy(
                        name -> assertThat(hook.asked(name + ".example.com")).hasSize(1));
    }

    @Test
    void aChangedConfigurationCountsAtOnce() {
        configure(VALIDATING, "check", hook.webhook("check.example.com", "{}"));
        hook.respond(request -> Hook.denied("no"));
        assertThatThrownBy(() -> maps.create(map("a"))).hasMessageContaining("no");
        MapValue configuration = call("get", configurations(VALIDATING) + "/check", null);
        MapValue updates = configuration
                .list("webhooks")
                .map(0)
                .with(
                        "rules",
                        Yaml.decodeMap(
                                        "{r: [{operations: [UPDATE], apiGroups: ['*'], apiVersions: ['*'], resources: [configmaps]}]}")
                                .list("r"));
        call(
                "update",
                configurations(VALIDATING) + "/check",
                configuration.with("webhooks", dev.proa.api.value.ListValue.of(updates)));
        maps.create(map("a"));
        assertThatThrownBy(() -> maps.patch("a", Patch.merge(Yaml.decodeMap("{data: {a: b}}"))))
                .hasMessageContaining("no");
    }
}
