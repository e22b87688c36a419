package dev.proa.delivery.analysis;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.proa.api.batch.v1.Job;
import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Event;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.client.supervision.Supervisor;
import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.InstalledDefinitions;
import dev.proa.delivery.sequential.RequestCounts;
import dev.proa.embedded.ApiServerConfig;
import dev.proa.embedded.EmbeddedApiServer;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** AnalysisRuns in an API server in memory, and a web server on loopback. Nothing happens but by {@link #pass}, under a simulated clock. */
final class AnalysisWorld implements AutoCloseable {
    private static final int MOST_LOOKS = 1000;

    final SimulatedClock clock = new SimulatedClock();
    private final EmbeddedApiServer api = EmbeddedApiServer.start(ApiServerConfig.inMemory(clock));
    final Client client = api.client();
    private final InformerFactory informers = new InformerFactory(client, clock, new Random(1));
    private final EventRecorder recorder =
            new EventRecorder(client, new Supervisor(clock, new Random(2)), clock, "rollouts-controller", "");
    private final MetricHttp http = new MetricHttp(uri -> uri);
    /** What the entry proxy has counted, by version. */
    final Map<String, RequestCounts> counts = new HashMap<>();

    private final AnalysisRunReconciler reconciler;
    private final HttpServer web;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    AnalysisWorld() throws InterruptedException {
        InstalledDefinitions.install(client);
        Await.until("the definitions are served", () -> InstalledDefinitions.areServed(client));
        RequestReader reader = (namespace, service, version) ->
                counts.getOrDefault(version, RequestCounts.none(List.of(0.1, 0.2, 0.5, 1.0)));
        reconciler = new AnalysisRunReconciler(
                client,
                recorder,
                AnalysisRunController.providers(client, http, informers.informer(Job.KIND), clock, reader),
                clock);
        try {
            web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        web.setExecutor(threads);
        web.start();
    }

    /** The URL of the web server. */
    String url() {
        return "http://127.0.0.1:" + web.getAddress().getPort();
    }

    void serve(String path, HttpHandler handler) {
        web.createContext(path, handler);
    }

    /** Serves answers of code 200 with JSON. */
    void serve(String path, String json) {
        serve(path, exchange -> {
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    /** Creates the run {@code run} with this spec, and looks at it once. */
    AnalysisRun create(String spec) throws InterruptedException {
        MapValue run = Yaml.decodeMap("""
                apiVersion: argoproj.io/v1alpha1
                kind: AnalysisRun
                metadata: {name: run, namespace: default}
                """).with("spec", Yaml.decodeMap(spec.replace("URL", url())));
        client.resource(AnalysisRun.KIND).create(new AnalysisRun(run));
        return pass(Duration.ZERO);
    }

    AnalysisRun run() {
        return client.resource(AnalysisRun.KIND).in("default").get("run");
    }

    /** Reconciles whenever the controller would in this time, and returns the run as it is then. */
    AnalysisRun pass(Duration time) throws InterruptedException {
        Instant end = clock.instant().plus(time);
        for (int looks = 0; looks < MOST_LOOKS; looks++) {
            AnalysisRun before = run();
            Result result = reconciler.reconcile(before);
            AnalysisRun after = client.resource(AnalysisRun.KIND).in("default").find("run");
            if (after == null) {
                return before;
            }
            if (!after.resourceVersion().equals(before.resourceVersion())) {
                continue; // its watch calls the controller again
            }
            Duration left = Duration.between(clock.instant(), end);
            if (result instanceof Result.After(Duration delay) && delay.compareTo(left) <= 0) {
                clock.advance(delay.isNegative() ? Duration.ZERO : delay);
            } else {
                clock.advance(left);
                return after;
            }
        }
        throw new AssertionError("the controller never rests: " + run().value());
    }

    /** The run's phase, with its message unless that is empty. */
    static String outcome(AnalysisRun run) {
        String message = run.status().message();
        return message.isEmpty() ? run.status().phase() : run.status().phase() + ": " + message;
    }

    boolean isOver() {
        return AnalysisPhases.isEnd(run().status().phase());
    }

    List<String> events(String reason) {
        return client.resource(Event.KIND).list().stream()
                .filter(event -> event.reason().equals(reason))
                .map(Event::message)
                .toList();
    }

    @Override
    public void close() {
        web.stop(0);
        threads.close();
        http.close();
        recorder.close();
        informers.close();
        client.close();
        api.close();
    }
}
