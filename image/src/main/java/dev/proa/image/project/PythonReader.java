package dev.proa.image.project;

import dev.proa.image.JsonDocument;
import dev.proa.image.project.PythonApplication.Entry;
import dev.proa.image.project.PythonApplication.Requirements;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Kind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a Python project. */
final class PythonReader {
    private static final List<String> FILES = List.of(
            "uv.lock", "poetry.lock", "Pipfile.lock", "requirements.txt", "pyproject.toml", "setup.py", "manage.py");

    private static final Pattern LOWEST = Pattern.compile("(?:>=|~=|\\^|==)?\\s*([0-9]+(?:\\.[0-9]+)*)");
    /** A line of pip that installs something of the folder. */
    private static final Pattern LOCAL =
            Pattern.compile("(?m)^\\s*(-e\\b|--editable\\b|\\.{1,2}(/|\\s|\\[|$)|file:|[^#\\n]*@\\s*file:)");

    private static final List<String> WSGI_SERVERS = List.of("gunicorn", "waitress");
    private static final List<String> ASGI_SERVERS = List.of("uvicorn", "hypercorn");

    private final SourceFolder folder;
    private final TomlFile pyproject;
    private final List<String> reasons = new ArrayList<>();

    private PythonReader(SourceFolder folder) {
        this.folder = folder;
        pyproject = TomlFile.read(folder, "pyproject.toml");
    }

    /** Whether a folder is one of Python; a {@code pyproject.toml} may be there for a formatter only. */
    static boolean in(SourceFolder folder) {
        return FILES.stream().anyMatch(name -> Sources.has(folder, name))
                && !Sources.own(folder, "", ".py", 3).isEmpty();
    }

    static PythonApplication read(SourceFolder folder) {
        return new PythonReader(folder).read();
    }

    private PythonApplication read() {
        Requirements requirements = requirements();
        Entry entry = new PythonEntry(folder, reasons).find(script());
        Set<String> packages = packages(requirements);
        String server = "";
        boolean added = false;
        if (!(entry instanceof Entry.Script || entry instanceof Entry.Module)) {
            boolean async = entry instanceof Entry.Asgi;
            List<String> servers = async ? ASGI_SERVERS : WSGI_SERVERS;
            server = servers.stream().filter(packages::contains).findFirst().orElse("");
            added = server.isEmpty();
            server = added ? servers.getFirst() : server;
            reasons.add(
                    added
                            ? "its packages have no " + (async ? "ASGI" : "WSGI") + " server, so " + server
                                    + " is added; name one there to choose its version"
                            : "it is served by " + server + ", which is among its packages");
        }
        String wanted = pyproject.string("project", "requires-python");
        String version = wanted.isEmpty() ? pyproject.string("tool", "poetry", "dependencies", "python") : wanted;
        String pinned = Sources.textIfAny(folder, ".python-version").strip();
        Matcher lowest = LOWEST.matcher(version.isEmpty() && pinned.matches("[0-9.]+") ? pinned : version);
        String name = pyproject.string("project", "name");
        List<String> paths = folder.kind("src") == Kind.DIRECTORY ? List.of("", "src") : List.of("");
        return new PythonApplication(
                name.isEmpty() ? pyproject.string("tool", "poetry", "name") : name,
                FILES.stream()
                        .filter(file -> Sources.has(folder, file))
                        .findFirst()
                        .orElse("pyproject.toml"),
                lowest.find() ? lowest.group(1) : "",
                version.isEmpty() ? ".python-version" : "pyproject.toml",
                requirements,
                entry,
                server,
                added,
                paths,
                reasons);
    }

