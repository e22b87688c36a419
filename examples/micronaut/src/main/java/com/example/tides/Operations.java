package com.example.tides;

import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import java.util.concurrent.atomic.LongAdder;

/** Probes, and metrics in Prometheus' text format. */
@Controller
@Produces(MediaType.TEXT_PLAIN)
public class Operations {
    private final LongAdder answers = new LongAdder();

    void answered() {
        answers.increment();
    }

    @Get("/healthz")
    public String healthy() {
        return "ok\n";
    }

    @Get("/readyz")
    public String ready() {
        return "ok\n";
    }

    @Get("/metrics")
    public String metrics() {
        return "# TYPE tides_answers_total counter\ntides_answers_total " + answers.sum() + "\n";
    }
}
