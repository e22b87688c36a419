package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.coordination.v1.Lease;
import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.flowcontrol.v1.FlowSchema;
import dev.proa.api.flowcontrol.v1.PriorityLevelConfiguration;
import dev.proa.api.rbac.v1.ClusterRoleBinding;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.client.clock.Clock;
import dev.proa.client.http.Connection;
import dev.proa.client.http.HttpTransport;
import dev.proa.embedded.HttpsClient.Answer;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.testing.Await;
import io.vertx.core.Vertx;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Priority and fairness, from its objects to the answers over HTTPS. */
class FlowControlTest {
    private static final String PRIORITY_LEVEL = "X-Kubernetes-PF-PriorityLevel-UID";
    private static final String FLOW_SCHEMA = "X-Kubernetes-PF-FlowSchema-UID";

    private final Vertx vertx = Vertx.vertx();
    private final Map<String, HttpsClient> users = new ConcurrentHashMap<>();
    private EmbeddedApiServer server;
    private Client client;
    private ResourceClient<FlowSchema> schemas;
    private ResourceClient<PriorityLevelConfiguration> levels;

    @BeforeEach
    void start() {
        server =
                EmbeddedApiServer.start(ApiServerConfig.inMemory(Clock.system()).listeningOn("127.0.0.1", 0));
        client = server.client();
        schemas = client.resource(FlowSchema.KIND);
        levels = client.resource(PriorityLevelConfiguration.KIND);
        client.resource(ClusterRoleBinding.KIND).create(new ClusterRoleBinding(Yaml.decodeMap("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: administrators}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
                subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: administrators}]
                """)));
    }

    @AfterEach
    void stop() {
        server.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private HttpsClient https(String user, String... groups) {
        return https(user, 5, groups);
    }

    private HttpsClient https(String user, int connections, String... groups) {
        return users.computeIfAbsent(
                user,
                name -> new HttpsClient(
                        vertx,
                        server,
                        server.pki().client(name.replace(':', '-'), name, List.of(groups)),
                        connections));
    }

    private HttpTransport transport(String user, String... groups) {
        CertificateAndKey pair = server.pki().client(user.replace(':', '-'), user, List.of(groups));
        return new HttpTransport(Connection.withCertificate(
                URI.create(server.url()), server.pki().authorityPem(), pair.certificatePem(), pair.keyPem()));
    }

    private static MapValue condition(FlowSchema schema) {
        ListValue conditions = schema.value().map("status").list("conditions");
        return conditions.isEmpty() ? MapValue.EMPTY : conditions.map(0);
    }

    private void level(String name, int shares, String response) {
        levels.create(new PriorityLevelConfiguration(Yaml.decodeMap("""
                apiVersion: flowcontrol.apiserver.k8s.io/v1
                kind: PriorityLevelConfiguration
                metadata: {name: %s}
                spec: {type: Limited, limited: {nominalConcurrencyShares: %d, borrowingLimitPercent: 0, limitResponse: %s}}
                """.formatted(name, shares, response))));
    }

    private FlowSchema schema(String name, String level, String user) {
        return schemas.create(new FlowSchema(Yaml.decodeMap("""
                apiVersion: flowcontrol.apiserver.k8s.io/v1
                kind: FlowSchema
                metadata: {name: %s}
                spec:
                  matchingPrecedence: 1000
                  priorityLevelConfiguration: {name: %s}
                  distinguisherMethod: {type: ByUser}
                  rules:
                    - subjects: [{kind: User, user: {name: %s}}]
                      resourceRules: [{verbs: ["*"], apiGroups: ["*"], resources: ["*"], namespaces: ["*"], clusterScope: true}]
                      nonResourceRules: [{verbs: ["*"], nonResourceURLs: ["*"]}]
                """.formatted(name, level, user))));
    }

    private void awaitFound(String name) throws InterruptedException {
        Await.until(
                name + " is in force",
                () -> condition(schemas.get(name)).string("reason").equals("Found"));
    }

    @Test
    void everyClusterHasItsSchemasAndLevels() throws Exception {
        awaitFoundOnceThere("catch-all");
        awaitFoundOnceThere("system-node-high");
        assertThat(schemas.list())
                .extracting(FlowSchema::name)
                .containsExactlyInAnyOrder(
                        "exempt",
                        "probes",
                        "system-leader-election",
                        "system-node-high",
                        "system-nodes",
                        "kube-controller-manager",
                        "kube-scheduler",
                        "kube-system-service-accounts",
                        "service-accounts",
                        "global-default",
                        "catch-all");
        assertThat(levels.list())
                .extracting(PriorityLevelConfiguration::name)
                .containsExactlyInAnyOrder(
                        "exempt",
                        "system",
                        "node-high",
                        "leader-election",
                        "workload-high",
                        "workload-low",
                        "global-default",
                        "catch-all");
        FlowSchema nodes = schemas.get("system-node-high");
        assertThat(nodes.annotations()).containsEntry("apf.kubernetes.io/autoupdate-spec", "true");
        assertThat(nodes.metadata().generation()).isEqualTo(1);
        assertThat(condition(nodes).string("message"))
                .isEqualTo("This FlowSchema references the PriorityLevelConfiguration object named \"node-high\" and it"
                        + " exists");
    }

    private void awaitFoundOnceThere(String name) throws InterruptedException {
        Await.until(name + " is there", () -> schemas.find(name) != null);
        awaitFound(name);
    }

    @Test
    void answersTellHowTheirRequestsWereClassified() throws Exception {
        awaitFoundOnceThere("global-default");
        FlowSchema dangling = schema("testing", "testing", "noxu");
        Await.until(
                "it dangles",
                () -> condition(schemas.get("testing")).string("status").equals("True"));
        assertThat(condition(schemas.get("testing")).string("reason")).isEqualTo("NotFound");
        level("testing", 1, "{type: Reject}");
        awaitFound("testing");

        Answer answer =
                https("noxu", "administrators").get("/api/v1/namespaces").get(30, TimeUnit.SECONDS);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header(FLOW_SCHEMA)).isEqualTo(dangling.uid());
        assertThat(answer.header(PRIORITY_LEVEL))
                .isEqualTo(levels.get("testing").uid());
        Answer other = https("foo").get("/api/v1/namespaces").get(30, TimeUnit.SECONDS);
        assertThat(other.status()).as("forbidden before it is classified").isEqualTo(403);
        Answer discovery = https("foo").get("/version").get(30, TimeUnit.SECONDS);
        assertThat(discovery.header(FLOW_SCHEMA))
                .isEqualTo(schemas.get("global-default").uid());
        assertThat(discovery.header(PRIORITY_LEVEL))
                .isEqualTo(levels.get("global-default").uid());

        levels.delete("testing");
        Await.until(
                "it dangles again",
                () -> condition(schemas.get("testing")).string("status").equals("True"));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT) // it waits until seats are shared out anew, each ten seconds
    void requestsWaitForTheirSeatsWithoutAThreadAndAreRefusedWhenTooManyDo() throws Exception {
        awaitFoundOnceThere("global-default");
        // All seats but one or two belong to somebody else.
        level("others", 100_000, "{type: Reject}");
        level("one", 100, "{type: Queue, queuing: {queues: 1, handSize: 1, queueLengthLimit: 3}}");
        schema("one", "one", "dev");
        awaitFound("one");
        Await.until("it has one seat", () -> metrics().contains("nominal_limit_seats{priority_level=\"one\"} 1.0"));
        try (ExtensionServer extension = new ExtensionServer(
                "api.default.svc", server.pki().frontProxyAuthority().certificatePem())) {
            hold(extension);
            HttpsClient dev = https("dev", "administrators");
            List<CompletableFuture<Answer>> held = new ArrayList<>();
            extension.silent = true;
            held.add(dev.get(ExtensionServer.PATH + "/held"));
            Await.until("it is held", () -> extension.asked.stream().anyMatch(line -> line.contains("/held")));
            for (int i = 0; i < 3; i++) {
                held.add(dev.get("/api/v1/namespaces/default/configmaps"));
            }
            Await.until(
                    "they wait",
                    () -> metrics()
                            .contains("current_inqueue_requests{flow_schema=\"one\",priority_level=\"one\"} 3.0"));

            Answer refused = dev.get("/api/v1/namespaces/default/configmaps").get(30, TimeUnit.SECONDS);
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.header("Retry-After")).isEqualTo("1");
            assertThat(refused.header(FLOW_SCHEMA)).isEqualTo(schemas.get("one").uid());
            assertThat(https("other", "administrators")
                            .get("/api/v1/namespaces/default/configmaps")
                            .get(30, TimeUnit.SECONDS)
                            .status())
                    .as("others go on")
                    .isEqualTo(200);
            assertThat(held).noneMatch(CompletableFuture::isDone);

            extension.release();
            for (CompletableFuture<Answer> answer : held) {
                assertThat(answer.get(30, TimeUnit.SECONDS).status()).isEqualTo(200);
            }
            assertThat(metrics())
                    .contains("current_inqueue_requests{flow_schema=\"one\",priority_level=\"one\"} 0.0")
                    .contains(
                            "rejected_requests_total{flow_schema=\"one\",priority_level=\"one\",reason=\"queue-full\"} 1.0");
        }
    }

    private String metrics() {
        try {
            return https("admin", "system:masters")
                    .get("/metrics")
                    .get(30, TimeUnit.SECONDS)
                    .body();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Registers an extension server, which answers when it is told to: a request that it holds keeps its seat. */
    private void hold(ExtensionServer extension) throws InterruptedException {
        client.resource(dev.proa.api.core.v1.Service.KIND)
                .in("default")
                .create(
                        new dev.proa.api.core.v1.Service(
                                Yaml.decodeMap(
                                        "{apiVersion: v1, kind: Service, metadata: {name: api}, spec: {type: ExternalName, externalName: localhost}}")));
        client.resource(dev.proa.api.apiregistration.v1.APIService.KIND)
                .create(new dev.proa.api.apiregistration.v1.APIService(
                        Yaml.decodeMap("""
                        apiVersion: apiregistration.k8s.io/v1
                        kind: APIService
                        metadata: {name: v1alpha1.wardle.example.com}
                        spec:
                          group: wardle.example.com
                          version: v1alpha1
                          groupPriorityMinimum: 2000
                          versionPriority: 200
                          service: {namespace: default, name: api, port: %d}
                          caBundle: %s
                        """.formatted(extension.port(), extension.bundle()))));
        HttpsClient admin = https("admin", "system:masters");
        Await.until("it is served", () -> {
            try {
                return admin.get(ExtensionServer.PATH).get(30, TimeUnit.SECONDS).status() == 200;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void nodesRenewTheirLeasesWhileOthersListWithoutEnd() throws Exception {
        awaitFoundOnceThere("system-node-high");
        ResourceClient<ConfigMap> maps = client.resource(ConfigMap.KIND).in("default");
        String text = "x".repeat(2_000);
        for (int i = 0; i < 500; i++) {
            maps.create(new ConfigMap(MapValue.of(
                    "apiVersion",
                    "v1",
                    "kind",
                    "ConfigMap",
                    "metadata",
                    MapValue.of("name", "map-" + i),
                    "data",
                    MapValue.of("text", text))));
        }
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger lists = new AtomicInteger();
        List<Thread> greedy = new ArrayList<>();
        try (HttpTransport node = transport("system:node:n1", "system:nodes")) {
            ResourceClient<Lease> leases = new Client(node).resource(Lease.KIND).in("kube-node-lease");
            Lease lease = leases.create(new Lease(Yaml.decodeMap("""
                    apiVersion: coordination.k8s.io/v1
                    kind: Lease
                    metadata: {name: n1}
                    spec: {holderIdentity: n1, leaseDurationSeconds: 40}
                    """)));
            HttpsClient many = https("greedy", 64, "administrators");
            for (int i = 0; i < 64; i++) {
                greedy.add(Thread.ofVirtual().start(() -> {
                    while (!stop.get()) {
                        if (isDrained(many, "/api/v1/configmaps")) {
                            lists.incrementAndGet();
                        }
                    }
                }));
            }
            Await.until("lists are served", () -> lists.get() > 0);
            List<Long> millis = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                int renewal = i;
                long begin = System.nanoTime();
                lease = leases.update(new Lease(
                        lease.value().withMap("spec", spec -> spec.with("leaseTransitions", (long) renewal))));
                millis.add((System.nanoTime() - begin) / 1_000_000);
            }
            assertThat(millis)
                    .as("renewals during %d lists", lists.get())
                    .allMatch(took -> took < 10_000, "within the ten seconds between two of them");
        } finally {
            stop.set(true);
            for (Thread thread : greedy) {
                thread.join();
            }
        }
    }

    /** Reads an answer to its end, and keeps nothing of it; false when the connection broke, as many do that begin at once. */
    private static boolean isDrained(HttpsClient https, String path) {
        return https.begin(
                        new RequestOptions().setURI(path),
                        null,
                        response -> response.handler(piece -> {}).end())
                .thenApply(nothing -> true)
                .exceptionally(broken -> false)
                .join();
    }
}
