package dev.proa.embedded;

import dev.proa.api.codec.GoDuration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Flags of kube-apiserver, with its names, forms and defaults: {@code authentication-config=/etc/auth.yaml}. Which of them there are,
 * {@link #KNOWN} says; each part of the server reads its own.
 *
 * @param flags their values by name, without dashes; a flag that is given several times has several
 */
public record ApiServerOptions(Map<String, List<String>> flags) {
    /** No flag is given. */
    public static final ApiServerOptions NONE = new ApiServerOptions(Map.of());

    /** What a flag's value is. */
    enum Form {
        /** A file that is there. */
        FILE,
        /** A file that need not be there; {@code -} is none. */
        PATH,
        BOOLEAN,
        DURATION,
        NUMBER,
        /** Several, separated by commas or by giving the flag again. */
        LIST,
        TEXT
    }

    static final Map<String, Form> KNOWN = known();

    private static Map<String, Form> known() {
        Map<String, Form> known = new HashMap<>(AdmissionFlags.KNOWN);
        known.putAll(AuditFlags.KNOWN);
        known.putAll(AuthenticationFlags.KNOWN);
        known.putAll(AuthorizationFlags.KNOWN);
        known.putAll(AtRest.KNOWN);
        return Map.copyOf(known);
    }

    public ApiServerOptions {
        Map<String, List<String>> copy = new LinkedHashMap<>();
        flags.forEach((flag, values) -> copy.put(flag, List.copyOf(values)));
        flags = Map.copyOf(copy);
    }

    /**
     * Reads flags as they are written, with or without dashes: {@code FLAG=VALUE}; a boolean one may lack its value.
     *
     * @param directory in which relative paths begin
     * @throws IllegalArgumentException when there is no such flag, or its value is not of its form; the message says which
     */
    public static ApiServerOptions parse(List<String> arguments, Path directory) {
        Map<String, List<String>> flags = new LinkedHashMap<>();
        for (String argument : arguments) {
            String text = withoutDashes(argument);
            int equals = text.indexOf('=');
            String flag = name(text);
            Form form = form(flag);
            if (equals < 0 && form != Form.BOOLEAN) {
                throw new IllegalArgumentException("flag needs a value: " + flag + "=VALUE");
            }
            String value = equals < 0 ? "true" : text.substring(equals + 1);
            List<String> values = flags.computeIfAbsent(flag, none -> new ArrayList<>());
            if (form != Form.LIST) {
                values.clear(); // the last one counts
            }
            values.addAll(checked(flag, form, value, directory));
        }
        return new ApiServerOptions(flags);
    }

    private static String withoutDashes(String argument) {
        return argument.startsWith("--") ? argument.substring(2) : argument;
    }

    /** The name of the flag in {@code FLAG=VALUE} or {@code FLAG}; empty when there is none. */
    public static String name(String argument) {
        String text = withoutDashes(argument);
        int equals = text.indexOf('=');
        return equals < 0 ? text : text.substring(0, equals);
    }

    /** @throws IllegalArgumentException when the argument names a flag and there is no such flag */
    public static void checkName(String argument) {
        if (!argument.isEmpty()) {
            form(name(argument));
        }
    }

    private static Form form(String flag) {
        Form form = KNOWN.get(flag);
        if (form == null) {
            throw new IllegalArgumentException("there is no flag \"" + flag + "\" of kube-apiserver here; there are "
                    + String.join(", ", new TreeSet<>(KNOWN.keySet())));
        }
        return form;
    }

    private static List<String> checked(String flag, Form form, String value, Path directory) {
        return switch (form) {
            case FILE -> {
                Path file = directory.resolve(value).normalize();
                if (!Files.isReadable(file) || Files.isDirectory(file)) {
                    throw new IllegalArgumentException(flag + ": there is no file " + file + ", or it cannot be read");
                }
                yield List.of(file.toString());
            }
            case PATH ->
                List.of(
                        value.isEmpty() || value.equals("-")
                                ? value
                                : directory.resolve(value).normalize().toString());
            case BOOLEAN -> {
                if (!value.equals("true") && !value.equals("false")) {
                    throw new IllegalArgumentException(flag + " is true or false, not \"" + value + "\"");
                }
                yield List.of(value);
            }
            case DURATION -> {
                duration(flag, value);
                yield List.of(value);
            }
            case NUMBER -> {
                number(flag, value);
                yield List.of(value);
            }
            case LIST -> value.isEmpty() ? List.of() : List.of(value.split(","));
            case TEXT -> List.of(value);
        };
    }

    private static Duration duration(String flag, String value) {
        return GoDuration.parse(value)
                .orElseThrow(() -> new IllegalArgumentException(
                        flag + " is a duration as 30s, 10m or 1h30m, not \"" + value + "\""));
    }

    private static long number(String flag, String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(flag + " is a number, not \"" + value + "\"", e);
        }
    }

    private Optional<String> last(String flag) {
        if (!KNOWN.containsKey(flag)) {
            throw new IllegalStateException("unknown flag " + flag);
        }
        List<String> values = flags.getOrDefault(flag, List.of());
        return values.isEmpty() ? Optional.empty() : Optional.of(values.getLast());
    }

    /** The file that a flag names; empty when it is not given. */
    public Optional<Path> file(String flag) {
        return last(flag).map(Path::of);
    }

    /** A text; empty when the flag is not given. */
    public Optional<String> text(String flag) {
        return last(flag);
    }

    /** All values of a list; empty when the flag is not given. */
    public List<String> list(String flag) {
        last(flag);
        return flags.getOrDefault(flag, List.of());
    }

    public boolean bool(String flag, boolean usual) {
        return last(flag).map(Boolean::parseBoolean).orElse(usual);
    }

    public Duration duration(String flag, Duration usual) {
        return last(flag).map(value -> duration(flag, value)).orElse(usual);
    }

    public long number(String flag, long usual) {
        return last(flag).map(value -> number(flag, value)).orElse(usual);
    }

    /** As {@link #parse} reads them: one for each value. */
    public List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        new TreeMap<>(flags).forEach((flag, values) -> values.forEach(value -> arguments.add(flag + "=" + value)));
        return arguments;
    }
}
