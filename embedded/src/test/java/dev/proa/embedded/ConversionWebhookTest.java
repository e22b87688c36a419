package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.codec.Yaml;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.Transport;
import dev.proa.client.Transport.EventStream;
import dev.proa.client.Transport.Request;
import dev.proa.client.Transport.WatchEvent;
import dev.proa.client.clock.Clock;
import dev.proa.client.http.HttpTransport;
import dev.proa.server.apiextensions.DefinitionConditions;
import dev.proa.server.auth.UserInfo;
import dev.proa.testing.Await;
import dev.proa.testing.TestWebhook;
import dev.proa.testing.TestWebhook.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Custom resources whose versions a webhook converts: v1 has {@code hostPort}, v2 has {@code host} and {@code port}. */
class ConversionWebhookTest {
    private static final String DEFINITION = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: routes.example.com}
            spec:
              group: example.com
              scope: Namespaced
              names: {plural: routes, kind: Route}
              versions:
                - name: v1
                  served: true
                  storage: true
                  subresources: {status: {}, scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}}
                  additionalPrinterColumns: [{name: HostPort, type: string, jsonPath: .hostPort}]
                  selectableFields: [{jsonPath: .hostPort}]
                  schema: {openAPIV3Schema: {type: object, properties: {hostPort: {type: string}, spec: {type: object,
                    properties: {size: {type: integer}}}, status: {type: object, properties: {size: {type: integer}}}}}}
                - name: v2
                  served: true
                  storage: false
                  subresources: {status: {}, scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}}
                  additionalPrinterColumns: [{name: Port, type: string, jsonPath: .port}]
                  selectableFields: [{jsonPath: .port}]
                  schema: {openAPIV3Schema: {type: object, properties: {host: {type: string}, port: {type: string},
                    color: {type: string, default: red}, spec: {type: object, properties: {size: {type: integer}}},
                    status: {type: object, properties: {size: {type: integer}}}}}}
            """;

    private EmbeddedApiServer server;
    private ResourceClient<CustomResourceDefinition> definitions;
    private Hook hook;
    private volatile UnaryOperator<MapValue> twist = object -> object;

    @BeforeEach
    void start() throws InterruptedException {
        server =
                EmbeddedApiServer.start(ApiServerConfig.inMemory(Clock.system()).listeningOn("127.0.0.1", 0));
        definitions = server.client().resource(CustomResourceDefinition.KIND);
        hook = new Hook(this::convert);
        define(definition(hook.clientConfig("/convert")));
    }

    @AfterEach
    void stop() {
        server.close();
        hook.close();
    }

    private static MapValue definition(MapValue clientConfig) {
        MapValue webhook = MapValue.of("conversionReviewVersions", ListValue.of("v1"), "clientConfig", clientConfig);
        return Yaml.decodeMap(DEFINITION)
                .withMap(
                        "spec",
                        spec -> spec.with("conversion", MapValue.of("strategy", "Webhook", "webhook", webhook)));
    }

    private void define(MapValue definition) throws InterruptedException {
        definitions.create(new CustomResourceDefinition(definition));
        Await.until(
                "it is established",
                () -> DefinitionConditions.isTrue(
                        definitions.get("routes.example.com"), DefinitionConditions.ESTABLISHED));
    }

    private Answer convert(TestWebhook.Request request) {
        MapValue asked = request.body().map("request");
        String version = asked.string("desiredAPIVersion");
        List<MapValue> converted = new ArrayList<>();
        for (int i = 0; i < asked.list("objects").size(); i++) {
            converted.add(twist.apply(converted(asked.list("objects").map(i), version)));
        }
        return Answer.of(MapValue.of(
                "apiVersion",
                "apiextensions.k8s.io/v1",
                "kind",
                "ConversionReview",
                "response",
                MapValue.of(
                        "uid",
                        asked.string("uid"),
                        "result",
                        MapValue.of("status", "Success"),
                        "convertedObjects",
                        ListValue.copyOf(converted))));
    }

    private static MapValue converted(MapValue object, String version) {
        MapValue result = object.with("apiVersion", version);
        if (version.endsWith("v1")) {
            return result.without("host")
                    .without("port")
                    .without("color")
                    .with("hostPort", object.string("host") + ":" + object.string("port"));
        }
        String[] parts = object.string("hostPort").split(":", 2);
        return result.without("hostPort").with("host", parts[0]).with("port", parts.length > 1 ? parts[1] : "");
    }

    private static String path(String version) {
        return "/apis/example.com/" + version + "/namespaces/default/routes";
    }

    private MapValue call(
            String verb, String path, Map<String, String> query, @Nullable Object body, @Nullable String type) {
        return transport().call(new Request(verb, path, query, body, type));
    }

    private Transport transport() {
        return server.transport(UserInfo.of("jane", UserInfo.MASTERS));
    }

    private MapValue call(String verb, String path, @Nullable Object body) {
        return call(verb, path, Map.of(), body, null);
    }

    private MapValue create(String version, String name, String fields) {
        return call(
                "create",
                path(version),
                Yaml.decodeMap("{apiVersion: example.com/" + version + ", kind: Route, metadata: {name: " + name
                        + ", labels: {app: x}}, " + fields + "}"));
    }

    private void failsWith(String message) {
        assertThatThrownBy(() -> call("get", path("v2") + "/a", null))
                .isInstanceOf(StatusException.class)
                .hasMessage("conversion webhook for example.com/v1, Kind=Route " + message);
    }

    @Test
    void objectsAreReadInEveryVersion() {
        MapValue created = create("v1", "a", "hostPort: 'localhost:8080'");
        MapValue read = call("get", path("v2") + "/a", null);
        assertThat(read.string("apiVersion")).isEqualTo("example.com/v2");
        assertThat(read.string("host")).isEqualTo("localhost");
        assertThat(read.string("port")).isEqualTo("8080");
        assertThat(read.has("hostPort")).isFalse();
        assertThat(read.string("color")).as("the default of the version").isEqualTo("red");
        assertThat(read.map("metadata")).isEqualTo(created.map("metadata"));
        MapValue asked = hook.server.requests().getLast().body();
        assertThat(asked.string("apiVersion")).isEqualTo("apiextensions.k8s.io/v1");
        assertThat(asked.map("request").string("desiredAPIVersion")).isEqualTo("example.com/v2");
        int calls = hook.server.requests().size();
        call("get", path("v1") + "/a", null);
        assertThat(hook.server.requests()).as("not for the stored version").hasSize(calls);
    }

    @Test
    void objectsAreWrittenInEveryVersion() {
        MapValue created = create("v2", "a", "host: h, port: '1'");
        assertThat(created.string("port")).isEqualTo("1");
        assertThat(call("get", path("v1") + "/a", null).string("hostPort")).isEqualTo("h:1");
        MapValue updated = call("update", path("v2") + "/a", created.with("port", "2"));
        assertThat(updated.string("port")).isEqualTo("2");
        assertThat(updated.map("metadata").integer("generation", 0)).isEqualTo(2);
        call("patch", path("v2") + "/a", Map.of(), Yaml.decodeMap("{port: '3'}"), "application/merge-patch+json");
        assertThat(call("get", path("v1") + "/a", null).string("hostPort")).isEqualTo("h:3");
        MapValue applied = call(
                "patch",
                path("v2") + "/a",
                Map.of("fieldManager", "me", "force", "true"),
                Yaml.decodeMap("{apiVersion: example.com/v2, kind: Route, metadata: {name: a}, port: '4'}"),
                "application/apply-patch+yaml");
        assertThat(applied.string("port")).isEqualTo("4");
        assertThat(call("get", path("v1") + "/a", null).string("hostPort")).isEqualTo("h:4");
        assertThat(call("delete", path("v2") + "/a", null).string("status")).isEqualTo("Success");
    }

    @Test
    void subresourcesAreConverted() {
        create("v1", "a", "hostPort: 'h:1', spec: {size: 1}");
        call(
                "patch",
                path("v2") + "/a/status",
                Map.of(),
                Yaml.decodeMap("{status: {size: 5}}"),
                "application/merge-patch+json");
        assertThat(call("get", path("v1") + "/a", null).map("status").integer("size", 0))
                .isEqualTo(5);
        MapValue scaled = call(
                "patch",
                path("v2") + "/a/scale",
                Map.of(),
                Yaml.decodeMap("{spec: {replicas: 7}}"),
                "application/merge-patch+json");
        assertThat(scaled.map("spec").integer("replicas", 0)).isEqualTo(7);
        assertThat(scaled.map("status").integer("replicas", 0)).isEqualTo(5);
        assertThat(call("get", path("v1") + "/a", null).map("spec").integer("size", 0))
                .isEqualTo(7);
    }

    @Test
    void listsAreConvertedInOneCallAndSelectedInTheirVersion() {
        for (int i = 0; i < 4; i++) {
            create("v1", "r" + i, "hostPort: 'h:" + i % 2 + "'");
        }
        int calls = hook.server.requests().size();
        assertThat(call("list", path("v2"), null).list("items"))
                .extracting(item -> ((MapValue) item).string("port"))
                .containsExactly("0", "1", "0", "1");
        assertThat(hook.server.requests()).hasSize(calls + 1);
        assertThat(call("list", path("v2"), Map.of("fieldSelector", "port=1"), null, null)
                        .list("items"))
                .extracting(item -> ((MapValue) item).map("metadata").string("name"))
                .containsExactly("r1", "r3");
        MapValue page = call("list", path("v2"), Map.of("limit", "3"), null, null);
        assertThat(page.list("items")).hasSize(3);
        assertThat(page.map("metadata").integer("remainingItemCount", 0)).isEqualTo(1);
        Map<String, String> next =
                Map.of("limit", "3", "continue", page.map("metadata").string("continue"));
        assertThat(call("list", path("v2"), next, null, null).list("items")).hasSize(1);
    }

    @Test
    void objectsOfDifferentStoredVersionsAreListedTogether() throws InterruptedException {
        create("v1", "a", "hostPort: 'h:1'");
        CustomResourceDefinition definition = definitions.get("routes.example.com");
        MapValue versions = MapValue.of(
                "versions",
                ListValue.copyOf(definition.value().map("spec").list("versions").stream()
                        .map(version -> ((MapValue) Objects.requireNonNull(version)))
                        .map(version ->
                                version.with("storage", version.string("name").equals("v2")))
                        .toList()));
        definitions.patch("routes.example.com", Patch.merge(MapValue.of("spec", versions)));
        Await.until("v2 is stored", () -> {
            int calls = hook.server.requests().size();
            create("v2", "b" + calls, "host: h, port: '2'");
            return hook.server.requests().size() == calls;
        });
        for (String version : List.of("v1", "v2")) {
            ListValue items = call("list", path(version), null).list("items");
            assertThat(items)
                    .extracting(item -> ((MapValue) item).string("apiVersion"))
                    .containsOnly("example.com/" + version);
            assertThat(items.size()).isGreaterThan(1);
        }
    }

    @Test
    void watchesAreConverted() throws Exception {
        create("v1", "a", "hostPort: 'h:1'");
        create("v1", "a2", "hostPort: 'h:2'");
        try (HttpTransport https = new HttpTransport(server.administrator());
                EventStream overHttp = https.watch(new Request("watch", path("v2"), Map.of(), null, null));
                EventStream selected =
                        https.watch(new Request("watch", path("v2"), Map.of("fieldSelector", "port=2"), null, null));
                EventStream within = transport().watch(new Request("watch", path("v2"), Map.of(), null, null))) {
            for (EventStream stream : List.of(overHttp, within)) {
                expect(stream, "ADDED", "a", "1");
            }
            // Every watch has converted what was there once it tells of it.
            for (EventStream stream : List.of(overHttp, within, selected)) {
                expect(stream, "ADDED", "a2", "2");
            }
            int calls = hook.server.requests().size();
            create("v1", "b", "hostPort: 'h:2'");
            for (EventStream stream : List.of(overHttp, within, selected)) {
                expect(stream, "ADDED", "b", "2");
            }
            assertThat(hook.server.requests()).as("one call for all of them").hasSize(calls + 1);
            MapValue b = call("get", path("v1") + "/b", null);
            call("update", path("v1") + "/b", b.with("hostPort", "h:3"));
            expect(overHttp, "MODIFIED", "b", "3");
            expect(within, "MODIFIED", "b", "3");
            expect(selected, "DELETED", "b", "2");
            call("delete", path("v1") + "/b", null);
            expect(overHttp, "DELETED", "b", "3");
            twist = object -> object.with("kind", "Other");
            create("v1", "c", "hostPort: 'h:4'");
            WatchEvent error = Objects.requireNonNull(overHttp.next(Duration.ofSeconds(60)));
            assertThat(error.type()).isEqualTo("ERROR");
            assertThat(error.object().string("message"))
                    .isEqualTo("conversion webhook for example.com/v1, Kind=Route returned invalid object: invalid kind"
                            + " (expected Route, received Other)");
            assertThat(overHttp.next(Duration.ofSeconds(60))).isNull();
            assertThat(overHttp.ended()).isTrue();
        }
    }

    private static void expect(EventStream stream, String type, String name, String port) throws InterruptedException {
        WatchEvent event = Objects.requireNonNull(stream.next(Duration.ofSeconds(60)), name);
        assertThat(event.type()).isEqualTo(type);
        assertThat(event.object().map("metadata").string("name")).isEqualTo(name);
        assertThat(event.object().string("apiVersion")).isEqualTo("example.com/v2");
        assertThat(event.object().string("port")).isEqualTo(port);
    }

    @Test
    void whatIsNotConvertedFailsTheRequest() {
        create("v1", "a", "hostPort: 'h:1'");
        twist = object -> object.with("apiVersion", "example.com/v3");
        failsWith("returned invalid object: invalid groupVersion (expected example.com/v2, received example.com/v3)");
        twist = object -> object.withMap("metadata", meta -> meta.with("name", "b"));
        failsWith("returned invalid object: must have the same name: a != b");
        twist = object -> object.withMap("metadata", meta -> meta.with("labels", MapValue.of("a", 1L)));
        failsWith("returned invalid object: metadata.labels[a] must be a string in converted object");
        twist = object -> object.withMap("metadata", meta -> meta.with("labels", MapValue.of("a b", "c")));
        assertThatThrownBy(() -> call("get", path("v2") + "/a", null))
                .hasMessageContaining("returned invalid object: metadata.labels: Invalid value: \"a b\"");
        hook.server.answer(request -> Answer.of(MapValue.EMPTY));
        failsWith("failed: expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got /, Kind=");
        hook.server.answer(request -> answered(request, "{result: {status: Failure, message: I cannot}}"));
        failsWith("failed: I cannot");
        hook.server.answer(request -> answered(request, "{result: {status: Failure}}"));
        failsWith("failed: response.result.status was 'Failure', not 'Success'");
        hook.server.answer(request -> answered(request, "{result: {status: Success}, convertedObjects: []}"));
        failsWith("returned 0 objects, expected 1");
        create("v1", "b", "hostPort: 'h:2'");
        hook.server.answer(this::convert);
        twist = object -> object.without("metadata");
        assertThatThrownBy(() -> call("list", path("v2"), null))
                .hasMessageContaining("returned invalid converted object at index 0: must have the same name: a != ");
        assertThat(call("list", path("v1"), null).list("items")).hasSize(2);
    }

    private static Answer answered(TestWebhook.Request request, String response) {
        return Answer.of(MapValue.of(
                "apiVersion",
                "apiextensions.k8s.io/v1",
                "kind",
                "ConversionReview",
                "response",
                Yaml.decodeMap(response)
                        .with("uid", request.body().map("request").string("uid"))));
    }

    @Test
    void onlyLabelsAndAnnotationsOfTheMetadataAreConverted() {
        MapValue created = create("v1", "a", "hostPort: 'h:1'");
        twist = object -> object.withMap(
                "metadata",
                meta -> meta.with("labels", MapValue.of("new", "yes"))
                        .with("annotations", MapValue.of("note", "x"))
                        .with("finalizers", ListValue.of("example.com/other"))
                        .with("generation", 9L));
        MapValue metadata = call("get", path("v2") + "/a", null).map("metadata");
        assertThat(metadata.map("labels")).isEqualTo(MapValue.of("new", "yes"));
        assertThat(metadata.map("annotations")).isEqualTo(MapValue.of("note", "x"));
        assertThat(metadata.has("finalizers")).isFalse();
        assertThat(metadata.integer("generation", 0)).isEqualTo(1);
        assertThat(metadata.get("managedFields"))
                .isEqualTo(created.map("metadata").get("managedFields"));
        assertThat(call("list", path("v2"), Map.of("labelSelector", "new=yes"), null, null)
                        .list("items"))
                .as("selected by what was converted")
                .hasSize(1);
    }

    @Test
    void aDefinitionGoesWithItsObjectsThoughNobodyConvertsThem() throws InterruptedException {
        create("v1", "a", "hostPort: 'h:1'");
        definitions.patch(
                "routes.example.com",
                Patch.json(
                        ListValue.of(MapValue.of("op", "replace", "path", "/spec/versions/0/served", "value", false))));
        Await.until("v1 is not served", () -> {
            try {
                call("list", path("v1"), null);
                return false;
            } catch (StatusException e) {
                return e.code() == 404;
            }
        });
        hook.close();
        definitions.delete("routes.example.com");
        Await.until("the definition goes", () -> definitions.find("routes.example.com") == null);
    }

    @Test
    void aBundleWithoutACertificateIsTold() throws InterruptedException {
        definitions.delete("routes.example.com");
        Await.until("the definition goes", () -> definitions.find("routes.example.com") == null);
        String nothing = Base64.getEncoder().encodeToString("nothing".getBytes(StandardCharsets.UTF_8));
        definitions.create(new CustomResourceDefinition(
                definition(hook.clientConfig("/convert").with("caBundle", nothing))));
        Await.until("its condition", () -> {
            var condition =
                    DefinitionConditions.find(definitions.get("routes.example.com"), DefinitionConditions.ESTABLISHED);
            return condition != null && condition.reason().equals("InvalidCABundle");
        });
        MapValue good = MapValue.of("caBundle", Hook.bundle());
        definitions.patch("routes.example.com", bundle(good));
        Await.until(
                "it is established",
                () -> DefinitionConditions.isTrue(
                        definitions.get("routes.example.com"), DefinitionConditions.ESTABLISHED));
        assertThatThrownBy(() -> definitions.patch("routes.example.com", bundle(MapValue.of("caBundle", nothing))))
                .hasMessageContaining("spec.conversion.webhookClientConfig.caBundle: Invalid value: unable to load root"
                        + " certificates: unable to parse bytes as PEM block");
    }

    private static Patch bundle(MapValue clientConfig) {
        return Patch.merge(MapValue.of(
                "spec", MapValue.of("conversion", MapValue.of("webhook", MapValue.of("clientConfig", clientConfig)))));
    }

    @Test
    void callsAreCounted() {
        create("v1", "a", "hostPort: 'h:1'");
        call("get", path("v2") + "/a", null);
        String metrics = new String(server.metrics().text(), StandardCharsets.UTF_8);
        assertThat(metrics)
                .contains("apiserver_conversion_webhook_request_total{failure_type=\"\",result=\"success\"} ")
                .contains("apiserver_crd_conversion_webhook_duration_seconds_count{crd_name=\"routes.example.com\","
                        + "from_version=\"v1\",succeeded=\"true\",to_version=\"v2\"} ");
    }
}
