package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.ImageConfigBuilder;
import dev.proa.image.ImageFailure;
import dev.proa.image.build.Base.AppLayer;
import dev.proa.image.layer.LayerContent;
import dev.proa.image.project.Application.Need;
import dev.proa.image.project.NodeApplication;
import dev.proa.image.project.NodeApplication.Output;
import dev.proa.image.project.PackageManager;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Entry;
import dev.proa.image.source.SourceFolder.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Builds applications of Node.js. A project with a build script is built in its folder, as its developers do, with the
 * packages there when they are what the lock file says; the packages of the image are installed apart from the folder.
 */
record NodeLanguage(NodeApplication application) implements Language {
    /** What package managers read besides the lock file. */
    private static final Set<String> MANIFESTS = Set.of(
            "package.json",
            "package-lock.json",
            "npm-shrinkwrap.json",
            "pnpm-lock.yaml",
            "pnpm-workspace.yaml",
            "yarn.lock",
            ".npmrc",
            ".yarnrc",
            ".yarnrc.yml",
            ".pnp.cjs");

    private static final Set<String> MANIFEST_FOLDERS =
            Set.of(".yarn/releases", ".yarn/plugins", ".yarn/patches", "patches");
    /** Package managers that corepack brings. */
    static final Set<String> COREPACK = Set.of("pnpm", "yarn");

    private static final Map<String, String> QUIET = Map.of(
            "CI",
            "true",
            "COREPACK_ENABLE_DOWNLOAD_PROMPT",
            "0",
            "npm_config_update_notifier",
            "false",
            "npm_config_fund",
            "false",
            "npm_config_audit",
            "false",
            "NO_UPDATE_NOTIFIER",
            "1");

    @Override
    public HostBase base(BuildCache answers) {
        Path node = Toolchain.locate("node");
        return node == null ? new HostBase.Plain() : new HostBase.Node(real(node));
    }

