package dev.proa.image.dockerfile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The flags of an instruction, checked against those that it has. */
final class Flags {
    /** What kind of value a flag takes. */
    enum Kind {
        BOOLEAN,
        STRING,
        /** May be given several times. */
        STRINGS
    }

    private final Map<String, List<String>> values = new LinkedHashMap<>();

    private Flags() {}

    static Flags of(List<String> words, Map<String, Kind> known) {
        Flags flags = new Flags();
        for (String word : words) {
            int equals = word.indexOf('=');
            String flag = equals < 0 ? word : word.substring(0, equals);
            String name = flag.substring(2);
            Kind kind = known.get(name);
            if (kind == null) {
                throw SyntaxProblem.suggesting("unknown flag: " + flag, name, known.keySet());
            }
            if (kind != Kind.STRINGS && flags.values.containsKey(name)) {
                throw new SyntaxProblem("duplicate flag specified: " + flag);
            }
            String value = value(kind, flag, equals < 0 ? null : word.substring(equals + 1));
            flags.values.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
        }
        return flags;
    }

    private static String value(Kind kind, String flag, @Nullable String value) {
        if (kind != Kind.BOOLEAN) {
            if (value == null) {
                throw new SyntaxProblem("missing a value on flag: " + flag);
            }
            return value;
        }
        if (value != null && value.isEmpty()) {
            throw new SyntaxProblem("missing a value on flag: " + flag);
        }
        String lower = value == null ? "true" : value.toLowerCase(Locale.ROOT);
        if (!lower.equals("true") && !lower.equals("false")) {
            throw new SyntaxProblem("expecting boolean value for flag " + flag + ", not: " + value);
        }
        return lower;
    }

    /** The value, or an empty string if the flag is absent. */
    String string(String name) {
        return values.getOrDefault(name, List.of("")).getFirst();
    }

    List<String> strings(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** Null if the flag is absent. */
    @Nullable
    Boolean given(String name) {
        return values.containsKey(name) ? Boolean.valueOf(is(name)) : null;
    }

    boolean is(String name) {
        return string(name).equals("true");
    }
}
