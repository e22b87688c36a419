package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.apiregistration.v1.APIService;
import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Service;
import dev.proa.api.rbac.v1.Role;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.ResourceClient;
import dev.proa.client.Retry;
import dev.proa.client.Transport.EventStream;
import dev.proa.client.Transport.WatchEvent;
import dev.proa.client.clock.Clock;
import dev.proa.embedded.HttpsClient.Answer;
import dev.proa.server.pki.Pki;
import dev.proa.testing.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.RequestOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** API services, and the extension API servers behind some of them. */
class AggregationTest {
    private static final Kind<AnyObject> FLUNDER =
            new Kind<>(ExtensionServer.GROUP, "v1alpha1", "Flunder", "flunders", true, AnyObject::new);
    private static final String NAME = "v1alpha1." + ExtensionServer.GROUP;
    private static final String AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    private final Vertx vertx = Vertx.vertx();
    private EmbeddedApiServer server;
    private Client client;
    private ResourceClient<APIService> services;
    private HttpsClient https;

    @BeforeEach
    void start() {
        server =
                EmbeddedApiServer.start(ApiServerConfig.inMemory(Clock.system()).listeningOn("127.0.0.1", 0));
        client = server.client();
        services = client.resource(APIService.KIND);
        https = new HttpsClient(vertx, server, server.pki().administrator(), 5);
    }