    private static Path real(Path program) {
        try {
            return program.toRealPath();
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + program, e);
        }
    }

    @Override
    public String tools() {
        return Toolchain.identity("node");
    }

    @Override
    public boolean isResult(Path path) {
        return application.build()
                && switch (application.output()) {
                    case Output.Site site ->
                        !path.toString().equals("public") && site.folders().contains(path.toString());
                    case Output.Server server -> List.of("dist", "build", "out").contains(path.toString());
                    case Output.Standalone standalone -> false;
                };
    }

    @Override
    public void configure(ImageConfigBuilder config) {
        config.environment("NODE_ENV", "production");
        config.environment("HOSTNAME", "0.0.0.0"); // where Next.js listens
        config.environment("PATH", "/app/node_modules/.bin:" + HostImageBuilder.PATH);
        application.environment().forEach(config::environment);
    }

    @Override
    public List<AppLayer> layers(BuildSteps steps) {
        checkNode(steps);
        buildInFolder(steps);
        List<AppLayer> layers = new ArrayList<>();
        if (application.output() instanceof Output.Standalone standalone) {
            layers.add(standalone(steps, standalone));
            return layers;
        }
        if (application.installsForImage()) {
            layers.add(packages(steps));
        }
        layers.add(steps.layer("application", steps.folder(), "", "/app", BuildSteps::isSourceOrResult));
        return layers;
    }

    private void checkNode(BuildSteps steps) {
        Need need = application.needs().getFirst();
        Toolchain node = Toolchain.require(new Need(need.program(), "", ""), steps.root());
        if (!node.serves(need)) {
            // As package managers do: they warn, since most packages work nevertheless.
            steps.detail("note: " + need.source() + " asks for Node.js " + need.version() + ", and this machine has "
                    + node.version());
        }
    }

    private AppLayer standalone(BuildSteps steps, Output.Standalone standalone) {
        if (steps.folder().kind(standalone.folder()) != Kind.DIRECTORY) {
            throw new ImageFailure(
                    ImageFailure.Reason.BUILD_FAILED,
                    "the build of " + steps.root() + " left no " + standalone.folder());
        }
        return steps.withCopy(steps.folder(), standalone.folder(), server -> {
            LayerContent content = new LayerContent().directory("/app", 0755).tree("/app", server);
            return addBeside(steps, List.copyOf(standalone.beside().entrySet()), content);
        });
    }

    private static AppLayer addBeside(BuildSteps steps, List<Map.Entry<String, String>> rest, LayerContent content) {
        if (rest.isEmpty()) {
            return steps.layer("application", content);
        }
        Map.Entry<String, String> first = rest.getFirst();
        return steps.withCopy(steps.folder(), first.getKey(), files -> {
            content.tree("/app/" + first.getValue(), files);
            return addBeside(steps, rest.subList(1, rest.size()), content);
        });
    }

    /** Runs the build script, after installing packages unless they are there. */
    void buildInFolder(BuildSteps steps) {
        if (application.build()) {
            installInFolder(steps);
            steps.step("building with " + application.manager().program() + " run build");
            run(
                    steps,
                    "the build of " + steps.root(),
                    List.of(application.manager().program(), "run", "build"),
                    steps.root());
        }
    }

    private void installInFolder(BuildSteps steps) {
        PackageManager manager = application.manager();
        if (!isInstalled(steps.folder())) {
            steps.step("installing packages with " + manager.program());
            run(steps, "installing the packages of " + steps.root(), manager.install(), steps.root());
        }
    }

    /** Whether the packages in the folder were installed after the lock file was written. */
    private boolean isInstalled(SourceFolder folder) {
        PackageManager manager = application.manager();
        long installed = modified(folder, "node_modules/" + manager.marker());
        return installed > 0
                && installed >= modified(folder, manager.lock())
                && installed >= modified(folder, "package.json");
    }

    private static long modified(SourceFolder folder, String path) {
        Path wanted = Path.of(path);
        return path.isEmpty()
                ? 0
                : folder
                        .walk(
                                wanted.getParent() == null
                                        ? ""
                                        : wanted.getParent().toString(),
                                wanted::equals)
                        .stream()
                        .mapToLong(Entry::modified)
                        .findFirst()
                        .orElse(0);
    }

    /** The packages that the application needs when it runs: a layer that stays until the lock file changes. */
    private AppLayer packages(BuildSteps steps) {
        Digest key = steps.key("node 2")
                .add("tools", tools())
                .add("command", application.production().toString())
                .tree(steps.folder(), "", this::isForInstalling)
                .finish();
        return steps.cached(key, () -> install(steps), "dependencies");
    }

    /** Whether installing may read a path: if it runs scripts of the project, that may be anything. */
    private boolean isForInstalling(Path path) {
        return MANIFESTS.contains(path.toString())
                || MANIFEST_FOLDERS.stream()
                        .anyMatch(folder ->
                                path.startsWith(folder) || Path.of(folder).startsWith(path))
                || application.installScripts() && BuildSteps.isSource(path);
    }

    private AppLayer install(BuildSteps steps) {
        try (Scratch scratch = steps.scratch()) {
            steps.step("installing packages for the image with "
                    + application.manager().program());
            scratch.with(steps.folder(), this::isForInstalling).give();
            run(steps, "installing the packages of " + steps.root(), application.production(), scratch.directory());
            try (SourceFolder results = SourceFolder.open(scratch.directory())) {
                return steps.withCopy(results, "node_modules", packages -> {
                    LayerContent content = new LayerContent()
                            .directory("/app/node_modules", 0755)
                            .tree("/app/node_modules", packages, path -> !path.startsWith(".cache"));
                    NativeLibraries.addFor(content, packages, List.of(".node"));
                    return steps.layer("dependencies", content);
                });
            }
        }
    }

    @Override
    public void test(BuildSteps steps) {
        installInFolder(steps);
        steps.step("testing with " + application.manager().program() + " test");
        run(steps, "the tests of " + steps.root(), List.of(application.manager().program(), "test"), steps.root());
    }

    private void run(BuildSteps steps, String what, List<String> command, Path directory) {
        List<String> all = new ArrayList<>(tool(steps));
        all.addAll(command.subList(1, command.size()));
        try (Scratch home = steps.scratch().give()) {
            Map<String, String> environment = new HashMap<>(QUIET);
            if (!directory.equals(steps.root())) {
                // Yarn's other way of installing leaves nothing that could be copied into an image.
                environment.put("YARN_NODE_LINKER", "node-modules");
            }
            steps.run(what, all, directory, home.directory(), environment);
        }
    }

    /** The package manager, or corepack, which brings the version that {@code packageManager} names. */
    private List<String> tool(BuildSteps steps) {
        String name = application.manager().program();
        Path own = Toolchain.locate(name);
        if (own == null && COREPACK.contains(name) && Toolchain.locate("corepack") != null) {
            return List.of("corepack", name);
        }
        return List.of(Toolchain.require(new Need(name, "", ""), steps.root())
                .program()
                .toString());
    }

    /** The folder of the site that the build made. */
    String siteFolder(BuildSteps steps) {
        Output.Site site = (Output.Site) application.output();
        for (String folder : site.folders()) {
            // Angular's are in dist/NAME/browser.
            var index =
                    steps
                            .folder()
                            .walk(
                                    folder,
                                    path -> path.getNameCount()
                                            <= Path.of(folder).getNameCount() + 3)
                            .stream()
                            .filter(entry -> entry.kind() == Kind.FILE
                                    && Path.of(entry.path()).endsWith("index.html"))
                            .min(Comparator.comparingInt(
                                    entry -> Path.of(entry.path()).getNameCount()));
            if (index.isPresent()) {
                Path parent = Path.of(index.get().path()).getParent();
                return parent == null ? "" : parent.toString();
            }
        }
        throw new ImageFailure(
                ImageFailure.Reason.BUILD_FAILED,
                "the build of " + steps.root() + " left no index.html in any of " + String.join(", ", site.folders())
                        + "; if it is a server, add \"start\" to the scripts of its package.json");
    }
}
