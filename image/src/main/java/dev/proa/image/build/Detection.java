package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import dev.proa.image.project.Application;
import dev.proa.image.project.Application.Need;
import dev.proa.image.project.Applications;
import dev.proa.image.project.GradleBuild;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.war.WarServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What was found in a folder, and what a build of it would do. Nothing of the folder is run; programs of this machine
 * are asked for their version.
 *
 * @param kind of the project, such as {@code Go}
 * @param file by which it was found, relative to the folder
 * @param reasons what was concluded from which file
 * @param others files of other kinds of project in the folder, which did not decide
 * @param commands of the build, in order
 * @param layers of the image, from below
 * @param portFile the file that names the port; empty when it is the usual one
 * @param start the command that starts the application, as far as it is known before the build
 */
public record Detection(
        Path folder,
        String kind,
        String file,
        List<String> reasons,
        List<String> others,
        List<Tool> tools,
        List<String> commands,
        List<String> layers,
        int port,
        String portFile,
        List<String> start) {

    private static final List<String> JAVA_LAYERS = List.of(
            "C library and tools", "Java runtime", "dependencies", "snapshot dependencies", "resources", "classes");

    private static final List<String> WAR_LAYERS = List.of(
            "C library and tools",
            "Java runtime",
            "server",
            "launcher",
            "dependencies",
            "snapshot dependencies",
            "files",
            "resources",
            "classes");

    public Detection {
        reasons = List.copyOf(reasons);
        others = List.copyOf(others);
        tools = List.copyOf(tools);
        commands = List.copyOf(commands);
        layers = List.copyOf(layers);
        start = List.copyOf(start);
    }

    /**
     * A program that the build runs.
     *
     * @param needed the lowest version that serves; empty for any
     * @param source what asks for that version; empty when nothing does
     * @param found the version on this machine; empty when there is none, or it does not tell
     * @param path where it is; empty when this machine has none
     * @param serves whether it can build the application
     */
    public record Tool(String program, String needed, String source, String found, String path, boolean serves) {}

    /**
     * Looks at a folder.
     *
     * @throws ImageFailure when nothing in it can be built; the message says why and what to do
     */
    public static Detection of(Path folder, Builder builder) {
        Path directory = folder.toAbsolutePath().normalize();
        Project project = ProjectDetector.detect(directory, builder);
        SourcePort port = project instanceof Project.Unknown ? new SourcePort(0, "") : SourcePort.of(directory);
        return switch (project) {
            case Project.DockerfileProject(Path at, Path file) -> dockerfile(at, file, port);
            case Project.MavenProject(Path at, String name) -> maven(at, port);
            case Project.GradleProject gradle -> gradle(gradle, port);
            case Project.SourceProject source -> source(source, port);
            case Project.StaticSite(Path at, Path root) -> site(at, root, port);
            case Project.Unknown(Path at, String message) -> throw ImageFailure.invalid(message);
        };
    }

    private static Detection dockerfile(Path folder, Path file, SourcePort port) {
        String name = String.valueOf(file.getFileName());
        return new Detection(
                folder,
                "Dockerfile",
                name,
                List.of("a Dockerfile comes before all else; to build without it: --builder project"),
                others(folder, name),
                List.of(),
                List.of("the instructions of " + name),
                List.of("those of its last stage"),
                port.port(),
                port.file(),
                List.of());
    }

    private static Detection maven(Path folder, SourcePort port) {
        PomFile pom;
        try (SourceFolder source = SourceFolder.open(folder)) {
            pom = PomFile.parse(source.read("pom.xml"), folder.resolve("pom.xml"));
        }
        boolean war = pom.packaging().equals("war") && !pom.plugins().contains(PomFile.SPRING_BOOT);
        Need java = new Need("java", String.valueOf(Jdk.REQUIRED), "the image's runtime is linked from it");
        return new Detection(
                folder,
                "Java with Maven",
                "pom.xml",
                war ? List.of("it is a war: the build's Maven brings an embedded Tomcat, which serves it") : List.of(),
                others(folder, "pom.xml"),
                List.of(jdk(java), tool(new Need("mvn", "", ""))),
                List.of("mvn -B -q -Dmaven.test.skip=true package  (offline first, then with downloads)"),
                war ? WAR_LAYERS : JAVA_LAYERS,
                port.port(),
                port.file(),
                war ? List.of("java", WarServer.class.getName(), JavaAssembly.WEB) : List.of("java", "MAIN-CLASS"));
    }

    private static Detection gradle(Project.GradleProject project, SourcePort port) {
        GradleBuild build;
        String script;
        try (SourceFolder root = SourceFolder.open(project.root())) {
            build = GradleBuild.read(root);
            script = root.kind(project.path("build.gradle.kts")) == SourceFolder.Kind.FILE
                    ? "build.gradle.kts"
                    : "build.gradle";
        }
        boolean wrapped = Files.isExecutable(project.root().resolve("gradlew"));
        List<String> reasons = new ArrayList<>();
        if (!project.module().isEmpty()) {
            reasons.add("the project of the build in " + project.root() + " that is deployed is " + project.module());
        }
        Tool gradle = wrapped
                ? new Tool(
                        "gradlew",
                        "",
                        "",
                        build.wrapperVersion(),
                        project.root().resolve("gradlew").toString(),
                        true)
                : tool(new Need("gradle", "", ""));
        return new Detection(
                project.directory(),
                "Java with Gradle",
                script,
                reasons,
                others(project.directory(), script),
                List.of(
                        jdk(new Need("java", String.valueOf(Jdk.REQUIRED), "the image's runtime is linked from it")),
                        gradle),
                List.of((wrapped ? "./gradlew" : "gradle") + " --quiet --init-script collect.gradle "
                        + project.task("proaCollect") + "  (copies classes and libraries)"),
                JAVA_LAYERS,
                port.port(),
                port.file(),
                List.of("java", "MAIN-CLASS"));
    }

    private static Detection source(Project.SourceProject project, SourcePort port) {
        Application application = project.application();
        List<String> layers = new ArrayList<>(List.of("system"));
        switch (application.language()) {
            case "Node.js" -> layers.add(application.start().isEmpty() ? "Java runtime" : "Node.js");
            case "Python" -> layers.add("Python");
            default -> {
                // Programs need no runtime.
            }
        }
        layers.addAll(application.layers());
        return new Detection(
                project.directory(),
                application.language(),
                application.file(),
                application.reasons(),
                others(project.root(), application.file()),
                application.needs().stream().map(Detection::tool).toList(),
                application.commands(),
                layers,
                port.port(),
                port.file(),
                application.start());
    }

    private static Detection site(Path folder, Path root, SourcePort port) {
        String index = folder.relativize(root.resolve("index.html")).toString();
        return new Detection(
                folder,
                "static site",
                index,
                List.of("the files beside " + index + " are served as they are"),
                others(folder, index),
                List.of(),
                List.of(),
                List.of("C library and tools", "Java runtime", "static file server", "files"),
                port.port(),
                port.file(),
                List.of());
    }

    private static List<String> others(Path folder, String decisive) {
        try (SourceFolder source = SourceFolder.open(folder)) {
            return Applications.others(source, decisive);
        }
    }

    private static Tool jdk(Need need) {
        Jdk jdk = Jdk.find();
        return new Tool(
                need.program(),
                need.version(),
                need.source(),
                String.valueOf(jdk.feature()),
                jdk.program("java"),
                true);
    }

    private static Tool tool(Need need) {
        Toolchain found = Toolchain.find(need);
        Path corepack =
                found == null && NodeLanguage.COREPACK.contains(need.program()) ? Toolchain.locate("corepack") : null;
        if (corepack != null) {
            return new Tool(need.program(), need.version(), need.source(), "by corepack", corepack.toString(), true);
        }
        return new Tool(
                need.program(),
                need.version(),
                need.source(),
                found == null ? "" : found.version(),
                found == null ? "" : found.program().toString(),
                found != null && found.serves(need));
    }
}
