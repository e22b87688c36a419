package dev.proa.image.dockerfile;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations in Go's notation, such as {@code 1m30s} or {@code 1.5h}. */
final class GoDuration {
    private static final Pattern WHOLE =
            Pattern.compile("[+-]?(0|((\\d++(\\.\\d*+)?|\\.\\d++)(ns|us|µs|μs|ms|s|m|h))+)");
    private static final Pattern PART = Pattern.compile("(\\d*+\\.?+\\d*+)(ns|us|µs|μs|ms|s|m|h)");
    private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);

    private GoDuration() {}

    static Duration parse(String text) {
        if (text.length() > 100 || !WHOLE.matcher(text).matches()) {
            throw new SyntaxProblem("invalid duration \"" + text + "\": write it like 30s or 1m30s");
        }
        BigDecimal nanos = BigDecimal.ZERO;
        Matcher parts = PART.matcher(text);
        while (parts.find()) {
            BigDecimal part = new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(unit(parts.group(2))));
            nanos = nanos.add(part.setScale(0, RoundingMode.DOWN));
        }
        if (nanos.compareTo(MAX) > 0) {
            throw new SyntaxProblem("invalid duration \"" + text + "\": it is too long");
        }
        return Duration.ofNanos(text.startsWith("-") ? -nanos.longValueExact() : nanos.longValueExact());
    }

    private static long unit(String unit) {
        return switch (unit) {
            case "ns" -> 1;
            case "us", "µs", "μs" -> 1_000;
            case "ms" -> 1_000_000;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            default -> 3_600_000_000_000L;
        };
    }
}
