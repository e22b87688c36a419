package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import dev.proa.image.source.SourceCopy;
import dev.proa.image.source.SourceCopy.Links;
import dev.proa.image.source.SourceFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Has Quarkus build an application again from changed classes, without Maven: what it packages as a {@code mutable-jar}
 * has the extensions' build steps with it, which run in a process of their own, as the owner of the folder.
 *
 * @param work directory for results
 * @param user who builds; null for the current one
 */
record QuarkusRebuild(Path work, Jdk jdk, @Nullable BuildUser user) {
    /** The type of package that can be built again, as Maven's option. */
    static final String PACKAGE = "-Dquarkus.package.jar.type=mutable-jar";

    /** The name that the directory of the application must have. */
    static final String DIRECTORY = "quarkus-app";

    private static final Pattern BUILD = Pattern.compile("<goal>\\s*build\\s*</goal>");
    private static final String SETTING = "quarkus.package";
    private static final List<String> SETTINGS = List.of(
            "pom.xml",
            "src/main/resources/application.properties",
            "src/main/resources/application.yml",
            "src/main/resources/application.yaml");
    /** Sources from which extensions make Java. */
    private static final List<String> GENERATORS = List.of("src/main/proto", "src/main/avro");

    /** Whether a module is packaged by Quarkus in the default way, so that another that does the same may be chosen. */
    static boolean suits(SourceFolder folder, Reactor reactor, PomFile pom) {
        return pom.plugins().contains(PomFile.QUARKUS)
                && BUILD.matcher(text(folder, reactor.path("pom.xml"))).find()
                && System.getenv().keySet().stream().noneMatch(name -> name.startsWith("QUARKUS_PACKAGE"))
                && SETTINGS.stream()
                        .map(reactor::path)
                        .noneMatch(file -> text(folder, file).contains(SETTING))
                && GENERATORS.stream()
                        .allMatch(source -> folder.kind(reactor.path(source)) == SourceFolder.Kind.NOTHING);
    }

    private static String text(SourceFolder folder, String file) {
        return folder.kind(file) == SourceFolder.Kind.FILE ? new String(folder.read(file), StandardCharsets.UTF_8) : "";
    }

    /**
     * Builds.
     *
     * @param app the application as it was packaged, the only thing in a directory
     * @param classes all of its classes and resources
     * @return a copy of that directory with the new one, to be closed; null when Quarkus refuses it, which Maven then reports
     */
    @Nullable
    SourceCopy rebuild(Path app, Path classes) throws IOException {
        List<Path> jars = list(app.resolve("app"));
        if (jars.size() != 1) {
            return null;
        }
        Path own = Path.of(DIRECTORY, "app").resolve(jars.getFirst().getFileName());
        try (Scratch scratch = Scratch.create(work, user)) {
            try (SourceFolder kept = SourceFolder.open(app.resolveSibling(""))) {
                scratch.with(kept, path -> !path.equals(own));
            }
            jar(jars.getFirst(), classes, scratch.directory().resolve(own));
            scratch.give(own.toString()).give();
            new BuildProcess(user, scratch.directory())
                    .run(
                            "the build by Quarkus",
                            List.of(
                                    jdk.program("java"),
                                    "-XX:TieredStopAtLevel=1",
                                    "-XX:+UseSerialGC",
                                    "-Dquarkus.launch.rebuild=true",
                                    "-jar",
                                    "quarkus-run.jar"),
                            scratch.directory().resolve(DIRECTORY),
                            Map.of());
            SourceCopy copy = SourceCopy.in(work);
            try (SourceFolder made = SourceFolder.open(scratch.directory())) {
                copy.add(made, "", path -> true, Links.FILES);
                return copy;
            } catch (RuntimeException e) {
                copy.close();
                throw e;
            }
        } catch (ImageFailure e) {
            if (e.reason() == ImageFailure.Reason.BUILD_FAILED) {
                return null;
            }
            throw e;
        }
    }

    /** The libraries that the application's own classes are compiled with. */
    static List<Path> libraries(Path app) throws IOException {
        return Stream.concat(list(app.resolve("lib/main")).stream(), list(app.resolve("lib/boot")).stream())
                .toList();
    }

    private static List<Path> list(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }

    /** Writes the application's own jar, with the manifest of the one before. */
    private static void jar(Path before, Path classes, Path to) throws IOException {
        try (JarFile old = new JarFile(before.toFile());
                OutputStream out = Files.newOutputStream(to);
                ZipOutputStream jar = new ZipOutputStream(out);
                Stream<Path> files = Files.walk(classes)) {
            ZipEntry manifest = old.getEntry(JarFile.MANIFEST_NAME);
            if (manifest != null) {
                jar.putNextEntry(entry(JarFile.MANIFEST_NAME));
                old.getInputStream(manifest).transferTo(jar);
            }
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String name = classes.relativize(file).toString();
                if (!name.equals(JarFile.MANIFEST_NAME)) {
                    jar.putNextEntry(entry(name));
                    Files.copy(file, jar);
                }
            }
        }
    }

    private static ZipEntry entry(String name) {
        ZipEntry entry = new ZipEntry(name);
        entry.setTime(0);
        return entry;
    }
}
