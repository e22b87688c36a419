package dev.proa.image.build;

import dev.proa.image.source.SourceCopy;
import dev.proa.image.source.SourceFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gets Tomcat by the Maven of a project.
 *
 * @param work directory for its results when the current user builds
 * @param user who builds; null for the current one
 */
record MavenServerJars(MavenRun maven, Path work, @Nullable BuildUser user, Consumer<BuildEvent> progress)
        implements ServerJars {
    private static final String POM = """
            <project>
              <modelVersion>4.0.0</modelVersion>
              <groupId>dev.proa</groupId>
              <artifactId>server</artifactId>
              <version>1</version>
              <packaging>pom</packaging>
              <dependencies>
            %s  </dependencies>
            </project>
            """;

    private static final String DEPENDENCY =
            "    <dependency><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version></dependency>%n";

    @Override
    public List<Path> add(ServletApi api, SourceCopy copy) {
        String dependencies = ARTIFACTS.stream()
                .map(artifact -> DEPENDENCY.formatted(GROUP, artifact, api.tomcat()))
                .collect(Collectors.joining());
        try (Scratch scratch = Scratch.create(work, user)
                .with("pom.xml", POM.formatted(dependencies))
                .give()) {
            maven.copyDependencies("Tomcat " + api.tomcat(), scratch.directory(), progress);
            try (SourceFolder folder = SourceFolder.open(scratch.directory())) {
                return copy.addJars(folder, "libs");
            }
        }
    }
}
