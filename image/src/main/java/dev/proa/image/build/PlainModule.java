package dev.proa.image.build;

import dev.proa.image.source.SourceFolder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells whether Maven does nothing to the sources of a module but compile them, as far as its pom and those of its
 * parents in the folder say. In doubt it does.
 */
final class PlainModule {
    private static final Set<String> PLUGINS = Set.of(
            "maven-clean-plugin",
            "maven-compiler-plugin",
            "maven-resources-plugin",
            "maven-jar-plugin",
            "maven-war-plugin",
            "maven-surefire-plugin",
            "maven-failsafe-plugin",
            "maven-install-plugin",
            "maven-deploy-plugin",
            "maven-site-plugin",
            "maven-enforcer-plugin",
            "spring-boot-maven-plugin",
            PomFile.QUARKUS);

    /** Parents from a repository that are known to add nothing to what compiles. */
    private static final Set<String> PARENTS = Set.of("spring-boot-starter-parent");

    /** What changes how sources are compiled, or where they are. */
    private static final Pattern PARTICULAR = Pattern.compile(
            "<(profiles|extensions|sourceDirectory|outputDirectory|directory|annotationProcessorPaths|annotationProcessors|compilerArg"
                    + "|compilerArgs|compilerArgument|compilerId|includes|excludes|proc|generatedSourcesDirectory)\\b"
                    + "|<scope>\\s*(provided|system)\\s*<|<type>|<optional>\\s*true");

    /** Interfaces that a servlet container provides, which is among the libraries of a war. */
    private static final Pattern SERVLET_API = Pattern.compile(
            "(?s)<dependency>(?:(?!</dependency>).)*<artifactId>\\s*(?:jakarta|javax)\\.(?:servlet|servlet\\.jsp|el|"
                    + "websocket|annotation)-api\\s*</artifactId>(?:(?!</dependency>).)*</dependency>");

    private static final Pattern PLUGIN = Pattern.compile("(?s)<plugin>(.*?)</plugin>");
    private static final Pattern ARTIFACT = Pattern.compile("<artifactId>\\s*([^<\\s]+)\\s*</artifactId>");
    private static final Pattern GOAL = Pattern.compile("<goal>\\s*([^<\\s]+)\\s*</goal>");
    private static final Set<String> GOALS = Set.of(
            "repackage",
            "integration-test",
            "verify",
            "enforce",
            "build",
            "generate-code",
            "generate-code-tests",
            "native-image-agent");

    /** What each project of Quarkus has: managed versions, and a profile that is active by a property only. */
    private static final Pattern OF_QUARKUS = Pattern.compile(
            "(?s)<dependencyManagement>.*?</dependencyManagement>|<extensions>true</extensions>"
                    + "|<profiles>\\s*<profile>\\s*<id>native</id>(?:(?!</profile>|activeByDefault).)*</profile>\\s*</profiles>");

    private static final Pattern PARENT = Pattern.compile("(?s)<parent>(.*?)</parent>");
    private static final Pattern ENCODING =
            Pattern.compile("<project\\.build\\.sourceEncoding>\\s*([^<\\s]+)\\s*</project\\.build\\.sourceEncoding>");
    private static final int MAX_PARENTS = 20;

    private PlainModule() {}

    /** Whether the sources of a module are only compiled. */
    static boolean is(SourceFolder folder, Reactor reactor) {
        for (String other : Set.of("src/main/kotlin", "src/main/groovy", "src/main/scala", "src/main/aspect", ".mvn")) {
            if (folder.kind(reactor.path(other)) != SourceFolder.Kind.NOTHING) {
                return false;
            }
        }
        return folder.kind(reactor.path("src/main/java/module-info.java")) == SourceFolder.Kind.NOTHING
                && isPlain(reactor.project().resolve("pom.xml"), "", 0);
    }

    /**
     * @param expected the artifactId that a parent must have; empty for the module itself
     */
    private static boolean isPlain(Path file, String expected, int depth) {
        Path directory = file.getParent();
        if (depth > MAX_PARENTS || directory == null || !Files.isRegularFile(file)) {
            return false;
        }
        String text;
        PomFile pom;
        try (SourceFolder folder = SourceFolder.open(directory)) {
            byte[] bytes = folder.read(String.valueOf(file.getFileName()));
            text = new String(bytes, StandardCharsets.UTF_8);
            pom = PomFile.parse(bytes, file);
        }
        if (pom.packaging().equals("war")) {
            text = SERVLET_API.matcher(text).replaceAll("");
        }
        if (pom.plugins().contains(PomFile.QUARKUS)) {
            text = OF_QUARKUS.matcher(text).replaceAll("");
        }
        Matcher encoding = ENCODING.matcher(text);
        if (PARTICULAR.matcher(text).find()
                || !expected.isEmpty() && !pom.artifactId().equals(expected)
                || encoding.find() && !encoding.group(1).equalsIgnoreCase("UTF-8")
                || !GOAL.matcher(text).results().allMatch(goal -> GOALS.contains(goal.group(1)))
                || !PLUGIN.matcher(text).results().allMatch(plugin -> isKnown(plugin.group(1)))) {
            return false;
        }
        Matcher parent = PARENT.matcher(text);
        if (!parent.find()) {
            return true;
        }
        Matcher artifact = ARTIFACT.matcher(parent.group(1));
        if (!artifact.find()) {
            return false;
        }
        if (PARENTS.contains(artifact.group(1))) {
            return true;
        }
        String relative = pom.parent();
        if (relative == null || relative.isEmpty()) {
            return false;
        }
        Path above = directory.resolve(relative).normalize();
        return isPlain(Files.isDirectory(above) ? above.resolve("pom.xml") : above, artifact.group(1), depth + 1);
    }

    private static boolean isKnown(String plugin) {
        Matcher artifact = ARTIFACT.matcher(plugin);
        return artifact.find() && PLUGINS.contains(artifact.group(1));
    }
}
