package dev.proa.examples.hello;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.proa.examples.hello.config.SettingsSource;
import dev.proa.examples.hello.handler.GreetingHandler;
import dev.proa.examples.hello.handler.HealthHandler;
import dev.proa.examples.hello.handler.MetricsHandler;
import dev.proa.examples.hello.handler.ReadinessHandler;
import dev.proa.examples.hello.handler.StaticHandler;
import dev.proa.examples.hello.middleware.AccessLog;
import dev.proa.examples.hello.middleware.ConnectionDraining;
import dev.proa.examples.hello.middleware.ErrorPages;
import dev.proa.examples.hello.middleware.RequestMetrics;
import dev.proa.examples.hello.service.GreetingService;
import dev.proa.examples.hello.service.Metrics;
import dev.proa.examples.hello.service.Readiness;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;

/** The HTTP server with everything wired together. */
public final class HelloServer {
    private static final int BACKLOG = 1024;

    static {
        // Answers are small and have to leave at once; idle clients are not hung up on while they may send again.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.idleInterval", "300");
        System.setProperty("sun.net.httpserver.maxIdleConnections", "2000");
    }

    private final HttpServer server;
    private final Readiness readiness;
    private final Metrics metrics;

    private HelloServer(HttpServer server, Readiness readiness, Metrics metrics) {
        this.server = server;
        this.readiness = readiness;
        this.metrics = metrics;
    }

    /** Starts serving on the configured port; port 0 takes a free one. */
    public static HelloServer start(SettingsSource settings) throws IOException {
        Readiness readiness = new Readiness();
        Metrics metrics = new Metrics();
        HttpServer http = HttpServer.create(new InetSocketAddress(settings.current().port()), BACKLOG);
        List<Filter> filters = List.of(
                new AccessLog(System.out),
                new RequestMetrics(metrics),
                new ConnectionDraining(readiness),
                new ErrorPages());
        add(http, filters, "/", new GreetingHandler(new GreetingService(settings)));
        add(http, filters, "/static/", new StaticHandler());
        add(http, filters, "/healthz", new HealthHandler());
        add(http, filters, "/readyz", new ReadinessHandler(readiness));
        add(http, filters, "/metrics", new MetricsHandler(metrics));
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.start();
        readiness.set(true);
        return new HelloServer(http, readiness, metrics);
    }

    private static void add(HttpServer http, List<Filter> filters, String path, HttpHandler handler) {
        http.createContext(path, handler).getFilters().addAll(filters);
    }

    /** The port being listened on. */
    public int port() {
        return server.getAddress().getPort();
    }

    /**
     * Stops without losing a request.
     *
     * @param drain how long to go on serving, not ready any more, until nobody sends new requests
     * @param atMost how long requests in flight may take after that
     */
    public void shutdown(Duration drain, Duration atMost) {
        readiness.set(false);
        try {
            Thread.sleep(drain);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // Waits for the requests in flight, and no longer than for them.
        server.stop((int) atMost.toSeconds());
    }

    /** Requests being served at this moment. */
    public long inFlight() {
        return metrics.inFlight();
    }
}
