package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.codec.Json;
import dev.proa.api.codec.Yaml;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.ResourceClient;
import dev.proa.client.Transport;
import dev.proa.client.Transport.EventStream;
import dev.proa.client.Transport.Request;
import dev.proa.client.Transport.WatchEvent;
import dev.proa.client.clock.Clock;
import dev.proa.server.apiextensions.DefinitionConditions;
import dev.proa.server.auth.UserInfo;
import dev.proa.testing.Await;
import dev.proa.testing.TestWebhook;
import dev.proa.testing.TestWebhook.Answer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.RequestOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Custom resources that a webhook converts, as tables; and webhooks that only know the older form of the question. */
class ConvertedTablesTest {
    private static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";
    private static final String DEFINITION = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: sizes.example.com}
            spec:
              group: example.com
              scope: Namespaced
              names: {plural: sizes, kind: Size}
              versions:
                - name: v1
                  served: true
                  storage: true
                  additionalPrinterColumns: [{name: Text, type: string, jsonPath: .text}]
                  schema: {openAPIV3Schema: {type: object, properties: {text: {type: string}}}}
                - name: v2
                  served: true
                  storage: false
                  additionalPrinterColumns:
                    - {name: Amount, type: integer, jsonPath: .amount}
                    - {name: Unit, type: string, jsonPath: .unit}
                    - {name: Color, type: string, jsonPath: .color}
                    - {name: Kept, type: string, jsonPath: .metadata.labels.kept}
                  schema: {openAPIV3Schema: {type: object, properties: {amount: {type: integer}, unit: {type: string},
                    color: {type: string, default: red}}}}
                - name: v3
                  served: true
                  storage: false
                  schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            """;

    private final Vertx vertx = Vertx.vertx();
    private EmbeddedApiServer server;
    private Hook hook;
    private HttpsClient https;

    @BeforeEach
    void start() {
        server =
                EmbeddedApiServer.start(ApiServerConfig.inMemory(Clock.system()).listeningOn("127.0.0.1", 0));
        https = new HttpsClient(vertx, server, server.pki().administrator(), 5);
        hook = new Hook(request -> answered(request, "apiextensions.k8s.io/v1", true));
    }

    @AfterEach
    void stop() {
        server.close();
        hook.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void define(String... reviewVersions) throws InterruptedException {
        MapValue webhook = MapValue.of(
                "conversionReviewVersions",
                ListValue.of((Object[]) reviewVersions),
                "clientConfig",
                hook.clientConfig("/convert"));
        ResourceClient<CustomResourceDefinition> definitions = server.client().resource(CustomResourceDefinition.KIND);
        definitions.create(new CustomResourceDefinition(Yaml.decodeMap(DEFINITION)
                .withMap(
                        "spec",
                        spec -> spec.with("conversion", MapValue.of("strategy", "Webhook", "webhook", webhook)))));
        Await.until(
                "it is established",
                () -> DefinitionConditions.isTrue(
                        definitions.get("sizes.example.com"), DefinitionConditions.ESTABLISHED));
    }

    /** @param identified whether the answer says what it is, and to which question */
    private static Answer answered(TestWebhook.Request request, String apiVersion, boolean identified) {
        MapValue asked = request.body().map("request");
        List<MapValue> converted = new ArrayList<>();
        for (int i = 0; i < asked.list("objects").size(); i++) {
            converted.add(converted(asked.list("objects").map(i), asked.string("desiredAPIVersion")));
        }
        MapValue response = MapValue.of(
                "result", MapValue.of("status", "Success"), "convertedObjects", ListValue.copyOf(converted));
        return Answer.of(
                identified
                        ? MapValue.of(
                                "apiVersion",
                                apiVersion,
                                "kind",
                                "ConversionReview",
                                "response",
                                response.with("uid", asked.string("uid")))
                        : MapValue.of("response", response));
    }

    private static MapValue converted(MapValue object, String version) {
        MapValue result = object.with("apiVersion", version);
        if (version.endsWith("v1")) {
            return result.without("amount")
                    .without("unit")
                    .without("color")
                    .with("text", object.get("amount") + " " + object.string("unit"));
        }
        String[] words = object.string("text").split(" ", 2);
        return result.without("text")
                .with("amount", Long.parseLong(words[0]))
                .with("unit", words[1])
                .withMap("metadata", metadata -> metadata.with("labels", MapValue.of("kept", "yes")));
    }

    private static String path(String version) {
        return "/apis/example.com/" + version + "/namespaces/default/sizes";
    }

    private Transport transport() {
        return server.transport(UserInfo.of("jane", UserInfo.MASTERS));
    }

    private MapValue call(String verb, String path, @Nullable MapValue body) {
        return transport().call(new Request(verb, path, Map.of(), body, null));
    }

    private MapValue create(String version, String name, String fields) {
        return call(
                "create",
                path(version),
                Yaml.decodeMap("{apiVersion: example.com/" + version + ", kind: Size, metadata: {name: " + name + "}, "
                        + fields + "}"));
    }

    private MapValue table(String path) throws Exception {
        return https.ask("GET", path, Map.of("Accept", TABLE), null).json();
    }

    private static List<String> columns(MapValue table) {
        return table.list("columnDefinitions").stream()
                .map(column -> ((MapValue) Objects.requireNonNull(column)).string("name"))
                .toList();
    }

    private static List<ListValue> cells(MapValue table) {
        return table.list("rows").stream()
                .map(row -> ((MapValue) Objects.requireNonNull(row)).list("cells"))
                .toList();
    }

    @Test
    void aTableHasTheColumnsOfTheVersionThatWasAskedFor() throws Exception {
        define("v1");
        create("v1", "a", "text: 3 apples");
        create("v2", "b", "amount: 4, unit: pears, color: blue");

        MapValue table = table(path("v2"));
        assertThat(columns(table)).containsExactly("Name", "Amount", "Unit", "Color", "Kept");
        assertThat(cells(table))
                .containsExactly(
                        ListValue.of("a", 3L, "apples", "red", "yes"), ListValue.of("b", 4L, "pears", "red", "yes"));
        MapValue object = table.list("rows").map(0).map("object");
        assertThat(object.string("kind")).isEqualTo("PartialObjectMetadata");
        assertThat(object.map("metadata").map("labels").string("kept")).isEqualTo("yes");

        assertThat(cells(table(path("v1"))))
                .containsExactly(ListValue.of("a", "3 apples"), ListValue.of("b", "4 pears"));
        assertThat(columns(table(path("v1")))).containsExactly("Name", "Text");
        assertThat(columns(table(path("v3")))).containsExactly("Name", "Age");
        assertThat(cells(table(path("v2") + "/a"))).containsExactly(ListValue.of("a", 3L, "apples", "red", "yes"));
        assertThat(cells(table(path("v2") + "?labelSelector=kept%3Dyes&limit=1")))
                .hasSize(1);
    }

    @Test
    void rowsHaveTheirObjectsInThatVersion() throws Exception {
        define("v1");
        create("v1", "a", "text: 3 apples");

        MapValue object =
                table(path("v2") + "?includeObject=Object").list("rows").map(0).map("object");
        assertThat(object.string("apiVersion")).isEqualTo("example.com/v2");
        assertThat(object.integer("amount", 0)).isEqualTo(3);
        assertThat(object.has("text")).isFalse();
        assertThat(table(path("v2") + "?includeObject=None").list("rows").map(0).get("object"))
                .isNull();
    }

    @Test
    void watchesTellOfRowsInThatVersion() throws Exception {
        define("v1");
        create("v1", "a", "text: 3 apples");
        CompletableFuture<String> first = new CompletableFuture<>();
        StringBuilder all = new StringBuilder();
        RequestOptions options =
                new RequestOptions().setURI(path("v2") + "?watch=true").putHeader("Accept", TABLE);
        https.begin(options, null, response -> {
            response.handler(bytes -> {
                all.append(bytes.toString(StandardCharsets.UTF_8));
                if (all.indexOf("\n") >= 0) {
                    first.complete(all.substring(0, all.indexOf("\n")));
                }
            });
            return Future.succeededFuture();
        });

        MapValue event = Json.decodeMap(first.get(30, TimeUnit.SECONDS).getBytes(StandardCharsets.UTF_8));
        assertThat(event.string("type")).isEqualTo("ADDED");
        assertThat(columns(event.map("object"))).containsExactly("Name", "Amount", "Unit", "Color", "Kept");
        assertThat(cells(event.map("object"))).containsExactly(ListValue.of("a", 3L, "apples", "red", "yes"));
    }

    @Test
    void aTableOfWhatIsNotConvertedIsAnError() throws Exception {
        define("v1");
        create("v1", "a", "text: 3 apples");
        hook.server.answer(request -> Answer.of(MapValue.EMPTY));

        MapValue status = table(path("v2"));
        assertThat(status.string("kind")).isEqualTo("Status");
        assertThat(status.string("message")).startsWith("conversion webhook for example.com/v1, Kind=Size failed: ");
        assertThat(cells(table(path("v1")))).hasSize(1);
    }

    @Test
    void aWebhookMayOnlyKnowTheOlderQuestion() throws Exception {
        hook.server.answer(request -> answered(request, "apiextensions.k8s.io/v1beta1", true));
        define("v7", "v1beta1");
        create("v2", "a", "amount: 4, unit: pears");
        MapValue read = call("get", path("v2") + "/a", null);
        assertThat(read.integer("amount", 0)).isEqualTo(4);
        assertThat(call("get", path("v1") + "/a", null).string("text")).isEqualTo("4 pears");
        call("update", path("v2") + "/a", read.with("amount", 5L));
        assertThat(cells(table(path("v2")))).containsExactly(ListValue.of("a", 5L, "pears", "red", "yes"));
        try (EventStream events = transport().watch(new Request("watch", path("v2"), Map.of(), null, null))) {
            WatchEvent event = Objects.requireNonNull(events.next(Duration.ofSeconds(60)));
            assertThat(event.object().integer("amount", 0)).isEqualTo(5);
        }

        assertThat(hook.server.requests())
                .extracting(request -> request.body().string("apiVersion"))
                .containsOnly("apiextensions.k8s.io/v1beta1");
        MapValue asked = hook.server.requests().getLast().body();
        assertThat(asked.string("kind")).isEqualTo("ConversionReview");
        assertThat(asked.map("request").string("desiredAPIVersion")).isEqualTo("example.com/v2");
        assertThat(asked.map("request").string("uid")).isNotEmpty();
    }

    @Test
    void theOlderAnswerNeedNotSayWhatItIs() throws Exception {
        define("v1beta1", "v1");
        create("v1", "a", "text: 3 apples");
        hook.server.answer(request -> answered(request, "", false));
        assertThat(call("get", path("v2") + "/a", null).integer("amount", 0)).isEqualTo(3);
        hook.server.answer(request -> answered(request, "apiextensions.k8s.io/v1", true));
        assertThat(call("get", path("v2") + "/a", null).integer("amount", 0)).isEqualTo(3);
        hook.server.answer(request -> Answer.of(MapValue.EMPTY));
        fails("no response provided");
        hook.server.answer(
                request -> Answer.of(Yaml.decodeMap("{response: {result: {status: Failure, message: cannot}}}")));
        fails("cannot");
    }

    private void fails(String message) {
        assertThatThrownBy(() -> call("get", path("v2") + "/a", null))
                .isInstanceOf(StatusException.class)
                .hasMessage("conversion webhook for example.com/v1, Kind=Size failed: " + message);
    }

    @Test
    void aWebhookHasToKnowSomeQuestion() {
        assertThatThrownBy(() -> define("v7"))
                .hasMessageContaining("spec.conversion.conversionReviewVersions: Invalid value: ")
                .hasMessageContaining("must include at least one of v1, v1beta1");
    }
}
