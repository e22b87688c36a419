package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.codec.Yaml;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Transport.Request;
import dev.proa.client.clock.Clock;
import dev.proa.server.auth.UserInfo;
import dev.proa.testing.Await;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The rules of custom resources ({@code x-kubernetes-validations}) as clients of the API see them. */
class CustomResourceRulesTest {
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final String THINGS = "/apis/example.com/v1/namespaces/default/things";

    private EmbeddedApiServer server;
    private Client client;

    @BeforeEach
    void start() {
        server = EmbeddedApiServer.start(ApiServerConfig.inMemory(Clock.system()));
        client = server.client();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private MapValue call(String verb, String path, @Nullable Object body) {
        return server.transport(UserInfo.of("jane", UserInfo.MASTERS))
                .call(new Request(verb, path, Map.of(), body, null));
    }

    private static MapValue definition(String schema) {
        return Yaml.decodeMap("""
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: things.example.com}
                spec:
                  group: example.com
                  scope: Namespaced
                  names: {plural: things, singular: thing, kind: Thing, listKind: ThingList}
                  versions:
                  - name: v1
                    served: true
                    storage: true
                    schema: {openAPIV3Schema: SCHEMA}
                """.replace("SCHEMA", schema));
    }

    private void define(String schema) throws InterruptedException {
        call("create", DEFINITIONS, definition(schema));
        Await.until(
                "established",
                () ->
                        client
                                .resource(CustomResourceDefinition.KIND)
                                .get("things.example.com")
                                .status()
                                .conditions()
                                .stream()
                                .anyMatch(condition -> condition.type().equals("Established")
                                        && condition.status().equals("True")));
    }

    private static MapValue thing(String name, String spec) {
        return Yaml.decodeMap(
                "{apiVersion: example.com/v1, kind: Thing, metadata: {name: " + name + "}, spec: " + spec + "}");
    }

    private MapValue create(String name, String spec) {
        return call("create", THINGS, thing(name, spec));
    }

    private MapValue update(String name, String spec) {
        MapValue current = call("get", THINGS + "/" + name, null);
        return call(
                "update",
                THINGS + "/" + name,
                current.with("spec", thing(name, spec).get("spec")));
    }

    @Test
    void rulesRefuseObjectsWithTheTextsOfKubernetes() throws InterruptedException {
        define("""
                {type: object, properties: {spec: {type: object,
                  x-kubernetes-validations: [
                    {rule: "self.minReplicas <= self.replicas", message: "replicas must not be less than minReplicas"},
                    {rule: "self.replicas <= self.maxReplicas", messageExpression: "self.replicas > 100 ? 'far too many' : 'too many'",
                     fieldPath: ".replicas", reason: FieldValueForbidden}],
                  properties: {
                    minReplicas: {type: integer, default: 0}, maxReplicas: {type: integer, default: 10}, replicas: {type: integer, default: 1},
                    name: {type: string, maxLength: 20, x-kubernetes-validations: [{rule: "self.startsWith('a')"}]},
                    tags: {type: object, maxProperties: 9, additionalProperties: {type: string, maxLength: 9, x-kubernetes-validations: [{rule: "self != 'x'"}]}},
                    list: {type: array, maxItems: 9, items: {type: integer, x-kubernetes-validations: [{rule: "self > 0", reason: FieldValueDuplicate}]}}
                  }}}}""");
        create("good", "{replicas: 3, name: abc, tags: {k: v}, list: [1]}");
        assertThatThrownBy(
                        () -> create("bad", "{minReplicas: 12, replicas: 11, name: bc, tags: {k: x}, list: [1, -1]}"))
                .isInstanceOfSatisfying(
                        StatusException.class, e -> assertThat(e.code()).isEqualTo(422))
                .hasMessage(
                        "Thing.example.com \"bad\" is invalid: [spec: Invalid value: replicas must not be less than minReplicas,"
                                + " spec.replicas: Forbidden: too many, spec.list[1]: Duplicate value: -1,"
                                + " spec.name: Invalid value: \"bc\": failed rule: self.startsWith('a'),"
                                + " spec.tags[k]: Invalid value: \"x\": failed rule: self != 'x']");
    }

    @Test
    void transitionRulesCompareWithTheOldObject() throws InterruptedException {
        define("""
                {type: object, properties: {spec: {type: object, properties: {
                  immutable: {type: string, x-kubernetes-validations: [{rule: "self == oldSelf", message: "is immutable"}]},
                  grows: {type: integer, x-kubernetes-validations: [
                    {rule: "!oldSelf.hasValue() || self >= oldSelf.value()", optionalOldSelf: true}]},
                  ports: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [name], items: {type: object,
                    required: [name], properties: {name: {type: string}, port: {type: integer}},
                    x-kubernetes-validations: [{rule: "self.port == oldSelf.port"}]}}}}}}""");
        create("one", "{immutable: a, grows: 1, ports: [{name: a, port: 1}]}");
        update("one", "{immutable: a, grows: 2, ports: [{name: b, port: 7}, {name: a, port: 1}]}");
        assertThatThrownBy(() ->
                        update("one", "{immutable: b, grows: 1, ports: [{name: b, port: 7}, {name: a, port: 2}]}"))
                .hasMessage("Thing.example.com \"one\" is invalid: [spec.grows: Invalid value: 1: failed rule:"
                        + " !oldSelf.hasValue() || self >= oldSelf.value(), spec.immutable: Invalid value: \"b\": is immutable,"
                        + " spec.ports[1]: Invalid value: failed rule: self.port == oldSelf.port]");
    }

    @Test
    void whatDidNotChangeMayStayWrong() throws InterruptedException {
        define(
                "{type: object, properties: {spec: {type: object, properties: {a: {type: string}, b: {type: string}}}}}");
        create("old", "{a: bad, b: x}");
        MapValue stored = call("get", DEFINITIONS + "/things.example.com", null);
        MapValue changed = definition("""
                {type: object, properties: {spec: {type: object, properties: {
                  a: {type: string, x-kubernetes-validations: [{rule: "self != 'bad'"}]}, b: {type: string}}}}}""");
        call("update", DEFINITIONS + "/things.example.com", stored.with("spec", changed.get("spec")));
        Await.until("rules are checked", () -> {
            try {
                create("new" + System.nanoTime(), "{a: bad}");
                return false;
            } catch (StatusException e) {
                return e.code() == 422;
            }
        });
        update("old", "{a: bad, b: z}");
        assertThatThrownBy(() -> create("new", "{a: bad}")).hasMessageContaining("spec.a: Invalid value: \"bad\"");
    }

    @Test
    void rulesThatCannotWorkAreRefused() {
        String rule = "{type: object, properties: {spec: {type: object, x-kubernetes-validations: [RULE], properties: {"
                + "count: {type: integer}, many: {type: array, items: {type: string}}, few: {type: array, maxItems: 5, items: {type: integer,"
                + " x-kubernetes-validations: [{rule: \"INNER\"}]}}}}}}";
        String base = rule.replace("INNER", "self > 0");
        assertThatThrownBy(
                        () -> call("create", DEFINITIONS, definition(base.replace("RULE", "{rule: 'self.nope > 1'}"))))
                .hasMessageContaining(
                        "spec.versions[0].schema.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule: Invalid value:"
                                + " {\"Rule\":\"self.nope \\u003e 1\",\"Message\":\"\",\"MessageExpression\":\"\",\"Reason\":null,"
                                + "\"FieldPath\":\"\",\"OptionalOldSelf\":null}: compilation failed: ERROR: <input>:1:5:"
                                + " undefined field 'nope'\n | self.nope > 1\n | ....^");
        assertThatThrownBy(() -> call("create", DEFINITIONS, definition(base.replace("RULE", "{rule: 'self.count'}"))))
                .hasMessageContaining("cel expression must evaluate to a bool");
        assertThatThrownBy(() -> call(
                        "create",
                        DEFINITIONS,
                        definition(base.replace(
                                "RULE", "{rule: 'self.many.all(a, self.many.all(b, self.many.all(c, a + b == c)))'}"))))
                .hasMessageContaining(
                        "rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x (try")
                .hasMessageContaining(
                        "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget");
        assertThatThrownBy(() -> call(
                        "create",
                        DEFINITIONS,
                        definition(base.replace("RULE", "{rule: 'true', messageExpression: '1'}"))))
                .hasMessageContaining("messageExpression must evaluate to a string");
        assertThatThrownBy(() -> call(
                        "create", DEFINITIONS, definition(base.replace("RULE", "{rule: 'true', fieldPath: '.nope'}"))))
                .hasMessageContaining("fieldPath: Invalid value: \".nope\": must be a valid path");
        assertThatThrownBy(() -> call(
                        "create",
                        DEFINITIONS,
                        definition(rule.replace("INNER", "self == oldSelf").replace("RULE", "{rule: 'true'}"))))
                .hasMessageContaining("oldSelf cannot be used on the uncorrelatable portion of the schema within"
                        + " spec.versions[0].schema.openAPIV3Schema.properties[spec].properties[few]");
        assertThatThrownBy(() -> call(
                        "create",
                        DEFINITIONS,
                        definition(base.replace("RULE", "{rule: 'true', optionalOldSelf: true}"))))
                .hasMessageContaining("may not be set if oldSelf is not used in rule");
    }

    @Test
    void expensiveRulesAreStopped() throws InterruptedException {
        define("""
                {type: object, properties: {spec: {type: object, properties: {
                  list: {type: array, maxItems: 200, items: {type: integer}, x-kubernetes-validations: [
                    {rule: "self.all(a, self.all(b, a + b >= 0))"}, {rule: "self.size() < 3"}]}}}}}""");
        String many = "{list: [" + "1,".repeat(190) + "1]}";
        assertThatThrownBy(() -> create("big", many)).hasMessageContaining("self.size() < 3");
    }
}
