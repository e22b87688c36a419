package dev.proa.server.http;

import dev.proa.http.ConnectionGuard;
import dev.proa.http.ConnectionLimits;
import dev.proa.server.admission.AdmissionChain;
import dev.proa.server.admission.AdmissionPlugin;
import dev.proa.server.apiserver.AdmissionPlugins;
import dev.proa.server.apiserver.ApiServer;
import dev.proa.server.apiserver.ApiServerParts;
import dev.proa.server.apiserver.Bootstrap;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.authentication.Authenticators;
import dev.proa.server.authentication.RequestHeaderOptions;
import dev.proa.server.authentication.ServiceAccountTokens;
import dev.proa.server.authorization.Authorization;
import dev.proa.server.authorization.rbac.TestRoles;
import dev.proa.server.catalog.ApiCatalog;
import dev.proa.server.catalog.ServedApis;
import dev.proa.server.metrics.ServerMetrics;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.pki.Pki;
import dev.proa.server.quota.ResourceQuotaPlugin;
import dev.proa.server.resource.Strategies;
import dev.proa.server.resource.network.ServiceRanges;
import dev.proa.server.store.MemoryStore;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.UnaryOperator;

/** A whole API server on a loopback port, with its state in memory. */
public final class RunningServer implements AutoCloseable {
    private final Vertx vertx;
    private final HttpFront front;
    private final MemoryStore store;
    private final Pki pki;
    private final ServiceAccountTokens tokens;
    private final ServedApis apis;
    private final ApiServer server;

    public RunningServer(Path directory) {
        this(directory, 0);
    }

    RunningServer(Path directory, int port) {
        this(
                directory,
                port,
                parts -> parts,
                authenticator -> authenticator,
                Thread.ofVirtual().factory());
    }

    /**
     * With other parts than usual.
     *
     * @param threads makes the thread of each request
     */
    RunningServer(
            Path directory,
            UnaryOperator<ApiServerParts> change,
            UnaryOperator<Authenticator> authenticators,
            ThreadFactory threads) {
        this(directory, 0, change, authenticators, threads);
    }

    private RunningServer(
            Path directory,
            int port,
            UnaryOperator<ApiServerParts> change,
            UnaryOperator<Authenticator> authenticators,
            ThreadFactory threads) {
        Clock clock = Clock.systemUTC();
        pki = Pki.open(directory, clock);
        store = MemoryStore.inMemory();
        TestRoles.bootstrap(store);
        tokens = new ServiceAccountTokens(pki.serviceAccountKey(), store, clock);
        ServerMetrics metrics = new ServerMetrics();
        apis = new ServedApis(
                ApiCatalog.builtIn(new Strategies(new ServiceRanges("10.96.0.0/16")), "127.0.0.1:" + port));
        List<AdmissionPlugin> plugins = new ArrayList<>(AdmissionPlugins.standard());
        plugins.add(new ResourceQuotaPlugin(store, clock, List.of()));
        server = new ApiServer(change.apply(new ApiServerParts(
                        store, apis, Authorization.standard(store), tokens, clock, new SecureRandom(), metrics)
                .withAdmission(new AdmissionChain(plugins))));
        vertx = ConnectionGuard.vertx(new VertxOptions(), ConnectionLimits.ofProcess());
        Authenticator authenticator = authenticators.apply(Authenticators.standard(pki.authority(), tokens, clock));
        HttpFront.Settings settings = new HttpFront.Settings(
                "127.0.0.1",
                port,
                pki.server(List.of()),
                pki.authority(),
                pki.kubeletClient(),
                () -> "",
                0,
                null,
                () -> List.of(pki.authority()),
                new RequestHeaderOptions(
                        List.of(), List.of("X-Corp-User"), List.of(), List.of(), List.of("X-Corp-Extra-"))::isHeader);
        front = new HttpFront(vertx, settings, server, authenticator, metrics, threads);
        front.start();
        Bootstrap.of(server, "127.0.0.1", front.port());
    }

    public int port() {
        return front.port();
    }

    public Pki pki() {
        return pki;
    }

    /** What it serves, to be replaced. */
    public ServedApis apis() {
        return apis;
    }

    public ApiServer server() {
        return server;
    }

    public MemoryStore store() {
        return store;
    }

    /** A kubeconfig for an identity. */
    public String kubeconfig(CertificateAndKey pair) {
        return """
                apiVersion: v1
                kind: Config
                clusters: [{name: proa, cluster: {server: "https://127.0.0.1:%d", certificate-authority-data: %s}}]
                contexts: [{name: proa, context: {cluster: proa, user: admin}}]
                current-context: proa
                users: [{name: admin, user: {client-certificate-data: %s, client-key-data: %s}}]
                """.formatted(port(), base64(pki.authorityPem()), base64(pair.certificatePem()), base64(pair.keyPem()));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() {
        front.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        store.close();
    }

    /** Runs until it is killed: {@code DIRECTORY PORT}; the directory gets a kubeconfig. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Path.of(args[0]);
        RunningServer running = new RunningServer(directory, Integer.parseInt(args[1]));
        Files.writeString(
                directory.resolve("kubeconfig"),
                running.kubeconfig(running.pki().administrator()));
        System.out.println("https://127.0.0.1:" + running.port());
        Thread.currentThread().join();
    }
}
