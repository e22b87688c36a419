package dev.proa.image.build;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Says what a directory is by the files in it. */
public final class ProjectDetector {
    /** Where site generators leave their result. */
    private static final List<String> SITE_FOLDERS =
            List.of("", "public", "dist", "build", "_site", "site", "www", "html");

    private static final Map<String, String> OTHERS = new TreeMap<>(Map.of(
            "build.gradle", "a Gradle project",
            "build.gradle.kts", "a Gradle project",
            "package.json", "a Node.js project",
            "go.mod", "a Go project",
            "Cargo.toml", "a Rust project",
            "requirements.txt", "a Python project",
            "pyproject.toml", "a Python project",
            "Dockerfile", "a Dockerfile"));

    private ProjectDetector() {}

    /** Looks at a directory; never fails, since not knowing is an answer too. */
    public static Project detect(Path directory) {
        if (!Files.isDirectory(directory)) {
            return new Project.Unknown(
                    directory,
                    Files.exists(directory)
                            ? directory + " is not a directory; give the directory of the application"
                            : "there is no directory " + directory);
        }
        if (Files.isRegularFile(directory.resolve("pom.xml"))) {
            return maven(directory);
        }
        for (String folder : SITE_FOLDERS) {
            Path root = directory.resolve(folder).normalize();
            if (Files.isRegularFile(root.resolve("index.html"))) {
                return new Project.StaticSite(directory, root);
            }
        }
        return unknown(directory);
    }

    private static Project maven(Path directory) {
        PomFile pom = PomFile.read(directory.resolve("pom.xml"));
        return switch (pom.packaging()) {
            case "pom" ->
                new Project.Unknown(
                        directory,
                        directory + " is a Maven project of several modules; give the directory of the one to deploy"
                                + (pom.modules().isEmpty() ? "" : ": " + String.join(", ", pom.modules())));
            case "war", "ear" ->
                new Project.Unknown(
                        directory,
                        directory + " is packaged as " + pom.packaging()
                                + ", which needs an application server; package it as a jar with a main class");
            default -> new Project.MavenProject(directory, pom.artifactId());
        };
    }

    private static Project unknown(Path directory) {
        for (Map.Entry<String, String> other : OTHERS.entrySet()) {
            if (Files.exists(directory.resolve(other.getKey()))) {
                return new Project.Unknown(
                        directory,
                        directory + " has " + other.getKey() + " (" + other.getValue()
                                + "), which cannot be built yet; build its image elsewhere and deploy it by its name, "
                                + "or give a directory with a pom.xml or an index.html");
            }
        }
        return new Project.Unknown(
                directory,
                directory + " has neither a pom.xml nor an index.html; give the directory of a Maven project or of a "
                        + "static site");
    }
}
