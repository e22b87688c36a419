package com.example.tides;

import io.micronaut.context.annotation.Value;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.serde.annotation.Serdeable;

/** The height of the water, as if there were only one tide in 12 h 25 min. */
@Controller("/")
public class TideController {
    private static final double MINUTES = 745;

    private final String harbour;
    private final Operations operations;

    TideController(@Value("${harbour}") String harbour, Operations operations) {
        this.harbour = harbour;
        this.operations = operations;
    }

    @Serdeable
    public record Tide(String harbour, double metres) {}

    /**
     * @param minutes since the last high water
     */
    @Get
    public Tide tide(@QueryValue(defaultValue = "0") int minutes) {
        operations.answered();
        double metres = 2 + 1.5 * Math.cos(2 * Math.PI * minutes / MINUTES);
        return new Tide(harbour, Math.round(100 * metres) / 100.0);
    }
}
