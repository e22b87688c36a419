package dev.proa.api.value;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * The two forms of a point in time in the API, both RFC 3339: {@code Time} with seconds ({@code 2026-01-31T08:09:10Z}) and
 * {@code MicroTime} with six digits more ({@code 2026-01-31T08:09:10.123456Z}). Both are read in any RFC 3339 form.
 */
public final class Times {
    private Times() {}

    /** The instant of an RFC 3339 string; null when {@code value} is not one. */
    public static @Nullable Instant parse(@Nullable Object value) {
        if (!(value instanceof String text)) {
            return null;
        }
        if (text.length() == 20 && text.charAt(19) == 'Z') {
            Instant instant = seconds(text);
            if (instant != null) {
                return instant;
            }
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** {@code instant} as a {@code Time}, its fraction of a second cut off. */
    public static String format(Instant instant) {
        return new String(text(instant, 20));
    }

    /** {@code instant} as a {@code MicroTime}, cut off after six digits. */
    public static String formatMicro(Instant instant) {
        char[] text = text(instant, 27);
        text[19] = '.';
        digits(text, 20, instant.getNano() / 1_000, 6);
        return new String(text);
    }

    private static char[] text(Instant instant, int length) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(instant.getEpochSecond(), 0, ZoneOffset.UTC);
        if (time.getYear() < 0 || time.getYear() > 9999) {
            throw new IllegalArgumentException("RFC 3339 has four digits for a year: " + instant);
        }
        char[] text = new char[length];
        digits(text, 0, time.getYear(), 4);
        text[4] = '-';
        digits(text, 5, time.getMonthValue(), 2);
        text[7] = '-';
        digits(text, 8, time.getDayOfMonth(), 2);
        text[10] = 'T';
        digits(text, 11, time.getHour(), 2);
        text[13] = ':';
        digits(text, 14, time.getMinute(), 2);
        text[16] = ':';
        digits(text, 17, time.getSecond(), 2);
        text[length - 1] = 'Z';
        return text;
    }

    private static void digits(char[] text, int at, int number, int digits) {
        int rest = number;
        for (int i = at + digits - 1; i >= at; i--) {
            text[i] = (char) ('0' + rest % 10);
            rest /= 10;
        }
    }

    private static @Nullable Instant seconds(String text) {
        int year = number(text, 0, 4, '-');
        int month = number(text, 5, 2, '-');
        int day = number(text, 8, 2, 'T');
        int hour = number(text, 11, 2, ':');
        int minute = number(text, 14, 2, ':');
        int second = number(text, 17, 2, 'Z');
        if ((year | month | day | hour | minute | second) < 0
                || month < 1
                || month > 12
                || day < 1
                || day > 28 // the last days of a month go the long way, which knows how many it has
                || hour > 23
                || minute > 59
                || second > 59) {
            return null;
        }
        long days = java.time.LocalDate.of(year, month, day).toEpochDay();
        return Instant.ofEpochSecond(days * 86_400 + hour * 3_600 + minute * 60 + second);
    }

    /** The digits from {@code at} on, which must be followed by {@code end}; negative when they are not. */
    private static int number(String text, int at, int digits, char end) {
        int number = 0;
        for (int i = at; i < at + digits; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return text.charAt(at + digits) == end ? number : -1;
    }
}
