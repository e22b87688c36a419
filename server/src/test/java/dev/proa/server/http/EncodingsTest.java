package dev.proa.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.codec.Yaml;
import dev.proa.api.protobuf.Protobuf;
import dev.proa.api.schema.GoShape;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.schema.Struct;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.catalog.ApiCatalogTest;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every verb in every encoding, as client-go asks for them. */
class EncodingsTest {
    private static final String NAMESPACE = "/api/v1/namespaces/default";
    private static final String MAPS = NAMESPACE + "/configmaps";
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
    private static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
    private static final String CLIENT_GO = PROTOBUF + ",application/json";
    private static final Protobuf CODEC = new Protobuf(SchemaCatalog.builtin());

    @TempDir
    static Path directory;

    private static RunningServer running;
    private static Https https;

    @BeforeAll
    static void start() {
        running = new RunningServer(directory);
        https = Https.administrator(running);
        send(
                "POST",
                NAMESPACE + "/serviceaccounts",
                Yaml.decodeMap("{apiVersion: v1, kind: ServiceAccount, metadata: {name: default}}"));
    }

    @AfterAll
    static void stop() {
        https.close();
        running.close();
    }

    private static HttpResponse<byte[]> send(
            String method, String path, byte @Nullable [] body, String contentType, String accept) {
        return https.send(
                https.request(path)
                        .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
                        .header("Content-Type", contentType)
                        .header("Accept", accept)
                        .build(),
                BodyHandlers.ofByteArray());
    }

    /** Sends and gets protobuf. */
    private static HttpResponse<byte[]> send(String method, String path, @Nullable MapValue body) {
        return send(method, path, body == null ? null : CODEC.encode(body), PROTOBUF, CLIENT_GO);
    }

    private static MapValue value(HttpResponse<byte[]> response) {
        String type = response.headers().firstValue("Content-Type").orElse("");
        return switch (type) {
            case PROTOBUF -> shaped(CODEC.decode(response.body()));
            case "application/json" -> Json.decodeMap(response.body());
            case "application/yaml" -> Yaml.decodeMap(new String(response.body(), StandardCharsets.UTF_8));
            default -> throw new AssertionError("unexpected media type " + type);
        };
    }

    private static MapValue shaped(MapValue object) {
        Struct struct = SchemaCatalog.builtin().kind(object.string("apiVersion"), object.string("kind"));
        return struct == null ? object : GoShape.of(object, struct);
    }

    private static MapValue get(String path, String accept) {
        return value(send("GET", path, null, "application/json", accept));
    }

    private static MapValue map(String name) {
        return Yaml.decodeMap("{apiVersion: v1, kind: ConfigMap, metadata: {name: " + name + "}, data: {a: b}}");
    }

