package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What there is to do with an application besides deploying it: each test goes on where the one before ended. */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ApplicationTest {
    private static final int PORT = 7070;

    private final TestCluster cluster;
    private final Path project;
    private URI url = URI.create("http://nowhere.invalid");

    ApplicationTest(TestCluster cluster, @TempDir Path directory) throws IOException {
        this.cluster = cluster;
        this.project = directory.resolve("elsewhere");
        write("pom.xml", """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>test</groupId>
                  <artifactId>elsewhere</artifactId>
                  <version>1</version>
                  <properties>
                    <maven.compiler.release>25</maven.compiler.release>
                    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
                  </properties>
                  <build>
                    <plugins>
                      <plugin><artifactId>maven-resources-plugin</artifactId><version>3.3.1</version></plugin>
                      <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.14.1</version></plugin>
                      <plugin><artifactId>maven-surefire-plugin</artifactId><version>3.5.4</version></plugin>
                      <plugin><artifactId>maven-jar-plugin</artifactId><version>3.4.2</version></plugin>
                    </plugins>
                  </build>
                </project>
                """);
        edition("first");
    }

    private void write(String file, String content) throws IOException {
        Path path = project.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }

    private void edition(String name) throws IOException {
        write("src/main/java/app/Main.java", """
                package app;

                import com.sun.net.httpserver.HttpServer;
                import java.net.InetSocketAddress;

                class Main {
                    static void main() throws Exception {
                        HttpServer server = HttpServer.create(new InetSocketAddress(%d), 0);
                        server.createContext("/", exchange -> {
                            System.out.println("%2$s asked for " + exchange.getRequestURI());
                            exchange.sendResponseHeaders(200, "%2$s".length());
                            exchange.getResponseBody().write("%2$s".getBytes());
                            exchange.close();
                        });
                        server.start();
                    }
                }
                """.formatted(PORT, name));
    }

    /** Waits for the edition: the service's endpoints follow a rollout, and may name a pod that ends for a moment. */
    private void shows(String edition) {
        Await.until(
                "the page shows the edition",
                () -> Http.get(cluster, url.getHost(), url.getPort(), "/page").body(),
                edition::equals);
    }

    @Test
    @Order(1)
    void saysWhereItListensInsteadOfWhereItIsExpected() {
        Run run = cluster.proa("deploy", project.toString(), "--timeout", "10").exits(1);
        assertThat(run.err())
                .contains("it runs, but is not ready")
                .contains("it is expected on port 8080, and listens on port " + PORT)
                .contains("proa deploy " + project + " --port " + PORT);
    }

    @Test
    @Order(2)
    void isExpectedWhereItsUserSays() throws IOException {
        Run run = cluster.proa("deploy", project.toString(), "--port", String.valueOf(PORT))
                .ok();
        url = URI.create(run.out().lines().reduce((first, second) -> second).orElseThrow());
        shows("first");
        assertThat(cluster.proa("open", "elsewhere").ok().text()).isEqualTo(url.toString());
    }

    @Test
    @Order(3)
    void saysWhatAllItsPodsSay() {
        Await.until(
                "what was asked for is in the log",
                () -> cluster.proa("logs", "elsewhere", "--since", "1h").ok().out(),
                log -> log.lines()
                        .anyMatch(
                                line -> line.matches("\\[pod/elsewhere-[a-z0-9-]+/elsewhere] first asked for /page")));
        assertThat(cluster.proa("logs", "elsewhere", "--previous").exits(1).err())
                .contains("been started again");
    }

    @Test
    @Order(4)
    void goesBackToTheVersionBefore() throws IOException {
        edition("second");
        cluster.proa("deploy", project.toString()).ok();
        shows("second"); // and the port is remembered

        Run run = cluster.proa("rollback", "elsewhere").ok();
        assertThat(run.out()).contains("deployment.apps/elsewhere rolled back").endsWith(url + "\n");
        shows("first");
        cluster.proa("deploy", project.toString()).ok();
        shows("second"); // which the next delivery ends
    }

    @Test
    @Order(5)
    void isNotDeployedWhenItsTestsFail() throws IOException {
        edition("third");
        Path pom = project.resolve("pom.xml");
        Files.writeString(pom, Files.readString(pom).replace("<build>", """
                        <dependencies>
                          <dependency>
                            <groupId>org.junit.jupiter</groupId>
                            <artifactId>junit-jupiter</artifactId>
                            <version>%s</version>
                            <scope>test</scope>
                          </dependency>
                        </dependencies>
                        <build>""".formatted(
                        Test.class.getPackage().getImplementationVersion())));
        write("src/test/java/app/MainTest.java", """
                package app;

                import org.junit.jupiter.api.Assertions;
                import org.junit.jupiter.api.Test;

                class MainTest {
                    @Test
                    void isRight() {
                        Assertions.fail("it is not");
                    }
                }
                """);
        Run run = cluster.proa("deploy", project.toString(), "--test").exits(1);
        assertThat(run.err()).contains("MainTest.isRight", "it is not");
        shows("second");

        run = cluster.proa("deploy", project.toString()).ok();
        assertThat(run.out()).contains("tests were not run; have them run first with --test");
        shows("third");
    }
}
