package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeployerTest {
    @TempDir
    Path project;

    /** So that nothing is started or built for a folder that cannot be deployed. */
    @Test
    void seesBeforehandWhatCannotBeDeployed() throws Exception {
        assertThat(Deployer.check(project.resolve("missing"))).contains("there is no directory");
        assertThat(Deployer.check(project)).contains("neither a pom.xml nor an index.html");
        Files.writeString(project.resolve("index.html"), "hello");
        assertThat(Deployer.check(project)).isEmpty();
        Path k8s = Files.createDirectory(project.resolve("k8s"));
        Files.writeString(k8s.resolve("a.yaml"), "kind: [");
        assertThat(Deployer.check(project)).contains("a.yaml");
        Files.writeString(project.resolve("pom.xml"), "<project><artifactId>");
        assertThat(Deployer.check(project)).contains("pom.xml is not well-formed");
    }
}
