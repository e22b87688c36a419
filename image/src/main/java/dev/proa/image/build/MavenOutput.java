package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import dev.proa.image.source.SourceCopy;
import dev.proa.image.source.SourceCopy.Links;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Entry;
import dev.proa.image.source.SourceFolder.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * A copy of Maven's output, so that neither links nor processes that the build left running can bring files from
 * outside the project into an image. Closing deletes the copy.
 */
final class MavenOutput implements JavaOutput {
    private final SourceFolder folder;
    private final Reactor reactor;
    private final PomFile pom;
    private final SourceCopy copy;
    private final Path classes;
    private final ServerJars servers;
    private final @Nullable WarFile war;
    private final @Nullable PackedApp executableWar;
    private @Nullable Made made;

    private MavenOutput(SourceFolder folder, Reactor reactor, PomFile pom, SourceCopy copy, ServerJars servers) {
        this.servers = servers;
        this.folder = folder;
        this.reactor = reactor;
        this.pom = pom;
        this.copy = copy;
        this.classes = copy.add(folder, reactor.path("target/classes"), path -> true, Links.FILES);
        Path archive = pom.packaging().equals("war") ? copyWar() : null;
        boolean executable = archive != null && WarFile.isExecutable(archive);
        this.war = archive == null || executable ? null : WarFile.unpack(archive, copy.place("proa-war"));
        this.executableWar = archive != null && executable ? packed(archive) : null;
    }

    /**
     * Copies the output.
     *
     * @param work directory for the copy
     * @param servers for a war
     * @throws ImageFailure when there is no output
     */
    static MavenOutput of(SourceFolder folder, Reactor reactor, PomFile pom, Path work, ServerJars servers) {
        if (!pom.packaging().equals("war") && folder.kind(reactor.path("target/classes")) != Kind.DIRECTORY) {
            throw new ImageFailure(
                    ImageFailure.Reason.BUILD_FAILED,
                    "the Maven build of " + reactor.project()
                            + " left no target/classes: is its build directory another one?");
        }
        SourceCopy copy = SourceCopy.in(work);
        try {
            return new MavenOutput(folder, reactor, pom, copy, servers);
        } catch (RuntimeException e) {
            copy.close();
            throw e;
        }
    }

    @Override
    public Path classes() {
        return war == null ? classes : war.classes();
    }

    @Override
    public List<Path> libraries() {
        if (war != null) {
            return war.libraries();
        }
        if (!pom.mayHaveRuntimeDependencies()) {
            return List.of();
        }
        List<Path> all = copy.addJars(folder, reactor.path(MavenRun.LIBRARIES));
        Path jar = made().file();
        return jar == null ? all : packaged(jar, all);
    }

    private static List<Path> packaged(Path jar, List<Path> libraries) {
        try (JarFile file = new JarFile(jar.toFile())) {
            return BootIndex.packaged(file, libraries);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read the jar " + jar.getFileName() + " that Maven made", e);
        }
    }

    @Override
    public JavaForm form() {
        String app = reactor.path(PackedApp.QUARKUS);
        if (folder.kind(app + "/" + PackedApp.QUARKUS_JAR) == Kind.FILE) {
            return new PackedApp(copy.add(folder, app, path -> true, Links.FILES), PackedApp.QUARKUS_JAR);
        }
        if (war != null) {
            return new JavaForm.WebApp(war.root(), servers.add(ServletApi.of(war), copy));
        }
        if (executableWar != null) {
            return executableWar;
        }
        List<String> runners = runners(folder, reactor);
        if (runners.isEmpty()) {
            String configured = pom.properties().get("proa.main.class");
            return new JavaForm.ClassPath(configured == null ? made().mainClass() : configured, made().index());
        }
        if (runners.size() > 1) {
            throw ImageFailure.invalid("the Maven build of " + reactor.project() + " left several jars to run: "
                    + String.join(", ", runners));
        }
        Path libraries = Path.of(reactor.path(PackedApp.LEGACY_LIBRARIES));
        Path jar = Path.of(runners.getFirst());
        copy.add(folder, reactor.path("target"), path -> path.equals(jar) || path.startsWith(libraries), Links.FILES);
        return packed(copy.place(jar.toString()));
    }