    @AfterEach
    void stop() {
        server.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private Answer ask(String method, String path, Map<String, String> headers, @Nullable String body)
            throws Exception {
        return https.ask(method, path, headers, body);
    }

    private Answer get(String path) throws Exception {
        return ask("GET", path, Map.of(), null);
    }

    private ExtensionServer extension() throws Exception {
        return new ExtensionServer(
                "api.wardle.svc", server.pki().frontProxyAuthority().certificatePem());
    }

    /** A service that leads to loopback, which the addresses of endpoints must not. */
    private void service(String name) {
        if (client.resource(dev.proa.api.core.v1.Namespace.KIND).find("wardle") == null) {
            client.resource(dev.proa.api.core.v1.Namespace.KIND)
                    .create(new dev.proa.api.core.v1.Namespace(
                            Yaml.decodeMap("{apiVersion: v1, kind: Namespace, metadata: {name: wardle}}")));
        }
        client.resource(Service.KIND)
                .in("wardle")
                .create(new Service(Yaml.decodeMap("{apiVersion: v1, kind: Service, metadata: {name: " + name
                        + "}, spec: {type: ExternalName, externalName: localhost}}")));
    }

    private APIService register(ExtensionServer extension, String service, String trust) {
        return register(extension.port(), ExtensionServer.GROUP, "v1alpha1", service, trust);
    }

    private APIService register(int port, String group, String version, String service, String trust) {
        return services.create(
                new APIService(Yaml.decodeMap("""
                apiVersion: apiregistration.k8s.io/v1
                kind: APIService
                metadata: {name: %s.%s}
                spec:
                  group: %s
                  version: %s
                  groupPriorityMinimum: 2000
                  versionPriority: 200
                  service: {namespace: wardle, name: %s, port: %d}
                  %s
                """.formatted(version, group, group, version, service, port, trust))));
    }

    private MapValue condition(String name) {
        APIService service = services.find(name);
        if (service == null) {
            return MapValue.EMPTY;
        }
        ListValue conditions = service.value().map("status").list("conditions");
        return conditions.isEmpty() ? MapValue.EMPTY : conditions.map(0);
    }

    private void awaitAvailable() throws InterruptedException {
        Await.until(
                "it is available",
                () -> condition(NAME),
                found -> found.string("reason").equals("Passed"));
        Await.until("it is routed", () -> isRouted());
    }

    private boolean isRouted() {
        try {
            return get(ExtensionServer.PATH).status() == 200;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> groups() throws Exception {
        List<String> names = new ArrayList<>();
        ListValue groups = get("/apis").json().list("groups");
        for (int i = 0; i < groups.size(); i++) {
            names.add(groups.map(i).string("name"));
        }
        return names;
    }

    private MapValue entry() throws Exception {
        ListValue groups =
                ask("GET", "/apis", Map.of("Accept", AGGREGATED), null).json().list("items");
        for (int i = 0; i < groups.size(); i++) {
            if (groups.map(i).map("metadata").string("name").equals(ExtensionServer.GROUP)) {
                return groups.map(i).list("versions").map(0);
            }
        }
        return MapValue.EMPTY;
    }

    @Test
    void whatTheServerServesItselfIsRegistered() throws Exception {
        APIService apps = Await.until("apps", () -> services.find("v1.apps"), found -> found != null);

        assertThat(apps.labels()).containsEntry("kube-aggregator.kubernetes.io/automanaged", "onstart");
        assertThat(apps.value().map("spec"))
                .isEqualTo(
                        Yaml.decodeMap("{group: apps, version: v1, groupPriorityMinimum: 17800, versionPriority: 15}"));
        assertThat(condition("v1.apps").without("lastTransitionTime"))
                .isEqualTo(
                        Yaml.decodeMap("{type: Available, status: 'True', reason: Local, message: Local APIServices are"
                                + " always available}"));
        Await.until("core", () -> services.find("v1."), found -> found != null);
        assertThat(services.find("v1.apiregistration.k8s.io")).isNull();
        assertThat(groups()).startsWith("apiregistration.k8s.io", "apps", "events.k8s.io");
    }

    @Test
    void customResourcesAreRegisteredForAsLongAsTheyAreServed() throws Exception {
        ResourceClient<CustomResourceDefinition> definitions = client.resource(CustomResourceDefinition.KIND);
        definitions.create(new CustomResourceDefinition(Yaml.decodeMap("""
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: widgets.example.com}
                spec:
                  group: example.com
                  scope: Namespaced
                  names: {plural: widgets, kind: Widget}
                  versions:
                    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
                """)));
        APIService found = Await.until("it is there", () -> services.find("v1.example.com"), there -> there != null);
        assertThat(found.labels()).containsEntry("kube-aggregator.kubernetes.io/automanaged", "true");
        assertThat(found.spec().groupPriorityMinimum()).isEqualTo(1000);
        assertThat(found.spec().versionPriority()).isEqualTo(100);

        services.delete("v1.example.com");
        Await.until(
                "it is there again",
                () -> services.find("v1.example.com"),
                there -> there != null && !there.uid().equals(found.uid()));
        services.delete("v1.batch");

        definitions.delete("widgets.example.com");
        Await.until("it is gone", () -> services.find("v1.example.com") == null);
        assertThat(services.find("v1.batch")).as("the user's after the start").isNull();
    }

    @Test
    void requestsArePassedOnInTheNameOfTheirUser() throws Exception {
        try (ExtensionServer extension = extension()) {
            service("api");
            register(extension, "api", "caBundle: " + extension.bundle());
            awaitAvailable();
            assertThat(condition(NAME).without("lastTransitionTime"))
                    .isEqualTo(Yaml.decodeMap(
                            "{type: Available, status: 'True', reason: Passed, message: all checks passed}"));

            MapValue seen = ask(
                            "GET",
                            ExtensionServer.PATH + "/headers?a=b%20c&a=d",
                            Map.of(
                                    "X-Remote-User", "somebody",
                                    "X-Remote-Extra-Scopes", "all",
                                    "Authorization", "Bearer none",
                                    "Accept", "application/json"),
                            null)
                    .json();
            assertThat(seen.string("query")).isEqualTo("a=b%20c&a=d");
            MapValue headers = seen.map("headers");
            assertThat(headers.string("x-remote-user")).isEqualTo("kubernetes-admin");
            assertThat(headers.string("x-remote-group")).isEqualTo("system:masters,system:authenticated");
            assertThat(headers.string("x-remote-extra-authentication.kubernetes.io%2fcredential-id"))
                    .startsWith("X509SHA256=");
            assertThat(headers.has("x-remote-extra-scopes")).isFalse();
            assertThat(headers.has("authorization")).isFalse();

            MapValue impersonated = ask(
                            "GET",
                            ExtensionServer.PATH + "/headers",
                            Map.of("Impersonate-User", "jos\u00e9", "Impersonate-Group", "system:masters"),
                            null)
                    .json()
                    .map("headers");
            assertThat(impersonated.string("x-remote-user"))
                    .isEqualTo(new String("jos\u00e9".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
            assertThat(impersonated.has("impersonate-user")).isFalse();

            String flunder =
                    "{\"apiVersion\":\"wardle.example.com/v1alpha1\",\"kind\":\"Flunder\",\"metadata\":{\"name\":\"a\"}}";
            String flunders = ExtensionServer.PATH + "/namespaces/default/flunders";
            assertThat(ask("POST", flunders, Map.of(), flunder).status()).isEqualTo(201);
            assertThat(get(flunders).json().list("items")).hasSize(1);
            assertThat(get(flunders + "/none").json().string("message")).isEqualTo("no none");
        }
    }

    @Test
    void discoveryAndOpenApiTellOfIt() throws Exception {
        try (ExtensionServer extension = extension()) {
            service("api");
            register(extension, "api", "caBundle: " + extension.bundle());
            awaitAvailable();
            MapValue entry = Await.until(
                    "fresh",
                    this::entryOrFail,
                    found -> found.string("freshness").equals("Current"));
            assertThat(entry.list("resources").map(0).string("resource")).isEqualTo("flunders");
            List<String> names = groups();
            assertThat(names).contains(ExtensionServer.GROUP);
            assertThat(names.indexOf(ExtensionServer.GROUP)).isGreaterThan(names.indexOf("apps"));
            assertThat(get("/apis/" + ExtensionServer.GROUP)
                            .json()
                            .map("preferredVersion")
                            .string("version"))
                    .isEqualTo("v1alpha1");
            MapValue paths = get("/openapi/v3").json().map("paths");
            assertThat(paths.map("apis/wardle.example.com/v1alpha1").string("serverRelativeURL"))
                    .isEqualTo("/openapi/v3/apis/wardle.example.com/v1alpha1?hash=1");
            assertThat(paths.has("api/v1")).isTrue();
            assertThat(paths.has("version")).isFalse();
            assertThat(get("/openapi/v3/apis/wardle.example.com/v1alpha1?hash=1")
                            .json()
                            .string("of"))
                    .isEqualTo(ExtensionServer.GROUP);

            services.delete(NAME);
            Await.until("no group", () -> entryOrFail().isEmpty());
            assertThat(get(ExtensionServer.PATH).status()).isEqualTo(404);
            assertThat(get("/openapi/v3").json().map("paths").has("apis/wardle.example.com/v1alpha1"))
                    .isFalse();
        }
    }

    @Test
    void openApiOfTheOlderFormTellsOfItToo() throws Exception {
        MapValue own = get("/openapi/v2").json();
        try (ExtensionServer extension = extension()) {
            extension.swaggerTag = "\"1\"";
            extension.swagger = Yaml.decodeMap("""
                    swagger: "2.0"
                    paths:
                      /apis/wardle.example.com/v1alpha1/flunders:
                        get: {responses: {"200": {description: OK, schema: {$ref: "#/definitions/Flunder"}}}}
                      /apis/wardle.example.com/v2/flunders:
                        get: {responses: {"200": {description: OK, schema: {$ref: "#/definitions/Other"}}}}
                      /api/v1/secrets:
                        get: {responses: {"200": {description: OK, schema: {$ref: "#/definitions/Other"}}}}
                    definitions:
                      Flunder: {type: object, description: first}
                      Other: {type: object}
                    """);
            service("api");
            register(extension, "api", "caBundle: " + extension.bundle());
            Answer first = Await.until(
                    "it is told",
                    () -> swagger(""),
                    found -> found.json().map("paths").has("/apis/wardle.example.com/v1alpha1/flunders"));
            MapValue told = first.json();
            assertThat(told.map("definitions").map("Flunder").string("description"))
                    .isEqualTo("first");
            assertThat(told.map("definitions").has("Other")).isFalse();
            assertThat(told.map("paths").has("/apis/wardle.example.com/v2/flunders"))
                    .isFalse();
            assertThat(told.map("paths").map("/api/v1/secrets"))
                    .isEqualTo(own.map("paths").map("/api/v1/secrets"));
            assertThat(swagger("application/com.github.proto-openapi.spec.v2.v1.0+protobuf")
                            .body())
                    .contains("/apis/wardle.example.com/v1alpha1/flunders");
            assertThat(ask("GET", "/openapi/v2", Map.of("If-None-Match", first.header("ETag")), null)
                            .status())
                    .isEqualTo(304);

            extension.swagger = extension.swagger.withMap(
                    "definitions",
                    definitions -> definitions.with("Flunder", MapValue.of("type", "object", "description", "second")));
            extension.swaggerTag = "\"2\"";
            touch();
            Answer second = Await.until(
                    "it is told anew",
                    () -> swagger(""),
                    found -> found.json()
                            .map("definitions")
                            .map("Flunder")
                            .string("description")
                            .equals("second"));
            assertThat(second.header("ETag")).isNotEqualTo(first.header("ETag"));

            extension.silentAt = "/openapi/v2";
            touch();
            Await.until("it is asked, and silent", () -> extension.held() > 0);
            assertThat(swagger("").header("ETag")).isEqualTo(second.header("ETag"));
            extension.drop();
            Await.until("it is asked again, since it did not answer", () -> extension.held() > 0);
            assertThat(swagger("").header("ETag")).isEqualTo(second.header("ETag"));
            services.delete(NAME);
            Await.until(
                    "it is gone",
                    () -> !swagger("").json().map("paths").has("/apis/wardle.example.com/v1alpha1/flunders"));
            extension.release();
        }
    }

    /** Has the documents of the extension server read again. */
    private void touch() throws InterruptedException {
        Retry.onConflict(
                Clock.system(),
                () -> services.update(new APIService(services.get(NAME)
                        .value()
                        .withMap(
                                "spec",
                                spec -> spec.with("versionPriority", spec.integer("versionPriority", 0) + 1)))));
    }

    private Answer swagger(String accept) {
        try {
            return ask("GET", "/openapi/v2", accept.isEmpty() ? Map.of() : Map.of("Accept", accept), null);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private MapValue entryOrFail() {
        try {
            return entry();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void plainDiscoveryOfAnOlderServerIsToldInTheAggregatedForm() throws Exception {
        try (ExtensionServer extension = extension()) {
            extension.aggregates = false;
            service("api");
            register(extension, "api", "caBundle: " + extension.bundle());
            MapValue entry = Await.until(
                    "fresh",
                    this::entryOrFail,
                    found -> found.string("freshness").equals("Current"));
            MapValue flunders = entry.list("resources").map(0);
            assertThat(flunders.string("scope")).isEqualTo("Namespaced");
            assertThat(flunders.map("responseKind").string("kind")).isEqualTo("Flunder");
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT) // it waits for timeouts
    void aServerThatDoesNotAnswerHoldsNothingUp() throws Exception {
        try (ExtensionServer extension = extension()) {
            extension.silent = true;
            service("api");
            register(extension, "api", "caBundle: " + extension.bundle());
            MapValue entry = Await.until("told", this::entryOrFail, found -> !found.isEmpty());
            assertThat(entry.string("freshness")).isEqualTo("Stale");
            assertThat(entry.has("resources")).isFalse();
            Answer answer = get(ExtensionServer.PATH);
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.body()).isEqualTo("service unavailable\n");
            assertThat(answer.header("Content-Type")).startsWith("text/plain");
            Await.until(
                    "it is found out", () -> condition(NAME).string("reason").equals("FailedDiscoveryCheck"));
            assertThat(condition(NAME).string("message"))
                    .startsWith("failing or missing response from https://localhost:" + extension.port()
                            + "/apis/wardle.example.com/v1alpha1: ");
            assertThat(client.discovery().preferred().failed()).containsExactly("wardle.example.com/v1alpha1");
        }
    }

    @Test
    void theServiceHasToBeThereAndTheCertificateItsOwn() throws Exception {
        try (ExtensionServer extension = extension()) {
            register(extension, "other", "caBundle: " + extension.bundle());
            Await.until("no service", () -> condition(NAME).string("reason").equals("ServiceNotFound"));
            assertThat(condition(NAME).string("message")).isEqualTo("service/other in \"wardle\" is not present");
            assertThat(condition(NAME).string("status")).isEqualTo("False");

            service("other");
            Await.until(
                    "another's certificate",
                    () -> condition(NAME).string("reason").equals("FailedDiscoveryCheck"));
            assertThat(extension.asked).isEmpty();

            services.delete(NAME);
            register(extension, "other", "insecureSkipTLSVerify: true");
            awaitAvailable();
            services.delete(NAME);
            Pki another = Pki.inMemory(java.time.Clock.systemUTC());
            service("api");
            register(
                    extension,
                    "api",
                    "caBundle: "
                            + java.util.Base64.getEncoder()
                                    .encodeToString(another.authorityPem().getBytes(StandardCharsets.US_ASCII)));
            Await.until(
                    "an unknown authority",
                    () -> condition(NAME).string("reason").equals("FailedDiscoveryCheck"));
        }
    }

    @Test
    void watchesAndUpgradesArePassedOn() throws Exception {
        try (ExtensionServer extension = extension()) {
            service("api");
            register(extension, "api", "caBundle: " + extension.bundle());
            awaitAvailable();
            CompletableFuture<String> event = new CompletableFuture<>();
            https.begin(new RequestOptions().setURI(ExtensionServer.PATH + "/flunders?watch=true"), null, response -> {
                response.handler(bytes -> event.complete(bytes.toString()));
                return Future.succeededFuture();
            });
            Await.until("it is watched", () -> extension.watchers() == 1);
            extension.tell("ADDED", MapValue.of("kind", "Flunder", "metadata", MapValue.of("name", "w")));
            assertThat(event.get(10, TimeUnit.SECONDS)).startsWith("{\"object\":{\"kin");

            CompletableFuture<String> echoed = new CompletableFuture<>();
            https.request(new RequestOptions().setURI(ExtensionServer.PATH + "/flunders/a/exec"), request -> {
                request.putHeader("Connection", "Upgrade").putHeader("Upgrade", "echo");
                return request.connect().compose(response -> {
                    response.netSocket().handler(bytes -> echoed.complete(bytes.toString()));
                    return response.netSocket().write("hello");
                });
            });
            assertThat(echoed.get(10, TimeUnit.SECONDS)).isEqualTo("hello");
            assertThat(extension.asked)
                    .contains(ExtensionServer.PATH
                            + "/flunders/a/exec kubernetes-admin system:masters,system:authenticated");
        }
    }

    @Test
    void clientsOfThisJvmReachItToo() throws Exception {
        try (ExtensionServer extension = extension()) {
            service("api");
            register(extension, "api", "caBundle: " + extension.bundle());
            awaitAvailable();
            assertThat(client.discovery().preferred().with("list", "watch", "delete"))
                    .anyMatch(resource -> resource.kind().plural().equals("flunders"));
            ResourceClient<AnyObject> flunders = client.resource(FLUNDER).in("default");
            try (EventStream watch = flunders.watch(ListOptions.ALL)) {
                Await.until("it is watched", () -> extension.watchers() == 1);
                flunders.create(
                        new AnyObject(
                                Yaml.decodeMap(
                                        "{apiVersion: wardle.example.com/v1alpha1, kind: Flunder, metadata: {name: a, labels: {x: \"1\"}}}")));
                WatchEvent event = watch.next(Duration.ofSeconds(10));
                assertThat(event.type()).isEqualTo("ADDED");
                assertThat(event.object().map("metadata").string("name")).isEqualTo("a");
                assertThat(flunders.list()).hasSize(1);
                flunders.delete("a");
                assertThat(watch.next(Duration.ofSeconds(10)).type()).isEqualTo("DELETED");
                assertThat(watch.next(Duration.ZERO)).isNull();
                assertThat(watch.ended()).isFalse();
            }
            assertThat(flunders.find("a")).isNull();
            assertThatThrownBy(() -> flunders.get("a"))
                    .isInstanceOf(StatusException.class)
                    .hasMessage("no a");
            extension.close();
            assertThatThrownBy(flunders::list)
                    .isInstanceOfSatisfying(
                            StatusException.class, e -> assertThat(e.code()).isEqualTo(503));
        }
    }

    @Test
    void anApiServiceMayTakeThePlaceOfWhatTheServerServesItself() throws Exception {
        Await.until("it is there", () -> services.find("v1.batch") != null);
        try (ExtensionServer extension = extension()) {
            service("api");
            services.update(new APIService(services.get("v1.batch")
                    .value()
                    .withMap(
                            "spec",
                            spec -> spec.with(
                                            "service", MapValue.of("namespace", "wardle", "name", "api", "port", (long)
                                                    extension.port()))
                                    .with("caBundle", extension.bundle()))));
            Await.until(
                    "it is asked",
                    () -> condition("v1.batch").string("message"),
                    message -> message.endsWith("/apis/batch/v1: 404"));
            assertThat(condition("v1.batch").string("reason")).isEqualTo("FailedDiscoveryCheck");
            Await.until("it is passed on", () -> statusOf("/apis/batch/v1/jobs") == 503);

            services.update(new APIService(services.get("v1.batch")
                    .value()
                    .withMap("spec", spec -> spec.without("service").without("caBundle"))));
            Await.until(
                    "it is local", () -> condition("v1.batch").string("reason").equals("Local"));
            assertThat(get("/apis/batch/v1/jobs").status()).isEqualTo(200);
        }
    }

    private int statusOf(String path) {
        try {
            return get(path).status();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void extensionServersLearnWhomToBelieve() throws Exception {
        ResourceClient<ConfigMap> maps = client.resource(ConfigMap.KIND).in("kube-system");
        ConfigMap map =
                Await.until("the map", () -> maps.find("extension-apiserver-authentication"), found -> found != null);
        MapValue data = map.value().map("data");
        assertThat(data.string("client-ca-file")).isEqualTo(server.pki().authorityPem());
        assertThat(data.string("requestheader-client-ca-file"))
                .isEqualTo(server.pki().frontProxyAuthority().certificatePem());
        assertThat(data.string("requestheader-allowed-names")).isEqualTo("[\"front-proxy-client\"]");
        assertThat(data.string("requestheader-username-headers")).isEqualTo("[\"X-Remote-User\"]");
        assertThat(data.string("requestheader-group-headers")).isEqualTo("[\"X-Remote-Group\"]");
        assertThat(data.string("requestheader-uid-headers")).isEqualTo("[\"X-Remote-Uid\"]");
        assertThat(data.string("requestheader-extra-headers-prefix")).isEqualTo("[\"X-Remote-Extra-\"]");
        Await.until(
                "the role",
                () -> client.resource(Role.KIND).in("kube-system").find("extension-apiserver-authentication-reader")
                        != null);
    }

    @Test
    void theStatusIsWrittenApartFromTheRest() throws Exception {
        APIService created = register(443, "a.example.com", "v1", "api", "");
        MapValue status = MapValue.of(
                "conditions", ListValue.of(MapValue.of("type", "StatusUpdated", "status", "True", "reason", "Test")));
        APIService updated = Retry.onConflict(
                Clock.system(),
                () -> services.updateStatus(new APIService(services.get(created.name())
                        .value()
                        .with("status", status)
                        .withMap("metadata", metadata -> metadata.with("labels", MapValue.of("a", "b")))
                        .withMap("spec", spec -> spec.with("versionPriority", 400L)))));
        assertThat(updated.value().map("status").list("conditions").map(0).string("reason"))
                .isEqualTo("Test");
        assertThat(updated.labels()).isEmpty();
        assertThat(updated.spec().versionPriority()).isEqualTo(200);
        assertThatThrownBy(() -> Retry.onConflict(
                        Clock.system(),
                        () -> services.updateStatus(new APIService(services.get(created.name())
                                .value()
                                .with(
                                        "status",
                                        MapValue.of(
                                                "conditions",
                                                ListValue.of(MapValue.of("type", "A", "status", "No"))))))))
                .hasMessageContaining(
                        "status.conditions[0].status: Unsupported value: \"No\": supported values: \"True\", \"False\", \"Unknown\"");
        assertThatThrownBy(() -> services.update(new APIService(services.get(created.name())
                        .value()
                        .withMap("metadata", metadata -> metadata.without("resourceVersion")))))
                .hasMessageContaining("must be specified for an update");
    }
}
