package dev.proa.embedded;

import dev.proa.api.core.v1.Node;
import dev.proa.api.status.StatusException;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.Transport;
import dev.proa.client.http.Connection;
import dev.proa.client.supervision.LoopGroup;
import dev.proa.client.supervision.Supervisor;
import dev.proa.embedded.admission.PolicyStatusController;
import dev.proa.embedded.aggregator.Aggregation;
import dev.proa.embedded.aggregator.ExtensionCalls;
import dev.proa.embedded.apiextensions.DefinitionController;
import dev.proa.embedded.flowcontrol.FlowConfiguration;
import dev.proa.http.Blocking;
import dev.proa.server.admission.AdmissionChain;
import dev.proa.server.admission.AdmissionMetrics;
import dev.proa.server.aggregator.ExtensionClients;
import dev.proa.server.apiextensions.rules.CelRules;
import dev.proa.server.apiserver.ApiServer;
import dev.proa.server.apiserver.ApiServerParts;
import dev.proa.server.apiserver.ForwardTarget;
import dev.proa.server.audit.Audit;
import dev.proa.server.audit.AuditSetup;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.authentication.Authenticators;
import dev.proa.server.authentication.ServiceAccountTokens;
import dev.proa.server.authorization.Authorization;
import dev.proa.server.authorization.configuration.ConfiguredAuthorization;
import dev.proa.server.catalog.ApiCatalog;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.catalog.ServedApis;
import dev.proa.server.customresource.CustomResources;
import dev.proa.server.flowcontrol.MaxInFlight;
import dev.proa.server.flowcontrol.PriorityAndFairness;
import dev.proa.server.http.HttpFront;
import dev.proa.server.metrics.ServerMetrics;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.pki.Pki;
import dev.proa.server.resource.Strategies;
import dev.proa.server.resource.network.ServiceRanges;
import dev.proa.server.resource.network.ServiceRepair;
import dev.proa.server.store.Compactor;
import dev.proa.server.store.Store;
import dev.proa.server.store.TimeToLive;
import dev.proa.server.webhook.ServiceResolver;
import dev.proa.server.webhook.WebhookClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * An API server with its store in this JVM: what kube-apiserver and etcd are to a cluster. {@link #start} returns when the
 * objects exist that every API server has (namespaces, priority classes, the service {@code kubernetes}); there is no node
 * and no controller. Thread-safe.
 */
public final class EmbeddedApiServer implements AutoCloseable {
    /** The addresses of Services. */
    public static final String SERVICE_RANGE = "10.96.0.0/16";

    /** The address of the service {@code kubernetes}. */
    public static final String KUBERNETES_SERVICE = "10.96.0.1";

    /** As {@code --event-ttl} of kube-apiserver. */
    private static final Duration EVENTS_LIVE = Duration.ofHours(1);

    private static final Duration AUTHENTICATION_FILES_EACH = Duration.ofSeconds(5);
    private static final Duration AUTHORIZATION_FILE_EACH = Duration.ofSeconds(1);
    /** How often certificates are looked at: whether they were renewed, or are due. */
    private static final Duration CERTIFICATES_EACH = Duration.ofSeconds(2);

    private static final Duration COMPACT_EACH = Duration.ofMinutes(1);

    private final ApiServerConfig config;
    private final Pki pki;
    private final AtRest atRest;
    private final Store store;
    private final ApiServer server;
    private final ServedApis apis;
    private final Authenticators authenticators;
    private final ConfiguredAuthorization configuredAuthorization;
    private final Authorizer authorizer;
    private final ServerMetrics metrics = new ServerMetrics();
    private final ClientMetrics clientMetrics = new ClientMetrics(metrics.registry(), this::authority);
    private final EventLoops loops;
    private final List<HttpFront> fronts = new CopyOnWriteArrayList<>();
    private final WebhookClient webhooks;
    private final KubernetesService kubernetesService;
    private final DefinitionController definitions;
    private final PolicyStatusController policies;
    private final ExtensionClients extensions;
    private final ExtensionCalls extensionCalls;
    private final Aggregation aggregation;
    private final FlowConfiguration flowConfiguration;
    private final ServiceRepair serviceRepair;
    private final Audit.@Nullable Setup audit;
    private final Supervisor supervisor;
    private volatile String podsFrom = "";
    private volatile String url = "";

    private EmbeddedApiServer(ApiServerConfig config, Pki pki, AtRest atRest, EventLoops loops) {
        this.config = config;
        this.pki = pki;
        this.atRest = atRest;
        this.store = atRest.store();
        this.loops = loops;
        extensions = new ExtensionClients(loops::get, pki::frontProxyClient, () -> podsFrom);
        extensionCalls = new ExtensionCalls(extensions);
        SecureRandom random = new SecureRandom();
        webhooks = new WebhookClient(loops::get, store::snapshot, new ServiceResolver(random), () -> podsFrom);
        authenticators = new Authenticators(
                AuthenticationFlags.options(config.options()),
                new Authenticators.Parts(pki, store, webhooks, config.clock(), metrics.registry()));
        ServiceAccountTokens tokens = authenticators.accounts();
        ServiceRanges ranges = new ServiceRanges(SERVICE_RANGE, random);
        serviceRepair = new ServiceRepair(store, ranges, config.clock());
        serviceRepair.run();
        Strategies strategies = new Strategies(ranges, config.clock());
        apis = new ServedApis(ApiCatalog.builtIn(strategies, config.host() + ":" + config.port()));
        PriorityAndFairness flow = flowControl(random);
        configuredAuthorization = new ConfiguredAuthorization(
                AuthorizationFlags.options(config.options()),
                new ConfiguredAuthorization.Parts(store, webhooks, metrics.registry(), config.clock()));
        Authorization authorization = configuredAuthorization.authorization();
        authorizer = authorization.authorizer();
        audit = AuditSetup.open(
                AuditFlags.of(config.options()),
                metrics.registry(),
                config.clock(),
                file -> AuditFlags.webhook(file, webhooks));
        AdmissionChain admission = new AdmissionChain(
                AdmissionFlags.plugins(config, store, authorizer, webhooks, metrics.registry()),
                new AdmissionMetrics(metrics.registry()));
        server = new ApiServer(new ApiServerParts(store, apis, authorization, tokens, config.clock(), random, metrics)
                .withAdmission(admission)
                .withAuthenticator(authenticators.authenticator())
                .withFlowControl(flow)
                .withAudit(audit));
        supervisor = new Supervisor(config.clock(), random);
        server.healthChecks(() -> atRest.checks(supervisor.checks()));
        LoopMetrics.register(metrics.registry(), supervisor);
        atRest.start(metrics.registry(), supervisor);
        definitions = new DefinitionController(
                loopback(),
                new Client(new DirectTransport(server, itself(), clientMetrics, extensionCalls).withoutAdmission()),
                apis,
                new CustomResources(ApiServer.metadataReader(), new CelRules(), webhooks, metrics.registry()),
                supervisor,
                config.clock(),
                random);
        policies = new PolicyStatusController(loopback(), apis, store::snapshot, supervisor, config.clock(), random);
        aggregation = new Aggregation(new Aggregation.Parts(
                loopback(),
                apis,
                store::snapshot,
                extensions,
                authenticators,
                pki.frontProxyAuthority().certificate(),
                supervisor,
                config.clock(),
                random,
                metrics));
        flowConfiguration = new FlowConfiguration(loopback(), flow, supervisor, config.clock(), random);
        kubernetesService = new KubernetesService(loopback(), supervisor);
        tokens.markedBy(new LegacyTokenTracking(loopback())::mark);
        keepStoreSmall();
        followAuthorization();
    }

    private PriorityAndFairness flowControl(SecureRandom random) {
        PriorityAndFairness.Settings settings = new PriorityAndFairness.Settings(
                new MaxInFlight(metrics.registry()),
                metrics.registry(),
                config.clock(),
                System::nanoTime,
                (delay, task) -> config.clock().schedule(delay, task)::cancel,
                random.nextLong());
        return new PriorityAndFairness(
                settings,
                (group, resource, namespace) -> store.snapshot()
                        .count(
                                group.isEmpty() || group.equals("events.k8s.io") ? resource : resource + "." + group,
                                namespace.isEmpty() ? null : namespace));
    }

    /**
     * Starts an API server.
     *
     * @throws RuntimeException when its files cannot be used or its address is taken; the message says which
     */
    public static EmbeddedApiServer start(ApiServerConfig config) {
        EmbeddedApiServer server = open(config);
        try {
            server.bootstrap();
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /**
     * Starts an API server that is not ready before {@link #bootstrap()}, so that the caller can do other work meanwhile.
     * Slow, independent steps run in parallel.
     */
    public static EmbeddedApiServer open(ApiServerConfig config) {
        LoggerFactory.getILoggerFactory(); // initialize once, before several threads log
        makeDirectory(config.directory());
        CompletableFuture<AtRest> store = side(() -> new AtRest(config));
        boolean listens = !config.host().isEmpty();
        EventLoops loops = new EventLoops(listens);
        EmbeddedApiServer server;
        try {
            Pki pki = config.directory() == null
                    ? Pki.inMemory(config.clock())
                    : Pki.open(config.file("pki"), config.clock());
            if (listens) {
                pki.server(List.of());
            }
            server = new EmbeddedApiServer(config, pki, Blocking.join(store), loops);
        } catch (RuntimeException | Error e) {
            close(store, AtRest::close);
            loops.close();
            throw e;
        }
        try {
            if (listens) {
                server.listen(config.host(), config.port());
            }
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private static void makeDirectory(@Nullable Path directory) {
        if (directory == null) {
            return;
        }
        try {
            // It holds keys, secrets and the volumes of pods.
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot make " + directory + ": " + e.getMessage(), e);
        }
    }

    static <T> CompletableFuture<T> side(Supplier<T> work) {
        return CompletableFuture.supplyAsync(
                work, task -> Thread.ofPlatform().daemon().start(task));
    }

    /** Waits for what is made on the side, and closes it, unless it could not be made. */
    static <T> void close(CompletableFuture<T> making, Consumer<T> closer) {
        making.handle((made, failure) -> {
                    if (failure == null) {
                        closer.accept(made);
                    }
                    return true;
                })
                .join();
    }

    /** Creates the objects that every API server has. {@code /readyz} succeeds from now on. */
    public void bootstrap() {
        Bootstrap bootstrap = new Bootstrap(loopback());
        bootstrap.core();
        new BootstrapRoles(loopback()).reconcile();
        bootstrap.serviceRange(config.clock().instant());
        new LegacyTokenTracking(loopback()).begin(config.clock().instant());
        kubernetesService.start();
        startDefinitions();
        policies.start();
        server.started();
        flowConfiguration.start();
        aggregation.start();
    }

    private void startDefinitions() {
        try {
            definitions.start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while custom resources were being served", e);
        }
    }

    /**
     * Also listens on {@code host}, which the certificate then names.
     *
     * @param port 0 for any free one
     * @return the port
     */
    public synchronized int listen(String host, int port) {
        CertificateAndKey certificate = certificate(host);
        HttpFront front = new HttpFront(
                loops.get(),
                new HttpFront.Settings(
                        host,
                        port,
                        certificate,
                        pki.authority(),
                        pki.kubeletClient(),
                        () -> podsFrom,
                        0,
                        extensions,
                        authenticators::authorities,
                        authenticators.requestHeaders()::isHeader),
                server,
                authenticators.measured(),
                metrics);
        front.start();
        if (fronts.isEmpty()) {
            url = "https://" + host + ":" + front.port();
        }
        fronts.add(front);
        supervisor.group("certificates").every(CERTIFICATES_EACH, "apiserver-" + host, self -> {
            front.renew(certificate(host), pki.kubeletClient());
            extensions.renew();
        });
        return front.port();
    }

    private CertificateAndKey certificate(String host) {
        return pki.server(host.equals(config.host()) ? List.of() : List.of(host));
    }

    /**
     * Also listens on an address that pods reach, and tells it them as the endpoint of the service {@code kubernetes};
     * connections to nodes and pods come from it. Call it before there are any.
     */
    public void listenForPods(String address) {
        podsFrom = address;
        kubernetesService.at(address, listen(address, port()));
    }

    /** The port of the first listener. */
    public int port() {
        return fronts.getFirst().port();
    }

    /** The URL of the first listener, as in {@code https://127.0.0.1:6443}; empty when there is none. */
    public String url() {
        return url;
    }

    /** Host and port of the first listener; empty when there is none. */
    private String authority() {
        return url.isEmpty() ? "" : URI.create(url).getAuthority();
    }

    /** Serves resources that are not built in, from now on. */
    public void serve(List<Endpoint> endpoints) {
        apis.replace(catalog -> {
            ApiCatalog more = catalog;
            for (Endpoint endpoint : endpoints) {
                more = more.with(endpoint);
            }
            return more;
        });
    }

    /**
     * Reads something of a node's kubelet, with the API server's certificate. Blocks.
     *
     * @param path as {@code /metrics/resource}
     * @throws IOException when the kubelet does not answer with it in this time, or the node does not tell where its kubelet is
     */
    public byte[] readKubelet(Node node, String path, Duration patience) throws IOException {
        try {
            return fronts.getFirst().read(ForwardTarget.kubelet(node.value(), path), patience);
        } catch (StatusException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Signs the token of a secret, which speaks for a service account as long as the secret has it. */
    public String legacyToken(KubeObject account, KubeObject secret) {
        return authenticators.accounts().issueLegacy(account.value(), secret.value());
    }

    /** The certificates and keys. */
    public Pki pki() {
        return pki;
    }

    /** Finds out who makes a request, for other servers of the cluster. */
    public Authenticator authenticator() {
        return authenticators.authenticator();
    }

    /** Decides whether a user may do something, for other servers of the cluster. */
    public Authorizer authorizer() {
        return authorizer;
    }

    /** The metrics that {@code /metrics} shows. */
    public ServerMetrics metrics() {
        return metrics;
    }

    /** A client in this JVM that acts as {@code user}. The caller need not close it. */
    public Client client(UserInfo user) {
        return new Client(transport(user));
    }

    /** The connection of such a client. */
    public Transport transport(UserInfo user) {
        return new DirectTransport(server, user, clientMetrics, extensionCalls);
    }

    /** A client in this JVM that acts as the administrator. The caller need not close it. */
    public Client client() {
        return client(UserInfo.of("kubernetes-admin", UserInfo.MASTERS, UserInfo.AUTHENTICATED));
    }

    /** The server as a user. */
    private static UserInfo itself() {
        return UserInfo.of("system:apiserver", UserInfo.MASTERS);
    }

    /** The server's own client. */
    private Client loopback() {
        return client(itself());
    }

    /** The connection by which other processes reach the server as administrator. */
    public Connection administrator() {
        CertificateAndKey pair = pki.administrator();
        return Connection.withCertificate(URI.create(url()), pki.authorityPem(), pair.certificatePem(), pair.keyPem());
    }

    /** The background loops of this JVM; its health checks and metrics include those of whoever starts loops here. */
    public Supervisor supervisor() {
        return supervisor;
    }

    private void followAuthorization() {
        if (configuredAuthorization.reloads()) {
            supervisor
                    .group("authorization")
                    .every(AUTHORIZATION_FILE_EACH, "configuration", self -> configuredAuthorization.reload());
        }
    }

    private void keepStoreSmall() {
        Compactor compactor = new Compactor(store, config.clock());
        TimeToLive events = new TimeToLive(store, "events", EVENTS_LIVE, config.clock());
        LoopGroup upkeep = supervisor.group("store");
        upkeep.every(COMPACT_EACH, "compactor", self -> compactor.tick());
        upkeep.every(COMPACT_EACH, "event-expiry", self -> events.tick());
        upkeep.every(COMPACT_EACH, "service-repair", self -> serviceRepair.run());
        if (authenticators.hasFiles()) {
            LoopGroup files = supervisor.group("authentication");
            files.every(AUTHENTICATION_FILES_EACH, "authorities", self -> authenticators.reload());
            files.every(AUTHENTICATION_FILES_EACH, "issuers", self -> authenticators.reloadIssuers());
        }
    }

    @Override
    public void close() {
        server.stopping();
        flowConfiguration.close();
        aggregation.close();
        policies.close();
        definitions.close();
        supervisor.close();
        fronts.forEach(HttpFront::close);
        if (audit != null) {
            audit.sink().close(); // after the last request, and before the webhooks that it may call
        }
        webhooks.close();
        authenticators.close();
        atRest.close();
        loops.close();
    }
}
