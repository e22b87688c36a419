package dev.proa.examples.hello.middleware;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.PrintStream;

/** One line a request, but for those of probes and Prometheus, which would drown the others. */
public final class AccessLog extends Filter {
    private final PrintStream out;

    public AccessLog(PrintStream out) {
        this.out = out;
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        long start = System.nanoTime();
        try {
            chain.doFilter(exchange);
        } finally {
            String path = exchange.getRequestURI().getRawPath();
            if (!path.endsWith("z") && !path.equals("/metrics")) {
                out.println(exchange.getRemoteAddress().getAddress().getHostAddress()
                        + " " + exchange.getRequestMethod()
                        + " " + path
                        + " " + exchange.getResponseCode()
                        + " " + (System.nanoTime() - start) / 1000 + "us");
            }
        }
    }

    @Override
    public String description() {
        return "access log";
    }
}
