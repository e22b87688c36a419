package dev.proa.api.codec;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations in Go's notation, such as {@code 1m30s}, {@code 1.5h} or {@code -0.5ms}. {@link GoText#duration} writes them. */
public final class GoDuration {
    private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);
    // Digits are counted, so that a long text cannot make arithmetic expensive.
    private static final Pattern AMOUNT =
            Pattern.compile("([0-9]{0,20})(?:\\.([0-9]{0,100}))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)");

    private GoDuration() {}

    /** A duration; empty when the text is none, or one of more than 292 years, which Go cannot express. */
    public static Optional<Duration> parse(String text) {
        boolean negative = text.startsWith("-");
        String amounts = negative || text.startsWith("+") ? text.substring(1) : text;
        if (amounts.equals("0")) {
            return Optional.of(Duration.ZERO);
        }
        BigDecimal nanos = BigDecimal.ZERO;
        Matcher amount = AMOUNT.matcher(amounts);
        int end = 0;
        while (end < amounts.length()) {
            if (!amount.region(end, amounts.length()).lookingAt()) {
                return Optional.empty();
            }
            String whole = amount.group(1);
            String fraction = amount.group(2) == null ? "" : amount.group(2);
            if (whole.isEmpty() && fraction.isEmpty()) {
                return Optional.empty();
            }
            BigDecimal part = new BigDecimal("0" + whole + "." + fraction + "0").multiply(unit(amount.group(3)));
            nanos = nanos.add(part.setScale(0, RoundingMode.DOWN));
            end = amount.end();
        }
        if (end == 0 || nanos.compareTo(MAX) > 0) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofNanos(negative ? -nanos.longValueExact() : nanos.longValueExact()));
    }

    private static BigDecimal unit(String unit) {
        return BigDecimal.valueOf(
                switch (unit) {
                    case "ns" -> 1L;
                    case "ms" -> 1_000_000L;
                    case "s" -> 1_000_000_000L;
                    case "m" -> 60_000_000_000L;
                    case "h" -> 3_600_000_000_000L;
                    default -> 1_000L;
                });
    }
}
