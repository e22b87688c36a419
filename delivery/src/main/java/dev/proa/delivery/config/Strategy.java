package dev.proa.delivery.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a new version takes the place of the one before. */
public enum Strategy {
    /** Pods one after another, by a Deployment. */
    ROLLING,
    /** All pods beside the old ones, then all requests at once; back to the old ones when the new ones do badly. */
    BLUE_GREEN,
    /** A growing share of the requests, as long as the new version does well. */
    CANARY;

    /** As users write it: {@code blue-green}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Reads what a user wrote.
     *
     * @throws DeliveryFailure when there is no such strategy; the message lists those that there are
     */
    public static Strategy parse(String text) {
        for (Strategy strategy : values()) {
            if (strategy.toString().equals(text)) {
                return strategy;
            }
        }
        throw new DeliveryFailure("there is no strategy \"" + text + "\"; there is "
                + Arrays.stream(values()).map(Strategy::toString).collect(Collectors.joining(", ")));
    }
}
