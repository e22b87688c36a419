package dev.proa.delivery.gitlab;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as GitLab writes them: {@code 1h 30m}, {@code 3 hours 30 minutes}, {@code 2 weeks and 2 days}; a number alone is seconds. */
final class Durations {
    private static final Pattern PART = Pattern.compile("([0-9.]+)\\s*([a-z]*)\\s*(?:,|and)?\\s*");

    private Durations() {}

    /** @throws IllegalArgumentException when it is none */
    static Duration parse(String text) {
        Matcher matcher = PART.matcher(text.strip());
        double seconds = 0;
        int end = 0;
        while (end < text.strip().length() && matcher.find(end) && matcher.start() == end) {
            seconds += Double.parseDouble(matcher.group(1)) * unit(matcher.group(2), text);
            end = matcher.end();
        }
        if (end == 0 || end < text.strip().length()) {
            throw wrong(text);
        }
        return Duration.ofMillis((long) (seconds * 1000));
    }

    private static double unit(String unit, String text) {
        return switch (unit) {
            case "", "s", "sec", "secs", "second", "seconds" -> 1;
            case "m", "min", "mins", "minute", "minutes" -> 60;
            case "h", "hr", "hrs", "hour", "hours" -> 3_600;
            case "d", "day", "days" -> 86_400;
            case "w", "week", "weeks" -> 7 * 86_400;
            case "mo", "mos", "month", "months" -> 30 * 86_400;
            case "y", "yr", "yrs", "year", "years" -> 365.25 * 86_400;
            default -> throw wrong(text);
        };
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException("'" + text + "' is no duration, as 30 minutes or 1h 30m");
    }
}
