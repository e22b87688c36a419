package dev.proa.examples.hello.middleware;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import dev.proa.examples.hello.handler.Responses;
import java.io.IOException;

/** Turns a handler's failure into a 500, and completes every exchange. */
public final class ErrorPages extends Filter {
    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        try (exchange) {
            try {
                chain.doFilter(exchange);
            } catch (RuntimeException e) {
                System.err.println("hello: " + exchange.getRequestURI() + " failed: " + e);
                if (exchange.getResponseCode() < 0) {
                    Responses.text(exchange, 500, "internal error\n");
                }
            }
        }
    }

    @Override
    public String description() {
        return "error pages";
    }
}
