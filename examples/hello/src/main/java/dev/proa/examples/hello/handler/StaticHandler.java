package dev.proa.examples.hello.handler;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.util.Map;

/** {@code /static/}: files that come with the application. */
public final class StaticHandler implements HttpHandler {
    private static final Map<String, String> TYPES = Map.of(
            "css", "text/css; charset=utf-8",
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml",
            "png", "image/png",
            "txt", "text/plain; charset=utf-8");

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        if (!Responses.reads(exchange)) {
            return;
        }
        String path = exchange.getRequestURI().getPath();
        String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
        byte[] content = type == null || path.contains("..") || path.contains("//") ? null : Resources.find(path);
        if (content == null) {
            Responses.text(exchange, 404, "not found\n");
            return;
        }
        exchange.getResponseHeaders().set("Cache-Control", "public, max-age=300");
        Responses.send(exchange, 200, type, content);
    }
}
