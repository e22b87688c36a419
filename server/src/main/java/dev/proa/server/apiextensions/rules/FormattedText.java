package dev.proa.server.apiextensions.rules;

import dev.proa.server.cel.EvaluationException;
import dev.proa.server.cel.Values;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Strings with formats that have a type of their own in expressions. */
final class FormattedText {
    private static final Pattern LOCAL_TIME = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}");
    private static final Pattern AMOUNT = Pattern.compile("([0-9]+)[ \\t\\n\\f\\r]*([A-Za-z\u00b5]+)");

    private FormattedText() {}

    /** @throws EvaluationException when the string has not the format */
    static Object of(String text, String format) {
        return switch (format) {
            case "byte" -> {
                try {
                    yield Values.bytes(Base64.getMimeDecoder().decode(text));
                } catch (IllegalArgumentException e) {
                    throw new EvaluationException("Invalid byte formatted string " + text + ": " + e.getMessage());
                }
            }
            case "date" -> {
                try {
                    yield LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
                } catch (DateTimeException e) {
                    throw new EvaluationException("Invalid date formatted string " + text + ": " + e.getMessage());
                }
            }
            case "date-time" -> {
                try {
                    yield LOCAL_TIME.matcher(text).matches()
                            ? LocalDateTime.parse(text).toInstant(ZoneOffset.UTC)
                            : Values.timestamp(text);
                } catch (DateTimeException e) {
                    throw new EvaluationException("Invalid date-time formatted string " + text + ": " + e.getMessage());
                } catch (EvaluationException e) {
                    throw new EvaluationException("Invalid date-time formatted string " + text + ": " + e.getMessage());
                }
            }
            case "duration" -> duration(text);
            default -> text;
        };
    }

    /** A duration as Go writes it, or amounts of units of time in words. */
    private static Duration duration(String text) {
        try {
            return Values.duration(text);
        } catch (EvaluationException e) {
            return inWords(text);
        }
    }

    private static Duration inWords(String text) {
        BigDecimal sum = BigDecimal.ZERO;
        boolean found = false;
        Matcher amounts = AMOUNT.matcher(text);
        while (amounts.find()) {
            long nanos = nanos(amounts.group(2).toLowerCase(Locale.ROOT));
            if (nanos > 0 && amounts.group(1).length() <= 18) {
                sum = sum.add(new BigDecimal(amounts.group(1)).multiply(BigDecimal.valueOf(nanos)));
                found = true;
            }
        }
        BigInteger whole = sum.setScale(0, RoundingMode.DOWN).toBigInteger();
        if (!found || whole.bitLength() > 63) {
            throw new EvaluationException("Invalid duration " + text + ": unable to parse " + text + " as duration");
        }
        return Duration.ofNanos(whole.longValue());
    }

    /** The length of a unit; 0 when it is none. */
    private static long nanos(String unit) {
        return switch (unit) {
            case "ns" -> 1;
            case "us", "\u00b5s" -> 1_000;
            case "ms" -> 1_000_000;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h", "hr" -> 3_600_000_000_000L;
            case "d" -> 86_400_000_000_000L;
            case "w", "wk" -> 604_800_000_000_000L;
            default ->
                unit.startsWith("nano")
                        ? 1
                        : unit.startsWith("micro")
                                ? 1_000
                                : unit.startsWith("milli")
                                        ? 1_000_000
                                        : unit.startsWith("sec")
                                                ? nanos("s")
                                                : unit.startsWith("min")
                                                        ? nanos("m")
                                                        : unit.startsWith("hour")
                                                                ? nanos("h")
                                                                : unit.startsWith("day")
                                                                        ? nanos("d")
                                                                        : unit.startsWith("week") ? nanos("w") : 0;
        };
    }
}
