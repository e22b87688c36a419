package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a project's own Maven build. Without the network first, which is quicker and all that is needed once everything was downloaded;
 * with it when Maven says that something is missing.
 */
final class MavenRun {
    /** The libraries are copied to this folder of the project. */
    static final String LIBRARIES = "target/proa/libs";

    private static final String DEPENDENCY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0";
    private static final int MAX_LINES = 80;
    /** Maven writes some even where it was told not to. */
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");

    private final Path project;
    private final PomFile pom;
    private final Jdk jdk;

    MavenRun(Path project, PomFile pom, Jdk jdk) {
        this.project = project;
        this.pom = pom;
        this.jdk = jdk;
    }

    /**
     * Builds.
     *
     * @throws ImageFailure with the compiler's messages when the build fails
     */
    void run(Consumer<BuildEvent> progress) {
        Path root = reactorRoot();
        List<String> command = new ArrayList<>(List.of(maven(), "-B", "-q", "-Dstyle.color=never"));
        if (root.equals(project)) {
            command.add("-Dmaven.test.skip=true");
        } else {
            // Another module may need the compiled tests of one.
            command.addAll(List.of(
                    "-DskipTests", "-am", "-pl", root.relativize(project).toString()));
        }
        command.add("package");
        if (pom.mayHaveRuntimeDependencies()) {
            command.addAll(List.of(
                    DEPENDENCY_PLUGIN + ":copy-dependencies",
                    "-DincludeScope=runtime",
                    "-Dmdep.prependGroupId=true",
                    "-DoutputDirectory=" + LIBRARIES));
        }
        progress.accept(BuildEvent.step("building with Maven"));
        List<String> offline = new ArrayList<>(command);
        offline.add(1, "-o");
        Command.Outcome outcome = Command.run(offline, root, environment());
        if (outcome.exitCode() != 0 && lacksDownloads(outcome.output())) {
            progress.accept(BuildEvent.step("building with Maven again, downloading what is missing"));
            outcome = Command.run(command, root, environment());
        }
        if (outcome.exitCode() != 0) {
            throw new ImageFailure(
                    ImageFailure.Reason.BUILD_FAILED,
                    "the Maven build of " + project + " failed:\n" + essence(outcome.output()));
        }
    }

    /** Short runs gain nothing from the optimizing compiler and the parallel collector. */
    private Map<String, String> environment() {
        String given = System.getenv("MAVEN_OPTS");
        String quick = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto";
        return Map.of("JAVA_HOME", jdk.home().toString(), "MAVEN_OPTS", given == null ? quick : quick + " " + given);
    }

    private static boolean lacksDownloads(String output) {
        return output.contains("offline mode") || output.contains("has not been downloaded from it before");
    }

    /** Maven's errors without its advice on how to use Maven. */
    static String essence(String output) {
        List<String> lines = COLOUR.matcher(output)
                .replaceAll("")
                .lines()
                .filter(line -> !line.isBlank() && !line.equals("[ERROR]") && !line.equals("[ERROR] "))
                .map(line -> line.startsWith("[ERROR] ") ? line.substring("[ERROR] ".length()) : line)
                .filter(line -> !line.startsWith("[WARNING]")
                        && !line.startsWith("WARNING: ") // of Java about Maven's own libraries
                        && !line.startsWith("To see the full stack trace")
                        && !line.startsWith("Re-run Maven")
                        && !line.startsWith("For more information about the errors")
                        && !line.startsWith("[Help ")
                        && !line.startsWith("-> [Help"))
                .map(line -> line.replace(" -> [Help 1]", ""))
                .distinct()
                .limit(MAX_LINES)
                .toList();
        return lines.stream().collect(Collectors.joining("\n"));
    }

    /** A module whose parent lists it is built from there, with the modules it needs. */
    private Path reactorRoot() {
        Path at = project;
        PomFile here = pom;
        while (here.parent() != null && !here.parent().isEmpty()) {
            Path parent = at.resolve(here.parent()).normalize();
            Path file = Files.isDirectory(parent) ? parent.resolve("pom.xml") : parent;
            Path directory = file.getParent();
            if (directory == null || !Files.isRegularFile(file)) {
                break;
            }
            PomFile above = PomFile.read(file);
            Path child = at;
            if (above.modules().stream()
                    .noneMatch(module -> directory.resolve(module).normalize().equals(child))) {
                break;
            }
            at = directory;
            here = above;
        }
        return at;
    }

    /** The wrapper of the project or of a directory above it, else an installed Maven, else one a wrapper has downloaded. */
    private String maven() {
        for (Path at = project; at != null; at = at.getParent()) {
            if (Files.isExecutable(at.resolve("mvnw"))) {
                return at.resolve("mvnw").toString();
            }
        }
        String path = System.getenv("PATH");
        for (String directory : (path == null ? "/usr/bin" : path).split(":")) {
            Path candidate = Path.of(directory, "mvn");
            if (Files.isExecutable(candidate)) {
                return candidate.toString();
            }
        }
        String downloaded = downloadedByWrapper();
        if (downloaded == null) {
            throw ImageFailure.notFound("building " + project
                    + " needs Maven; install it, or add its wrapper to the project (mvn wrapper:wrapper elsewhere)");
        }
        return downloaded;
    }

    private static @Nullable String downloadedByWrapper() {
        Path distributions = Path.of(System.getProperty("user.home", "/"), ".m2/wrapper/dists");
        if (!Files.isDirectory(distributions)) {
            return null;
        }
        try (Stream<Path> files = Files.walk(distributions, 5)) {
            return files.filter(file -> file.endsWith("bin/mvn") && Files.isExecutable(file))
                    .max(Comparator.naturalOrder())
                    .map(Path::toString)
                    .orElse(null);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot look for Maven in " + distributions, e);
        }
    }
}
