package dev.proa.image.dockerfile;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Expands variables, quotes and escapes in the words of a Dockerfile: {@code $X}, <code>${X}</code>, the operators
 * {@code :-}, {@code -}, {@code :+}, {@code +}, {@code :?}, {@code ?}, {@code #}, {@code ##}, {@code %}, {@code %%},
 * {@code /} and {@code //}.
 *
 * <p>A word may grow to {@link #MAX_WORD} characters, and all words together by {@link #MAX_GROWTH}, so that variables
 * made of variables do not fill the memory. Thread-safe.
 */
public final class Words {
    /** The length of a word and of a value, in characters. */
    public static final int MAX_WORD = 1 << 20;

    /** How many characters one instance adds to the texts it expands, in all. */
    public static final long MAX_GROWTH = 64 << 20;

    /** What a function that has no variables gives. */
    private static final Function<String, @Nullable String> NONE = name -> null;

    private final Lexer.Mode mode;
    private final AtomicLong growth = new AtomicLong();

    /** @param escape the escape character of the Dockerfile */
    public Words(char escape) {
        this.mode = new Lexer.Mode(escape, true, false, false, false);
    }

    /** @param variables gives the value of a variable, or null if it is unset */
    public Expander expander(Function<String, @Nullable String> variables) {
        return new Expander() {
            @Override
            public String word(String word) {
                return isPlain(word) ? word : grown(word, new Lexer(word, mode, MAX_WORD, variables).word());
            }

            @Override
            public List<String> words(String word) {
                List<String> words = new Lexer(word, mode, MAX_WORD, variables).words();
                grown(word, String.join(" ", words));
                return words;
            }

            @Override
            public String content(String content) {
                // Whatever the Dockerfile's escape character is, in a heredoc it is the backslash.
                Lexer.Mode inHeredoc = new Lexer.Mode('\\', false, false, false, false);
                return grown(content, new Lexer(content, inHeredoc, Dockerfile.MAX_BYTES + MAX_WORD, variables).word());
            }
        };
    }

    private boolean isPlain(String word) {
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (c == '$' || c == '\'' || c == '"' || c == mode.escape() || c == '\uFEFF') {
                return false;
            }
        }
        return true;
    }

    private String grown(String before, String after) {
        if (growth.addAndGet(Math.max(0, after.length() - before.length())) > MAX_GROWTH) {
            throw new SyntaxProblem("variables of this Dockerfile expand to more than " + MAX_GROWTH + " characters");
        }
        return after;
    }

    /** The words of a line in which a heredoc may start, with all quotes and escapes; none if a quote does not end. */
    static List<String> ofHeredocLine(String line) {
        try {
            return new Lexer(line, new Lexer.Mode('\\', true, true, true, true), Integer.MAX_VALUE, NONE).words();
        } catch (SyntaxProblem e) {
            return List.of(); // The shell will say what is wrong.
        }
    }

    /** The words of what follows {@code <<}, with or without its quotes. */
    static List<String> ofHeredocName(String name, boolean keepQuotes) {
        return new Lexer(name, new Lexer.Mode('\\', true, keepQuotes, false, true), MAX_WORD, NONE).words();
    }
}