    private Requirements requirements() {
        if (Sources.has(folder, "uv.lock")) {
            reasons.add("its packages are those of uv.lock");
            return new Requirements.Lines("uv.lock", PythonLock.uv(TomlFile.read(folder, "uv.lock")), true);
        }
        if (Sources.has(folder, "poetry.lock")) {
            reasons.add("its packages are those of poetry.lock");
            return new Requirements.Lines(
                    "poetry.lock", PythonLock.poetry(TomlFile.read(folder, "poetry.lock"), poetryRoots()), true);
        }
        if (Sources.has(folder, "Pipfile.lock")) {
            reasons.add("its packages are those of Pipfile.lock");
            return new Requirements.Lines("Pipfile.lock", pipfile(), true);
        }
        if (Sources.has(folder, "requirements.txt")) {
            reasons.add("its packages are those of requirements.txt");
            return new Requirements.Files(
                    "requirements.txt",
                    LOCAL.matcher(Sources.text(folder, "requirements.txt")).find());
        }
        List<String> lines = pyproject.strings("project", "dependencies");
        if (lines.isEmpty()) {
            return new Requirements.None();
        }
        reasons.add("there is no lock file, so versions of packages may change: uv lock writes one");
        return new Requirements.Lines("pyproject.toml", lines, false);
    }

    private Set<String> poetryRoots() {
        Set<String> roots = new LinkedHashSet<>();
        TomlFile dependencies = pyproject.table("tool", "poetry", "dependencies");
        for (String name : dependencies.names()) {
            List<String> extras = dependencies.table(name).strings("extras");
            if (!name.equals("python")) {
                roots.add(extras.isEmpty() ? name : name + "[" + String.join(",", extras) + "]");
            }
        }
        pyproject.strings("project", "dependencies").forEach(line -> roots.add(nameAndExtras(line)));
        return roots;
    }

    private static String nameAndExtras(String requirement) {
        return requirement.replaceAll("^\\s*([\\w.-]+\\s*(?:\\[[^\\]]*\\])?).*$", "$1");
    }

    private List<String> pipfile() {
        JsonDocument lock = JsonDocument.parse(
                folder.read("Pipfile.lock"),
                folder.path().resolve("Pipfile.lock").toString());
        JsonDocument packages = lock.object("default");
        List<String> lines = new ArrayList<>();
        for (String name : lock.keys("default")) {
            JsonDocument entry = packages == null ? null : packages.object(name);
            if (entry != null) {
                String markers = entry.string("markers", "");
                lines.add(name
                        + entry.string("version", "")
                        + (markers.isEmpty() ? "" : " ; " + markers)
                        + String.join(
                                "",
                                entry.strings("hashes").stream()
                                        .map(hash -> " --hash=" + hash)
                                        .toList()));
            }
        }
        return lines;
    }

    /** The names of the packages that are asked for, as far as files of the folder name them. */
    private Set<String> packages(Requirements requirements) {
        Set<String> names = new LinkedHashSet<>();
        List<String> lines = switch (requirements) {
            case Requirements.Lines all -> all.lines();
            case Requirements.Files files -> withIncluded(files.main(), new LinkedHashSet<>());
            case Requirements.None() -> List.of();
        };
        for (String line : lines) {
            String name = nameAndExtras(line.strip());
            names.add(PythonLock.normal(name.replaceAll("\\[.*", "")));
            if (name.matches("(?i)(fastapi|uvicorn)\\s*\\[.*")) {
                names.add("uvicorn");
            }
        }
        return names;
    }

    private List<String> withIncluded(String file, Set<String> seen) {
        List<String> lines = new ArrayList<>();
        if (!seen.add(file) || !Sources.has(folder, file)) {
            return lines;
        }
        for (String line : Sources.text(folder, file).lines().toList()) {
            Matcher include =
                    Pattern.compile("^\\s*(?:-r|--requirement)[\\s=]+(\\S+)").matcher(line);
            if (include.find()) {
                String parent = file.contains("/") ? file.substring(0, file.lastIndexOf('/') + 1) : "";
                lines.addAll(withIncluded(parent + include.group(1), seen));
            } else if (!line.isBlank()
                    && !line.strip().startsWith("#")
                    && !line.strip().startsWith("-")) {
                lines.add(line);
            }
        }
        return lines;
    }

    /** The only script that the project defines; empty when there is none or there are several. */
    private String script() {
        var scripts = pyproject.table("project", "scripts").stringMap();
        return scripts.size() == 1 ? scripts.values().iterator().next() : "";
    }
}
