package com.example.weather;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.atomic.LongAdder;

/** Probes, and metrics in Prometheus' text format. */
@Path("/")
@ApplicationScoped
public class Operations {
    private final LongAdder answers = new LongAdder();
    private volatile boolean draining;

    void answered() {
        answers.increment();
    }

    void stop(@Observes ShutdownDelayInitiatedEvent event) {
        draining = true;
    }

    @GET
    @Path("healthz")
    public Response healthy() {
        return Response.ok().build();
    }

    @GET
    @Path("readyz")
    public Response ready() {
        return draining ? Response.status(503).build() : Response.ok().build();
    }

    @GET
    @Path("metrics")
    public String metrics() {
        return "# TYPE weather_answers_total counter\nweather_answers_total " + answers.sum() + "\n";
    }
}
