package dev.proa.image.project;

import dev.proa.image.ImageFailure;
import dev.proa.image.JsonDocument;
import dev.proa.image.project.NodeApplication.Output;
import dev.proa.image.source.SourceFolder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a {@code package.json} and what belongs to it. */
final class NodeReader {
    /** Commands for development: they serve sources, or what was built, for one developer. */
    private static final Pattern DEVELOPMENT = Pattern.compile(
            "(^|.*[\\s/])(vite|vite (dev|serve|preview)\\b.*|react-scripts start.*|react-app-rewired start.*|ng serve.*|"
                    + "vue-cli-service serve.*|astro (dev|start|preview)\\b.*|gatsby (develop|serve|start)\\b.*|"
                    + "webpack(-dev-server| serve)\\b.*|parcel\\b.*|docusaurus (start|serve)\\b.*|vitepress .*|eleventy .*|"
                    + "nuxt (dev|preview|start)\\b.*|live-server\\b.*|serve( .*)?|http-server( .*)?)");

    /** What makes sites, with the folder it writes them to. */
    private static final Map<String, List<String>> SITES = Map.ofEntries(
            Map.entry("vite", List.of("dist")),
            Map.entry("react-scripts", List.of("build")),
            Map.entry("@angular/cli", List.of("dist")),
            Map.entry("@angular/core", List.of("dist")),
            Map.entry("@vue/cli-service", List.of("dist")),
            Map.entry("astro", List.of("dist")),
            Map.entry("gatsby", List.of("public")),
            Map.entry("@11ty/eleventy", List.of("_site")),
            Map.entry("parcel", List.of("dist")),
            Map.entry("webpack", List.of("dist", "build", "public")),
            Map.entry("@docusaurus/core", List.of("build")),
            Map.entry("vitepress", List.of("docs/.vitepress/dist", ".vitepress/dist")),
            Map.entry("@sveltejs/adapter-static", List.of("build")));

    private static final List<String> USUAL_SITES = List.of("dist", "build", "out", "_site", "public", "site", "www");
    private static final List<String> ENTRIES = List.of(
            "server.js", "index.js", "app.js", "main.js", "server.mjs", "index.mjs", "src/server.js", "src/index.js");

    private static final Pattern OUT_DIR = Pattern.compile("\\boutDir\\s*:\\s*[\"'`]([\\w./-]+)[\"'`]");
    private static final Pattern NEXT_OUTPUT = Pattern.compile("\\boutput\\s*:\\s*[\"'`](export|standalone)[\"'`]");
    private static final Pattern VERSION = Pattern.compile("([0-9]+(?:\\.[0-9]+)*)");

    private final SourceFolder folder;
    private final JsonDocument json;
    private final Map<String, String> scripts;
    private final Set<String> dependencies;
    private final Set<String> all;
    private final List<String> reasons = new ArrayList<>();

    private NodeReader(SourceFolder folder) {
        this.folder = folder;
        json = JsonDocument.parse(
                folder.read("package.json"),
                folder.path().resolve("package.json").toString());
        scripts = json.stringMap("scripts");
        dependencies = new HashSet<>(json.keys("dependencies"));
        dependencies.addAll(json.keys("optionalDependencies"));
        all = new HashSet<>(dependencies);
        all.addAll(json.keys("devDependencies"));
    }

    static NodeApplication read(SourceFolder folder) {
        return new NodeReader(folder).read();
    }

    /** Whether a package has a build, a start script or an entry: others may be there for tools beside a site. */
    static boolean isApplication(SourceFolder folder) {
        NodeReader reader = new NodeReader(folder);
        return reader.scripts.containsKey("build")
                || reader.scripts.containsKey("start")
                || !reader.entry().isEmpty();
    }

    private NodeApplication read() {
        PackageManager manager = PackageManager.of(folder);
        if (manager == PackageManager.UNLOCKED && !all.isEmpty()) {
            reasons.add(
                    "there is no lock file, so versions of packages may change: commit one (npm install writes it)");
        }
        boolean build = scripts.containsKey("build");
        NodeStart start = new NodeStart(List.of(), Map.of());
        Output output = framework();
        if (output == null) {
            start = start();
            output = start.command().isEmpty() ? site() : new Output.Server(start.command());
        }
        String[] version = version();
        return new NodeApplication(
                json.string("name", "").replaceAll("^@[^/]*/", ""),
                manager,
                version[0],
                version[1],
                build,
                output,
                !dependencies.isEmpty() || output instanceof Output.Server && needsTools(start) && !all.isEmpty(),
                needsTools(start),
                scripts.containsKey("preinstall")
                        || scripts.containsKey("install")
                        || scripts.containsKey("postinstall"),
                start.environment(),
                reasons);
    }

