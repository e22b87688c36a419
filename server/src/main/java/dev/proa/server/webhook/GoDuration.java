package dev.proa.server.webhook;

import java.time.Duration;

/** Durations of whole seconds as Go prints them. */
final class GoDuration {
    private GoDuration() {}

    /** As {@code 10s}, {@code 1m30s}, {@code 1h0m0s}. */
    static String text(Duration duration) {
        long seconds = duration.toSeconds();
        String text = seconds % 60 + "s";
        if (seconds >= 60) {
            text = seconds / 60 % 60 + "m" + text;
        }
        return seconds >= 3600 ? seconds / 3600 + "h" + text : text;
    }
}
