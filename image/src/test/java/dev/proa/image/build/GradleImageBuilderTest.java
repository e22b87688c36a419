package dev.proa.image.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.ImageFailure;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Builds whose {@code gradlew} is a script that compiles and leaves what the task of {@code collect.gradle} would. */
class GradleImageBuilderTest {
    private static final String GRADLEW = """
            #!/bin/sh
            set -e
            mkdir -p build
            echo "$@" > build/arguments.txt
            grep -q proaCollect "$(echo "$@" | sed 's/.*--init-script \\([^ ]*\\).*/\\1/')"
            mkdir -p web/build/proa/classes web/build/proa/libs
            "$JAVA_HOME/bin/javac" --release 25 -d web/build/proa/classes web/Main.java
            echo text > web/build/proa/classes/a.properties
            echo Main > web/build/proa/main.txt
            """;

    @TempDir
    static Path shared;

    @TempDir
    Path work;

    private final List<String> said = new CopyOnWriteArrayList<>();

    private void file(String name, String content) throws IOException {
        Path path = work.resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }

    @BeforeEach
    void write() throws IOException {
        file("settings.gradle", "rootProject.name = 'shop'\ninclude 'core', 'web'\n");
        file("core/build.gradle", "apply plugin: 'java-library'\n");
        file("web/build.gradle", "plugins {\n  id 'application'\n}\n");
        file("web/Main.java", "class Main { static void main() {} }\n");
        file("web/src/main/resources/application.properties", "server.port=9000\n");
        file("gradlew", GRADLEW);
        Files.setPosixFilePermissions(work.resolve("gradlew"), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private BuiltImage build(Path folder) {
        said.clear();
        return ProjectImageBuilder.build(
                folder,
                ImageStore.open(shared.resolve("store")),
                "shop",
                BuildOptions.local(shared.resolve("cache")),
                event -> said.add(event.message()));
    }

    @Test
    void buildsTheOnlyApplicationByTheWrapper() throws Exception {
        BuiltImage image = build(work);
        assertThat(image.image().config().entrypoint())
                .endsWith("-cp", "/app/resources:/app/classes:/app/libs/*", "Main");
        assertThat(image.image().config().exposedPorts()).containsExactly("9000/tcp");
        assertThat(Files.readString(work.resolve("build/arguments.txt")))
                .contains(":web:proaCollect")
                .contains(" -Dproa.project=:web ");
        assertThat(build(work).unchanged()).isTrue();
        assertThat(build(work.resolve("web")).image().layers())
                .isEqualTo(image.image().layers());

        assertThat(ProjectDetector.detect(work))
                .isEqualTo(new Project.GradleProject(work.resolve("web"), work, "web", "shop"));
        assertThat(ProjectDetector.detect(work.resolve("web")))
                .isEqualTo(new Project.GradleProject(work.resolve("web"), work, "web", "web"));
        assertThat(Detection.of(work, Builder.AUTO).kind()).isEqualTo("Java with Gradle");
    }

    @Test
    void failuresShowWhatGradleSaid() throws Exception {
        file("web/Main.java", "class Main {");
        assertThatThrownBy(() -> build(work))
                .isInstanceOf(ImageFailure.class)
                .hasMessageContaining("the Gradle build of " + work)
                .hasMessageContaining("reached end of file while parsing");
    }

    @ParameterizedTest
    @CsvSource({"4.4.1, 17", "7.5.1, 17", "8.10.2, 23", "8.14, 24", "9.0.0, 24", "9.1.0, 25", "9.9, 26"})
    void knowsWhichJavaAGradleRunsOn(String gradle, int java) {
        assertThat(GradleImageBuilder.newestJava(gradle)).isEqualTo(java);
    }
}
