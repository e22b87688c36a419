package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import dev.proa.image.project.Application.Need;
import dev.proa.image.project.GradleBuild;
import dev.proa.image.project.Versions;
import dev.proa.image.source.SourceCopy;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Makes the image of a Java application that Gradle builds: by the wrapper of the build, else by an installed Gradle,
 * whose daemon and caches are those of the user. The layers are those of {@link JavaAssembly}.
 */
final class GradleImageBuilder {
    private static final String FORMAT = "gradle 2";
    private static final Set<String> NOT_SOURCE = Set.of("build", "out", "bin", "node_modules", "k8s");

    /** The newest Java that each version of Gradle runs on, from that version on. */
    private static final Map<String, Integer> NEWEST_JAVA = Map.of(
            "4.0", 17, "7.3", 17, "7.6", 19, "8.3", 20, "8.5", 21, "8.8", 22, "8.10", 23, "8.14", 24, "9.1", 25, "9.4",
            26);

    private final Project.GradleProject project;
    private final ImageStore store;
    private final BuildOptions options;
    private final Consumer<BuildEvent> progress;

    GradleImageBuilder(
            Project.GradleProject project, ImageStore store, BuildOptions options, Consumer<BuildEvent> progress) {
        this.project = project;
        this.store = store;
        this.options = options;
        this.progress = progress;
    }

    /** Builds, unless these very sources were built before. */
    BuiltImage build(String name) {
        try (SourceFolder folder = SourceFolder.open(project.root())) {
            return build(folder, name);
        }
    }

    /** The image of an earlier build of these very sources. */
    Optional<BuiltImage> known(String name) {
        try (SourceFolder folder = SourceFolder.open(project.root())) {
            String base = new BaseResolver(store, options, Jdk.find(), progress).identity();
            return new KnownBuilds(store, options, progress).find(key(folder, base, name), name);
        }
    }

    private BuiltImage build(SourceFolder folder, String name) {
        BaseResolver bases = new BaseResolver(store, options, Jdk.find(), progress);
        String base = bases.identity();
        Digest key = key(folder, base, name);
        KnownBuilds builds = new KnownBuilds(store, options, progress);
        Optional<BuiltImage> known = builds.find(key, name);
        if (known.isPresent()) {
            return known.get();
        }
        SourcePort port = SourcePort.of(project.directory());
        BuildUser user = BuildUser.of(project.root(), System.getenv());
        BuildSteps steps = new BuildSteps(folder, store, options, progress, user);
        Image image;
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Base> usual = executor.submit(() -> bases.resolve(Set.of()));
            folder.delete(project.path(GradleOutput.PLACE));
            run(steps, folder, options.tests() ? List.of("test", "proaCollect") : List.of("proaCollect"), "");
            Path work = options.cache().resolve("work");
            ServerJars servers = (api, copy) -> servers(steps, folder, api, copy);
            try (GradleOutput output = new GradleOutput(folder, project.module(), work, servers)) {
                image = new JavaAssembly(
                                project.directory(),
                                project.name(),
                                port.port(),
                                "",
                                store,
                                options,
                                progress,
                                Reference.parse(name))
                        .assemble(JavaParts.of(output), bases, usual);
            }
        }
        // Do not cache the result if sources changed during the build.
        if (key(folder, base, name).equals(key)) {
            builds.put(key, image);
        }
        return Tags.tag(store, name, image, false);
    }

    private Digest key(SourceFolder folder, String base, String name) {
        return new SourceHash()
                .add("format", FORMAT)
                .add("name", name)
                .add("base", base)
                .add("options", options.toString())
                .add("module", project.module())
                .add("servers", JavaAssembly.servers())
                .tree(folder, "", GradleImageBuilder::isSource)
                .finish();
    }

    private static boolean isSource(Path relative) {
        String name = relative.getFileName().toString();
        return !NOT_SOURCE.contains(name) && !name.startsWith(".");
    }

    private List<Path> servers(BuildSteps steps, SourceFolder folder, ServletApi api, SourceCopy copy) {
        List<String> artifacts = ServerJars.ARTIFACTS.stream()
                .map(artifact -> ServerJars.GROUP + ":" + artifact + ":" + api.tomcat())
                .toList();
        steps.detail("it is served by Tomcat " + api.tomcat());
        run(steps, folder, List.of("proaServer"), String.join(",", artifacts));
        return copy.addJars(folder, project.path(GradleOutput.PLACE) + "/server");
    }

    private void run(BuildSteps steps, SourceFolder folder, List<String> tasks, String server) {
        GradleBuild build = GradleBuild.read(folder);
        Path wrapper = steps.root().resolve("gradlew");
        boolean wrapped = Files.isExecutable(wrapper);
        Toolchain installed = wrapped
                ? new Toolchain(wrapper, build.wrapperVersion())
                : Toolchain.require(new Need("gradle", "", ""), steps.root());
        Jdk java = java(installed.version());
        steps.step("building with Gradle" + (installed.version().isEmpty() ? "" : " " + installed.version()));
        try (Scratch scratch = steps.scratch().with("collect.gradle", script()).give()) {
            List<String> command = new ArrayList<>(List.of(
                    installed.program().toString(),
                    "--quiet",
                    "--console=plain",
                    "--init-script",
                    scratch.directory().resolve("collect.gradle").toString(),
                    "-Dorg.gradle.configuration-cache=false",
                    "-Dorg.gradle.daemon.idletimeout=600000",
                    "-Dproa.project=" + project.task(""),
                    "-Dproa.server=" + server));
            tasks.forEach(task -> command.add(project.task(task)));
            steps.run(
                    "the Gradle build of " + steps.root(),
                    command,
                    steps.root(),
                    scratch.directory(),
                    Map.of("JAVA_HOME", java.home().toString()));
        }
    }

    /**
     * The newest Java of this machine that a version of Gradle runs on.
     *
     * @throws ImageFailure when there is none
     */
    static Jdk java(String gradle) {
        int newest = gradle.isEmpty() ? Jdk.REQUIRED : newestJava(gradle);
        return Jdk.all().stream()
                .filter(jdk -> jdk.feature() <= newest && jdk.feature() > 0)
                .max((a, b) -> Integer.compare(a.feature(), b.feature()))
                .orElseThrow(() -> ImageFailure.notFound("Gradle " + gradle + " does not run on Java newer than "
                        + newest + "; update the wrapper (gradle wrapper --gradle-version 9.1), or install a JDK "
                        + newest));
    }

    static int newestJava(String gradle) {
        TreeMap<String, Integer> known = new TreeMap<>(Versions::compare);
        known.putAll(NEWEST_JAVA);
        Map.Entry<String, Integer> entry = known.floorEntry(gradle);
        return entry == null ? 8 : entry.getValue();
    }

    private static String script() {
        try (InputStream in = GradleImageBuilder.class.getResourceAsStream("collect.gradle")) {
            if (in == null) {
                throw new IllegalStateException("collect.gradle is not where this class is");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read collect.gradle", e);
        }
    }
}
