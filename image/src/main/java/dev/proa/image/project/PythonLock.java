package dev.proa.image.project;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The packages of a lock file of uv or Poetry that an application needs when it runs, as lines for pip with their
 * hashes: those that its own dependencies lead to, without groups for development.
 */
final class PythonLock {
    private final Map<String, List<TomlFile>> packages = new LinkedHashMap<>();
    /** The conditions under which a package is needed; an empty one means always. */
    private final Map<String, Set<String>> needed = new TreeMap<>();

    private final Deque<String> rest = new ArrayDeque<>();
    private final Set<String> seen = new LinkedHashSet<>();

    private PythonLock(TomlFile lock) {
        for (TomlFile entry : lock.tables("package")) {
            packages.computeIfAbsent(normal(entry.string("name")), name -> new ArrayList<>())
                    .add(entry);
        }
    }

    /** Of {@code uv.lock}. */
    static List<String> uv(TomlFile lock) {
        PythonLock result = new PythonLock(lock);
        for (TomlFile entry : lock.tables("package")) {
            TomlFile source = entry.table("source");
            if (source.has("virtual") || source.has("editable")) {
                result.uvDependencies(entry.tables("dependencies"));
            }
        }
        while (!result.rest.isEmpty()) {
            String next = result.rest.pop();
            String[] parts = next.split("\\[", 2);
            for (TomlFile entry : result.packages.getOrDefault(parts[0], List.of())) {
                if (parts.length == 1) {
                    result.uvDependencies(entry.tables("dependencies"));
                } else {
                    String extra = parts[1].replace("]", "");
                    result.uvDependencies(entry.tables("optional-dependencies", extra));
                }
            }
        }
        return result.lines("wheels", "sdist");
    }

    private void uvDependencies(List<TomlFile> dependencies) {
        for (TomlFile dependency : dependencies) {
            String name = normal(dependency.string("name"));
            need(name, dependency.string("marker"));
            dependency.strings("extra").forEach(extra -> visit(name + "[" + extra + "]"));
        }
    }

    /**
     * Of {@code poetry.lock}.
     *
     * @param roots the project's own dependencies, by name with what they ask for
     */
    static List<String> poetry(TomlFile lock, Set<String> roots) {
        PythonLock result = new PythonLock(lock);
        roots.forEach(root -> result.needPoetry(root, ""));
        while (!result.rest.isEmpty()) {
            String[] next = result.rest.pop().split("\\[", 2);
            for (TomlFile entry : result.packages.getOrDefault(next[0], List.of())) {
                TomlFile dependencies = entry.table("dependencies");
                List<String> extra = next.length == 1 ? List.of() : entry.strings("extras", next[1].replace("]", ""));
                for (String name : dependencies.names()) {
                    boolean optional = isOptional(dependencies, name);
                    boolean asked = extra.stream().anyMatch(line -> normal(line).startsWith(normal(name)));
                    if (!optional || asked) {
                        result.needPoetry(
                                name,
                                dependencies.table(name).string("markers").replaceAll("\\s*(and )?extra == .*", ""));
                        dependencies
                                .table(name)
                                .strings("extras")
                                .forEach(one -> result.visit(normal(name) + "[" + one + "]"));
                    }
                }
            }
        }
        return result.lines("files", "");
    }

    private static boolean isOptional(TomlFile dependencies, String name) {
        return dependencies.table(name).string("markers").contains("extra ==");
    }

    private void needPoetry(String requirement, String marker) {
        String name = normal(requirement.replaceAll("\\[.*", ""));
        need(name, marker);
        if (requirement.contains("[")) {
            for (String extra : requirement.replaceAll(".*\\[|\\].*", "").split("\\s*,\\s*")) {
                visit(name + "[" + extra + "]");
            }
        }
    }

    private void need(String name, String marker) {
        needed.computeIfAbsent(name, key -> new LinkedHashSet<>()).add(marker);
        visit(name);
    }

    private void visit(String node) {
        if (seen.add(node)) {
            rest.push(node);
        }
    }

    private List<String> lines(String files, String sourceFile) {
        List<String> lines = new ArrayList<>();
        needed.forEach((name, markers) -> {
            for (TomlFile entry : packages.getOrDefault(name, List.of())) {
                TomlFile source = entry.table("source");
                if (source.has("virtual") || source.has("editable") || source.has("directory")) {
                    continue;
                }
                StringBuilder line = new StringBuilder(name + "==" + entry.string("version"));
                Set<String> conditions = new LinkedHashSet<>(markers);
                entry.strings("resolution-markers").forEach(conditions::add);
                if (!markers.contains("")
                        || packages.getOrDefault(name, List.of()).size() > 1) {
                    conditions.remove("");
                    if (!conditions.isEmpty()) {
                        line.append(" ; ").append(String.join(" or ", conditions));
                    }
                }
                entry.tables(files).forEach(file -> line.append(" --hash=").append(file.string("hash")));
                if (!sourceFile.isEmpty() && entry.has(sourceFile)) {
                    line.append(" --hash=").append(entry.table(sourceFile).string("hash"));
                }
                lines.add(line.toString());
            }
        });
        return lines;
    }

    /** The form of a name that is compared (PEP 503). */
    static String normal(String name) {
        return name.strip().toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-");
    }
}
