package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a project's own Maven build. First offline, which is faster and suffices once everything has been downloaded;
 * then online if Maven reports that something is missing.
 */
final class MavenRun {
    /** The libraries are copied to this folder of the project. */
    static final String LIBRARIES = "target/proa/libs";

    /** The home of a user who has none, in the project. */
    private static final String HOME = "target/proa/home";

    private static final String DEPENDENCY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0";
    private static final int MAX_LINES = 80;
    /** Colour codes, which Maven writes even when told not to. */
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");

    private final Reactor reactor;
    private final Path project;
    private final PomFile pom;
    private final Jdk jdk;
    private final @Nullable BuildUser user;
    private final boolean tests;
    private final boolean again;

    /**
     * @param user the user to run as; null for the current one
     * @param tests whether to run the project's tests
     * @param again whether Quarkus is to package the application so that it can build it again
     */
    MavenRun(Reactor reactor, PomFile pom, Jdk jdk, @Nullable BuildUser user, boolean tests, boolean again) {
        this.again = again;
        this.reactor = reactor;
        this.project = reactor.project();
        this.pom = pom;
        this.jdk = jdk;
        this.user = user;
        this.tests = tests;
    }

    /**
     * Builds.
     *
     * @throws ImageFailure with the compiler's messages when the build fails
     */
    void run(Consumer<BuildEvent> progress) {
        List<String> command = new ArrayList<>(List.of(maven(), "-B", "-q", "-Dstyle.color=never"));
        command.addAll(goal(reactor.module(), tests));
        if (again) {
            command.add(QuarkusRebuild.PACKAGE);
        }
        // A war has its libraries in itself, and Quarkus puts them beside its application.
        if (pom.mayHaveRuntimeDependencies() && !again && !pom.packaging().equals("war")) {
            command.addAll(List.of(
                    DEPENDENCY_PLUGIN + ":copy-dependencies",
                    "-DincludeScope=runtime",
                    "-Dmdep.prependGroupId=true",
                    "-DoutputDirectory=" + LIBRARIES));
        }
        run("building with Maven", "the Maven build of " + project, command, Map.of(), progress);
    }

    /**
     * Copies the dependencies of a pom that is not the project's, with the settings of the project.
     *
     * @param what names them in messages
     * @param directory of the pom, for {@code libs} with the jars
     */
    void copyDependencies(String what, Path directory, Consumer<BuildEvent> progress) {
        List<String> command = List.of(
                maven(),
                "-B",
                "-q",
                "-Dstyle.color=never",
                "-f",
                directory.resolve("pom.xml").toString(),
                DEPENDENCY_PLUGIN + ":copy-dependencies",
                "-Dmdep.prependGroupId=true",
                "-DoutputDirectory=" + directory.resolve("libs"));
        run(
                "copying " + what + " with Maven",
                "copying " + what + " for " + project,
                command,
                Map.of("MAVEN_BASEDIR", reactor.root().toString()), // where .mvn with the settings is
                progress);
    }

    private void run(
            String step,
            String what,
            List<String> command,
            Map<String, String> variables,
            Consumer<BuildEvent> progress) {
        progress.accept(BuildEvent.step(step + as()));
        List<String> offline = new ArrayList<>(command);
        offline.add(1, "-o");
        Command.Outcome outcome = execute(offline, variables);
        if (outcome.exitCode() != 0 && lacksDownloads(outcome.output())) {
            progress.accept(BuildEvent.step(step + as() + " again, downloading what is missing"));
            outcome = execute(command, variables);
        }
        if (outcome.exitCode() != 0) {
            throw new ImageFailure(
                    ImageFailure.Reason.BUILD_FAILED,
                    what + " failed" + as() + ":\n" + essence(outcome.output()) + advice(outcome.output()));
        }
    }

    /** Maven's goals and options for a module, with or without its tests. */
    static List<String> goal(String module, boolean tests) {
        List<String> goal = new ArrayList<>();
        if (!tests) {
            // Another module may need the compiled tests of one.
            goal.add(module.isEmpty() ? "-Dmaven.test.skip=true" : "-DskipTests");
        }
        if (!module.isEmpty()) {
            goal.addAll(List.of("-am", "-pl", module));
        }
        goal.add("package");
        return goal;
    }

    private Command.Outcome execute(List<String> command, Map<String, String> variables) {
        return Command.run(user == null ? command : user.command(command), reactor.root(), environment -> {
            enter(environment);
            environment.putAll(variables);
        });
    }

    /** Names the user for messages, if it is not the current one. */
    private String as() {
        if (user != null) {
            return " as " + user.shown();
        }
        return BuildUser.isRoot() ? " as root, the owner of the folder" : "";
    }

    private String advice(String output) {
        if (user == null || !output.toLowerCase(Locale.ROOT).contains("permission denied")) {
            return "";
        }
        return "\nThe build runs as " + user.shown()
                + ", who must be able to read the folder, Maven and the JDK, and to write the folder's target";
    }

    /** The build's environment. Short runs gain nothing from the optimizing compiler and the parallel collector. */
    private void enter(Map<String, String> environment) {
        // The build must not see the cluster.
        environment.keySet().removeIf(name -> name.equals("KUBECONFIG") || name.startsWith("PROA_"));
        if (user != null) {
            user.enter(environment, project.resolve(HOME));
        }
        String quick = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto";
        environment.put("JAVA_HOME", jdk.home().toString());
        environment.merge("MAVEN_OPTS", quick, (given, first) -> first + " " + given);
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

    /**
     * Finds Maven: the wrapper of the project or of a directory above it, else an installed Maven, else one that a
     * wrapper has downloaded. Wrappers in world-writable directories such as {@code /tmp} are ignored.
     */
    private String maven() {
        for (Path at = project; at != null && (at.startsWith(reactor.root()) || !isForEverybody(at)); ) {
            if (Files.isExecutable(at.resolve("mvnw"))) {
                return at.resolve("mvnw").toString();
            }
            at = at.getParent();
        }
        Path installed = Programs.find("mvn");
        String maven = installed == null ? downloadedByWrapper() : installed.toString();
        if (maven == null) {
            throw ImageFailure.notFound("building " + project
                    + " needs Maven; install it, or add its wrapper to the project (mvn wrapper:wrapper elsewhere)");
        }
        return maven;
    }

    private static boolean isForEverybody(Path directory) {
        try {
            return Files.getPosixFilePermissions(directory).contains(PosixFilePermission.OTHERS_WRITE);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + directory, e);
        }
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
