package dev.proa.examples.hello.handler;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.proa.examples.hello.model.Greeting;
import dev.proa.examples.hello.service.GreetingService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** {@code /}: the greeting, as a page or, for those who ask for it, as JSON. */
public final class GreetingHandler implements HttpHandler {
    private final GreetingService greetings;
    private final String page;

    public GreetingHandler(GreetingService greetings) throws IOException {
        this.greetings = greetings;
        byte[] template = Resources.find("/templates/index.html");
        if (template == null) {
            throw new IOException("templates/index.html is missing");
        }
        page = new String(template, StandardCharsets.UTF_8);
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestURI().getPath().equals("/")) {
            Responses.text(exchange, 404, "not found\n");
            return;
        }
        if (!Responses.reads(exchange)) {
            return;
        }
        Greeting greeting = greetings.greet();
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.getResponseHeaders().set("Vary", "Accept");
        if (wantsJson(exchange)) {
            Responses.send(
                    exchange, 200, "application/json", greeting.toJson().getBytes(StandardCharsets.UTF_8));
        } else {
            Responses.send(
                    exchange, 200, "text/html; charset=utf-8", render(greeting).getBytes(StandardCharsets.UTF_8));
        }
    }

    private static boolean wantsJson(HttpExchange exchange) {
        String accept = exchange.getRequestHeaders().getFirst("Accept");
        return accept != null && accept.contains("application/json") && !accept.contains("text/html");
    }

    private String render(Greeting greeting) {
        return page.replace("{{message}}", escape(greeting.message()))
                .replace("{{host}}", escape(greeting.host()))
                .replace("{{served}}", Long.toString(greeting.served()))
                .replace("{{uptime}}", Long.toString(greeting.uptimeSeconds()))
                .replace("{{accent}}", escape(greetings.settings().accent()));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
