package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConversionTest {
    @TempDir
    Path directory;

    private Path project;

    @BeforeEach
    void makeProject() throws Exception {
        project = Files.createDirectories(directory.resolve("shop"));
        Files.writeString(project.resolve("index.html"), "hello");
        Files.writeString(project.resolve("web.env"), "A=b");
        Files.writeString(project.resolve("compose.yaml"), """
                services:
                  web: {build: ., ports: ["80:8080"], env_file: web.env, privileged: true, ulimits: {nofile: 1}}
                  cache: {image: redis}
                """);
    }

    private DeployRequest request() {
        return DeployRequest.of(project, "default", Duration.ZERO);
    }

    @Test
    void writesWhatIsDeployedFromThenOn() throws Exception {
        Conversion.Written written = Conversion.write(request(), false, project.resolve("k8s"));
        assertThat(written.files().stream().map(file -> file.getFileName().toString()))
                .containsExactly(
                        "web-env-secret.yaml",
                        "cache-service.yaml",
                        "web-service.yaml",
                        "cache-deployment.yaml",
                        "web-deployment.yaml");
        assertThat(written.notes())
                .anyMatch(note -> note.contains("compose.yaml:2: services.web.ulimits is not translated"))
                .anyMatch(note -> note.contains("web-env-secret.yaml has the values"));
        Path secret = project.resolve("k8s/web-env-secret.yaml");
        assertThat(Files.getPosixFilePermissions(secret)).isEqualTo(PosixFilePermissions.fromString("rw-------"));

        Plan plan = Plan.of(request().app(), "", "default", request().sources(), false);
        assertThat(plan.manifests().description()).isEqualTo("the manifests in k8s");
        assertThat(plan.manifests().uses(plan.image()))
                .as("the image that is built of the folder")
                .isTrue();
    }

    @Test
    void replacesNothing() throws Exception {
        Files.createDirectory(project.resolve("k8s"));
        Path target = directory.resolve("out");
        Files.createDirectory(target);
        Files.delete(project.resolve("k8s"));
        Path link = Files.createSymbolicLink(target.resolve("web-service.yaml"), directory.resolve("elsewhere"));
        assertThatThrownBy(() -> Conversion.write(request(), false, target))
                .hasMessageContaining(link + " exists")
                .hasMessageContaining("-o");
        assertThat(target).isDirectoryContaining(file -> file.equals(link)).isDirectoryNotContaining("glob:**cache*");
        assertThat(directory.resolve("elsewhere")).doesNotExist();
    }
}
