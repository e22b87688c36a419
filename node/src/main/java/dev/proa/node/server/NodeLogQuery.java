package dev.proa.node.server;

import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A query of a node's logs (KEP-2258): {@code ?query=kubelet&tailLines=100}. Texts of errors are Kubernetes'.
 *
 * @param services whose logs are wanted
 * @param files that are wanted, by paths below the log directory
 * @param since only lines from this time on, or null
 * @param until only lines up to this time, or null
 * @param tailLines only so many of the last lines, or null
 * @param boot 0 for the current boot, negative for earlier ones; or null
 * @param pattern a regular expression that lines must match somewhere; empty for any
 */
record NodeLogQuery(
        List<String> services,
        List<String> files,
        @Nullable Instant since,
        @Nullable Instant until,
        @Nullable Integer tailLines,
        @Nullable Integer boot,
        String pattern) {
    private static final int MOST_LINES = 100_000;
    private static final int MOST_SERVICES = 4;
    private static final int LONGEST_SERVICE = 256;
    private static final Pattern SAFE = Pattern.compile("[a-zA-Z\\-_.:0-9@]+");

    /** The parameters of a request. */
    interface Parameters {
        /** All values of a name. */
        List<String> all(String name);

        /** The first value of a name, or empty. */
        default String first(String name) {
            List<String> all = all(name);
            return all.isEmpty() ? "" : all.getFirst();
        }
    }

    /** The query is invalid or cannot be answered. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;
        private final int code;

        Refusal(int code, List<FieldError> errors) {
            super(text(errors));
            this.code = code;
        }

        int code() {
            return code;
        }

        private static String text(List<FieldError> errors) {
            List<String> texts = errors.stream()
                    .map(error -> error.field() + ": " + error.message())
                    .distinct()
                    .toList();
            return texts.size() == 1 ? texts.getFirst() : texts.stream().collect(Collectors.joining(", ", "[", "]"));
        }
    }

    /** Parses a request; null when it only has a path. */
    static @Nullable NodeLogQuery of(Parameters parameters) throws Refusal {
        List<FieldError> errors = new ArrayList<>();
        List<String> queries = parameters.all("query");
        List<String> files = queries.stream()
                .filter(query -> query.contains("/") || query.contains("\\"))
                .toList();
        List<String> services = queries.stream()
                .filter(query -> !files.contains(query) && !query.isBlank())
                .toList();
        if (!queries.isEmpty() && files.isEmpty() && services.isEmpty()) {
            errors.add(FieldError.invalid("query", ListValue.copyOf(queries), "may not be empty"));
        }
        NodeLogQuery query = new NodeLogQuery(
                services,
                files,
                time(parameters, "sinceTime", errors),
                time(parameters, "untilTime", errors),
                number(parameters, "tailLines", errors),
                number(parameters, "boot", errors),
                parameters.first("pattern"));
        if (!errors.isEmpty()) {
            throw new Refusal(400, errors);
        }
        return queries.isEmpty() && !query.hasOptions() ? null : query;
    }

    private static @Nullable Instant time(Parameters parameters, String name, List<FieldError> errors) {
        String value = parameters.first(name);
        try {
            return value.isEmpty() ? null : OffsetDateTime.parse(value).toInstant();
        } catch (DateTimeParseException e) {
            errors.add(FieldError.invalid(name, value, "invalid time format"));
            return null;
        }
    }

    private static @Nullable Integer number(Parameters parameters, String name, List<FieldError> errors) {
        String value = parameters.first(name);
        try {
            return value.isEmpty() ? null : Integer.valueOf(value);
        } catch (NumberFormatException e) {
            errors.add(FieldError.invalid(name, value, "strconv.Atoi: parsing \"" + value + "\": invalid syntax"));
            return null;
        }
    }

    /** Whether it selects only a part of the lines. */
    boolean hasOptions() {
        return since != null || until != null || tailLines != null || boot != null || !pattern.isEmpty();
    }

    /** Rejects invalid combinations. */
    void validate() throws Refusal {
        List<FieldError> errors = new ArrayList<>();
        for (String service : services) {
            if (service.length() > LONGEST_SERVICE) {
                errors.add(FieldError.invalid("query", service, "length must be less than " + LONGEST_SERVICE));
            } else if (!SAFE.matcher(service).matches()) {
                errors.add(FieldError.invalid("query", service, "input contains unsupported characters"));
            }
        }
        if (services.size() > MOST_SERVICES) {
            errors.add(FieldError.tooMany("query", services.size(), MOST_SERVICES));
        }
        if (files.isEmpty() && services.isEmpty()) {
            errors.add(FieldError.required("query", "cannot be empty with options"));
        } else if (!files.isEmpty() && !services.isEmpty()) {
            errors.add(FieldError.invalid("query", files + ", " + services, "cannot specify a file and service"));
        } else if (files.size() > 1) {
            errors.add(FieldError.invalid("query", ListValue.copyOf(files), "cannot specify more than one file"));
        } else if (files.size() == 1 && hasOptions()) {
            errors.add(FieldError.invalid("query", ListValue.copyOf(files), "cannot specify file with options"));
        }
        options(errors);
        if (!errors.isEmpty()) {
            throw new Refusal(406, errors);
        }
    }

    private void options(List<FieldError> errors) {
        if (since != null && until != null && since.isAfter(until)) {
            errors.add(FieldError.invalid("untilTime", until.toString(), "must be after `sinceTime`"));
        }
        if (boot != null && boot > 0) {
            errors.add(FieldError.invalid("boot", (long) boot, "must be less than 1"));
        }
        if (tailLines != null && (tailLines < 0 || tailLines > MOST_LINES)) {
            errors.add(FieldError.invalid(
                    "tailLines", (long) tailLines, "must be between 0 and " + MOST_LINES + ", inclusive"));
        }
        try {
            Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            errors.add(FieldError.invalid("pattern", pattern, "error parsing regexp: " + e.getDescription()));
        }
    }
}
