package dev.proa.server.cel;

import dev.proa.api.codec.GoDuration;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Timestamps and durations: what they are written as, their arithmetic within limits, and their parts. */
final class Times {
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");
    private static final Pattern TIMESTAMP = Pattern.compile(
            "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{1,2}:[0-9]{2}:[0-9]{2}([.,][0-9]{1,100})?(Z|[+-][0-9]{2}:[0-9]{2})");
    private static final Pattern OFFSET = Pattern.compile("([+-]?[0-9]{1,2}):([0-9]{1,2})");

    private Times() {}

    private static EvaluationException unconvertible(String to) {
        return new EvaluationException("type conversion error from 'string' to 'google.protobuf." + to + "'");
    }

    /** A duration as Go writes it. */
    static Duration duration(String text) {
        return GoDuration.parse(text).orElseThrow(() -> unconvertible("Duration"));
    }

    /** A timestamp as RFC 3339 writes it. */
    static Instant timestamp(String text) {
        if (!TIMESTAMP.matcher(text).matches()) {
            throw unconvertible("Timestamp");
        }
        try {
            String hour = text.charAt(12) == ':' ? text.substring(0, 11) + "0" + text.substring(11) : text;
            int fraction = hour.indexOf('.') >= 0 ? hour.indexOf('.') : hour.indexOf(',');
            int zone = Math.max(hour.indexOf('Z'), Math.max(hour.indexOf('+'), hour.lastIndexOf('-')));
            String digits = fraction < 0 ? "" : hour.substring(fraction + 1, Math.min(zone, fraction + 10));
            LocalDateTime local = LocalDateTime.parse(hour.substring(0, 19))
                    .withNano(digits.isEmpty() ? 0 : Integer.parseInt((digits + "00000000").substring(0, 9)));
            ZoneOffset offset = ZoneOffset.of(hour.substring(zone));
            return checked(OffsetDateTime.of(local, offset).toInstant());
        } catch (DateTimeException e) {
            throw unconvertible("Timestamp");
        }
    }

    static Instant checked(Instant time) {
        if (time.isBefore(FIRST) || time.isAfter(LAST)) {
            throw new EvaluationException("timestamp overflow");
        }
        return time;
    }

    static Duration checked(Duration duration) {
        try {
            long ignored = duration.toNanos();
            return duration;
        } catch (ArithmeticException e) {
            throw new EvaluationException("duration overflow");
        }
    }

    static Instant seconds(long seconds) {
        if (seconds < FIRST.getEpochSecond() || seconds > LAST.getEpochSecond()) {
            throw new EvaluationException("timestamp overflow");
        }
        return Instant.ofEpochSecond(seconds);
    }

    static String text(Instant time) {
        String text = DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(time.atOffset(ZoneOffset.UTC));
        return (text.indexOf('.') < 0 ? text : text.replaceFirst("0+$", "")) + "Z";
    }

    static String text(Duration duration) {
        double seconds = duration.getSeconds() + duration.getNano() / 1e9;
        return new BigDecimal(Double.toString(seconds)).stripTrailingZeros().toPlainString() + "s";
    }

    /** A part of a timestamp, such as {@code getHours}, in a time zone; a duration as a whole in that unit. */
    static long part(String function, @Nullable Object value, @Nullable Object zone) {
        if (value instanceof Duration duration && zone == null) {
            return switch (function) {
                case "getHours" -> duration.toHours();
                case "getMinutes" -> duration.toMinutes();
                case "getSeconds" -> duration.toSeconds() + (duration.isNegative() && duration.getNano() > 0 ? 1 : 0);
                case "getMilliseconds" -> duration.toNanos() / 1_000_000;
                default -> throw EvaluationException.noSuchOverload();
            };
        }
        if (!(value instanceof Instant time) || zone != null && !(zone instanceof String)) {
            throw EvaluationException.noSuchOverload();
        }
        ZonedDateTime at = time.atZone(zone == null ? ZoneOffset.UTC : zone((String) zone));
        return switch (function) {
            case "getFullYear" -> at.getYear();
            case "getMonth" -> at.getMonthValue() - 1;
            case "getDayOfYear" -> at.getDayOfYear() - 1;
            case "getDayOfMonth" -> at.getDayOfMonth() - 1;
            case "getDate" -> at.getDayOfMonth();
            case "getDayOfWeek" -> at.getDayOfWeek().getValue() % 7;
            case "getHours" -> at.getHour();
            case "getMinutes" -> at.getMinute();
            case "getSeconds" -> at.getSecond();
            default -> at.getNano() / 1_000_000;
        };
    }

    private static ZoneId zone(String text) {
        Matcher matcher = OFFSET.matcher(text);
        try {
            if (!matcher.matches()) {
                return text.isEmpty() ? ZoneOffset.UTC : ZoneId.of(text);
            }
            int hours = Integer.parseInt(matcher.group(1));
            int minutes = Integer.parseInt(matcher.group(2));
            int offset = hours * 60 + (text.startsWith("-") ? -minutes : minutes);
            return ZoneOffset.ofTotalSeconds(offset * 60);
        } catch (DateTimeException e) {
            throw new EvaluationException("unknown time zone " + text);
        }
    }
}