    /** Moves a jar, with the libraries beside it, away from the classes that it has already. */
    private PackedApp packed(Path jar) {
        Path root = copy.place("proa-app");
        Path beside = copy.place(reactor.path(PackedApp.LEGACY_LIBRARIES));
        try {
            Files.createDirectories(root);
            Files.move(jar, root.resolve(jar.getFileName()));
            if (Files.exists(beside)) {
                Files.move(beside, root.resolve(beside.getFileName()));
            }
        } catch (IOException e) {
            throw ImageFailure.storage("cannot move " + jar.getFileName(), e);
        }
        return new PackedApp(root, String.valueOf(jar.getFileName()));
    }

    /** Copies the newest war: one of an older version may still be there. */
    private Path copyWar() {
        Path target = Path.of(reactor.path("target"));
        Path newest = folder
                .walk(
                        target.toString(),
                        path -> target.equals(path.getParent())
                                && path.toString().endsWith(".war"))
                .stream()
                .filter(entry -> entry.kind() == Kind.FILE)
                .max(Comparator.comparing(Entry::modified))
                .map(entry -> Path.of(entry.path()))
                .orElseThrow(() -> new ImageFailure(
                        ImageFailure.Reason.BUILD_FAILED,
                        "the Maven build of " + reactor.project() + " left no war in target"));
        copy.add(folder, target.toString(), newest::equals, Links.FILES);
        return copy.place(newest.toString());
    }

    /**
     * The program that Quarkus compiled to native code; empty when there is none.
     *
     * @return its path in the folder
     */
    static String nativeProgram(SourceFolder folder, Reactor reactor) {
        Path target = Path.of(reactor.path("target"));
        return folder.kind(target.toString()) != Kind.DIRECTORY
                ? ""
                : folder
                        .walk(
                                target.toString(),
                                path -> target.equals(path.getParent())
                                        && path.toString().endsWith("-runner"))
                        .stream()
                        .filter(entry -> entry.kind() == Kind.FILE && entry.executable())
                        .map(Entry::path)
                        .findFirst()
                        .orElse("");
    }

    /** The runnable jars that Quarkus made beside the classes. */
    static List<String> runners(SourceFolder folder, Reactor reactor) {
        Path target = Path.of(reactor.path("target"));
        return folder.kind(target.toString()) != Kind.DIRECTORY
                ? List.of()
                : folder
                        .walk(
                                target.toString(),
                                path -> target.equals(path.getParent())
                                        && path.toString().endsWith(PackedApp.RUNNER))
                        .stream()
                        .filter(entry -> entry.kind() == Kind.FILE)
                        .map(Entry::path)
                        .toList();
    }

    private static boolean isJar(Path path) {
        return path.toString().endsWith(".jar");
    }

    /**
     * What the jar that Maven made says.
     *
     * @param file null when there is no jar that can be run
     * @param mainClass null when it names none
     */
    private record Made(
            @Nullable Path file,
            @Nullable String mainClass,
            @Nullable BootIndex index) {}

    /** Looks for the newest jar that names a main class, once: a jar of an older version may still be there. */
    private Made made() {
        if (made != null) {
            return made;
        }
        made = new Made(null, null, null);
        for (Entry jar : folder.walk(reactor.path("target"), MavenOutput::isJar).stream()
                .filter(entry -> entry.kind() == Kind.FILE)
                .sorted(Comparator.comparing(Entry::modified).reversed())
                .toList()) {
            copy.add(folder, reactor.path("target"), Path.of(jar.path())::equals, Links.FILES);
            Made found = made(copy.place(jar.path()));
            if (found.mainClass() != null) {
                made = found;
                break;
            }
        }
        return made;
    }

    /** Reads a jar. That of Spring Boot names a loader, and the main class in {@code Start-Class}. */
    private static Made made(Path jar) {
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            if (manifest == null) {
                return new Made(jar, null, null);
            }
            Attributes attributes = manifest.getMainAttributes();
            String start = attributes.getValue("Start-Class");
            return start == null
                    ? new Made(jar, attributes.getValue(Attributes.Name.MAIN_CLASS), null)
                    : new Made(jar, start, BootIndex.of(file));
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read the jar " + jar.getFileName() + " that Maven made", e);
        }
    }

    @Override
    public void close() {
        copy.close();
    }
}
