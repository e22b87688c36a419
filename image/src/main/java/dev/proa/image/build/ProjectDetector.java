package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import dev.proa.image.project.Application;
import dev.proa.image.project.Applications;
import dev.proa.image.project.GoApplication;
import dev.proa.image.project.GradleBuild;
import dev.proa.image.project.NodeApplication;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Detects the kind of project from the files in a directory. */
public final class ProjectDetector {
    private static final String COMPOSE =
            "a Compose file, which is no source to build an image of: give the folder of a service that is built, in place of ";

    /** Output folders of site generators. */
    private static final List<String> SITE_FOLDERS =
            List.of("", "public", "dist", "build", "_site", "site", "www", "html");

    /** Output folders of projects with a build script, whose {@code public} folder is source. */
    private static final List<String> RESULT_FOLDERS = List.of("dist", "build", "out", "_site", "site");

    /** A script named build. */
    private static final Pattern BUILD = Pattern.compile("\"scripts\"\\s*:\\s*\\{[^}]*\"build\"\\s*:");

    /** Files that describe a deployment but are not source, with advice. */
    private static final Map<String, String> DEPLOYMENTS = new TreeMap<>(Map.of(
            "Chart.yaml", "a Helm chart: install it with helm install NAME ",
            "kustomization.yaml", "a kustomization: apply it with kubectl apply -k ",
            "kustomization.yml", "a kustomization: apply it with kubectl apply -k ",
            "docker-compose.yml", COMPOSE,
            "docker-compose.yaml", COMPOSE,
            "compose.yml", COMPOSE,
            "compose.yaml", COMPOSE));

    private static final int MAX_PARENTS = 20;

    private ProjectDetector() {}

    /** The kind of project as {@link Builder#AUTO} sees it. */
    public static Project detect(Path directory) {
        return detect(directory, Builder.AUTO);
    }

    /**
     * Detects the kind of project, which may be {@link Project.Unknown}.
     *
     * @throws ImageFailure when a file that it depends on is a link that leads out, or not a regular file
     */
    public static Project detect(Path directory, Builder builder) {
        if (!Files.isDirectory(directory)) {
            return new Project.Unknown(
                    directory,
                    Files.exists(directory)
                            ? directory + " is not a directory; give the directory of the application"
                            : "there is no directory " + directory);
        }
        try (SourceFolder folder = SourceFolder.open(directory)) {
            for (String name : builder == Builder.PROJECT ? List.<String>of() : DockerfileSource.NAMES) {
                if (folder.kind(name) == Kind.FILE) {
                    return new Project.DockerfileProject(directory, directory.resolve(name));
                }
            }
            if (builder == Builder.DOCKERFILE) {
                return new Project.Unknown(
                        directory,
                        directory
                                + " has neither a Dockerfile nor a Containerfile; add one, or let Proa build it without "
                                + "(--builder project)");
            }
            if (folder.kind("pom.xml") == Kind.FILE) {
                return maven(directory, folder, PomFile.parse(folder.read("pom.xml"), directory.resolve("pom.xml")));
            }
            if (GradleBuild.in(folder)) {
                return gradle(directory, folder);
            }
            Optional<Application> application = Applications.find(folder);
            if (application.isPresent()
                    && !(isSite(application.get()) && hasResult(folder) && Toolchain.locate("node") == null)) {
                return new Project.SourceProject(directory, directory, application.get());
            }
            for (String site : hasBuild(folder) ? RESULT_FOLDERS : SITE_FOLDERS) {
                if (folder.kind(site.isEmpty() ? "index.html" : site + "/index.html") == Kind.FILE) {
                    return new Project.StaticSite(
                            directory, directory.resolve(site).normalize());
                }
            }
            if (GoApplication.isMain(folder)) {
                return partOfModule(directory);
            }
        }
        return unknown(directory);
    }

    /** Whether its files are made into a site by a script of Node.js. */
    static boolean hasBuild(SourceFolder folder) {
        return folder.kind("package.json") == Kind.FILE
                && BUILD.matcher(new String(folder.read("package.json"), StandardCharsets.UTF_8))
                        .find();
    }

