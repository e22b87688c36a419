package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Kind;
import java.nio.file.Files;
import java.nio.file.LinkOption;
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

    /**
     * Looks at a directory. Not knowing is an answer too.
     *
     * @throws ImageFailure when a file that says what it is is a link that leads out of it, or no file
     */
    public static Project detect(Path directory) {
        if (!Files.isDirectory(directory)) {
            return new Project.Unknown(
                    directory,
                    Files.exists(directory)
                            ? directory + " is not a directory; give the directory of the application"
                            : "there is no directory " + directory);
        }
        try (SourceFolder folder = SourceFolder.open(directory)) {
            if (folder.kind("pom.xml") == Kind.FILE) {
                return maven(directory, PomFile.parse(folder.read("pom.xml"), directory.resolve("pom.xml")));
            }
            for (String site : SITE_FOLDERS) {
                if (folder.kind(site.isEmpty() ? "index.html" : site + "/index.html") == Kind.FILE) {
                    return new Project.StaticSite(
                            directory, directory.resolve(site).normalize());
                }
            }
        }
        return unknown(directory);
    }

    private static Project maven(Path directory, PomFile pom) {
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
            if (Files.exists(directory.resolve(other.getKey()), LinkOption.NOFOLLOW_LINKS)) {
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
