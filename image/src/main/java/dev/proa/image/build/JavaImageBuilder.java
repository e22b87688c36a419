package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.Reference;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.store.ImageStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes the image of a Java application from its Maven project.
 *
 * <p>The layers, from below: the base, the dependencies, those of them that are snapshots, the resources, the classes;
 * so a change of source makes a new top layer and nothing else. The {@code layers.idx} of a Spring Boot jar names others. The class path is {@code
 * /app/resources:/app/classes:/app/libs/*}. An application that the build itself has packaged (see {@link PackedApp})
 * is copied as it is. Unchanged source with the same JDK and options gives the same image without running Maven again.
 *
 * <p>The project's {@code pom.xml} may set {@code proa.main.class}, {@code proa.jvm.flags} and {@code proa.port} as properties.
 */
final class JavaImageBuilder {
    /** Part of every cache key: a changed way of building must not find images of this one. */
    private static final String FORMAT = "java 5";

    private static final Set<String> NOT_SOURCE = Set.of("target", "node_modules", "k8s");
    private final Path project;
    private final ImageStore store;
    private final BuildOptions options;
    private final Consumer<BuildEvent> progress;

    JavaImageBuilder(Path project, ImageStore store, BuildOptions options, Consumer<BuildEvent> progress) {
        this.project = project.toAbsolutePath().normalize();
        this.store = store;
        this.options = options;
        this.progress = progress;
    }

    /** Builds, unless these very sources were built before. */
    BuiltImage build(String name) {
        Reactor reactor = Reactor.of(project);
        try (SourceFolder folder = SourceFolder.open(reactor.source())) {
            return build(folder, reactor, name);
        }
    }

    /** The image of an earlier build of these very sources. */
    Optional<BuiltImage> known(String name) {
        Reactor reactor = Reactor.of(project);
        try (SourceFolder folder = SourceFolder.open(reactor.source())) {
            String base = new BaseResolver(store, options, Jdk.find(), progress).identity();
            return new KnownBuilds(store, options, progress).find(key(folder, reactor, base, name), name);
        }
    }

    private BuiltImage build(SourceFolder folder, Reactor reactor, String name) {
        Jdk jdk = Jdk.find();
        BaseResolver bases = new BaseResolver(store, options, jdk, progress);
        String base = bases.identity();
        Digest key = key(folder, reactor, base, name);
        KnownBuilds builds = new KnownBuilds(store, options, progress);
        Optional<BuiltImage> known = builds.find(key, name);
        if (known.isPresent()) {
            return known.get();
        }
        PomFile pom = pom(folder, reactor);
        SourcePort port = SourcePort.of(folder, reactor.path(""), pom);
        Recompilation recompilation = new Recompilation(options.cache().resolve("recompilation"));
        boolean plain = !options.tests() && PlainModule.is(folder, reactor);
        boolean again = plain && QuarkusRebuild.suits(folder, reactor, pom);
        Path work = options.cache().resolve("work");
        BuildUser user = BuildUser.of(project, System.getenv());
        Digest rest = key(folder, reactor, base, "", path -> !Recompilation.isJava(reactor, path));
        Image image;
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            // Most applications need no more modules than the usual ones: that runtime is linked while Maven runs.
            Future<Base> usual = executor.submit(() -> bases.resolve(Set.of()));
            JavaAssembly assembly = new JavaAssembly(
                    project,
                    pom.artifactId(),
                    port.port(),
                    pom.properties().getOrDefault("proa.jvm.flags", ""),
                    store,
                    options,
                    progress,
                    Reference.parse(name));
            try (JavaOutput output = plain
                    ? recompilation.compile(rest, folder, reactor, work, new QuarkusRebuild(work, jdk, user))
                    : null) {
                if (output != null) {
                    progress.accept(
                            BuildEvent.detail("only Java sources changed, so they were compiled without Maven"));
                }
                image = output != null
                        ? assembly.assemble(JavaParts.of(output), bases, usual)
                        : maven(folder, reactor, pom, port, jdk, again, Reference.parse(name), made -> {
                            Image built = assembly.assemble(made, bases, usual);
                            if (plain && key(folder, reactor, base, name).equals(key)) {
                                recompilation.keep(rest, made, keepsParameters(folder, reactor));
                            }
                            return built;
                        });
            }
        }
        // Do not cache the result if sources changed during the build.
        if (key(folder, reactor, base, name).equals(key)) {
            builds.put(key, image);
        }
        return Tags.tag(store, name, image, false);
    }

    /** Whether classes keep the names of parameters, which shows only in classes that have some. */
    private static boolean keepsParameters(SourceFolder folder, Reactor reactor) {
        String pom = new String(folder.read(reactor.path("pom.xml")), StandardCharsets.UTF_8);
        return pom.contains("spring-boot-starter-parent") || pom.contains("parameters>true<");
    }

    /** Has Maven build, and makes an image of what it left. */
    private Image maven(
            SourceFolder folder,
            Reactor reactor,
            PomFile pom,
            SourcePort port,
            Jdk jdk,
            boolean again,
            Reference name,
            Function<JavaParts, Image> assembly) {
        BuildUser user = BuildUser.of(project, System.getenv());
        if (user != null) {
            new OutputFolders(folder, reactor, user).give();
        }
        forgetEarlierOutput(folder, reactor);
        MavenRun run = new MavenRun(reactor, pom, jdk, user, options.tests(), again);
        run.run(progress);
        tell(folder, reactor);
        if (!port.file().isEmpty()) {
            progress.accept(BuildEvent.detail("it listens on port " + port.port() + ", as " + port.file() + " says"));
        }
        String program = MavenOutput.nativeProgram(folder, reactor);
        if (!program.isEmpty()) {
            return nativeImage(folder, user, port, program, jdk, name);
        }
        Path work = options.cache().resolve("work");
        ServerJars servers = new MavenServerJars(run, work, user, progress);
        try (MavenOutput output = MavenOutput.of(folder, reactor, pom, work, servers)) {
            return assembly.apply(JavaParts.of(output));
        }
    }

    /** The image of a program that Quarkus compiled to native code: no Java is in it. */
    private Image nativeImage(
            SourceFolder folder, @Nullable BuildUser user, SourcePort port, String program, Jdk jdk, Reference name) {
        Base base = new BaseResolver(store, options, jdk, progress).resolve(new HostBase.Plain());
        BuildSteps steps = new BuildSteps(folder, store, options, progress, user);
        String file = String.valueOf(Path.of(program).getFileName());
        return base.build(
                store,
                Binaries.layers(steps, folder, program),
                config -> {
                    config.entrypoint(List.of("/app/" + file, "-Dquarkus.http.host=0.0.0.0"))
                            .workingDirectory("/app")
                            .exposedPort(port.port() + "/tcp");
                    options.labels().forEach(config::label);
                    return config;
                },
                name);
    }

    /** Reports what users may expect to happen and does not. */
    private void tell(SourceFolder folder, Reactor reactor) {
        if (!options.tests() && folder.kind(reactor.path("src/test")) == SourceFolder.Kind.DIRECTORY) {
            progress.accept(BuildEvent.detail("tests were not run; have them run first with --test"));
        }
        if (folder.kind(reactor.path("Dockerfile")) == SourceFolder.Kind.FILE) {
            progress.accept(BuildEvent.detail(
                    "the Dockerfile is not used, as --builder project says: what else the image needs goes into "
                            + "src/main/resources"));
        }
    }

    private PomFile pom(SourceFolder folder, Reactor reactor) {
        return PomFile.parse(folder.read(reactor.path("pom.xml")), project.resolve("pom.xml"));
    }

    /**
     * Deletes output of earlier builds, such as deleted resources or old versions of libraries, which must not get into
     * the image. The compiler recompiles a changed module completely anyway.
     */
    private static void forgetEarlierOutput(SourceFolder folder, Reactor reactor) {
        folder.delete(reactor.path("target/classes"));
        folder.delete(reactor.path(MavenRun.LIBRARIES));
        folder.delete(reactor.path(PackedApp.QUARKUS));
        MavenOutput.runners(folder, reactor).forEach(folder::delete);
        String program = MavenOutput.nativeProgram(folder, reactor);
        if (!program.isEmpty()) {
            folder.delete(program);
        }
    }

    private Digest key(SourceFolder folder, Reactor reactor, String base, String name) {
        return key(folder, reactor, base, name, path -> true);
    }

    private Digest key(SourceFolder folder, Reactor reactor, String base, String name, Predicate<Path> wanted) {
        SourceHash hash = new SourceHash()
                .add("format", FORMAT)
                .add("name", name)
                .add("base", base)
                .add("options", options.toString())
                .add("module", reactor.path(""))
                .add("servers", JavaAssembly.servers())
                .tree(folder, "", path -> isSource(path) && wanted.test(path));
        if (!reactor.source().equals(reactor.root())) {
            try (SourceFolder parent = SourceFolder.open(reactor.root())) {
                hash.tree(parent, "", JavaImageBuilder::isSource);
            }
        }
        for (Path inherited : reactor.inherited()) {
            try (SourceFolder parent = SourceFolder.open(inherited.resolveSibling(""))) {
                String pom = String.valueOf(inherited.getFileName());
                hash.add("parent", Digest.of(parent.read(pom)).toString());
            }
        }
        return hash.finish();
    }

    private static boolean isSource(Path relative) {
        String name = relative.getFileName().toString();
        return !NOT_SOURCE.contains(name) && (!name.startsWith(".") || name.equals(".mvn"));
    }
}
