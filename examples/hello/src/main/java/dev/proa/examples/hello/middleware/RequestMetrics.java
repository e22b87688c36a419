package dev.proa.examples.hello.middleware;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import dev.proa.examples.hello.service.Metrics;
import java.io.IOException;

/** Counts and times requests. */
public final class RequestMetrics extends Filter {
    private final Metrics metrics;

    public RequestMetrics(Metrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        long start = System.nanoTime();
        metrics.begin();
        try {
            chain.doFilter(exchange);
        } finally {
            metrics.end(
                    exchange.getRequestMethod(),
                    exchange.getHttpContext().getPath(),
                    exchange.getResponseCode(),
                    System.nanoTime() - start);
        }
    }

    @Override
    public String description() {
        return "request metrics";
    }
}
