package dev.proa.examples.hello.handler;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;

/** {@code /healthz}: the process lives, also while it drains. */
public final class HealthHandler implements HttpHandler {
    @Override
    public void handle(HttpExchange exchange) throws IOException {
        Responses.text(exchange, 200, "ok\n");
    }
}
