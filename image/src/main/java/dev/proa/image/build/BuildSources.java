package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.ImageFailure;
import dev.proa.image.project.GoApplication;
import dev.proa.image.project.NodeApplication;
import dev.proa.image.project.PythonApplication;
import dev.proa.image.project.RustApplication;
import dev.proa.image.sbom.Provenance.Material;
import dev.proa.image.source.SourceFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a build without a Dockerfile is made of, for its provenance: the source, its lock files, and what was asked for. */
final class BuildSources {
    /** Files that fix the versions of what a build downloads. */
    private static final Set<String> LOCK_FILES = Set.of(
            "package-lock.json",
            "npm-shrinkwrap.json",
            "pnpm-lock.yaml",
            "yarn.lock",
            "poetry.lock",
            "uv.lock",
            "requirements.txt",
            "go.sum",
            "Cargo.lock",
            "pom.xml",
            "gradle.lockfile",
            "verification-metadata.xml");

    /** What builds of Java write, in each of their modules. */
    private static final Set<String> JAVA_RESULTS = Set.of("target", "build", "bin", "out");

    /** For files whose sizes are not known. */
    private static final int BUFFER = 1 << 16;

    private BuildSources() {}

    /** A file, by its name. */
    static Material file(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return new Material("file:" + file.getFileName(), Digest.of(in, Files.size(file)));
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + file, e);
        }
    }

    /** The source as a whole, then its lock files, then a base that is a file. */
    static List<Material> of(Project project, BuildOptions options) {
        List<Material> materials = new ArrayList<>();
        Path root = root(project);
        boolean java = project instanceof Project.MavenProject || project instanceof Project.GradleProject;
        try (SourceFolder folder = SourceFolder.open(root)) {
            Map<String, Digest> files = new TreeMap<>();
            for (SourceFolder.Entry entry : folder.walk(
                    "",
                    path -> BuildSteps.isSource(path)
                            && !(java
                                    && JAVA_RESULTS.contains(path.getFileName().toString())))) {
                if (entry.kind() == SourceFolder.Kind.FILE && entry.link().isEmpty()) {
                    try (InputStream in = folder.open(entry.path())) {
                        files.put(entry.path(), Digest.of(in, BUFFER));
                    }
                }
            }
            materials.add(
                    new Material("file:" + root.toAbsolutePath().normalize().getFileName(), dirHash(files)));
            files.forEach((path, digest) -> {
                if (LOCK_FILES.contains(path.substring(path.lastIndexOf('/') + 1))) {
                    materials.add(new Material("file:" + path, digest));
                }
            });
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + root, e);
        }
        if (options.base() instanceof BaseImage.FromArchive(Path archive)) {
            materials.add(file(archive));
        }
        return materials;
    }

    /**
     * The digest of a directory as Go defines it ({@code dirhash.Hash1}), which in-toto calls {@code dirHash}: of a line for each file, sorted by
     * path, as {@code sha256sum} prints it.
     */
    private static Map<String, String> dirHash(Map<String, Digest> files) {
        MessageDigest all = Digest.newSha256();
        files.forEach(
                (path, digest) -> all.update((digest.hex() + "  " + path + "\n").getBytes(StandardCharsets.UTF_8)));
        return Map.of("dirHash", HexFormat.of().formatHex(all.digest()));
    }

    private static Path root(Project project) {
        return switch (project) {
            case Project.DockerfileProject(Path directory, Path file) -> directory;
            case Project.MavenProject(Path directory, String name) -> directory;
            case Project.GradleProject gradle -> gradle.root();
            case Project.SourceProject source -> source.root();
            case Project.StaticSite(Path directory, Path site) -> site;
            case Project.Unknown(Path directory, String message) -> directory;
        };
    }

    /** What was asked for; labels may have anything in them and are left out. */
    static Map<String, String> parameters(Project project, BuildOptions options) {
        Map<String, String> parameters = new TreeMap<>();
        parameters.put("language", language(project));
        parameters.put("module", root(project).relativize(directory(project)).toString());
        parameters.put("tests", Boolean.toString(options.tests()));
        parameters.put("mainClass", options.mainClass() == null ? "" : options.mainClass());
        parameters.put(
                "base",
                switch (options.base()) {
                    case BaseImage.HostRuntime() -> "files of the machine";
                    case BaseImage.FromRegistry from -> from.reference().toString();
                    case BaseImage.FromLayout(Path directory, String name) -> directory.getFileName() + " " + name;
                    case BaseImage.FromArchive(Path file) -> String.valueOf(file.getFileName());
                });
        return parameters;
    }

    private static Path directory(Project project) {
        return project instanceof Project.SourceProject source
                ? source.directory()
                : project instanceof Project.GradleProject gradle ? gradle.directory() : root(project);
    }

    private static String language(Project project) {
        return switch (project) {
            case Project.DockerfileProject dockerfile -> "dockerfile";
            case Project.MavenProject maven -> "java with Maven";
            case Project.GradleProject gradle -> "java with Gradle";
            case Project.SourceProject source ->
                switch (source.application()) {
                    case GoApplication go -> "go";
                    case NodeApplication node -> "node";
                    case PythonApplication python -> "python";
                    case RustApplication rust -> "rust";
                };
            case Project.StaticSite site -> "static";
            case Project.Unknown unknown -> "unknown";
        };
    }
}
