package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.Reference;
import dev.proa.image.build.Base.AppLayer;
import dev.proa.image.layer.LayerContent;
import dev.proa.image.server.StaticServer;
import dev.proa.image.source.SourceCopy;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Entry;
import dev.proa.image.store.ImageStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Builds the image of a static site: a Java runtime, {@link StaticServer}, and the files in {@code /site}. Hidden
 * files, the {@code k8s} folder and files of build tools are left out, since they must not be public.
 */
final class StaticImageBuilder {
    private static final String FORMAT = "static 4";

    /** Files for package managers, build tools and containers, not for browsers. */
    private static final Pattern FOR_TOOLS =
            Pattern.compile("node_modules|package(-lock)?\\.json|npm-shrinkwrap\\.json|"
                    + "yarn\\.lock|pnpm-(lock|workspace)\\.yaml|bun\\.lockb?|bunfig\\.toml|deno\\.(jsonc?|lock)|bower\\.json|"
                    + "composer\\.(json|lock)|Gemfile(\\.lock)?|[jt]sconfig(\\..*)?\\.json|[\\w.-]+\\.config\\.[cm]?[jt]s|"
                    + "(Docker|Container)file(\\..*)?|(docker-)?compose(\\..*)?\\.ya?ml|Makefile");

    private static final List<Class<?>> SERVER = List.of(StaticServer.class);

    private final Path project;
    private final String root;
    private final ImageStore store;
    private final BuildOptions options;
    private final Consumer<BuildEvent> progress;

    /**
     * @param root the folder of the files, {@code project} or one in it
     */
    StaticImageBuilder(Path project, Path root, ImageStore store, BuildOptions options, Consumer<BuildEvent> progress) {
        this.project = project.toAbsolutePath().normalize();
        this.root = this.project.relativize(root.toAbsolutePath().normalize()).toString();
        this.store = store;
        this.options = options;
        this.progress = progress;
    }

    BuiltImage build(String name) {
        try (SourceFolder folder = SourceFolder.open(project)) {
            return build(folder, name);
        }
    }

    /** The image of an earlier build of these very files. */
    Optional<BuiltImage> known(String name) {
        try (SourceFolder folder = SourceFolder.open(project)) {
            return builds().find(key(folder, bases(), name), name);
        }
    }

    private KnownBuilds builds() {
        return new KnownBuilds(store, options, progress, "files");
    }

    private BaseResolver bases() {
        return new BaseResolver(store, options, Jdk.find(), progress);
    }

    private Digest key(SourceFolder folder, BaseResolver bases, String name) {
        return new SourceHash()
                .add("format", FORMAT)
                .add("name", name)
                .add("base", bases.identity())
                .add("options", options.toString())
                .add("server", serverDigest())
                .tree(folder, root, this::isServed)
                .finish();
    }

    private BuiltImage build(SourceFolder folder, String name) {
        KnownBuilds builds = builds();
        BaseResolver bases = bases();
        Digest key = key(folder, bases, name);
        Optional<BuiltImage> known = builds.find(key, name);
        if (known.isPresent()) {
            return known.get();
        }
        Base base = bases.resolve(Set.of());
        String tools = root.isEmpty() ? "package.json" : root + "/package.json";
        if (folder.kind(tools) == SourceFolder.Kind.FILE) {
            progress.accept(BuildEvent.detail("the files are served as they are: " + tools
                    + " has no build, so none of its scripts is run, and it is not published itself"));
        }
        tellOfStaleResult(folder);
        progress.accept(BuildEvent.step("writing the image"));
        LayerContent server = new LayerContent();
        for (Class<?> type : SERVER) {
            ProgramClass program = ProgramClass.of(type);
            server.file("/app/classes/" + program.path(), program.bytes(), 0644);
        }
        Image image = base.build(
                store,
                List.of(
                        new AppLayer("static file server", server.writeTo(store, options.compression())),
                        new AppLayer("files", site(folder))),
                config -> {
                    List<String> command = new ArrayList<>(base.launcher());
                    command.addAll(List.of(
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:MaxRAMPercentage=50",
                            "-XX:-UsePerfData",
                            "-cp",
                            "/app/classes",
                            StaticServer.class.getName(),
                            "/site"));
                    config.entrypoint(command).workingDirectory("/site").exposedPort("8080/tcp");
                    options.labels().forEach(config::label);
                    return config;
                },
                Reference.parse(name));
        builds.put(key, image);
        return Tags.tag(store, name, image, false);
    }

    /** Warns if the output may be older than the source, since users run that build themselves. */
    private void tellOfStaleResult(SourceFolder folder) {
        if (root.isEmpty() || !ProjectDetector.hasBuild(folder)) {
            return;
        }
        long made = files(folder, root, path -> true)
                .mapToLong(Entry::modified)
                .max()
                .orElse(0);
        Predicate<Path> source = path -> !path.startsWith(root)
                && !path.startsWith("k8s")
                && !path.getFileName().toString().startsWith(".")
                && !path.getFileName().toString().equals("node_modules");
        files(folder, "", source)
                .filter(file -> file.modified() > made)
                .max(Comparator.comparingLong(Entry::modified))
                .ifPresent(newer -> progress.accept(BuildEvent.detail("note: " + newer.path() + " is newer than all in "
                        + root + ", which is what is published; if it matters, run the build first (npm run build)")));
    }

    private static Stream<Entry> files(SourceFolder folder, String path, Predicate<Path> wanted) {
        return folder.walk(path, wanted).stream().filter(entry -> entry.kind() == SourceFolder.Kind.FILE);
    }

    private Image.Layer site(SourceFolder folder) {
        try (SourceCopy copy = SourceCopy.in(options.cache().resolve("work"))) {
            Path files = copy.add(folder, root, this::isServed, SourceCopy.Links.KEPT);
            return new LayerContent()
                    .directory("/site", 0755)
                    .tree("/site", files)
                    .writeTo(store, options.compression());
        }
    }

    /** Whether a file of the project's folder is served. */
    private boolean isServed(Path path) {
        Path relative = Path.of(root).relativize(path);
        String name = relative.getFileName().toString();
        return !name.startsWith(".")
                && !relative.startsWith("k8s")
                && !FOR_TOOLS.matcher(name).matches();
    }

    private static String serverDigest() {
        SourceHash hash = new SourceHash();
        for (Class<?> type : SERVER) {
            hash.add(type.getName(), ProgramClass.of(type).digest().toString());
        }
        return hash.finish().toString();
    }
}
