package dev.proa.image.dockerfile;

import java.util.ArrayList;
import java.util.List;

/**
 * A pattern of paths as Go's {@code filepath.Match} has it, which {@code COPY} and {@code ADD} match their sources
 * with: {@code *} is any characters but slashes, {@code ?} one of them, {@code [a-z]} and {@code [^a-z]} one of a set,
 * and a backslash escapes. The whole path must match. Immutable.
 */
public final class Glob {
    private sealed interface Token {}

    private record Star() implements Token {}

    private record Any() implements Token {}

    private record Literal(int character) implements Token {}

    /** Where a malformed part starts; Go notices it when it comes to match it. */
    private record Malformed() implements Token {}

    /** Pairs of the first and last character of each range. */
    private record CharacterSet(List<Integer> ranges, boolean negated) implements Token {
        boolean contains(int c) {
            boolean in = false;
            for (int i = 0; i < ranges.size() && !in; i += 2) {
                in = ranges.get(i) <= c && c <= ranges.get(i + 1);
            }
            return in != negated;
        }
    }

    private final String pattern;
    private final List<Token> tokens = new ArrayList<>();
    private int pos;

    private Glob(String pattern) {
        this.pattern = pattern;
        int part = 0;
        try {
            while (pos < pattern.length()) {
                tokens.add(token());
                part = tokens.getLast() instanceof Star ? tokens.size() : part;
            }
        } catch (SyntaxProblem e) {
            tokens.subList(part, tokens.size()).clear();
            tokens.add(new Malformed());
        }
    }

    /** @throws SyntaxProblem if a bracket does not end, or nothing follows a backslash */
    public static Glob of(String pattern) {
        Glob glob = new Glob(pattern);
        if (glob.tokens.contains(new Malformed())) {
            throw glob.malformed();
        }
        return glob;
    }

    /**
     * Whether a path matches, as in Go: a malformed pattern is noticed only when matching comes to what is malformed.
     *
     * @throws SyntaxProblem if it is noticed
     */
    static boolean matches(String pattern, String path) {
        return new Glob(pattern).matches(path);
    }

    /** Whether a path has wildcards; without any it is the name of one file. */
    public static boolean hasWildcards(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '*' || c == '?' || c == '[') {
                return true;
            }
        }
        return false;
    }

    /** The folders of a path before the first of its elements that has wildcards; the path itself if none has. */
    public static String base(String path) {
        int end = 0;
        while (end < path.length()) {
            int slash = path.indexOf('/', end);
            int next = slash < 0 ? path.length() : slash + 1;
            if (hasWildcards(path.substring(end, next))) {
                return path.substring(0, end);
            }
            end = next;
        }
        return path;
    }

    private Token token() {
        int c = next();
        return switch (c) {
            case '*' -> new Star();
            case '?' -> new Any();
            case '[' -> set();
            case '\\' -> new Literal(next());
            default -> new Literal(c);
        };
    }

    private CharacterSet set() {
        List<Integer> ranges = new ArrayList<>();
        boolean negated = pos < pattern.length() && pattern.charAt(pos) == '^';
        if (negated) {
            pos++;
        }
        do {
            int low = member();
            ranges.add(low);
            if (pattern.startsWith("-", pos)) {
                pos++;
                ranges.add(member());
            } else {
                ranges.add(low);
            }
        } while (!pattern.startsWith("]", pos));
        pos++;
        return new CharacterSet(ranges, negated);
    }

    private int member() {
        int c = next();
        if (c == '-' || c == ']') {
            throw malformed();
        }
        return c == '\\' ? next() : c;
    }

    private int next() {
        if (pos >= pattern.length()) {
            throw malformed();
        }
        int c = pattern.codePointAt(pos);
        pos += Character.charCount(c);
        return c;
    }

    private SyntaxProblem malformed() {
        return new SyntaxProblem("syntax error in pattern " + pattern);
    }

    /** Takes at most the length of the path times that of the pattern. */
    public boolean matches(String path) {
        int at = 0;
        int token = 0;
        int starToken = -1;
        int starEnd = 0;
        while (at < path.length() || token < tokens.size()) {
            if (token < tokens.size() && tokens.get(token) instanceof Malformed) {
                throw malformed();
            } else if (token < tokens.size() && tokens.get(token) instanceof Star) {
                starToken = ++token;
                starEnd = at;
            } else if (token < tokens.size()
                    && at < path.length()
                    && accepts(tokens.get(token), path.codePointAt(at))) {
                at += Character.charCount(path.codePointAt(at));
                token++;
            } else if (starToken >= 0 && starEnd < path.length() && path.charAt(starEnd) != '/') {
                starEnd += Character.charCount(path.codePointAt(starEnd));
                at = starEnd;
                token = starToken;
            } else {
                return false;
            }
        }
        return true;
    }

    private static boolean accepts(Token token, int c) {
        return switch (token) {
            case Star(), Malformed() -> false;
            case Any() -> c != '/';
            case Literal(int character) -> character == c;
            case CharacterSet set -> set.contains(c);
        };
    }

    @Override
    public String toString() {
        return pattern;
    }
}
