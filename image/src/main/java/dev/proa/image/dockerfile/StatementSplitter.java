package dev.proa.image.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Splits the text of an instruction into keyword, flags and the rest. */
final class StatementSplitter {
    private final char escape;

    StatementSplitter(char escape) {
        this.escape = escape;
    }

    Statement split(String line, Location location) {
        return split(line, location, true);
    }

    private Statement split(String line, Location location, boolean outer) {
        String text = Space.trim(line);
        int end = 0;
        while (end < text.length() && !Space.splits(text.charAt(end))) {
            end++;
        }
        int start = end;
        while (start < text.length() && Space.splits(text.charAt(start))) {
            start++;
        }
        String keyword = text.substring(0, end);
        List<String> flags = new ArrayList<>();
        String rest = Space.trim(text.substring(flags(text, start, flags)));
        boolean trigger = outer && keyword.toUpperCase(Locale.ROOT).equals("ONBUILD") && !rest.isEmpty();
        // An image keeps its triggers with the blanks at their end.
        String tail = Space.trimStart(Space.trimStart(line).substring(end));
        return new Statement(
                keyword,
                flags,
                rest,
                List.of(),
                trigger ? split(tail, location, false) : null,
                new Source(location, outer ? text : line));
    }

    /** Collects the words that start with two dashes, up to one that does not or to {@code --}; returns where it stops. */
    private int flags(String text, int start, List<String> flags) {
        int pos = start;
        while (true) {
            while (pos < text.length() && Space.is(text.charAt(pos))) {
                pos++;
            }
            if (!text.startsWith("--", pos)) {
                return pos;
            }
            StringBuilder word = new StringBuilder();
            pos = word(text, pos, word);
            if (word.toString().equals("--")) {
                return pos;
            }
            flags.add(word.toString());
        }
    }

    /** Reads a word without its quotes and escapes; returns its end. */
    private int word(String text, int start, StringBuilder word) {
        char quote = 0;
        int pos = start;
        while (pos < text.length()) {
            char c = text.charAt(pos++);
            if (quote == 0 && Space.is(c)) {
                return pos - 1;
            }
            if (quote == 0 ? c == '\'' || c == '"' : c == quote) {
                quote = quote == 0 ? c : 0;
            } else if (c != escape) {
                word.append(c);
            } else if (pos < text.length()) {
                word.append(text.charAt(pos++));
            }
        }
        return pos;
    }
}