    private static MapValue deployment(String name) {
        return Yaml.decodeMap("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: %s}
                spec:
                  selector: {matchLabels: {app: x}}
                  strategy: {rollingUpdate: {maxSurge: 25%%, maxUnavailable: 1}}
                  template:
                    metadata: {labels: {app: x}}
                    spec: {containers: [{name: c, image: i, resources: {requests: {cpu: 100m}}}]}
                """.formatted(name));
    }

    @Test
    void everyVerbTakesAndGivesProtobuf() {
        HttpResponse<byte[]> created = send("POST", DEPLOYMENTS, deployment("verbs"));
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(created.headers().firstValue("Content-Type")).hasValue(PROTOBUF);
        MapValue object = value(created);
        String path = DEPLOYMENTS + "/verbs";
        assertThat(object).isEqualTo(get(path, "application/json")).isEqualTo(get(path, "application/yaml"));

        HttpResponse<byte[]> updated = send("PUT", path, object.withMap("spec", spec -> spec.with("replicas", 3L)));
        assertThat(value(updated).map("spec").get("replicas")).isEqualTo(3L);
        HttpResponse<byte[]> patched = send(
                "PATCH",
                path,
                "{\"spec\":{\"replicas\":4}}".getBytes(StandardCharsets.UTF_8),
                "application/merge-patch+json",
                CLIENT_GO);
        assertThat(patched.headers().firstValue("Content-Type")).hasValue(PROTOBUF);
        assertThat(value(patched)).isEqualTo(get(path, "application/json"));

        MapValue scale = value(send("GET", path + "/scale", null));
        assertThat(scale.map("spec").get("replicas")).isEqualTo(4L);
        MapValue scaled = value(send("PUT", path + "/scale", scale.with("spec", MapValue.of("replicas", 0L))));
        assertThat(scaled.string("kind")).isEqualTo("Scale");
        assertThat(get(path, "application/json").map("spec").get("replicas")).isEqualTo(0L);

        MapValue stale = Yaml.decodeMap("{apiVersion: apps/v1, kind: DeleteOptions, preconditions: {uid: other}}");
        HttpResponse<byte[]> conflict = send("DELETE", path, stale);
        assertThat(conflict.statusCode()).isEqualTo(409);
        assertThat(value(conflict).string("reason")).isEqualTo("Conflict");
        HttpResponse<byte[]> deleted =
                send("DELETE", path, stale.without("preconditions").with("propagationPolicy", "Background"));
        assertThat(value(deleted).string("status")).isEqualTo("Success");
        assertThat(value(deleted).map("details").string("kind")).isEqualTo("deployments");
    }

    @Test
    void actionsTakeAndGiveProtobuf() {
        HttpResponse<byte[]> issued = send(
                "POST",
                NAMESPACE + "/serviceaccounts/default/token",
                Yaml.decodeMap(
                        "{apiVersion: authentication.k8s.io/v1, kind: TokenRequest, spec: {audiences: [a], expirationSeconds: 700}}"));
        MapValue token = value(issued);
        assertThat(issued.statusCode()).as(() -> token.toString()).isEqualTo(201);
        assertThat(token.map("status").string("token")).isNotEmpty();
        assertThat(token.map("status").string("expirationTimestamp")).isNotEmpty();
        MapValue review = value(
                send(
                        "POST",
                        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                        Yaml.decodeMap(
                                "{apiVersion: authorization.k8s.io/v1, kind: SelfSubjectAccessReview, spec: {resourceAttributes: {verb: get, resource: pods}}}")));
        assertThat(review.map("status").get("allowed")).isEqualTo(true);

        MapValue pod = Yaml.decodeMap(
                "{apiVersion: v1, kind: Pod, metadata: {name: acted}, spec: {containers: [{name: c, image: i}]}}");
        assertThat(send("POST", NAMESPACE + "/pods", pod).statusCode()).isEqualTo(201);
        MapValue binding = Yaml.decodeMap(
                "{apiVersion: v1, kind: Binding, metadata: {name: acted}, target: {kind: Node, name: node-1}}");
        assertThat(value(send("POST", NAMESPACE + "/pods/acted/binding", binding))
                        .toString())
                .contains("status=Success");
        assertThat(get(NAMESPACE + "/pods/acted", CLIENT_GO).map("spec").string("nodeName"))
                .isEqualTo("node-1");
        MapValue eviction = Yaml.decodeMap(
                "{apiVersion: policy/v1, kind: Eviction, metadata: {name: acted}, deleteOptions: {gracePeriodSeconds: 0}}");
        assertThat(value(send("POST", NAMESPACE + "/pods/acted/eviction", eviction))
                        .toString())
                .contains("status=Success");
    }

    @Test
    void listsAreTheSameInEveryEncoding() {
        for (int i = 0; i < 3; i++) {
            send(
                    "POST",
                    MAPS,
                    map("listed-" + i).withMap("metadata", meta -> meta.with("labels", MapValue.of("set", "listed"))));
        }
        String path = MAPS + "?labelSelector=set%3Dlisted";

        MapValue json = get(path, "application/json");
        assertThat(json.list("items")).hasSize(3);
        assertThat(get(path, "application/yaml")).isEqualTo(json);
        // Within a list a message does not say what it is.
        assertThat(get(path, CLIENT_GO)).isEqualTo(untyped(json));
        assertThat(get(MAPS + "?labelSelector=none", CLIENT_GO).string("kind")).isEqualTo("ConfigMapList");

        HttpResponse<byte[]> metadata = send(
                "GET", path, null, "application/json", PROTOBUF + ";as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");
        assertThat(metadata.headers().firstValue("Content-Type")).hasValue(PROTOBUF);
        MapValue partial = value(metadata);
        assertThat(partial.string("kind")).isEqualTo("PartialObjectMetadataList");
        assertThat(partial.list("items").map(2).map("metadata").string("name")).isEqualTo("listed-2");

        MapValue table =
                get(path, PROTOBUF + ";as=Table;g=meta.k8s.io;v=v1,application/json;as=Table;g=meta.k8s.io;v=v1");
        assertThat(table.string("kind")).isEqualTo("Table");
    }

    private static MapValue untyped(MapValue list) {
        return list.with(
                "items",
                ListValue.copyOf(list.list("items").stream()
                        .map(item -> ((MapValue) item).without("apiVersion").without("kind"))
                        .toList()));
    }

    @Test
    void watchesSendMessagesWithTheirLengths() throws IOException {
        send("POST", MAPS, map("watched"));
        String path = MAPS + "?watch=1&timeoutSeconds=60&fieldSelector=metadata.name%3Dwatched";
        HttpResponse<InputStream> watch = https.send(
                https.request(path).header("Accept", PROTOBUF + ";stream=watch").build(), BodyHandlers.ofInputStream());
        assertThat(watch.headers().firstValue("Content-Type")).hasValue(PROTOBUF + ";stream=watch");
        try (DataInputStream frames = new DataInputStream(watch.body())) {
            MapValue added = frame(frames, "ADDED");
            assertThat(added).isEqualTo(get(MAPS + "/watched", "application/json"));
            send("PUT", MAPS + "/watched", added.with("data", MapValue.of("a", "c")));
            assertThat(frame(frames, "MODIFIED").map("data").string("a")).isEqualTo("c");
            send("DELETE", MAPS + "/watched", null);
            assertThat(frame(frames, "DELETED").map("data").string("a")).isEqualTo("c");
        }
    }

    /** The object of the next frame, whose head is the same for the same type and length. */
    private static MapValue frame(DataInputStream frames, String type) throws IOException {
        byte[] frame = frames.readNBytes(frames.readInt());
        for (int start = 0; start < frame.length; start++) {
            byte[] object = java.util.Arrays.copyOfRange(frame, start, frame.length);
            byte[] head = CODEC.frameHead(type, object.length);
            if (java.util.Arrays.equals(head, 4, head.length, frame, 0, start)) {
                return shaped(CODEC.decode(object));
            }
        }
        throw new AssertionError("not " + type + ": " + new String(frame, StandardCharsets.ISO_8859_1));
    }

    @Test
    void aWatchThatFailsSaysSoInItsEncoding() throws IOException {
        HttpResponse<InputStream> watch = https.send(
                https.request(MAPS + "?watch=1&resourceVersion=abc")
                        .header("Accept", CLIENT_GO)
                        .build(),
                BodyHandlers.ofInputStream());
        try (InputStream body = watch.body()) {
            assertThat(watch.statusCode()).isEqualTo(400);
            assertThat(CODEC.decode(body.readAllBytes()).string("reason")).isEqualTo("BadRequest");
        }
    }

    @Test
    void errorsAreWrittenAsTheClientAccepts() {
        for (String accept : List.of("application/json", "application/yaml", PROTOBUF)) {
            HttpResponse<byte[]> missing = send("GET", MAPS + "/missing", null, "application/json", accept);
            assertThat(missing.statusCode()).isEqualTo(404);
            assertThat(missing.headers().firstValue("Content-Type")).hasValue(accept);
            assertThat(value(missing).map("details").string("name")).isEqualTo("missing");
        }
        HttpResponse<byte[]> invalid = send("POST", MAPS, map("Invalid_Name"));
        assertThat(value(invalid).map("details").list("causes").map(0).string("field"))
                .isEqualTo("metadata.name");
        HttpResponse<byte[]> broken =
                send("POST", MAPS, new byte[] {'k', '8', 's', 0, 9}, PROTOBUF, "application/json");
        assertThat(broken.statusCode()).isEqualTo(400);
        assertThat(value(broken).string("message"))
                .startsWith("the object provided is unrecognized (must be of type ConfigMap): proto: ");
    }

    @Test
    void watchesInYamlAreRefused() {
        HttpResponse<byte[]> refused = send("GET", MAPS + "?watch=1", null, "application/json", "application/yaml");
        assertThat(refused.statusCode()).isEqualTo(406);
        assertThat(value(refused).string("message"))
                .isEqualTo("only the following media types are accepted: application/json;stream=watch, " + PROTOBUF
                        + ";stream=watch");
    }

    @Test
    void customResourcesHaveNoProtobuf() {
        running.apis().replace(catalog -> catalog.with(ApiCatalogTest.widgets("v1", "1")));
        String widgets = "/apis/example.com/v1/namespaces/default/widgets";
        byte[] widget = Json.encode(
                Yaml.decodeMap("{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}, spec: {size: 1}}"));
        assertThat(send("POST", widgets, widget, "application/json", CLIENT_GO)
                        .headers()
                        .firstValue("Content-Type"))
                .hasValue("application/json");

        HttpResponse<byte[]> refused = send("GET", widgets + "/w", null, "application/json", PROTOBUF);
        assertThat(refused.statusCode()).isEqualTo(406);
        assertThat(send("POST", widgets, new byte[] {'k', '8', 's', 0}, PROTOBUF, "application/json")
                        .statusCode())
                .isEqualTo(415);
        String partial = PROTOBUF + ";as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
        assertThat(get(widgets + "/w", partial).map("metadata").string("name")).isEqualTo("w");
        MapValue deletion = Yaml.decodeMap("{apiVersion: example.com/v1, kind: DeleteOptions, gracePeriodSeconds: 0}");
        assertThat(send("DELETE", widgets + "/w", CODEC.encode(deletion), PROTOBUF, "application/json")
                        .statusCode())
                .isEqualTo(200);
    }
}
