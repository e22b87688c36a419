package dev.proa.delivery.dev;

import dev.proa.delivery.config.AppSpec;
import dev.proa.delivery.config.SyncRule;
import dev.proa.image.build.Project;
import dev.proa.image.build.ProjectDetector;
import dev.proa.image.server.StaticServer;
import dev.proa.image.source.SourceFolder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which files are copied into running containers: those that {@code proa.yaml} names, else the files of a static site, and the
 * folders {@code static} and {@code public} of applications in interpreted languages, which read them anew for each request.
 *
 * @param files which files of the rules' folders are copied
 * @param kind how they get into the containers
 * @param root folder of the files of a static site that are published although they are ignored; empty for none
 */
record SyncPlan(List<SyncRule> rules, Pattern files, Kind kind, String root) {
    /** How files get into containers. */
    enum Kind {
        /** In place of those of the image: the user of the container must be able to write there. */
        REPLACE,
        /** Beside those of the image, which the server of static sites knows. */
        BESIDE,
        /** Into volumes of the rules' folders, since images built without a Dockerfile run as a user who may not write there. */
        VOLUMES
    }

    private static final Pattern ANY = Pattern.compile("(?s).*");
    /** What browsers ask for; other files may be for tools, and are left to the build. */
    private static final Pattern FOR_BROWSERS = Pattern.compile(
            "(?!k8s/)(?!(.*/)?\\.)(?!(.*/)?node_modules/)(?!.*\\.config\\.[cm]?js$)(.*/)?[^/]+\\.(html?|css|m?js|map|txt|md|xml|svg|png|jpe?g|gif"
                    + "|webp|avif|ico|woff2?|ttf|wasm|pdf|mp[34]|webmanifest)");

    private static final Pattern BUILD = Pattern.compile("\"build\"\\s*:");

    SyncPlan {
        rules = List.copyOf(rules);
    }

    /**
     * The plan of an application.
     *
     * @param workingDirectory of its image; empty when it has none
     */
    static SyncPlan of(AppSpec app, String workingDirectory) {
        Path project = app.folder().toAbsolutePath().normalize();
        if (!app.sync().isEmpty()) {
            return new SyncPlan(app.sync(), ANY, Kind.REPLACE, "");
        }
        if (ProjectDetector.detect(project) instanceof Project.StaticSite(Path folder, Path root)) {
            String from = folder.toAbsolutePath()
                    .normalize()
                    .relativize(root.toAbsolutePath().normalize())
                    .toString();
            return new SyncPlan(List.of(new SyncRule(from, StaticServer.CHANGES)), FOR_BROWSERS, Kind.BESIDE, from);
        }
        return new SyncPlan(interpreted(project, workingDirectory), ANY, Kind.VOLUMES, "");
    }

    private static List<SyncRule> interpreted(Path project, String workingDirectory) {
        List<SyncRule> rules = new ArrayList<>();
        try (SourceFolder folder = SourceFolder.open(project)) {
            boolean compiled =
                    List.of("pom.xml", "go.mod", "Cargo.toml", "build.gradle", "build.gradle.kts", "Dockerfile")
                            .stream()
                            .anyMatch(file -> folder.kind(file) == SourceFolder.Kind.FILE);
            boolean python = List.of("requirements.txt", "pyproject.toml", "uv.lock").stream()
                    .anyMatch(file -> folder.kind(file) == SourceFolder.Kind.FILE);
            boolean node = folder.kind("package.json") == SourceFolder.Kind.FILE
                    && !BUILD.matcher(new String(folder.read("package.json"), StandardCharsets.UTF_8))
                            .find();
            if (compiled || !(python || node) || !workingDirectory.startsWith("/")) {
                return rules;
            }
            for (String name : List.of("static", "public")) {
                if (folder.kind(name) == SourceFolder.Kind.DIRECTORY) {
                    rules.add(new SyncRule(name, (workingDirectory.equals("/") ? "" : workingDirectory) + "/" + name));
                }
            }
        }
        return rules;
    }

    /** Whether all of these paths can be copied. */
    boolean covers(Set<String> paths) {
        return paths.stream()
                .allMatch(
                        path -> files.matcher(path).matches() && rules.stream().anyMatch(rule -> rule.matches(path)));
    }
}