    /** What a framework with a way of its own leaves; null for others. */
    private @Nullable Output framework() {
        if (all.contains("next")) {
            Matcher mode = NEXT_OUTPUT.matcher(config("next.config"));
            String found = mode.find() ? mode.group(1) : "";
            if (found.equals("export")) {
                reasons.add("next.config says output: export, so it is a site");
                return new Output.Site(List.of("out"));
            }
            if (found.equals("standalone")) {
                reasons.add("next.config says output: standalone");
                return new Output.Standalone(
                        ".next/standalone",
                        Map.of(".next/static", ".next/static", "public", "public"),
                        List.of("node", "server.js"));
            }
            return null;
        }
        if (all.contains("nuxt") && scripts.getOrDefault("build", "").contains("nuxt build")) {
            reasons.add("Nuxt puts its server into .output");
            return new Output.Standalone(".output", Map.of(), List.of("node", "server/index.mjs"));
        }
        if (all.contains("@sveltejs/adapter-node")) {
            reasons.add("SvelteKit with adapter-node makes a server in build");
            return new Output.Server(List.of("node", "build"));
        }
        if (all.contains("@astrojs/node")) {
            reasons.add("Astro with @astrojs/node makes a server in dist");
            return new Output.Server(List.of("node", "dist/server/entry.mjs"));
        }
        return null;
    }

    private NodeStart start() {
        String script = scripts.getOrDefault("start", "").strip();
        boolean development = DEVELOPMENT.matcher(script).matches();
        if (!script.isEmpty() && !development) {
            reasons.add("scripts.start is \"" + script + "\"");
            return NodeStart.of(script, scripts);
        }
        if (development) {
            reasons.add("scripts.start is for development: " + script);
        }
        if (scripts.containsKey("build") && maker() != null) {
            return new NodeStart(List.of(), Map.of());
        }
        String entry = entry();
        if (!entry.isEmpty()) {
            reasons.add("it has no start script, so " + entry + " is run");
            return new NodeStart(List.of("node", entry), Map.of());
        }
        return new NodeStart(List.of(), Map.of());
    }

    /** {@code main}, {@code bin}, or a file with a usual name. */
    private String entry() {
        for (String named : List.of(json.string("main", ""), NodeStart.bin(json))) {
            String file = named.replaceFirst("^\\./", "");
            if (!file.isEmpty() && Sources.has(folder, file)) {
                return file;
            }
            if (!file.isEmpty() && Sources.has(folder, file + ".js")) {
                return file + ".js";
            }
        }
        return ENTRIES.stream()
                .filter(name -> Sources.has(folder, name))
                .findFirst()
                .orElse("");
    }

    private @Nullable String maker() {
        return SITES.keySet().stream()
                .filter(all::contains)
                .sorted()
                .findFirst()
                .orElse(null);
    }

    private Output site() {
        if (!scripts.containsKey("build")) {
            throw ImageFailure.invalid(
                    folder.path() + " has a package.json with neither a start script nor a build: add "
                            + "\"start\" to its scripts, as in \"node server.js\"");
        }
        Set<String> folders = new LinkedHashSet<>();
        String maker = maker();
        Matcher configured = OUT_DIR.matcher(config("vite.config") + config("astro.config"));
        if (configured.find()) {
            folders.add(configured.group(1).replaceFirst("^\\./", ""));
        }
        if (maker != null) {
            reasons.add("it has " + maker + " and no server, so the result of its build is served as a site");
            folders.addAll(SITES.getOrDefault(maker, List.of()));
        } else {
            reasons.add("it has a build and no server, so the result of its build is served as a site");
        }
        folders.addAll(USUAL_SITES);
        return new Output.Site(List.copyOf(folders));
    }

    /** The text of a configuration in any of JavaScript's forms. */
    private String config(String name) {
        StringBuilder text = new StringBuilder();
        for (String suffix : List.of(".js", ".mjs", ".cjs", ".ts", ".mts")) {
            text.append(Sources.textIfAny(folder, name + suffix));
        }
        return text.toString();
    }

    /** Whether it is started by a tool that is among the dependencies for development only. */
    private boolean needsTools(NodeStart start) {
        if (start.command().isEmpty()) {
            return false;
        }
        String program = start.command().getFirst();
        Set<String> development = new HashSet<>(json.keys("devDependencies"));
        development.removeAll(dependencies);
        boolean needed = development.contains(program)
                || program.equals("sh")
                        && development.stream().anyMatch(start.command().getLast()::contains);
        if (needed) {
            reasons.add("it is started by " + program + ", so dependencies for development are in the image");
        }
        return needed;
    }

    /** The lowest version of Node.js that serves, and what says so. */
    private String[] version() {
        JsonDocument engines = json.object("engines");
        String range = engines == null ? "" : engines.string("node", "");
        if (!range.isEmpty()) {
            return new String[] {lowest(range), "package.json"};
        }
        for (String file : List.of(".nvmrc", ".node-version")) {
            String wanted = Sources.textIfAny(folder, file).strip();
            if (wanted.matches("v?[0-9].*")) {
                return new String[] {lowest(wanted), file};
            }
        }
        return new String[] {"", ""};
    }

    private static String lowest(String range) {
        return VERSION.matcher(range)
                .results()
                .map(result -> result.group(1))
                .min(Versions::compare)
                .orElse("");
    }
}
