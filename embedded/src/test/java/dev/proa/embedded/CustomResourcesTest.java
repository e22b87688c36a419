package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.admissionregistration.v1.ValidatingAdmissionPolicy;
import dev.proa.api.admissionregistration.v1.ValidatingAdmissionPolicyBinding;
import dev.proa.api.admissionregistration.v1.ValidatingWebhookConfiguration;
import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.codec.Yaml;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.Transport.EventStream;
import dev.proa.client.Transport.Request;
import dev.proa.client.Transport.WatchEvent;
import dev.proa.client.clock.Clock;
import dev.proa.server.apiextensions.DefinitionConditions;
import dev.proa.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Custom resources from the creation of their definition to its deletion. */
class CustomResourcesTest {
    private static final String WIDGETS = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: widgets.example.com}
            spec:
              group: example.com
              scope: Namespaced
              names: {plural: widgets, kind: Widget, shortNames: [wd]}
              versions:
                - name: v1
                  served: true
                  storage: true
                  subresources: {status: {}, scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}}
                  schema:
                    openAPIV3Schema:
                      type: object
                      properties:
                        spec:
                          type: object
                          properties:
                            size: {type: integer, minimum: 1, default: 1}
                            color: {type: string}
                            parts:
                              type: array
                              x-kubernetes-list-type: map
                              x-kubernetes-list-map-keys: [name]
                              items: {type: object, required: [name], properties: {name: {type: string}, count: {type: integer}}}
                        status: {type: object, properties: {size: {type: integer}}}
                - name: v1beta1
                  served: true
                  storage: false
                  schema:
                    openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
            """;

    @TempDir
    static Path directory;

    private EmbeddedApiServer server;
    private Client client;
    private ResourceClient<CustomResourceDefinition> definitions;

    @BeforeEach
    void start() {
        server = EmbeddedApiServer.start(ApiServerConfig.inMemory(Clock.system()));
        client = server.client();
        definitions = client.resource(CustomResourceDefinition.KIND);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private CustomResourceDefinition define(String yaml) throws InterruptedException {
        CustomResourceDefinition created = definitions.create(new CustomResourceDefinition(Yaml.decodeMap(yaml)));
        assertThat(created.status().storedVersions()).hasSize(1);
        Await.until(
                "it is established",
                () -> DefinitionConditions.isTrue(definitions.get(created.name()), DefinitionConditions.ESTABLISHED));
        return definitions.get(created.name());
    }

    private @Nullable CustomResourceDefinition find(String name) {
        return definitions.find(name);
    }

    private ResourceClient<AnyObject> widgets(String version) {
        return client.resource(new Kind<>("example.com", version, "Widget", "widgets", true, AnyObject::new))
                .in("default");
    }

    private boolean isServed() {
        try {
            widgets("v1").list();
            return true;
        } catch (StatusException e) {
            assertThat(e.code()).isEqualTo(404);
            return false;
        }
    }

    private static AnyObject widget(String name, String spec) {
        return new AnyObject(Yaml.decodeMap(
                "{apiVersion: example.com/v1, kind: Widget, metadata: {name: " + name + "}, spec: " + spec + "}"));
    }

    private MapValue get(String path) {
        return client.transport().call(new Request("get", path, Map.of(), null, ""));
    }

    @Test
    void areServedDefaultedPrunedAndValidatedAsTheirDefinitionSays() throws InterruptedException {
        CustomResourceDefinition definition = define(WIDGETS);
        assertThat(definition.status().acceptedNames().listKind()).isEqualTo("WidgetList");

        MapValue created =
                widgets("v1").create(widget("a", "{color: red, shape: round}")).value();

        assertThat(created.map("spec")).isEqualTo(MapValue.of("color", "red", "size", 1L));
        assertThat(created.map("metadata").integer("generation", 0)).isEqualTo(1);
        assertThatThrownBy(() -> widgets("v1").create(widget("b", "{size: 0}")))
                .isInstanceOf(StatusException.class)
                .hasMessage(
                        "Widget.example.com \"b\" is invalid: spec.size: Invalid value: 0: spec.size in body should be"
                                + " greater than or equal to 1");
        MapValue patched = widgets("v1")
                .patch("a", Patch.merge(MapValue.of("spec", MapValue.of("size", 3L))))
                .value();
        assertThat(patched.map("metadata").integer("generation", 0)).isEqualTo(2);
        assertThat(widgets("v1beta1").get("a").value().string("apiVersion")).isEqualTo("example.com/v1beta1");
        assertThat(widgets("v1beta1").list()).singleElement();
    }

    @Test
    void haveSubresources() throws InterruptedException {
        define(WIDGETS);
        widgets("v1").create(widget("a", "{size: 2}"));

        MapValue scale = widgets("v1").subresource("get", "a", "scale", null);
        assertThat(scale.map("spec").integer("replicas", 0)).isEqualTo(2);
        MapValue scaled =
                widgets("v1").subresource("update", "a", "scale", scale.with("spec", MapValue.of("replicas", 5L)));
        assertThat(scaled.map("spec").integer("replicas", 0)).isEqualTo(5);
        AnyObject present = widgets("v1").get("a");
        assertThat(present.value().map("spec").integer("size", 0)).isEqualTo(5);
        AnyObject updated = widgets("v1")
                .updateStatus(new AnyObject(
                        present.value().with("spec", MapValue.of("size", 9L)).with("status", MapValue.of("size", 4L))));
        assertThat(updated.value().map("spec").integer("size", 0)).isEqualTo(5);
        assertThat(widgets("v1")
                        .subresource("get", "a", "scale", null)
                        .map("status")
                        .integer("replicas", 0))
                .isEqualTo(4);
    }

    @Test
    void areAppliedByTheListsOfTheirSchema() throws InterruptedException {
        define(WIDGETS);

        apply("a", "{color: red, parts: [{name: wheel, count: 4}]}");
        MapValue applied = apply("b", "{parts: [{name: door, count: 2}]}");

        assertThat(applied.map("spec").list("parts"))
                .extracting(part -> ((MapValue) part).string("name"))
                .containsExactly("wheel", "door");
        assertThat(applied.map("metadata").list("managedFields"))
                .extracting(entry -> ((MapValue) entry).string("manager"))
                .containsExactly("a", "b");
        assertThatThrownBy(() -> apply("b", "{color: blue}"))
                .hasMessage("Apply failed with 1 conflict: conflict with \"a\": .spec.color");
        MapValue without = apply("b", "{}");
        assertThat(without.map("spec").list("parts"))
                .extracting(part -> ((MapValue) part).string("name"))
                .as("what its only manager no longer applies is gone")
                .containsExactly("wheel");
    }

    private MapValue apply(String manager, String spec) {
        return client.transport()
                .call(new Request(
                        "patch",
                        "/apis/example.com/v1/namespaces/default/widgets/applied",
                        Map.of("fieldManager", manager),
                        widget("applied", spec).value(),
                        "application/apply-patch+yaml"));
    }

    @Test
    void areNotServedInAnotherVersionWithoutTheirConversionWebhook() throws InterruptedException {
        define(WIDGETS.replace("storage: true", "storage: later")
                .replace("storage: false", "storage: true")
                .replace("storage: later", "storage: false")
                .replace(
                        "  scope: Namespaced",
                        "  scope: Namespaced\n  conversion: {strategy: Webhook, webhook: {conversionReviewVersions: [v1],"
                                + " clientConfig: {url: 'https://127.0.0.1:9/convert'}}}"));
        AnyObject stored = new AnyObject(widget("a", "{}").value().with("apiVersion", "example.com/v1beta1"));
        widgets("v1beta1").create(stored);

        assertThat(widgets("v1beta1").get("a").value().string("apiVersion")).isEqualTo("example.com/v1beta1");
        assertThatThrownBy(() -> widgets("v1").get("a"))
                .hasMessage(
                        "conversion webhook for example.com/v1beta1, Kind=Widget failed: Post"
                                + " \"https://127.0.0.1:9/convert?timeout=30s\": dial tcp 127.0.0.1:9: connect: connection refused");
        definitions.delete("widgets.example.com");
        Await.until("the definition goes", () -> find("widgets.example.com") == null);
    }

    @Test
    void areDiscoveredInTheOrderOfPreference() throws InterruptedException {
        define(WIDGETS);

        MapValue group = get("/apis/example.com");
        assertThat(group.map("preferredVersion").string("version")).isEqualTo("v1");
        ListValue resources = get("/apis/example.com/v1").list("resources");
        assertThat(resources)
                .extracting(resource -> ((MapValue) resource).string("name"))
                .containsExactly("widgets", "widgets/scale", "widgets/status");
    }

    @Test
    void anotherDefinitionCannotTakeTheirNames() throws InterruptedException {
        define(WIDGETS);
        String other = WIDGETS.replace("widgets", "gadgets").replace("shortNames: [wd]", "shortNames: [gd]");
        definitions.create(new CustomResourceDefinition(Yaml.decodeMap(other)));

        Await.until(
                "a conflict",
                () -> DefinitionConditions.find(
                                definitions.get("gadgets.example.com"), DefinitionConditions.NAMES_ACCEPTED)
                        != null);
        CustomResourceDefinition refused = definitions.get("gadgets.example.com");
        assertThat(DefinitionConditions.find(refused, DefinitionConditions.NAMES_ACCEPTED))
                .satisfies(condition -> {
                    assertThat(condition.status()).isEqualTo("False");
                    assertThat(condition.reason()).isEqualTo("ListKindConflict");
                    assertThat(condition.message()).isEqualTo("\"WidgetList\" is already in use");
                });

        definitions.delete("widgets.example.com");
        Await.until(
                "the names are free",
                () -> DefinitionConditions.isTrue(
                        definitions.get("gadgets.example.com"), DefinitionConditions.ESTABLISHED));
    }

    @Test
    void goWithTheirDefinitionOnceTheirFinalizersAreGone() throws InterruptedException {
        define(WIDGETS);
        widgets("v1").create(widget("a", "{}"));
        widgets("v1")
                .create(new AnyObject(widget("b", "{}")
                        .value()
                        .withMap(
                                "metadata",
                                metadata -> metadata.with("finalizers", ListValue.of("example.com/wait")))));

        definitions.delete("widgets.example.com");

        Await.until("a goes", () -> widgets("v1").find("a") == null);
        assertThat(DefinitionConditions.isTrue(
                        definitions.get("widgets.example.com"), DefinitionConditions.TERMINATING))
                .isTrue();
        assertThatThrownBy(() -> widgets("v1").create(widget("c", "{}")))
                .hasMessageContaining("create not allowed while custom resource definition is terminating");
        widgets("v1").patch("b", Patch.merge(Yaml.decodeMap("{metadata: {finalizers: null}}")));
        Await.until("the definition goes", () -> find("widgets.example.com") == null);
        Await.until("they are no longer served", () -> !isServed());

        define(WIDGETS);
        assertThat(widgets("v1").list()).isEmpty();
    }

    @Test
    void nobodyIsAskedWhetherTheyMayGoWithTheirDefinition() throws InterruptedException {
        define(WIDGETS);
        widgets("v1").create(widget("a", "{}"));
        widgets("v1").create(widget("b", "{}"));
        client.resource(ValidatingAdmissionPolicy.KIND).create(new ValidatingAdmissionPolicy(Yaml.decodeMap("""
                metadata: {name: policy.example.com}
                spec:
                  matchConstraints:
                    resourceRules: [{apiGroups: [example.com], apiVersions: ["*"], operations: [DELETE], resources: ["*"]}]
                  validations: [{expression: "oldObject.metadata.name != 'a'"}]
                """)));
        client.resource(ValidatingAdmissionPolicyBinding.KIND)
                .create(new ValidatingAdmissionPolicyBinding(Yaml.decodeMap("""
                metadata: {name: binding.example.com}
                spec: {policyName: policy.example.com, validationActions: [Deny]}
                """)));
        client.resource(ValidatingWebhookConfiguration.KIND)
                .create(new ValidatingWebhookConfiguration(Yaml.decodeMap("""
                metadata: {name: webhooks.example.com}
                webhooks:
                - name: webhook.example.com
                  matchConditions: [{name: b, expression: "oldObject.metadata.name == 'b'"}]
                  clientConfig: {url: "https://127.0.0.1:1/"}
                  admissionReviewVersions: [v1]
                  sideEffects: None
                  rules: [{apiGroups: [example.com], apiVersions: ["*"], operations: [DELETE], resources: ["*"]}]
                """)));
        assertThatThrownBy(() -> widgets("v1").delete("a")).hasMessageContaining("policy.example.com");
        assertThatThrownBy(() -> widgets("v1").delete("b")).hasMessageContaining("webhook.example.com");

        definitions.delete("widgets.example.com");
        Await.until("the definition goes", () -> find("widgets.example.com") == null);
    }

    @Test
    void watchesEndWhenTheDefinitionChanges() throws InterruptedException {
        CustomResourceDefinition definition = define(WIDGETS);
        try (EventStream watch = widgets("v1").watch(ListOptions.ALL)) {
            widgets("v1").create(widget("a", "{}"));
            WatchEvent event = watch.next(Duration.ofSeconds(10));
            assertThat(event).isNotNull();
            assertThat(watch.ended()).isFalse();

            definitions.patch(definition.name(), Patch.merge(Yaml.decodeMap("{spec: {names: {categories: [all]}}}")));

            while (!watch.ended()) {
                assertThat(watch.next(Duration.ofSeconds(30))).isNull();
            }
        }
    }

    @Test
    void haveNoStrategicMergePatch() throws InterruptedException {
        define(WIDGETS);
        widgets("v1").create(widget("a", "{size: 2}"));
        assertThatThrownBy(() -> widgets("v1").patch("a", Patch.strategic(MapValue.of("spec", MapValue.EMPTY))))
                .isInstanceOf(StatusException.class)
                .hasMessage("the body of the request was in an unknown format - accepted media types include:"
                        + " application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml")
                .extracting(e -> ((StatusException) e).code())
                .isEqualTo(415);
    }

    @Test
    void areServedAgainAfterARestart() throws InterruptedException {
        Path home = directory.resolve("restart");
        ApiServerConfig config = new ApiServerConfig(home, true, "", 0, Clock.system());
        try (EmbeddedApiServer first = EmbeddedApiServer.start(config)) {
            Client earlier = first.client();
            earlier.resource(CustomResourceDefinition.KIND)
                    .create(new CustomResourceDefinition(Yaml.decodeMap(WIDGETS)));
            ResourceClient<AnyObject> some = earlier.resource(
                            new Kind<>("example.com", "v1", "Widget", "widgets", true, AnyObject::new))
                    .in("default");
            Await.until(
                    "widgets are served",
                    () -> DefinitionConditions.isTrue(
                            earlier.resource(CustomResourceDefinition.KIND).get("widgets.example.com"),
                            DefinitionConditions.ESTABLISHED));
            some.create(widget("a", "{}"));
        }
        try (EmbeddedApiServer again = EmbeddedApiServer.start(config)) {
            assertThat(again.client()
                            .resource(new Kind<>("example.com", "v1", "Widget", "widgets", true, AnyObject::new))
                            .in("default")
                            .get("a")
                            .value()
                            .map("spec")
                            .integer("size", 0))
                    .isEqualTo(1);
        }
    }
}
