package dev.proa.api.cron;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A schedule of five fields, each a set of bits.
 *
 * @param anyDay whether the day of the month or the day of the week is {@code *}: then a day must match both, else one of them
 */
record Fields(long minutes, long hours, long days, long months, long weekdays, boolean anyDay, ZoneId zone)
        implements CronSchedule {
    /** Set for a field that is {@code *} or {@code ?}, with a step of one if any. */
    private static final long STAR = 1L << 63;

    private static final int YEARS = 5;

    private static final Map<String, Integer> MONTHS = Map.ofEntries(
            Map.entry("jan", 1),
            Map.entry("feb", 2),
            Map.entry("mar", 3),
            Map.entry("apr", 4),
            Map.entry("may", 5),
            Map.entry("jun", 6),
            Map.entry("jul", 7),
            Map.entry("aug", 8),
            Map.entry("sep", 9),
            Map.entry("oct", 10),
            Map.entry("nov", 11),
            Map.entry("dec", 12));

    private static final Map<String, Integer> WEEKDAYS =
            Map.of("sun", 0, "mon", 1, "tue", 2, "wed", 3, "thu", 4, "fri", 5, "sat", 6);

    static Fields parse(List<String> fields, ZoneId zone) {
        if (fields.size() != 5) {
            throw new IllegalArgumentException(
                    "expected exactly 5 fields, found " + fields.size() + ": [" + String.join(" ", fields) + "]");
        }
        long minutes = bits(fields.get(0), 0, 59, Map.of());
        long hours = bits(fields.get(1), 0, 23, Map.of());
        long days = bits(fields.get(2), 1, 31, Map.of());
        long months = bits(fields.get(3), 1, 12, MONTHS);
        long weekdays = bits(fields.get(4), 0, 6, WEEKDAYS);
        return new Fields(minutes, hours, days, months, weekdays, ((days | weekdays) & STAR) != 0, zone);
    }

    private static long bits(String field, int min, int max, Map<String, Integer> names) {
        long bits = 0;
        for (String range : field.split(",")) {
            if (!range.isEmpty()) {
                bits |= range(range, min, max, names);
            }
        }
        return bits;
    }

    /** {@code number}, {@code low-high} or {@code *}, each with {@code /step} if any; {@code number/step} goes on to the end. */
    private static long range(String text, int min, int max, Map<String, Integer> names) {
        String[] rangeAndStep = text.split("/", -1);
        String[] ends = rangeAndStep[0].split("-", -1);
        boolean star = ends[0].equals("*") || ends[0].equals("?");
        long start = star ? min : number(ends[0], names);
        long end = star ? max : start;
        if (!star && ends.length == 2) {
            end = number(ends[1], names);
        } else if (!star && ends.length > 2) {
            throw new IllegalArgumentException("too many hyphens: " + text);
        }
        long step = 1;
        if (rangeAndStep.length == 2) {
            step = number(rangeAndStep[1], Map.of());
            end = ends.length == 1 ? max : end;
        } else if (rangeAndStep.length > 2) {
            throw new IllegalArgumentException("too many slashes: " + text);
        }
        check(text, start, end, step, min, max);
        long bits = star && step == 1 ? STAR : 0;
        for (long i = start; i <= end; i += step) {
            bits |= 1L << i;
        }
        return bits;
    }

    private static void check(String text, long start, long end, long step, int min, int max) {
        if (start < min) {
            throw new IllegalArgumentException(
                    "beginning of range (" + start + ") below minimum (" + min + "): " + text);
        }
        if (end > max) {
            throw new IllegalArgumentException("end of range (" + end + ") above maximum (" + max + "): " + text);
        }
        if (start > end) {
            throw new IllegalArgumentException(
                    "beginning of range (" + start + ") beyond end of range (" + end + "): " + text);
        }
        if (step == 0) {
            throw new IllegalArgumentException("step of range should be a positive number: " + text);
        }
    }

    private static long number(String text, Map<String, Integer> names) {
        Integer named = names.get(text.toLowerCase(Locale.ROOT));
        if (named != null) {
            return named;
        }
        if (!text.matches("[+-]?[0-9]+")) {
            throw new IllegalArgumentException(
                    "failed to parse int from " + text + ": strconv.Atoi: parsing \"" + text + "\": invalid syntax");
        }
        long number;
        try {
            number = Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "failed to parse int from " + text + ": strconv.Atoi: parsing \"" + text + "\": value out of range",
                    e);
        }
        if (number < 0) {
            throw new IllegalArgumentException("negative number (" + number + ") not allowed: " + text);
        }
        return number;
    }

    @Override
    public @Nullable Instant next(Instant time) {
        ZonedDateTime start = Instant.ofEpochSecond(time.getEpochSecond() + 1).atZone(zone);
        ZonedDateTime at = start.getSecond() == 0
                ? start
                : start.truncatedTo(ChronoUnit.MINUTES).plusMinutes(1);
        int lastYear = start.getYear() + YEARS;
        while (at.getYear() <= lastYear) {
            LocalDate day = at.toLocalDate();
            if (!has(months, day.getMonthValue())) {
                at = startOf(day.withDayOfMonth(1).plusMonths(1));
            } else if (!matches(day)) {
                at = startOf(day.plusDays(1));
            } else if (!has(hours, at.getHour())) {
                at = startOfHour(at).plusHours(1);
            } else if (!has(minutes, at.getMinute())) {
                at = at.plusMinutes(1);
            } else {
                return at.toInstant();
            }
        }
        return null;
    }

    /** By adding minutes and hours to an instant, an hour that the clocks leave out is left out and one that comes twice is seen twice. */
    private static ZonedDateTime startOfHour(ZonedDateTime time) {
        return time.minusMinutes(time.getMinute());
    }

    /** The first moment of a day, also where the clocks go from midnight to one o'clock. */
    private ZonedDateTime startOf(LocalDate day) {
        return day.atStartOfDay(zone);
    }

    private boolean matches(LocalDate day) {
        boolean byMonth = has(days, day.getDayOfMonth());
        boolean byWeek = has(weekdays, day.getDayOfWeek().getValue() % 7);
        return anyDay ? byMonth && byWeek : byMonth || byWeek;
    }

    private static boolean has(long bits, int index) {
        return (bits >>> index & 1) != 0;
    }
}
