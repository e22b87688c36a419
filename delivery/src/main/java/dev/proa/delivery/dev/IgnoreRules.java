package dev.proa.delivery.dev;

import dev.proa.image.ImageFailure;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Which changes of a folder do not matter: what {@code .gitignore} files ignore, also those in subfolders, what {@code .dockerignore}
 * ignores, and what builds, editors and version control write. Manifests and {@code .env} always matter. The ignore files are read
 * once; make new rules when one has changed. For one thread.
 */
final class IgnoreRules {
    private static final Set<String> NEVER = Set.of(
            ".git",
            ".hg",
            ".svn",
            ".idea",
            ".vscode",
            ".gradle",
            ".venv",
            "venv",
            "node_modules",
            "__pycache__",
            ".pytest_cache",
            ".mypy_cache",
            ".DS_Store",
            "4913");
    private static final Set<String> ALWAYS =
            Set.of(".env", "proa.yaml", "k8s", "Dockerfile", ".gitignore", ".dockerignore");
    /** What editors write beside a file. */
    private static final String EDITORS = ".*~|\\.#.*|#.*#|.*\\.(swp|swx|swo|pyc|tmp)|\\..*\\.(kate-swp|un~)";
    /** Folders with results, by the file that says which tool writes them. */
    private static final Map<String, String> RESULTS =
            Map.of("pom.xml", "target", "Cargo.toml", "target", "build.gradle", "build", "build.gradle.kts", "build");

    private final SourceFolder folder;
    private final Set<String> kept;
    private final Map<String, List<IgnorePattern>> git = new HashMap<>();
    private final List<IgnorePattern> docker;

    /**
     * @param folder the application's
     * @param kept paths that matter although they are ignored, as the results of a site's build that are published
     */
    IgnoreRules(SourceFolder folder, Set<String> kept) {
        this.folder = folder;
        this.kept = Set.copyOf(kept);
        this.docker = lines(".dockerignore").stream()
                .map(IgnorePattern::docker)
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList();
    }

    /** Whether a file reads rules, so that a change of it changes them. */
    static boolean isRule(String path) {
        return path.endsWith(".gitignore") || path.equals(".dockerignore");
    }

    /**
     * Whether a path does not matter. Once a directory does not, nothing in it does.
     *
     * @param path relative to the folder
     */
    boolean ignores(String path, boolean directory) {
        String first = path.contains("/") ? path.substring(0, path.indexOf('/')) : path;
        if (ALWAYS.contains(first) || path.matches("(docker-)?compose[^/]*\\.ya?ml")) {
            return isNever(path);
        }
        if (kept.stream()
                .anyMatch(keep -> path.equals(keep) || path.startsWith(keep + "/") || keep.startsWith(path + "/"))) {
            return isNever(path);
        }
        boolean byDocker = dockerIgnores(path);
        String parent = "";
        for (String part : path.split("/")) {
            String at = parent.isEmpty() ? part : parent + "/" + part;
            boolean isDirectory = directory || at.length() < path.length();
            if (isNever(part) || isResult(parent, part) || gitIgnores(at, isDirectory)) {
                return true;
            }
            parent = at;
        }
        return byDocker;
    }

    private static boolean isNever(String path) {
        for (String part : path.split("/")) {
            if (NEVER.contains(part) || part.matches(EDITORS)) {
                return true;
            }
        }
        return false;
    }

    private boolean isResult(String parent, String name) {
        return RESULTS.entrySet().stream()
                .anyMatch(result -> result.getValue().equals(name)
                        && exists(parent.isEmpty() ? result.getKey() : parent + "/" + result.getKey()));
    }

    private boolean exists(String path) {
        try {
            return folder.kind(path) == Kind.FILE;
        } catch (ImageFailure e) {
            return false; // it leads out, and so it is not one of the folder's
        }
    }

    /** The last pattern that matches counts, those of deeper folders after those above. */
    private boolean gitIgnores(String path, boolean directory) {
        boolean ignored = false;
        String base = "";
        while (true) {
            String relative = base.isEmpty() ? path : path.substring(base.length() + 1);
            for (IgnorePattern pattern : git.computeIfAbsent(base, this::gitPatterns)) {
                if (pattern.matches(relative, directory)) {
                    ignored = !pattern.negated();
                }
            }
            int slash = relative.indexOf('/');
            if (slash < 0) {
                return ignored;
            }
            base = base.isEmpty() ? relative.substring(0, slash) : base + "/" + relative.substring(0, slash);
        }
    }

    private List<IgnorePattern> gitPatterns(String base) {
        List<IgnorePattern> patterns = new ArrayList<>();
        for (String line : lines(base.isEmpty() ? ".gitignore" : base + "/.gitignore")) {
            IgnorePattern pattern = IgnorePattern.git(line);
            if (pattern != null) {
                patterns.add(pattern);
            }
        }
        return patterns;
    }

    /** A pattern matches a path, or one of its parents; the last that matches counts. */
    private boolean dockerIgnores(String path) {
        boolean ignored = false;
        for (IgnorePattern pattern : docker) {
            String at = path;
            while (!at.isEmpty()) {
                if (pattern.matches(at, true)) {
                    ignored = !pattern.negated();
                    break;
                }
                at = at.contains("/") ? at.substring(0, at.lastIndexOf('/')) : "";
            }
        }
        return ignored;
    }

    private List<String> lines(String file) {
        try {
            return folder.kind(file) == Kind.FILE
                    ? new String(folder.read(file), StandardCharsets.UTF_8)
                            .lines()
                            .toList()
                    : List.of();
        } catch (ImageFailure e) {
            return List.of(); // a link that leads out, or a file that is gone meanwhile
        }
    }
}
