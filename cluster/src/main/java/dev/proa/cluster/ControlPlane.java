package dev.proa.cluster;

import dev.proa.api.resource.ResourceCatalog;
import dev.proa.client.Client;
import dev.proa.http.Blocking;
import dev.proa.http.ConnectionGuard;
import dev.proa.http.ConnectionLimits;
import dev.proa.server.apiserver.ApiServer;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.CertificateAndKey;
import dev.proa.server.auth.ComponentAuthorizer;
import dev.proa.server.auth.NodeAuthorizer;
import dev.proa.server.auth.Pki;
import dev.proa.server.auth.ServiceAccountTokens;
import dev.proa.server.auth.UnionAuthorizer;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.http.HttpFront;
import dev.proa.server.metrics.ServerMetrics;
import dev.proa.server.resource.ServiceRanges;
import dev.proa.server.resource.Strategies;
import dev.proa.server.store.Compactor;
import dev.proa.server.store.MemoryStore;
import dev.proa.server.store.SqliteJournal;
import dev.proa.server.store.Store;
import dev.proa.server.store.TimeToLive;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** The store and the API server of a cluster, with their certificates and listeners. */
final class ControlPlane implements AutoCloseable {
    /** As {@code --event-ttl} of kube-apiserver. */
    private static final Duration EVENTS_LIVE = Duration.ofHours(1);

    private static final Duration COMPACT_EACH = Duration.ofMinutes(1);

    private final ClusterConfig config;
    private final Pki pki;
    private final Store store;
    private final ApiServer server;
    private final Authenticator authenticator;
    private final ServerMetrics metrics = new ServerMetrics();
    private final Vertx vertx;
    private final List<HttpFront> fronts = new ArrayList<>();
    private final Thread compaction;
    private volatile String podsFrom = "";

    private ControlPlane(ClusterConfig config, Pki pki, Store store, Vertx vertx) {
        this.config = config;
        this.pki = pki;
        this.store = store;
        this.vertx = vertx;
        ServiceAccountTokens tokens = new ServiceAccountTokens(pki.serviceAccountKey(), store, config.clock());
        Strategies strategies = new Strategies(new ServiceRanges(Addresses.SERVICE_RANGE), config.clock());
        strategies.restore(store.snapshot());
        server = new ApiServer(new ApiServer.Parts(
                store,
                ResourceCatalog.builtin(),
                strategies,
                new UnionAuthorizer(new NodeAuthorizer(store), new ComponentAuthorizer()),
                tokens,
                config.clock(),
                new SecureRandom(),
                metrics,
                config.host() + ":" + config.port()));
        authenticator = new Authenticator(pki.authority(), tokens, config.clock());
        compaction = Thread.ofVirtual().name("compactor").start(this::compact);
    }

    /** Opens the store and starts the API server on the cluster's address. Slow, independent steps run in parallel. */
    static ControlPlane start(ClusterConfig config) {
        LoggerFactory.getILoggerFactory(); // initialize once, before several threads log
        Path directory = config.directory();
        try {
            // It holds keys, secrets and the volumes of pods.
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot make " + directory + ": " + e.getMessage(), e);
        }
        CompletableFuture<Store> store = side(() -> openStore(config));
        CompletableFuture<Vertx> vertx = side(ControlPlane::vertx);
        Pki pki = Pki.open(directory.resolve("pki"), config.clock());
        pki.server(List.of());
        ControlPlane plane = new ControlPlane(config, pki, store.join(), vertx.join());
        try {
            plane.listen(config.host(), config.port());
            return plane;
        } catch (RuntimeException e) {
            plane.close();
            throw e;
        }
    }

    private static <T> CompletableFuture<T> side(java.util.function.Supplier<T> work) {
        return CompletableFuture.supplyAsync(
                work, task -> Thread.ofPlatform().daemon().start(task));
    }

    private static Store openStore(ClusterConfig config) {
        if (!config.durable()) {
            return MemoryStore.inMemory();
        }
        return MemoryStore.open(SqliteJournal.open(config.directory().resolve("state.db")));
    }

    private static Vertx vertx() {
        // Channel ids need not be globally unique; without this Netty searches the network interfaces for a MAC
        // address.
        System.setProperty("io.netty.machineId", "00:00:00:00:00:00:00:01");
        // Kubelets and pods are called by address; Vert.x' DNS resolver would keep a port open to everybody.
        System.setProperty("vertx.disableDnsResolver", "true");
        VertxOptions options = new VertxOptions()
                .setEventLoopPoolSize(Runtime.getRuntime().availableProcessors())
                .setUseDaemonThread(true)
                .setBlockedThreadCheckInterval(1)
                .setBlockedThreadCheckIntervalUnit(TimeUnit.HOURS)
                .setFileSystemOptions(new io.vertx.core.file.FileSystemOptions()
                        .setFileCachingEnabled(false)
                        .setClassPathResolvingEnabled(false));
        return ConnectionGuard.vertx(options, ConnectionLimits.ofProcess());
    }

    /** Also listens on {@code host}; returns the port. */
    int listen(String host, int port) {
        CertificateAndKey certificate = pki.server(host.equals(config.host()) ? List.of() : List.of(host));
        HttpFront front = new HttpFront(
                vertx,
                new HttpFront.Settings(
                        host, port, certificate, pki.authority(), pki.kubeletClient(), () -> podsFrom, 0),
                server,
                authenticator,
                metrics);
        front.start();
        fronts.add(front);
        return front.port();
    }

    /** Binds connections to pods and services to this address of the machine. Call it before there are any. */
    void reachPodsFrom(String address) {
        podsFrom = address;
    }

    /** The port of the first listener. */
    int port() {
        return fronts.getFirst().port();
    }

    /** The bootstrap objects exist: {@code /readyz} succeeds from now on. */
    void started() {
        server.started();
    }

    Pki pki() {
        return pki;
    }

    ServerMetrics metrics() {
        return metrics;
    }

    /** A client that acts as {@code user}. */
    Client client(UserInfo user) {
        return new Client(new DirectTransport(server, user));
    }

    private void compact() {
        Compactor compactor = new Compactor(store, config.clock());
        TimeToLive events = new TimeToLive(store, "events", EVENTS_LIVE, config.clock());
        try {
            while (true) {
                config.clock().sleep(COMPACT_EACH);
                compactor.tick();
                try {
                    events.tick();
                } catch (Store.UnavailableException e) {
                    LoggerFactory.getLogger(ControlPlane.class).warn("Old events were not deleted: {}", e.getMessage());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    @Override
    public void close() {
        compaction.interrupt();
        fronts.forEach(HttpFront::close);
        store.close();
        Blocking.await(vertx.close());
    }
}
