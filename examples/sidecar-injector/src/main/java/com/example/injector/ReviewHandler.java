package com.example.injector;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import jakarta.json.Json;
import jakarta.json.JsonReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Reads reviews from requests. What it cannot answer fails the request of whoever makes a pod, as {@code failurePolicy: Fail} says. */
final class ReviewHandler implements HttpHandler {
    /** An API server takes bodies of 3 MiB, and a review has two objects. */
    private static final int MOST_BYTES = 8 << 20;

    private final Injector injector;

    ReviewHandler(Injector injector) {
        this.injector = injector;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestMethod().equals("POST")) {
            answer(exchange, 405, "POST only\n");
            return;
        }
        byte[] body = exchange.getRequestBody().readNBytes(MOST_BYTES + 1);
        if (body.length > MOST_BYTES) {
            answer(exchange, 413, "the review is too large\n");
            return;
        }
        String response;
        try (JsonReader reader = Json.createReader(new ByteArrayInputStream(body))) {
            response = injector.review(reader.readObject()).toString();
        } catch (RuntimeException e) { // not JSON, or not a review of a pod
            System.err.println("Cannot answer a review: " + e);
            answer(exchange, 400, "not an AdmissionReview of a pod\n");
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        answer(exchange, 200, response);
    }

    static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
