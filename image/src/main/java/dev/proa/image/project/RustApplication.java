package dev.proa.image.project;

import dev.proa.image.ImageFailure;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A program in Rust.
 *
 * @param name of the package, or of the workspace's only program
 * @param binary the target of cargo
 * @param member the package of a workspace, empty when there is only one
 * @param version of Rust that is asked for; empty when the project says nothing
 * @param locked whether there is a {@code Cargo.lock}
 * @param assets folders that such programs read at run time
 */
public record RustApplication(
        String name,
        String binary,
        String member,
        String version,
        String versionFile,
        boolean locked,
        List<String> assets,
        List<String> reasons)
        implements Application {
    private static final List<String> ASSETS =
            List.of("templates", "static", "public", "assets", "views", "www", "migrations", "config");
    private static final int MAX_MEMBERS = 200;

    public RustApplication {
        assets = List.copyOf(assets);
        reasons = List.copyOf(reasons);
    }

    static boolean in(SourceFolder folder) {
        return Sources.has(folder, "Cargo.toml");
    }

    static RustApplication read(SourceFolder folder) {
        TomlFile cargo = TomlFile.read(folder, "Cargo.toml");
        List<String> reasons = new ArrayList<>();
        Map<String, List<String>> found = new LinkedHashMap<>();
        if (cargo.has("package")) {
            found.put("", binaries(folder, "", cargo));
        }
        for (String member : members(folder, cargo)) {
            found.put(member, binaries(folder, member, TomlFile.read(folder, member + "/Cargo.toml")));
        }
        found.values().removeIf(List::isEmpty);
        String wanted = cargo.string("package", "default-run");
        String member = member(folder, found, reasons);
        List<String> binaries = found.getOrDefault(member, List.of());
        String binary = binaries.contains(wanted) ? wanted : only(folder, binaries);
        reasons.add(binary.equals(wanted) ? "default-run is " + binary : "its only program is " + binary);
        TomlFile own = member.isEmpty() ? cargo : TomlFile.read(folder, member + "/Cargo.toml");
        String version = own.string("package", "rust-version");
        String toolchain = TomlFile.read(folder, "rust-toolchain.toml").string("toolchain", "channel");
        boolean pinned = toolchain.matches("[0-9.]+");
        boolean locked = Sources.has(folder, "Cargo.lock");
        if (!locked) {
            reasons.add("there is no Cargo.lock, so versions of dependencies may change: commit one");
        }
        return new RustApplication(
                own.string("package", "name"),
                binary,
                member.isEmpty() ? "" : own.string("package", "name"),
                pinned ? toolchain : version,
                pinned ? "rust-toolchain.toml" : "Cargo.toml",
                locked,
                ASSETS.stream()
                        .filter(name -> folder.kind(name) == Kind.DIRECTORY)
                        .toList(),
                reasons);
    }

    private static String member(SourceFolder folder, Map<String, List<String>> found, List<String> reasons) {
        if (found.isEmpty()) {
            throw ImageFailure.invalid(folder.path()
                    + " is a Rust package without a program: it has no src/main.rs, no " + "src/bin and no [[bin]]");
        }
        if (found.containsKey("")) {
            return "";
        }
        if (found.size() > 1) {
            throw ImageFailure.invalid(
                    folder.path() + " is a workspace with several programs: "
                            + String.join(", ", found.keySet())
                            + "; keep the one to deploy apart from the others in default-members, or build it with a Dockerfile");
        }
        String member = found.keySet().iterator().next();
        reasons.add("the only member of the workspace with a program is " + member);
        return member;
    }

    private static String only(SourceFolder folder, List<String> binaries) {
        if (binaries.size() != 1) {
            throw ImageFailure.invalid(folder.path() + " has several programs: " + String.join(", ", binaries)
                    + "; set default-run in [package] of its Cargo.toml");
        }
        return binaries.getFirst();
    }

    /** The members of a workspace: its default ones when it names them. A pattern may end with a star. */
    private static Set<String> members(SourceFolder folder, TomlFile cargo) {
        List<String> patterns = cargo.strings("workspace", "default-members");
        Set<String> members = new LinkedHashSet<>();
        for (String pattern : patterns.isEmpty() ? cargo.strings("workspace", "members") : patterns) {
            if (!pattern.endsWith("/*")) {
                members.add(pattern);
                continue;
            }
            String parent = pattern.substring(0, pattern.length() - 2);
            int depth = Path.of(parent).getNameCount() + 1;
            folder.walk(parent, path -> path.getNameCount() <= depth).stream()
                    .filter(entry -> entry.kind() == Kind.DIRECTORY)
                    .forEach(entry -> members.add(entry.path()));
        }
        return members.stream()
                .filter(member -> Sources.has(folder, member + "/Cargo.toml"))
                .limit(MAX_MEMBERS)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The programs of a package: those it names, and those that cargo finds by their place. */
    private static List<String> binaries(SourceFolder folder, String member, TomlFile cargo) {
        String prefix = member.isEmpty() ? "" : member + "/";
        Set<String> binaries = new LinkedHashSet<>();
        cargo.tables("bin").forEach(bin -> binaries.add(bin.string("name")));
        boolean mainIsNamed =
                cargo.tables("bin").stream().anyMatch(bin -> bin.string("path").equals("src/main.rs"));
        if (Sources.has(folder, prefix + "src/main.rs") && !mainIsNamed) {
            binaries.add(cargo.string("package", "name"));
        }
        for (String source : Sources.own(folder, prefix + "src/bin", ".rs", 1)) {
            String relative = source.substring((prefix + "src/bin/").length());
            if (!relative.contains("/") || relative.endsWith("/main.rs")) {
                binaries.add(relative.replaceAll("(/main)?\\.rs$", ""));
            }
        }
        return List.copyOf(binaries);
    }

    @Override
    public String language() {
        return "Rust";
    }

    @Override
    public String file() {
        return "Cargo.toml";
    }

    @Override
    public List<Need> needs() {
        return List.of(new Need("cargo", version, version.isEmpty() ? "" : versionFile));
    }

    /** The arguments of cargo. */
    public List<String> build() {
        List<String> build = new ArrayList<>(List.of("build", "--release"));
        if (locked) {
            build.add("--locked");
        }
        if (!member.isEmpty()) {
            build.addAll(List.of("--package", member));
        }
        build.addAll(List.of("--bin", binary));
        return build;
    }

    @Override
    public List<String> commands() {
        return List.of("cargo " + String.join(" ", build()));
    }

    @Override
    public List<String> layers() {
        List<String> layers = new ArrayList<>(List.of("C library, unless the program is static"));
        if (!assets.isEmpty()) {
            layers.add("files: " + String.join(", ", assets));
        }
        layers.add("program");
        return layers;
    }

    @Override
    public List<String> start() {
        return List.of("/app/" + binary);
    }
}
