package dev.proa.server.encoding;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A part of an {@code Accept} header (RFC 9110, section 12.5.1).
 *
 * @param words the range of media types, and its parameters but the quality
 */
public record AcceptClause(List<String> words, double quality) {
    /** The range of media types, in lower case. */
    public String range() {
        return words.getFirst();
    }

    /** The clauses by quality, and among those of the same the particular before the general. */
    public static List<AcceptClause> parse(String accept) {
        List<AcceptClause> clauses = new ArrayList<>();
        for (String text : accept.split(",", -1)) {
            List<String> words = new ArrayList<>();
            double quality = 1;
            for (String part : text.split(";", -1)) {
                String word = part.strip();
                if (word.startsWith("q=")) {
                    quality = quality(word.substring(2));
                } else if (words.isEmpty()) {
                    words.add(word.equals("*") ? "*/*" : word.toLowerCase(Locale.ROOT));
                } else {
                    words.add(word);
                }
            }
            clauses.add(new AcceptClause(words, quality));
        }
        clauses.sort(Comparator.comparingDouble((AcceptClause clause) -> -clause.quality)
                .thenComparing(clause -> clause.range().startsWith("*"))
                .thenComparing(clause -> clause.range().endsWith("*")));
        return clauses;
    }

    private static double quality(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return 1;
        }
    }
}
