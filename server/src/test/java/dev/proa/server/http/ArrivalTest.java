package dev.proa.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Json;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.admission.AdmissionChain;
import dev.proa.server.admission.AdmissionPlugin;
import dev.proa.server.admission.ValidatingPlugin;
import dev.proa.server.apiserver.AdmissionPlugins;
import dev.proa.server.apiserver.ApiRequest;
import dev.proa.server.apiserver.ApiServerParts;
import dev.proa.server.apiserver.Query;
import dev.proa.server.audit.Audit;
import dev.proa.server.audit.AuditEvent;
import dev.proa.server.audit.AuditMetrics;
import dev.proa.server.audit.AuditPolicy;
import dev.proa.server.audit.AuditSink;
import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.Credentials;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.authorization.rbac.TestRoles;
import dev.proa.server.flowcontrol.MaxInFlight;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vertx.core.Context;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The way in: authentication, audit, authorization and flow control, before and besides the work itself. */
class ArrivalTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    @TempDir
    Path directory;

    private static String map(String name) {
        return "{\"metadata\":{\"name\":\"" + name + "\"}}";
    }

    private static Https as(RunningServer running, String user) {
        return new Https(
                running,
                running.pki().client(user, user, List.of(TestRoles.ADMINISTRATORS)),
                HttpClient.Version.HTTP_2);
    }

    /** Holds the creations of one user until it is opened. */
    private record Gate(String user, Semaphore held, CountDownLatch open) implements ValidatingPlugin {
        @Override
        public String name() {
            return "Gate";
        }

        @Override
        public boolean handles(Operation operation, Resource resource, String subresource) {
            return operation == Operation.CREATE && resource.name().equals("configmaps");
        }

        @Override
        public void validate(AdmissionAttributes attributes) {
            if (attributes.user().name().equals(user)) {
                held.release();
                try {
                    assertThat(open.await(60, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    @Test
    void tooManyRequestsAreRefusedWithoutAThreadAndOthersGoOn()
            throws InterruptedException, IOException, ExecutionException, TimeoutException {
        Gate gate = new Gate("dev", new Semaphore(0), new CountDownLatch(1));
        List<AdmissionPlugin> plugins = new ArrayList<>(AdmissionPlugins.standard());
        plugins.add(gate);
        AtomicInteger threads = new AtomicInteger();
        ThreadFactory counting = work -> {
            threads.incrementAndGet();
            return Thread.ofVirtual().unstarted(work);
        };
        try (RunningServer running = new RunningServer(
                        directory,
                        parts -> parts.withAdmission(new AdmissionChain(plugins))
                                .withFlowControl(
                                        new MaxInFlight(8, 8, parts.metrics().registry())),
                        authenticator -> authenticator,
                        counting);
                Https dev = as(running, "dev");
                Https other = as(running, "other");
                Https admin = Https.administrator(running)) {
            List<CompletableFuture<HttpResponse<String>>> creations = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                HttpRequest create = HttpRequest.newBuilder(URI.create(dev.server() + MAPS))
                        .POST(HttpRequest.BodyPublishers.ofString(map("held-" + i)))
                        .build();
                creations.add(dev.client().sendAsync(create, HttpResponse.BodyHandlers.ofString()));
            }
            assertThat(gate.held().tryAcquire(4, 60, TimeUnit.SECONDS)).isTrue();

            int before = threads.get();
            for (int i = 0; i < 50; i++) {
                HttpResponse<String> refused = dev.send("POST", MAPS, map("refused"));
                assertThat(refused.statusCode()).isEqualTo(429);
                assertThat(refused.headers().firstValue("Retry-After")).contains("1");
                assertThat(Json.decodeMap(refused.body()).string("message"))
                        .isEqualTo("Too many requests, please try again later.");
            }
            assertThat(threads.get()).as("threads of refused requests").isEqualTo(before);

            assertThat(dev.get(MAPS).statusCode()).as("reading").isEqualTo(200);
            HttpRequest watch = HttpRequest.newBuilder(URI.create(dev.server() + MAPS + "?watch=1"))
                    .build();
            HttpResponse<InputStream> watching = dev.send(watch, HttpResponse.BodyHandlers.ofInputStream());
            assertThat(watching.statusCode()).as("watching").isEqualTo(200);
            watching.body().close();
            assertThat(other.send("POST", MAPS, map("other")).statusCode())
                    .as("another user")
                    .isEqualTo(201);
            for (int i = 0; i < 20; i++) {
                assertThat(admin.send("POST", MAPS, map("admin-" + i)).statusCode())
                        .as("system:masters")
                        .isEqualTo(201);
            }
            assertThat(admin.get("/metrics").body())
                    .contains("apiserver_current_inflight_requests{request_kind=\"mutating\"} 4.0")
                    .contains("apiserver_dropped_requests_total{request_kind=\"mutating\"} 50.0");

            gate.open().countDown();
            for (CompletableFuture<HttpResponse<String>> creation : creations) {
                assertThat(creation.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(201);
            }
            assertThat(dev.send("POST", MAPS, map("again")).statusCode()).isEqualTo(201);
        }
    }

    /** Notes on which threads it is asked. */
    private record Observed<S>(S stage, boolean mayBlock, List<String> threads) {
        void note() {
            threads.add(
                    Context.isOnEventLoopThread()
                            ? "event loop"
                            : Thread.currentThread().isVirtual() ? "thread" : "neither");
        }
    }

    private static Authenticator observed(Observed<Authenticator> observed) {
        return new Authenticator() {
            @Override
            public Authentication authenticate(Credentials credentials) {
                observed.note();
                return observed.stage().authenticate(credentials);
            }

            @Override
            public boolean mayBlock(Credentials credentials) {
                return observed.mayBlock();
            }
        };
    }

    private static Authorizer observed(Authorizer authorizer, boolean mayBlock, List<String> threads) {
        Observed<Authorizer> observed = new Observed<>(authorizer, mayBlock, threads);
        return new Authorizer() {
            @Override
            public Decision authorize(AuthorizationAttributes attributes) {
                if (attributes.user().name().equals("dev")) {
                    observed.note();
                }
                return observed.stage().authorize(attributes);
            }

            @Override
            public boolean mayBlock(AuthorizationAttributes attributes) {
                return observed.mayBlock();
            }
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "authenticator", "authorizer"})
    void onlyStagesThatCannotBlockRunOnEventLoops(String blocking) {
        List<String> authenticating = new CopyOnWriteArrayList<>();
        List<String> authorizing = new CopyOnWriteArrayList<>();
        try (RunningServer running = new RunningServer(
                        directory,
                        parts -> parts.withAuthorizer(observed(
                                parts.authorization().authorizer(), blocking.equals("authorizer"), authorizing)),
                        authenticator -> observed(
                                new Observed<>(authenticator, blocking.equals("authenticator"), authenticating)),
                        Thread.ofVirtual().factory());
                Https dev = as(running, "dev")) {
            assertThat(dev.get(MAPS).statusCode()).isEqualTo(200);
            assertThat(dev.send("POST", MAPS, map("m")).statusCode()).isEqualTo(201);
            assertThat(dev.send("POST", "/api/v1/namespaces/none/secrets/x/y", map("m"))
                            .statusCode())
                    .as("refused")
                    .isEqualTo(404);
        }
        assertThat(authenticating)
                .isNotEmpty()
                .containsOnly(blocking.equals("authenticator") ? "thread" : "event loop");
        assertThat(authorizing).hasSize(3).containsOnly(blocking.equals("none") ? "event loop" : "thread");
    }

    @Test
    void aBrokenStageFailsRequestsAndNothingElse() {
        List<String> broken = new CopyOnWriteArrayList<>();
        UnaryOperator<ApiServerParts> breakable = parts -> {
            Authorizer authorizer = parts.authorization().authorizer();
            return parts.withAuthorizer(attributes -> {
                        check(broken, "authorizer");
                        return authorizer.authorize(attributes);
                    })
                    .withAudit(everything(new Strict(broken)));
        };
        try (RunningServer running = new RunningServer(
                        directory,
                        breakable,
                        authenticator -> credentials -> {
                            check(broken, "authenticator");
                            return authenticator.authenticate(credentials);
                        },
                        Thread.ofVirtual().factory());
                Https dev = as(running, "dev")) {
            assertThat(dev.get(MAPS).statusCode()).isEqualTo(200);
            for (String stage : new String[] {"authenticator", "authorizer", "authorizer's class", "audit"}) {
                broken.add(stage);
                fails(dev.get(MAPS), stage);
                fails(dev.send("POST", MAPS, map("m")), stage);
                broken.clear();
                assertThat(dev.get(MAPS + "/m").statusCode()).as("not stored").isEqualTo(404);
                assertThat(dev.get(MAPS).statusCode()).as("after " + stage).isEqualTo(200);
            }
        }
    }

    private static void check(List<String> broken, String stage) {
        if (broken.contains(stage)) {
            throw new IllegalStateException("the " + stage + " is broken");
        }
        if (broken.contains(stage + "'s class")) {
            throw new NoClassDefFoundError("the class of the " + stage + " is missing");
        }
    }

    private static void fails(HttpResponse<String> response, String stage) {
        assertThat(response.statusCode()).as(stage).isEqualTo(500);
        MapValue status = Json.decodeMap(response.body());
        assertThat(status.string("kind")).isEqualTo("Status");
        assertThat(status.string("reason")).as(stage).isEqualTo("InternalError");
    }

    /** A sink without which no request is served. */
    private record Strict(List<String> broken) implements AuditSink {
        @Override
        public boolean process(List<AuditEvent> events) {
            return !broken.contains("audit");
        }

        @Override
        public boolean mayBlock() {
            return false;
        }
    }

    private static Audit.Setup everything(AuditSink sink) {
        return new Audit.Setup(AuditPolicy.METADATA, sink, new AuditMetrics(new PrometheusRegistry()));
    }

    @Test
    void everyRequestIsOnRecord() throws InterruptedException {
        List<String> events = new CopyOnWriteArrayList<>();
        Semaphore noted = new Semaphore(0);
        AuditSink sink = new AuditSink() {
            @Override
            public boolean process(List<AuditEvent> taken) {
                AuditEvent event = taken.getFirst();
                String user = event.user() == null ? "-" : event.user().name();
                if (!user.equals("system:apiserver")) {
                    events.add(event.stage() + " " + user
                            + (event.impersonated() == null
                                    ? ""
                                    : " as " + event.impersonated().name())
                            + " " + event.verb() + " " + event.uri() + " " + event.code());
                    noted.release();
                }
                return true;
            }

            @Override
            public boolean mayBlock() {
                return false;
            }
        };
        try (RunningServer running = new RunningServer(
                        directory,
                        parts -> parts.withAudit(everything(sink)),
                        authenticator -> authenticator,
                        Thread.ofVirtual().factory());
                Https dev = as(running, "dev");
                Https nobody = new Https(running, null, HttpClient.Version.HTTP_1_1);
                Https admin = Https.administrator(running)) {
            events.clear();
            noted.drainPermits();
            dev.send("POST", MAPS, map("m"));
            assertThat(noted.tryAcquire(2, 60, TimeUnit.SECONDS)).isTrue();
            dev.get(MAPS + "/none");
            assertThat(noted.tryAcquire(2, 60, TimeUnit.SECONDS)).isTrue();
            admin.get(MAPS, "Impersonate-User", "bob");
            assertThat(noted.tryAcquire(2, 60, TimeUnit.SECONDS)).isTrue();
            nobody.get("/version", "Authorization", "Bearer wrong");
            assertThat(noted.tryAcquire(1, 60, TimeUnit.SECONDS)).isTrue();
        }
        String admin = "kubernetes-admin";
        assertThat(events)
                .containsExactly(
                        "RequestReceived dev create " + MAPS + " 0",
                        "ResponseComplete dev create " + MAPS + " 201",
                        "RequestReceived dev get " + MAPS + "/none 0",
                        "ResponseComplete dev get " + MAPS + "/none 404",
                        "RequestReceived " + admin + " list " + MAPS + " 0",
                        "ResponseComplete " + admin + " as bob list " + MAPS + " 403",
                        "ResponseStarted - get /version 401");
    }

    /** A sink that keeps the stages of one user's requests. */
    private record Stages(String user, BlockingQueue<String> seen) implements AuditSink {
        @Override
        public boolean process(List<AuditEvent> events) {
            AuditEvent event = events.getFirst();
            if (event.user() != null && event.user().name().equals(user)) {
                seen.add(event.stage() + " " + event.code());
            }
            return true;
        }

        @Override
        public boolean mayBlock() {
            return false;
        }

        String next() throws InterruptedException {
            return Objects.requireNonNull(seen.poll(60, TimeUnit.SECONDS));
        }
    }

    @Test
    void aFaultOfTheServerIsOnRecordAsAPanic() throws InterruptedException {
        Stages stages = new Stages("dev", new LinkedBlockingQueue<>());
        UnaryOperator<ApiServerParts> broken = parts -> {
            Authorizer authorizer = parts.authorization().authorizer();
            return parts.withAuthorizer(attributes -> {
                        check(List.of(attributes.user().name()), "dev");
                        return authorizer.authorize(attributes);
                    })
                    .withAudit(everything(stages));
        };
        try (RunningServer running = new RunningServer(
                        directory,
                        broken,
                        authenticator -> authenticator,
                        Thread.ofVirtual().factory());
                Https dev = as(running, "dev")) {
            fails(dev.get(MAPS), "by HTTP");
            assertThat(stages.next()).isEqualTo("RequestReceived 0");
            assertThat(stages.next()).isEqualTo("Panic 500");
            ApiRequest local = ApiRequest.of("list", MAPS, Query.EMPTY, null, null, UserInfo.of("dev"));
            assertThatThrownBy(() -> running.server().handle(local))
                    .isInstanceOfSatisfying(
                            StatusException.class,
                            failure -> assertThat(failure.code()).isEqualTo(500));
            assertThat(stages.next()).isEqualTo("RequestReceived 0");
            assertThat(stages.next()).isEqualTo("Panic 500");
        }
        assertThat(stages.seen()).isEmpty();
    }
}
