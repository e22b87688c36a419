package com.example.coins;

import io.helidon.config.Config;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;

/** Tosses coins. */
public final class Main {
    private static final LongAdder TOSSES = new LongAdder();

    private Main() {}

    public static void main(String[] arguments) {
        Config config = Config.create();
        String prefix = config.get("greeting").asString().orElse("It is ");
        WebServer.builder()
                .config(config.get("server"))
                .port(config.get("PORT").asInt().orElse(8080))
                .routing(routing -> route(routing, prefix))
                .build()
                .start();
    }

    private static void route(HttpRouting.Builder routing, String prefix) {
        routing.get("/", (request, response) -> {
            TOSSES.increment();
            response.send(prefix + (ThreadLocalRandom.current().nextBoolean() ? "heads" : "tails") + "\n");
        });
        routing.get("/healthz", (request, response) -> response.status(Status.OK_200).send("ok\n"));
        routing.get("/readyz", (request, response) -> response.status(Status.OK_200).send("ok\n"));
        routing.get(
                "/metrics",
                (request, response) -> response.send("# TYPE coins_tosses_total counter\ncoins_tosses_total " + TOSSES.sum() + "\n"));
    }
}
