package dev.proa.image.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetectionTest {
    @TempDir
    Path folder;

    private void file(String name, String content) throws IOException {
        Path path = folder.resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }

    @Test
    void saysWhatDecidedAndWhatDidNot() throws Exception {
        file("go.mod", "module example.com/shop\n\ngo 9.9\n");
        file("main.go", "package main\n\nfunc main() {}\n");
        file("package.json", "{}");
        file("Dockerfile", "FROM x\nEXPOSE 4000\n");

        Detection found = Detection.of(folder, Builder.PROJECT);
        assertThat(found.kind()).isEqualTo("Go");
        assertThat(found.file()).isEqualTo("go.mod");
        assertThat(found.reasons()).contains("its program is the package of the folder");
        assertThat(found.others()).containsExactly("Dockerfile", "package.json");
        assertThat(found.layers()).containsExactly("system", "program");
        assertThat(found.port()).isEqualTo(4000);
        assertThat(found.portFile()).isEqualTo("Dockerfile");
        assertThat(found.tools()).singleElement().satisfies(tool -> {
            assertThat(tool.needed()).isEqualTo("9.9");
            assertThat(tool.serves()).isFalse();
        });

        assertThat(Detection.of(folder, Builder.AUTO).kind()).isEqualTo("Dockerfile");
    }

    @Test
    void describesMavenProjectsAndSites() throws Exception {
        file("index.html", "");
        assertThat(Detection.of(folder, Builder.AUTO).kind()).isEqualTo("static site");
        file("pom.xml", "<project><artifactId>a</artifactId></project>");
        Detection maven = Detection.of(folder, Builder.AUTO);
        assertThat(maven.kind()).isEqualTo("Java with Maven");
        assertThat(maven.others()).containsExactly("index.html");
        assertThat(maven.tools()).extracting(Detection.Tool::program).containsExactly("java", "mvn");
        file("pom.xml", "<project><artifactId>a</artifactId><packaging>war</packaging></project>");
        Detection war = Detection.of(folder, Builder.AUTO);
        assertThat(war.layers()).contains("server", "classes");
        assertThat(war.start()).contains("/app/web");
    }

    @Test
    void failsWhereNothingCanBeBuilt() {
        assertThatThrownBy(() -> Detection.of(folder, Builder.AUTO))
                .hasMessageContaining("no application that Proa knows");
    }
}
