package dev.proa.node.server;

import dev.proa.api.status.FieldError;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import io.vertx.core.MultiMap;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a container's log to read, as {@code PodLogOptions}.
 *
 * @param since lines written before it are left out; null for none
 * @param tailLines lines at the end of the log; -1 for all
 * @param limitBytes of the answer; -1 for any number
 */
record LogOptions(
        boolean follow,
        boolean previous,
        boolean timestamps,
        @Nullable Instant since,
        long tailLines,
        long limitBytes,
        Stream stream) {

    enum Stream {
        ALL,
        STDOUT,
        STDERR
    }

    static final LogOptions ALL = new LogOptions(false, false, false, null, -1, -1, Stream.ALL);

    /**
     * Reads a query.
     *
     * @param pod whose log is asked for
     * @throws StatusException when it is invalid
     */
    static LogOptions of(MultiMap query, String pod, Instant now) {
        List<FieldError> errors = new ArrayList<>();
        long tail = number(query, "tailLines", errors, 0);
        long limit = number(query, "limitBytes", errors, 1);
        long seconds = number(query, "sinceSeconds", errors, 1);
        Instant time = time(query, "sinceTime");
        if (seconds >= 0 && time != null) {
            errors.add(FieldError.forbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified"));
        }
        String name = query.contains("stream") ? query.get("stream") : "All";
        Stream stream = switch (name) {
            case "All", "" -> Stream.ALL;
            case "Stdout" -> Stream.STDOUT;
            case "Stderr" -> Stream.STDERR;
            default -> {
                errors.add(FieldError.notSupported("stream", name, List.of("All", "Stderr", "Stdout")));
                yield Stream.ALL;
            }
        };
        if (stream != Stream.ALL && tail >= 0) {
            errors.add(FieldError.forbidden("", "`tailLines` and specific `stream` are mutually exclusive for now"));
        }
        if (!errors.isEmpty()) {
            throw StatusException.invalid(new Resource("", "PodLogOptions"), pod, errors);
        }
        return new LogOptions(
                flag(query, "follow"),
                flag(query, "previous"),
                flag(query, "timestamps"),
                seconds >= 0 ? now.minusSeconds(seconds) : time,
                tail,
                limit,
                stream);
    }

    private static boolean flag(MultiMap query, String name) {
        String value = query.get(name);
        return value != null && !value.equals("false") && !value.equals("0");
    }

    private static long number(MultiMap query, String name, List<FieldError> errors, long least) {
        String text = query.get(name);
        if (text == null || text.isEmpty()) {
            return -1;
        }
        try {
            long number = Long.parseLong(text);
            if (number < least) {
                errors.add(FieldError.invalid(
                        name, number, "must be greater than " + (least == 0 ? "or equal to 0" : "0")));
                return -1;
            }
            return number;
        } catch (NumberFormatException e) {
            throw StatusException.badRequest(name + " is not a number: " + text);
        }
    }

    private static @Nullable Instant time(MultiMap query, String name) {
        String text = query.get(name);
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw StatusException.badRequest(name + " is not a time like 2026-01-31T12:00:00Z: " + text);
        }
    }
}
