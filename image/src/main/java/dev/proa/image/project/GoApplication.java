package dev.proa.image.project;

import dev.proa.image.ImageFailure;
import dev.proa.image.source.SourceFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program in Go.
 *
 * @param name the last part of the module's path, or of the program's that the user chose
 * @param file {@code go.mod}, or {@code go.work} of a workspace
 * @param version of Go that the module asks for; empty when it says nothing
 * @param main the package of the program: a directory relative to the folder, empty for the folder itself
 * @param cgo whether it needs a C compiler
 * @param assets folders that such programs read at run time, relative to the folder of the program
 */
public record GoApplication(
        String name, String file, String version, String main, boolean cgo, List<String> assets, List<String> reasons)
        implements Application {
    private static final Pattern MODULE = Pattern.compile("(?m)^\\s*module\\s+\"?([^\\s\"]+)");
    private static final Pattern VERSION = Pattern.compile("(?m)^\\s*go\\s+([0-9][0-9.a-z]*)\\s*(?://.*)?$");
    private static final Pattern TOOLCHAIN = Pattern.compile("(?m)^\\s*toolchain\\s+go([0-9][0-9.a-z]*)");
    private static final Pattern PACKAGE_MAIN = Pattern.compile("(?m)^package\\s+main\\b");
    private static final Pattern FUNC_MAIN = Pattern.compile("(?m)^func\\s+main\\s*\\(\\s*\\)");
    private static final Pattern IGNORED = Pattern.compile("(?m)^//(go:build|\\s*\\+build)\\s+ignore\\b");
    private static final Pattern IMPORT_C = Pattern.compile("(?m)^\\s*(import\\s+)?\"C\"\\s*$");
    /** A driver that is C with a wrapping of Go, and compiles without C into one that only fails. */
    private static final Pattern C_DRIVER = Pattern.compile("(?m)^\\s*(require\\s+)?github\\.com/mattn/go-sqlite3\\s");

    private static final List<String> ASSETS = List.of(
            "templates", "static", "public", "assets", "views", "web", "www", "migrations", "locales", "config");
    private static final int DEPTH = 6;

    public GoApplication {
        assets = List.copyOf(assets);
        reasons = List.copyOf(reasons);
    }

    /** Whether a folder is one of Go. */
    static boolean in(SourceFolder folder) {
        return Sources.has(folder, "go.mod") || Sources.has(folder, "go.work");
    }

    /** Whether the Go files directly in a folder are a program, which then is a part of a module above. */
    public static boolean isMain(SourceFolder folder) {
        return !mains(folder, 0).isEmpty();
    }

    /**
     * Reads the module in a folder.
     *
     * @param wanted the package that the user chose, or empty
     */
    public static GoApplication read(SourceFolder folder, String wanted) {
        String file = Sources.has(folder, "go.work") ? "go.work" : "go.mod";
        String text = Sources.text(folder, file);
        String mod = Sources.textIfAny(folder, "go.mod");
        List<String> reasons = new ArrayList<>();
        String main = wanted.isEmpty() ? choose(folder, mains(folder, DEPTH), reasons) : wanted;
        String module = first(MODULE, mod, "");
        boolean cgo = C_DRIVER.matcher(mod).find()
                || Sources.own(folder, "", ".go", DEPTH).stream()
                        .anyMatch(source ->
                                IMPORT_C.matcher(Sources.head(folder, source)).find());
        if (cgo) {
            reasons.add("it uses C code (cgo), so it is linked with this machine's C library");
        }
        if (folder.kind("vendor/modules.txt") == SourceFolder.Kind.FILE) {
            reasons.add("its dependencies are in vendor");
        }
        List<String> assets = new ArrayList<>();
        for (String name : ASSETS) {
            if (folder.kind(name) == SourceFolder.Kind.DIRECTORY && !holdsGo(folder, name)) {
                assets.add(name);
            }
        }
        if (!assets.isEmpty()) {
            reasons.add("folders that it may read when it runs: " + String.join(", ", assets));
        }
        return new GoApplication(
                lastPart(wanted.isEmpty() && !module.isEmpty() ? module.replaceAll("/v[0-9]+$", "") : main),
                file,
                first(TOOLCHAIN, text, first(VERSION, text, "")),
                main,
                cgo,
                assets,
                reasons);
    }

    private static boolean holdsGo(SourceFolder folder, String name) {
        return !Sources.own(folder, name, ".go", DEPTH).isEmpty();
    }

    /** The directories whose Go files are a program. */
    private static Set<String> mains(SourceFolder folder, int depth) {
        Set<String> mains = new TreeSet<>();
        boolean workspace = Sources.has(folder, "go.work");
        for (String source : Sources.own(folder, "", ".go", depth)) {
            String text = source.endsWith("_test.go") ? "" : Sources.head(folder, source);
            if (PACKAGE_MAIN.matcher(text).find()
                    && FUNC_MAIN.matcher(text).find()
                    && !IGNORED.matcher(text).find()) {
                Path directory = Path.of(source).getParent();
                String at = directory == null ? "" : directory.toString();
                if (workspace || !hasOwnModule(folder, at)) {
                    mains.add(at);
                }
            }
        }
        return mains;
    }

    /** Whether a directory belongs to another module, which is nested in this one. */
    private static boolean hasOwnModule(SourceFolder folder, String directory) {
        for (Path at = Path.of(directory); at != null && !at.toString().isEmpty(); at = at.getParent()) {
            if (Sources.has(folder, at + "/go.mod")) {
                return true;
            }
        }
        return false;
    }

    private static String choose(SourceFolder folder, Set<String> mains, List<String> reasons) {
        if (mains.isEmpty()) {
            throw ImageFailure.invalid(
                    folder.path() + " is a Go module without a program: no package main with a func main");
        }
        if (mains.contains("")) {
            reasons.add("its program is the package of the folder");
            return "";
        }
        List<String> commands =
                mains.stream().filter(main -> main.startsWith("cmd/")).toList();
        List<String> candidates = commands.isEmpty() ? List.copyOf(mains) : commands;
        if (candidates.size() > 1) {
            throw ImageFailure.invalid(folder.path() + " has several programs: " + String.join(", ", candidates)
                    + "; give the folder of the one to deploy, as in "
                    + folder.path().resolve(candidates.getFirst()));
        }
        reasons.add("its only program is " + candidates.getFirst());
        return candidates.getFirst();
    }

    private static String lastPart(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static String first(Pattern pattern, String text, String otherwise) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : otherwise;
    }

    @Override
    public String language() {
        return "Go";
    }

    @Override
    public List<Need> needs() {
        List<Need> needs = new ArrayList<>();
        needs.add(new Need("go", version, file));
        if (cgo) {
            needs.add(new Need("gcc", "", "cgo"));
        }
        return needs;
    }

    /** The package as an argument of the tool. */
    public String argument() {
        return main.isEmpty() ? "." : "./" + main;
    }

    @Override
    public List<String> commands() {
        return List.of("CGO_ENABLED=" + (cgo ? 1 : 0) + " go build -trimpath -buildvcs=false -ldflags \"-s -w\" "
                + argument());
    }

    @Override
    public List<String> layers() {
        List<String> layers = new ArrayList<>();
        if (cgo) {
            layers.add("C library");
        }
        if (!assets.isEmpty()) {
            layers.add("files: " + String.join(", ", assets));
        }
        layers.add("program");
        return layers;
    }

    @Override
    public List<String> start() {
        return List.of("/app/" + (name.isEmpty() ? "app" : name));
    }
}
