package dev.proa.image.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.ImageFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourcePortTest {
    @TempDir
    Path project;

    @BeforeEach
    void pom() throws Exception {
        write("pom.xml", "<project><artifactId>web</artifactId></project>");
    }

    private void write(String file, String content) throws Exception {
        Path path = project.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }

    @Test
    void is8080WhenNothingSaysOtherwise() {
        assertThat(SourcePort.of(project)).isEqualTo(new SourcePort(8080, ""));
    }

    @ParameterizedTest
    @CsvSource({
        "server.port=3000, 3000",
        "server.port: 3000, 3000",
        "server.port=${PORT:3000}, 3000",
        "server.port=${SERVER_PORT}, 8080",
        "server.port=0, 8080",
        "server.port=99999, 8080",
        "#server.port=3000, 8080",
        "management.server.port=3000, 8080",
        "quarkus.http.port=3000, 3000",
        "%dev.quarkus.http.port=3000, 8080",
        "'quarkus.http.port=1\n%prod.quarkus.http.port=3000', 3000",
        "micronaut.server.port=3000, 3000"
    })
    void readsProperties(String text, int port) throws Exception {
        write("src/main/resources/application.properties", text);
        assertThat(SourcePort.of(project).port()).isEqualTo(port);
    }

    @ParameterizedTest
    @CsvSource({
        "'server:\n  port: 3000', 3000",
        "'server:\n  # the port\n  port: \"3000\" # of it', 3000",
        "'server.port: 3000', 3000",
        "'server:\n  servlet:\n    context-path: /a\n  port: ${PORT:3000}', 3000",
        "'management:\n  server:\n    port: 3000', 8080",
        "'server:\n  ssl:\n    port: 3000', 8080",
        "'spring: {}\n---\nspring.config.activate.on-profile: dev\nserver:\n  port: 3000', 8080",
        "'quarkus:\n  http:\n    port: 3000', 3000",
        "'\"%prod\":\n  quarkus:\n    http:\n      port: 3000', 3000",
        "'{', 8080"
    })
    void readsYaml(String text, int port) throws Exception {
        write("src/main/resources/application.yml", text);
        assertThat(SourcePort.of(project).port()).isEqualTo(port);
    }

    @ParameterizedTest
    @CsvSource({
        "EXPOSE 3000, 3000",
        "'FROM x\nexpose 3000/tcp 4000', 3000",
        "EXPOSE 3000/udp, 8080",
        "EXPOSE $PORT, 8080",
        "# EXPOSE 3000, 8080"
    })
    void readsDockerfiles(String text, int port) throws Exception {
        write("Dockerfile", text);
        assertThat(SourcePort.of(project).port()).isEqualTo(port);
    }

    /** The nearer to Proa it is said, the more it counts. */
    @Test
    void takesThePomFirst() throws Exception {
        write("src/main/resources/application.properties", "server.port=3000");
        write("Dockerfile", "EXPOSE 4000");
        assertThat(SourcePort.of(project)).isEqualTo(new SourcePort(3000, "src/main/resources/application.properties"));
        write("pom.xml", "<project><properties><proa.port>5000</proa.port></properties></project>");
        assertThat(SourcePort.of(project)).isEqualTo(new SourcePort(5000, "pom.xml"));
        write("pom.xml", "<project><properties><proa.port>much</proa.port></properties></project>");
        assertThatThrownBy(() -> SourcePort.of(project))
                .isInstanceOf(ImageFailure.class)
                .hasMessageContaining("proa.port");
    }
}
