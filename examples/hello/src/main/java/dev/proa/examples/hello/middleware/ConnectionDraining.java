package dev.proa.examples.hello.middleware;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import dev.proa.examples.hello.service.Readiness;
import java.io.IOException;

/** Asks clients that keep their connection to leave, once this process is about to stop. */
public final class ConnectionDraining extends Filter {
    private final Readiness readiness;

    public ConnectionDraining(Readiness readiness) {
        this.readiness = readiness;
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        if (!readiness.isReady()) {
            exchange.getResponseHeaders().set("Connection", "close");
        }
        chain.doFilter(exchange);
    }

    @Override
    public String description() {
        return "connection draining";
    }
}
