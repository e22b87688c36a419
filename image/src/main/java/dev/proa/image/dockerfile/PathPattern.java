package dev.proa.image.dockerfile;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A line of an ignore file, as {@code moby/patternmatcher} compiles it, down to its oddities: it checks the syntax of
 * {@code filepath.Match} and then matches by a regular expression, in linear time.
 */
final class PathPattern {
    private enum Kind {
        EXACT,
        PREFIX,
        SUFFIX,
        REGEX
    }

    private final String text;
    private final boolean negated;
    private Kind kind = Kind.EXACT;
    private final @Nullable Pattern regex;

    /** @param text the pattern, cleaned, with its {@code !} */
    PathPattern(String text) {
        this.negated = text.startsWith("!");
        this.text = negated ? text.substring(1) : text;
        if (this.text.isEmpty()) {
            throw new SyntaxProblem("illegal exclusion pattern: \"!\"");
        }
        Glob.matches(this.text, "."); // For its errors, as the original does.
        String expression = expression();
        try {
            this.regex = kind == Kind.REGEX ? Pattern.compile(expression) : null;
        } catch (PatternSyntaxException e) {
            throw new SyntaxProblem("syntax error in pattern " + this.text);
        }
    }

    /** Whether it includes again what earlier patterns exclude. */
    boolean negated() {
        return negated;
    }

    boolean matches(String path) {
        return switch (kind) {
            case EXACT -> path.equals(text);
            case PREFIX -> path.startsWith(text.substring(0, text.length() - 2));
            case SUFFIX -> path.endsWith(text.substring(2)) || ("/" + path).equals(text.substring(2));
            case REGEX -> regex != null && regex.matcher(path).find();
        };
    }

    private String expression() {
        StringBuilder out = new StringBuilder("^");
        int pos = 0;
        while (pos < text.length()) {
            boolean first = pos == 0;
            int c = text.codePointAt(pos);
            pos += Character.charCount(c);
            if (c == '*' && text.startsWith("*", pos)) {
                pos += text.startsWith("*/", pos) ? 2 : 1;
                if (pos < text.length()) {
                    out.append("(.*/)?");
                    kind = Kind.REGEX;
                } else if (kind == Kind.EXACT) {
                    kind = Kind.PREFIX;
                } else {
                    out.append(".*");
                    kind = Kind.REGEX;
                }
                if (first) {
                    kind = Kind.SUFFIX;
                }
            } else if (c == '*' || c == '?') {
                out.append(c == '*' ? "[^/]*" : "[^/]");
                kind = Kind.REGEX;
            } else if (c == '\\' && pos < text.length()) {
                int escaped = text.codePointAt(pos);
                pos += Character.charCount(escaped);
                out.append('\\').appendCodePoint(escaped);
                kind = Kind.REGEX;
            } else if (c == '[' || c == ']') {
                out.append((char) c);
                kind = Kind.REGEX;
            } else {
                // Not | { and }: the original means to escape them, but does not.
                out.append(".+()$".indexOf(c) >= 0 ? "\\" : "").appendCodePoint(c);
            }
        }
        return out.append('$').toString();
    }

    /** Whether it may match something below a folder, or the folder; in doubt it may. */
    boolean mayMatchBelow(List<String> folder) {
        if (text.chars().anyMatch(c -> "[\\|{}^".indexOf(c) >= 0)) {
            return true;
        }
        List<String> elements = List.of(text.split("/", -1));
        for (int i = 0; i < Math.min(elements.size(), folder.size()); i++) {
            String element = elements.get(i);
            if (element.contains("**")) {
                return true;
            }
            if (!Glob.of(element).matches(folder.get(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return negated ? "!" + text : text;
    }
}
