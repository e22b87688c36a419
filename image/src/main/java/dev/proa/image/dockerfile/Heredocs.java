package dev.proa.image.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds where heredocs start. */
final class Heredocs {
    private static final Pattern MARK = Pattern.compile("(\\d*+)<<(-?)[\\t\\n\\f\\r ]*+([^<]*+)");

    private Heredocs() {}

    /** The heredocs that start in a line, without content. */
    static List<Heredoc> in(String line) {
        List<Heredoc> found = new ArrayList<>();
        if (line.contains("<<")) {
            for (String word : Words.ofHeredocLine(line)) {
                Heredoc heredoc = parse(word);
                if (heredoc != null) {
                    found.add(heredoc);
                }
            }
        }
        return found;
    }

    /** The heredoc that starts in a word, such as {@code 3<<-"EOF"}, without content; null if none does. */
    static @Nullable Heredoc parse(String word) {
        Matcher matcher = MARK.matcher(word);
        if (!matcher.matches() || matcher.group(3).isEmpty()) {
            return null;
        }
        List<String> names = Words.ofHeredocName(matcher.group(3), false);
        if (names.size() != 1) {
            return null;
        }
        List<String> quoted = Words.ofHeredocName(matcher.group(3), true);
        String name = names.getFirst();
        boolean expand = quoted.size() == 1 && quotes(name) == quotes(quoted.getFirst());
        return new Heredoc(
                name, "", descriptor(matcher.group(1)), matcher.group(2).equals("-"), expand);
    }

    /** Like {@link #parse}, null as well if its quotes do not end. */
    static @Nullable Heredoc parseLenient(String word) {
        try {
            return parse(word);
        } catch (SyntaxProblem e) {
            return null; // A file with such a name, then.
        }
    }

    private static long quotes(String text) {
        return text.chars().filter(c -> c == '\'' || c == '"').count();
    }

    private static int descriptor(String digits) {
        return digits.isEmpty() || digits.length() > 9 ? 0 : Integer.parseInt(digits);
    }
}