    /** A project of a build whose root is here or above. */
    private static Project gradle(Path directory, SourceFolder folder) {
        Path absolute = directory.toAbsolutePath().normalize();
        if (!GradleBuild.isRoot(folder)) {
            Path root = absolute.getParent();
            for (int i = 0; i < MAX_PARENTS && root != null && !isForEverybody(root); i++) {
                try (SourceFolder above = SourceFolder.open(root)) {
                    String module = root.relativize(absolute).toString();
                    if (GradleBuild.isRoot(above)) {
                        return GradleBuild.read(above).modules().contains(module)
                                ? gradle(directory, root, module, "")
                                : gradle(directory, absolute, "", "");
                    }
                }
                root = root.getParent();
            }
        }
        GradleBuild build = GradleBuild.read(folder);
        String module = build.application(directory);
        return gradle(directory.resolve(module).normalize(), absolute, module, build.name());
    }

    /** The name is the build's when it has one application, else that of the project's directory. */
    private static Project gradle(Path directory, Path root, String module, String name) {
        String own = String.valueOf(directory.toAbsolutePath().normalize().getFileName());
        return new Project.GradleProject(directory, root, module, name.isEmpty() ? own : name);
    }

    private static boolean isSite(Application application) {
        return application instanceof NodeApplication node && node.output() instanceof NodeApplication.Output.Site;
    }

    /** Whether the site was built elsewhere, so that Node.js is not needed here. */
    private static boolean hasResult(SourceFolder folder) {
        return RESULT_FOLDERS.stream().anyMatch(site -> folder.kind(site + "/index.html") == Kind.FILE);
    }

    /** A program in Go whose module is in a directory above. */
    private static Project partOfModule(Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        Path root = absolute.getParent();
        for (int i = 0; i < MAX_PARENTS && root != null && !isForEverybody(root); i++) {
            if (Files.isRegularFile(root.resolve("go.work")) || Files.isRegularFile(root.resolve("go.mod"))) {
                try (SourceFolder module = SourceFolder.open(root)) {
                    String main = root.relativize(absolute).toString();
                    return new Project.SourceProject(directory, root, GoApplication.read(module, main));
                }
            }
            root = root.getParent();
        }
        return new Project.Unknown(
                directory,
                directory + " has a program in Go, and no go.mod in it or above it; make one: go mod init NAME");
    }

    /** Whether others could put files into a directory, as into {@code /tmp}. */
    private static boolean isForEverybody(Path directory) {
        try {
            return Files.getPosixFilePermissions(directory).contains(PosixFilePermission.OTHERS_WRITE);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + directory, e);
        }
    }

    private static Project maven(Path directory, SourceFolder folder, PomFile pom) {
        return switch (pom.packaging()) {
            case "pom" -> module(directory, folder, pom);
            case "ear" -> archive(directory, pom);
            default -> new Project.MavenProject(directory, pom.artifactId());
        };
    }

    private static Project archive(Path directory, PomFile pom) {
        return new Project.Unknown(
                directory,
                directory + " is packaged as " + pom.packaging()
                        + ", which needs an application server: package it as a jar with a main class or as a war, or add a "
                        + "Dockerfile");
    }

    /** The only module that is an application. */
    private static Project module(Path directory, SourceFolder folder, PomFile pom) {
        Map<String, PomFile> modules = MavenModules.of(folder, pom);
        List<String> applications = MavenModules.applications(folder, modules);
        if (applications.size() == 1) {
            String module = applications.getFirst();
            return new Project.MavenProject(
                    directory.resolve(module), modules.getOrDefault(module, pom).artifactId());
        }
        Collection<String> known = modules.isEmpty() ? pom.modules() : modules.keySet();
        Collection<String> choices = applications.isEmpty() ? known : applications;
        return new Project.Unknown(
                directory,
                directory + " is a Maven project of several modules, of which "
                        + (applications.isEmpty() ? "none is known to be an application" : "several are applications")
                        + "; give the directory of the one to deploy: "
                        + String.join(", ", choices));
    }

    private static Project unknown(Path directory) {
        for (Map.Entry<String, String> deployment : DEPLOYMENTS.entrySet()) {
            if (Files.exists(directory.resolve(deployment.getKey()), LinkOption.NOFOLLOW_LINKS)) {
                return new Project.Unknown(
                        directory,
                        directory + " has " + deployment.getKey() + " (" + deployment.getValue() + directory
                                + "); to deploy an application, give the directory of its source");
            }
        }
        return new Project.Unknown(
                directory,
                directory + " has no application that Proa knows: no Dockerfile, pom.xml, go.mod, Cargo.toml, "
                        + "requirements.txt or pyproject.toml with sources, package.json with a start or build script, or "
                        + "index.html; give the directory of the application, or add a Dockerfile");
    }
}
