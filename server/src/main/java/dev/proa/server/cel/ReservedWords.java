package dev.proa.server.cel;

import java.util.HashSet;
import java.util.Set;

/** Words that are no names in expressions. */
public final class ReservedWords {
    /** Words that mean something. */
    private static final Set<String> MEANINGFUL = Set.of("true", "false", "null", "in");

    /** Words that may mean something one day. */
    static final Set<String> UNUSED = Set.of(
            "as",
            "break",
            "const",
            "continue",
            "else",
            "for",
            "function",
            "if",
            "import",
            "let",
            "loop",
            "package",
            "namespace",
            "return",
            "var",
            "void",
            "while");

    private static final Set<String> ALL = all();

    private ReservedWords() {}

    private static Set<String> all() {
        Set<String> all = new HashSet<>(UNUSED);
        all.addAll(MEANINGFUL);
        return Set.copyOf(all);
    }

    /** Whether a word is one of them. */
    public static boolean contains(String word) {
        return ALL.contains(word);
    }
}
