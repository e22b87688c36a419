package dev.proa.delivery.compose;

import dev.proa.delivery.config.Located;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Values in the notations of Compose. */
final class ComposeValues {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9}(?:\\.\\d+)?)(h|ms|us|m|s)");
    private static final Pattern BYTES = Pattern.compile("(\\d{1,12}(?:\\.\\d+)?)\\s*([kmgt]?)i?b?");

    private ComposeValues() {}

    /** Seconds of a duration such as {@code 1m30s}, rounded up; {@code usual} when it is absent. */
    static long seconds(Located value, long usual) {
        if (!value.present()) {
            return usual;
        }
        String text = value.text("");
        Matcher part = DURATION.matcher(text);
        double seconds = 0;
        int end = 0;
        while (part.find() && part.start() == end) {
            seconds += Double.parseDouble(part.group(1))
                    * switch (part.group(2)) {
                        case "h" -> 3600;
                        case "m" -> 60;
                        case "s" -> 1;
                        case "ms" -> 1e-3;
                        default -> 1e-6;
                    };
            end = part.end();
        }
        if (end == 0 || end != text.length()) {
            throw value.wrong("must be a duration such as 1m30s");
        }
        return (long) Math.ceil(seconds);
    }

    /** A quantity of memory such as {@code 512m}, as Kubernetes writes it. */
    static String bytes(Located value) {
        Matcher size = BYTES.matcher(value.text("").strip().toLowerCase(Locale.ROOT));
        if (!size.matches()) {
            throw value.wrong("must be a number of bytes such as 512m or 2g");
        }
        double number = Double.parseDouble(size.group(1));
        String unit = size.group(2).isEmpty()
                ? ""
                : size.group(2).toUpperCase(Locale.ROOT).replace("K", "K") + "i";
        if (number == Math.rint(number)) {
            return (long) number + unit;
        }
        long factor = 1L << (10 * ("KMGT".indexOf(unit.isEmpty() ? 'B' : unit.charAt(0)) + 1));
        return String.valueOf((long) (number * factor));
    }

    /** A number of processors such as {@code 0.5}, as Kubernetes writes it. */
    static String cpus(Located value) {
        String text = value.text("");
        if (!text.matches("\\d{1,4}(\\.\\d+)?")) {
            throw value.wrong("must be a number of processors such as 0.5");
        }
        return Math.max(1, Math.round(Double.parseDouble(text) * 1000)) + "m";
    }

    /** A list of texts that may be written as one text. */
    static List<String> texts(Located value) {
        return value.value() instanceof dev.proa.api.value.ListValue
                ? value.texts()
                : value.present() ? List.of(value.text("")) : List.of();
    }

    /** A map that may be written as a list of {@code name=value}; a name without a value is mapped to itself as absent. */
    static Map<String, Located> entries(Located value) {
        if (!(value.value() instanceof dev.proa.api.value.ListValue)) {
            return value.fields();
        }
        Map<String, Located> entries = new LinkedHashMap<>();
        for (Located item : value.items()) {
            String text = item.text("");
            int equals = text.indexOf('=');
            entries.put(
                    equals < 0 ? text : text.substring(0, equals),
                    item.with(equals < 0 ? null : text.substring(equals + 1)));
        }
        return entries;
    }

    /** A command: a list of words, or a text that is split as a shell does, without replacing anything. */
    static List<String> words(Located value) {
        if (value.value() instanceof dev.proa.api.value.ListValue) {
            return value.texts().stream().map(ComposeValues::literal).toList();
        }
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean begun = false;
        char quote = 0;
        String text = value.text("");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote == 0 && Character.isWhitespace(c)) {
                if (begun) {
                    words.add(literal(word.toString()));
                }
                word.setLength(0);
                begun = false;
                continue;
            }
            begun = true;
            if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            } else if (c == '\\' && quote != '\'' && i + 1 < text.length()) {
                word.append(text.charAt(++i));
            } else {
                word.append(c);
            }
        }
        if (quote != 0) {
            throw value.wrong("has a quote that is not closed");
        }
        if (begun) {
            words.add(literal(word.toString()));
        }
        return words;
    }

    /** A text that Kubernetes leaves as it is: {@code $(NAME)} would be replaced. */
    static String literal(String text) {
        return text.replace("$(", "$$(");
    }

    /** The name of an object for a name in a Compose file. */
    static String label(String name) {
        String plain =
                name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
        String begun = plain.isEmpty() || !Character.isLetter(plain.charAt(0)) ? "s-" + plain : plain;
        return begun.length() > 50 ? begun.substring(0, 50).replaceAll("-+$", "") : begun.replaceAll("-+$", "");
    }
}
