package dev.proa.image.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A project whose {@code mvnw} leaves what Quarkus would; the program in its jar builds again. */
class QuarkusRebuildTest {
    private static final String POM = """
            <project>
              <artifactId>app</artifactId>
              <dependencyManagement>
                <dependencies><dependency><type>pom</type><scope>import</scope></dependency></dependencies>
              </dependencyManagement>
              <build>
                <plugins>
                  <plugin>
                    <artifactId>quarkus-maven-plugin</artifactId>
                    <extensions>true</extensions>
                    <executions><execution><goals><goal>build</goal></goals></execution></executions>
                  </plugin>
                </plugins>
              </build>
              <profiles>
                <profile>
                  <id>native</id>
                  <activation><property><name>native</name></property></activation>
                </profile>
              </profiles>
            </project>
            """;

    private static final String PROGRAM = """
            import java.nio.file.*;
            class Run {
                public static void main(String[] arguments) throws Exception {
                    if (Boolean.getBoolean("quarkus.launch.rebuild")) {
                        long size = Files.size(Path.of("app/app-1.jar"));
                        if (size == 0 || !Files.exists(Path.of("lib/deployment/steps.jar"))) System.exit(1);
                        Files.writeString(Path.of("quarkus/generated.txt"), "again");
                    }
                }
            }
            """;

    private static final String MVNW = """
            #!/bin/sh
            set -e
            mkdir -p target/classes
            echo "$@" > target/asked.txt
            cp -r made/classes/. target/classes/
            cp -r made/quarkus-app target/
            """;

    @TempDir
    Path directory;

    private Path project;
    private final List<String> said = new CopyOnWriteArrayList<>();

    @BeforeEach
    void write() throws IOException {
        project = directory.resolve("app");
        Path made = project.resolve("made");
        for (String place : List.of("app", "lib/main", "lib/deployment", "quarkus")) {
            Files.createDirectories(made.resolve("quarkus-app").resolve(place));
        }
        compile("Run.java", PROGRAM, directory.resolve("program"));
        jar(made.resolve("quarkus-app/quarkus-run.jar"), directory.resolve("program/Run.class"));
        source("one");
        compile("Weather.java", Files.readString(source()), made.resolve("classes"));
        jar(made.resolve("quarkus-app/app/app-1.jar"), made.resolve("classes/Weather.class"));
        jar(made.resolve("quarkus-app/lib/main/library.jar"), directory.resolve("program/Run.class"));
        jar(made.resolve("quarkus-app/lib/deployment/steps.jar"), directory.resolve("program/Run.class"));
        Files.writeString(made.resolve("quarkus-app/quarkus/build-system.properties"), "a=b");
        Files.writeString(made.resolve("quarkus-app/quarkus/generated.txt"), "first");
        Files.writeString(project.resolve("pom.xml"), POM);
        Path mvnw = Files.writeString(project.resolve("mvnw"), MVNW);
        assertThat(mvnw.toFile().setExecutable(true)).isTrue();
    }

    private Path source() {
        return project.resolve("src/main/java/Weather.java");
    }

    private void source(String text) throws IOException {
        Files.createDirectories(source().getParent());
        Files.writeString(source(), "class Weather { String text() { return \"" + text + "\"; } }");
    }

    private void compile(String name, String text, Path to) throws IOException {
        Path file = Files.writeString(directory.resolve(name), text);
        Files.createDirectories(to);
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-g", "--release", "25", "-d", to.toString(), file.toString());
        assertThat(failed).isZero();
    }

    private static void jar(Path jar, Path type) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "Run");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream made = new JarOutputStream(out, manifest)) {
            made.putNextEntry(new ZipEntry(String.valueOf(type.getFileName())));
            Files.copy(type, made);
        }
    }

    private Image build() {
        said.clear();
        ImageStore.open(directory.resolve("base"))
                .write(ImageConfig.empty(Platform.host()), List.of(), Map.of(), Reference.parse("jre"));
        return ProjectImageBuilder.build(
                        project,
                        ImageStore.open(directory.resolve("store")),
                        "app",
                        BuildOptions.local(directory.resolve("cache"))
                                .withBase(new BaseImage.FromLayout(directory.resolve("base"), "")),
                        event -> said.add(event.message()))
                .image();
    }

    private Path unpack(Image image, String name) throws Exception {
        return HostImageBuilderTest.unpack(ImageStore.open(directory.resolve("store")), image, directory.resolve(name))
                .resolve("app");
    }

    @Test
    void changedSourcesAreBuiltByQuarkusWithoutMaven() throws Exception {
        Image first = build();
        assertThat(Files.readString(project.resolve("target/asked.txt")))
                .contains("mutable-jar")
                .doesNotContain("copy-dependencies");
        Files.delete(project.resolve("target/asked.txt"));
        Path app = unpack(first, "first");
        assertThat(app.resolve("lib/main/library.jar")).exists();
        assertThat(app.resolve("lib/deployment")).doesNotExist();
        assertThat(app.resolve("quarkus/build-system.properties")).doesNotExist();
        assertThat(app.resolve("quarkus/generated.txt")).hasContent("first");

        source("two, and more");
        Image second = build();
        assertThat(said).contains("only Java sources changed, so they were compiled without Maven");
        assertThat(project.resolve("target/asked.txt")).doesNotExist();
        assertThat(second.layers().getFirst()).isEqualTo(first.layers().getFirst());
        Path changed = unpack(second, "second");
        assertThat(changed.resolve("quarkus/generated.txt")).hasContent("again");
        assertThat(changed.resolve("lib/deployment")).doesNotExist();
        assertThat(Files.readAllBytes(changed.resolve("app/app-1.jar")))
                .isNotEqualTo(Files.readAllBytes(app.resolve("app/app-1.jar")));
    }

    @ParameterizedTest
    @CsvSource({
        "<artifactId>app, <artifactId>app, true",
        "<goal>build, <goal>dev, false",
        "<name>native, <activeByDefault>true</activeByDefault><name>native, false",
        "<id>native, <id>other, false",
        "<build>, <properties><quarkus.package.jar.type>uber-jar</quarkus.package.jar.type></properties><build>, false",
    })
    void onlyProjectsThatDoNothingElseAreBuiltAgain(String before, String after, boolean expected) throws Exception {
        Files.writeString(project.resolve("pom.xml"), POM.replace(before, after));
        Reactor reactor = Reactor.of(project);
        try (SourceFolder folder = SourceFolder.open(project)) {
            PomFile pom = PomFile.parse(folder.read("pom.xml"), project.resolve("pom.xml"));
            assertThat(PlainModule.is(folder, reactor) && QuarkusRebuild.suits(folder, reactor, pom))
                    .isEqualTo(expected);
        }
    }
}
