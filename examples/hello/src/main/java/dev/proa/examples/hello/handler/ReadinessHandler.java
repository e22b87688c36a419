package dev.proa.examples.hello.handler;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.proa.examples.hello.service.Readiness;
import java.io.IOException;

/** {@code /readyz}: whether to send requests here. */
public final class ReadinessHandler implements HttpHandler {
    private final Readiness readiness;

    public ReadinessHandler(Readiness readiness) {
        this.readiness = readiness;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        if (readiness.isReady()) {
            Responses.text(exchange, 200, "ready\n");
        } else {
            Responses.text(exchange, 503, "draining\n");
        }
    }
}
