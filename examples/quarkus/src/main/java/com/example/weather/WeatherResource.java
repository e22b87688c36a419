package com.example.weather;

import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The apparent temperature in wind. */
@Path("/")
public class WeatherResource {
    @ConfigProperty(name = "place", defaultValue = "Kiel")
    String place;

    @Inject
    Operations operations;

    public record Weather(String place, double feelsLike) {}

    /**
     * @param degrees in Celsius
     * @param wind in kilometres per hour
     */
    @GET
    public Weather feelsLike(@QueryParam("degrees") double degrees, @QueryParam("wind") double wind) {
        operations.answered();
        double factor = Math.pow(Math.max(wind, 5), 0.16);
        double chill = 13.12 + 0.6215 * degrees - 11.37 * factor + 0.3965 * degrees * factor;
        return new Weather(place, Math.round(10 * Math.min(degrees, chill)) / 10.0);
    }
}
