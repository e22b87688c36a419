package dev.proa.image.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.source.SourceFolder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GradleBuildTest {
    @TempDir
    Path directory;

    private ProjectFiles files() {
        return new ProjectFiles(directory);
    }

    private GradleBuild read() {
        try (SourceFolder folder = SourceFolder.open(directory)) {
            return GradleBuild.read(folder);
        }
    }

    @Test
    void readsProjectsOfKotlinAndGroovy() throws Exception {
        files().with("settings.gradle.kts", """
                        rootProject.name = "shop"
                        include("core", ":services:web")
                        // include("old")
                        include(":missing")
                        """)
                .with(
                        "core/build.gradle.kts",
                        "plugins {\n  `java-library`\n  id(\"org.springframework.boot\") apply false\n}\n")
                .with("services/web/build.gradle", "apply plugin: 'application'\n")
                .with("old/build.gradle", "apply plugin: 'application'\n")
                .with("gradlew", "")
                .with(
                        "gradle/wrapper/gradle-wrapper.properties",
                        "distributionUrl=https\\://downloads.example/distributions/gradle-8.14.2-bin.zip\n");
        assertThat(read())
                .isEqualTo(new GradleBuild("shop", List.of("core", "services/web"), List.of("services/web"), "8.14.2"));
        assertThat(read().application(directory)).isEqualTo("services/web");
        files().with("core/build.gradle.kts", "plugins {\n  application\n}\n");
        assertThatThrownBy(() -> read().application(directory)).hasMessageContaining("core, services/web");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plugins { id 'application' }",
                "plugins {\n    id(\"org.springframework.boot\") version \"3.5.0\"\n}",
                "plugins {\n    id 'io.quarkus'\n}",
                "plugins {\n  alias(libs.plugins.spring.boot)\n}",
                "apply plugin: \"application\"",
                "plugins {\n    application\n}"
            })
    void knowsApplicationsByTheirPlugins(String script) throws Exception {
        files().with("build.gradle", script);
        assertThat(read().applications()).containsExactly("");
        files().with("build.gradle", "/* " + script + " */\nplugins { id 'java-library' }");
        assertThat(read().applications()).isEmpty();
    }
}
