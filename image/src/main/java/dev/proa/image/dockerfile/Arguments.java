package dev.proa.image.dockerfile;

import java.util.ArrayList;
import java.util.List;

/** The ways in which instructions split what follows their flags. */
final class Arguments {
    private Arguments() {}

    /** At blanks, whatever quotes there are. */
    static List<String> atBlanks(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split("[\\t\\x0B\\f\\r ]+", -1));
    }

    /** A JSON array of strings, or else at blanks. */
    static List<String> jsonOrAtBlanks(String text) {
        List<String> json = JsonForm.parse(text);
        return json != null ? json : atBlanks(text);
    }

    /** At white space outside of quotes; quotes and escapes stay for expansion. */
    static List<String> quoted(String text, char escape) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        char quote = 0;
        for (int pos = 0; pos < text.length(); pos++) {
            char c = text.charAt(pos);
            if (quote == 0 && Space.is(c)) {
                flush(word, words);
            } else if (c == escape && quote != '\'') {
                if (pos + 1 == text.length()) {
                    break; // One at the end is dropped.
                }
                word.append(c).append(text.charAt(++pos));
            } else {
                word.append(c);
                if (quote == 0 ? c == '\'' || c == '"' : c == quote) {
                    quote = quote == 0 ? c : 0;
                }
            }
        }
        flush(word, words);
        return words;
    }

    private static void flush(StringBuilder word, List<String> words) {
        if (!word.isEmpty()) {
            words.add(word.toString());
            word.setLength(0);
        }
    }
}
