package dev.proa.image.dockerfile;

import dev.proa.image.ImageFailure;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which files of a context are left out: the patterns of a {@code .dockerignore}, or those of {@code --exclude}.
 *
 * <p>A later pattern overrides an earlier one; one with {@code !} includes again. A pattern that matches a folder matches
 * what is in it. Patterns are matched on the way from the context's root down, as BuildKit does when it walks. Paths are
 * relative and have slashes. Immutable.
 */
public final class IgnoreFile {
    /** Larger files are refused. */
    public static final int MAX_BYTES = 1 << 20;

    private static final int MAX_PATTERNS = 10_000;

    /** Excludes nothing. */
    public static final IgnoreFile NONE = new IgnoreFile(List.of());

    private final List<PathPattern> patterns;
    private final boolean negations;

    private IgnoreFile(List<PathPattern> patterns) {
        this.patterns = List.copyOf(patterns);
        this.negations = patterns.stream().anyMatch(PathPattern::negated);
    }

    /**
     * The names of the ignore file of a Dockerfile, the one to prefer first: {@code NAME.dockerignore} beside the
     * Dockerfile, then {@code .dockerignore} in the context's root.
     *
     * @param dockerfile its path, relative to the context
     */
    public static List<String> names(String dockerfile) {
        return List.of(dockerfile + ".dockerignore", ".dockerignore");
    }

    /**
     * Parses an ignore file.
     *
     * @param name the file's name for messages
     * @throws ImageFailure if a pattern is malformed, or it is too large
     */
    public static IgnoreFile parse(byte[] content, String name) {
        if (content.length > MAX_BYTES) {
            throw ImageFailure.invalid(name + " has more than " + MAX_BYTES + " bytes");
        }
        List<PathPattern> patterns = new ArrayList<>();
        List<String> lines = SourceText.of(content, name).lines();
        for (int i = 0; i < lines.size(); i++) {
            try {
                add(line(lines.get(i)), patterns);
            } catch (SyntaxProblem e) {
                throw new ImageFailure(ImageFailure.Reason.INVALID, name + ":" + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        return new IgnoreFile(patterns);
    }

    /**
     * The patterns of {@code --exclude}, in the order given.
     *
     * @throws SyntaxProblem if one is malformed
     */
    public static IgnoreFile of(List<String> patterns) {
        List<PathPattern> compiled = new ArrayList<>();
        patterns.forEach(p -> add(p, compiled));
        return new IgnoreFile(compiled);
    }

    /** The pattern in a line, relative to the root and cleaned; empty if it has none. */
    private static String line(String line) {
        String pattern = Space.trim(line);
        if (line.startsWith("#") || pattern.isEmpty()) {
            return "";
        }
        boolean negated = pattern.charAt(0) == '!';
        String path = negated ? Space.trim(pattern.substring(1)) : pattern;
        if (!path.isEmpty()) {
            path = GoPath.clean(path);
            path = path.length() > 1 && path.startsWith("/") ? path.substring(1) : path;
        }
        return negated ? "!" + path : path;
    }

    private static void add(String pattern, List<PathPattern> patterns) {
        String trimmed = Space.trim(pattern);
        if (!trimmed.isEmpty()) {
            patterns.add(new PathPattern(GoPath.clean(trimmed)));
        }
        if (patterns.size() > MAX_PATTERNS) {
            throw new SyntaxProblem("more than " + MAX_PATTERNS + " patterns");
        }
    }

    /** Whether a file or folder is left out. Walks are faster by {@link #root}. */
    public boolean excludes(String path) {
        Entry entry = root();
        for (String name : path.split("/")) {
            entry = entry.child(name);
        }
        return entry.excluded();
    }

    /** Whether a folder may have something that is not left out. If not, a walk need not enter it. */
    public boolean mayContainIncluded(String folder) {
        return !excludes(folder)
                || (negations
                        && patterns.stream().anyMatch(p -> p.negated() && p.mayMatchBelow(List.of(folder.split("/")))));
    }

    /** The root of the context, from which a walk goes down by {@link Entry#child}. */
    public Entry root() {
        return new Entry("", null, false);
    }

    /** A file or folder, and how the patterns match it. Immutable. */
    public final class Entry {
        private final String path;
        private final boolean @Nullable [] matched;
        private final boolean excluded;

        private Entry(String path, boolean @Nullable [] matched, boolean excluded) {
            this.path = path;
            this.matched = matched;
            this.excluded = excluded;
        }

        /** The file or folder of that name in this folder. */
        public Entry child(String name) {
            String child = path.isEmpty() ? name : path + "/" + name;
            boolean[] matches = new boolean[patterns.size()];
            boolean out = false;
            for (int i = 0; i < matches.length; i++) {
                PathPattern pattern = patterns.get(i);
                boolean inherited = matched != null && matched[i];
                matches[i] = inherited || (pattern.negated() == out && pattern.matches(child));
                out = matches[i] ? !pattern.negated() : out;
            }
            return new Entry(child, matches, out);
        }

        public boolean excluded() {
            return excluded;
        }

        /** As {@link IgnoreFile#mayContainIncluded}. */
        public boolean mayContainIncluded() {
            return !excluded || IgnoreFile.this.mayContainIncluded(path);
        }
    }

    /** The patterns, cleaned, in order. */
    public List<String> patterns() {
        return patterns.stream().map(PathPattern::toString).toList();
    }
}
