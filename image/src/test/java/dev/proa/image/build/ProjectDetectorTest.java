package dev.proa.image.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.project.NodeApplication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProjectDetectorTest {
    @TempDir
    Path directory;

    private void file(String name, String content) throws IOException {
        Path path = directory.resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }

    @Test
    void mavenComesFirst() throws Exception {
        file("pom.xml", "<project><artifactId>a</artifactId></project>");
        file("index.html", "");

        assertThat(ProjectDetector.detect(directory)).isEqualTo(new Project.MavenProject(directory, "a"));
    }

    @Test
    void siteIsWhereItsIndexIs() throws Exception {
        file("package.json", "{}");
        file("dist/index.html", "");

        assertThat(ProjectDetector.detect(directory))
                .isEqualTo(new Project.StaticSite(directory, directory.resolve("dist")));
    }

    @Test
    void whatCannotBeBuiltSaysWhatToDo() throws Exception {
        assertThat(message()).contains("no application that Proa knows", "add a Dockerfile");
        file(
                "pom.xml",
                "<project><packaging>pom</packaging><modules><module>web</module><module>core</module></modules></project>");
        assertThat(message()).contains("several modules").contains("web, core");
        file("pom.xml", "<project><packaging>ear</packaging></project>");
        assertThat(message()).contains("package it as a jar");
        file("pom.xml", "<project><artifactId>shop</artifactId><packaging>war</packaging></project>");
        assertThat(ProjectDetector.detect(directory)).isEqualTo(new Project.MavenProject(directory, "shop"));
    }

    @Test
    void onlyApplicationAmongModulesIsTaken() throws Exception {
        file(
                "pom.xml",
                "<project><packaging>pom</packaging><modules><module>core</module><module>apps</module></modules></project>");
        file("core/pom.xml", "<project><artifactId>core</artifactId></project>");
        file("core/src/main/java/Core.java", "class Core {}");
        file("apps/pom.xml", "<project><packaging>pom</packaging><modules><module>web</module></modules></project>");
        file("apps/web/pom.xml", "<project><artifactId>web</artifactId></project>");
        assertThat(message()).contains("none is known to be an application", "core, apps/web");
        file("apps/web/src/main/java/Web.java", "class Web {\n  public static void main(String[] a) {}\n}");
        assertThat(ProjectDetector.detect(directory))
                .isEqualTo(new Project.MavenProject(directory.resolve("apps/web"), "web"));
        file("core/src/main/java/Core.java", "class Core {\n  static void main() {}\n}");
        assertThat(message()).contains("several are applications", "core, apps/web");
        String quarkus =
                "<build><plugins><plugin><artifactId>quarkus-maven-plugin</artifactId></plugin></plugins></build>";
        file("core/pom.xml", "<project><artifactId>core</artifactId>" + quarkus + "</project>");
        assertThat(ProjectDetector.detect(directory))
                .isEqualTo(new Project.MavenProject(directory.resolve("core"), "core"));
    }

    /** Its index.html names sources that no browser can read. */
    @Test
    void folderWithABuildIsNoSiteUntilItIsBuilt() throws Exception {
        file("package.json", "{\"scripts\": {\"dev\": \"vite\", \"build\": \"vite build\"}}");
        file("index.html", "<script type=module src=/src/main.js></script>");
        file("public/index.html", "");
        assertThat(ProjectDetector.detect(directory))
                .isInstanceOfSatisfying(
                        Project.SourceProject.class,
                        project -> assertThat(project.application()).isInstanceOf(NodeApplication.class));
    }

    @Test
    void programOfAModuleIsBuiltInItsModule() throws Exception {
        file("go.mod", "module example.com/shop");
        file("cmd/web/main.go", "package main\n\nfunc main() {}\n");
        Path web = directory.resolve("cmd/web");
        assertThat(ProjectDetector.detect(web)).isInstanceOfSatisfying(Project.SourceProject.class, project -> {
            assertThat(project.directory()).isEqualTo(web);
            assertThat(project.root()).isEqualTo(directory);
            assertThat(project.application().name()).isEqualTo("web");
        });
        Files.delete(directory.resolve("go.mod"));
        assertThat(((Project.Unknown) ProjectDetector.detect(web)).message()).contains("go mod init");
    }

    @Test
    void packagesWithoutABuildMayBelongToASite() throws Exception {
        file("package.json", "{\"devDependencies\": {\"prettier\": \"3\"}, \"build\": 1}");
        file("index.html", "");
        assertThat(ProjectDetector.detect(directory)).isEqualTo(new Project.StaticSite(directory, directory));
    }

    @Test
    void whatDescribesADeploymentSaysWhatItIs() throws Exception {
        file("docker-compose.yml", "services: {}");
        assertThat(message()).contains("a Compose file", "the folder of a service");
        Files.delete(directory.resolve("docker-compose.yml"));
        file("kustomization.yaml", "");
        assertThat(message()).contains("kubectl apply -k " + directory);
        file("Chart.yaml", "name: x");
        assertThat(message()).contains("a Helm chart", "helm install");
    }

    @Test
    void dockerfileComesFirstUnlessItIsNotToBeUsed() throws Exception {
        file("pom.xml", "<project><artifactId>a</artifactId></project>");
        assertThat(ProjectDetector.detect(directory, Builder.DOCKERFILE))
                .isInstanceOfSatisfying(
                        Project.Unknown.class,
                        unknown -> assertThat(unknown.message()).contains("neither a Dockerfile", "--builder project"));
        file("Containerfile", "FROM x");
        assertThat(ProjectDetector.detect(directory))
                .isEqualTo(new Project.DockerfileProject(directory, directory.resolve("Containerfile")));
        file("Dockerfile", "FROM x");
        Project first = new Project.DockerfileProject(directory, directory.resolve("Dockerfile"));
        assertThat(ProjectDetector.detect(directory)).isEqualTo(first);
        assertThat(ProjectDetector.detect(directory, Builder.DOCKERFILE)).isEqualTo(first);
        assertThat(ProjectDetector.detect(directory, Builder.PROJECT))
                .isEqualTo(new Project.MavenProject(directory, "a"));
    }

    @Test
    void missingDirectoryIsSaidToBeMissing() {
        assertThat(ProjectDetector.detect(directory.resolve("none")))
                .isEqualTo(new Project.Unknown(
                        directory.resolve("none"), "there is no directory " + directory.resolve("none")));
    }

    private String message() {
        return ((Project.Unknown) ProjectDetector.detect(directory)).message();
    }

    @Test
    void pomIsReadWithoutMaven() throws Exception {
        file("pom.xml", """
                <?xml version="1.0"?>
                <!DOCTYPE project>
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <parent><artifactId>p</artifactId><relativePath>../up/pom.xml</relativePath></parent>
                  <artifactId>me</artifactId>
                  <properties><proa.port> 9090 </proa.port></properties>
                  <dependencies>
                    <dependency><artifactId>x</artifactId><scope>test</scope></dependency>
                    <dependency><artifactId>y</artifactId></dependency>
                  </dependencies>
                  <dependencyManagement><dependencies><dependency><artifactId>z</artifactId></dependency></dependencies></dependencyManagement>
                </project>
                """);
        PomFile pom = PomFile.parse(Files.readAllBytes(directory.resolve("pom.xml")), directory.resolve("pom.xml"));

        assertThat(pom.artifactId()).isEqualTo("me");
        assertThat(pom.parent()).isEqualTo("../up/pom.xml");
        assertThat(pom.properties()).containsEntry("proa.port", "9090");
        assertThat(pom.dependencyScopes()).containsExactly("test", "compile");
    }
}
