package dev.proa.examples.hello.handler;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.proa.examples.hello.service.Metrics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** {@code /metrics}, for Prometheus. */
public final class MetricsHandler implements HttpHandler {
    private final Metrics metrics;

    public MetricsHandler(Metrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        Responses.send(
                exchange,
                200,
                "text/plain; version=0.0.4; charset=utf-8",
                metrics.toText().getBytes(StandardCharsets.UTF_8));
    }
}
