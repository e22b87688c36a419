package dev.proa.image.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageFailure;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.layer.Compression;
import dev.proa.image.layer.LayerContent;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.store.FileTrees;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs Maven, for real, on a project made for it. */
class JavaImageBuilderTest {
    private static final String POM = """
            <project xmlns="http://maven.apache.org/POM/4.0.0">
              <modelVersion>4.0.0</modelVersion>
              <groupId>test</groupId>
              <artifactId>app</artifactId>
              <version>1</version>
              <properties>
                <maven.compiler.release>25</maven.compiler.release>
                <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
                <proa.jvm.flags>-Xmx32m</proa.jvm.flags>
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
            """;

    /** Linking a runtime takes seconds: all tests share what is cached. */
    @TempDir
    static Path shared;

    private static ImageStore store;

    @TempDir
    Path directory;

    private Path project;
    private final List<String> events = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void openStore() {
        store = ImageStore.open(shared.resolve("store"));
    }

    @BeforeEach
    void writeProject() throws IOException {
        project = Files.createDirectories(directory.resolve("app"));
        Files.writeString(project.resolve("pom.xml"), POM);
        source("void main() { IO.println(\"first \" + getClass().getResource(\"/r.txt\").getPath()); }");
        Path resources = Files.createDirectories(project.resolve("src/main/resources"));
        Files.writeString(resources.resolve("r.txt"), "resource");
    }

    private void source(String body) throws IOException {
        Path sources = Files.createDirectories(project.resolve("src/main/java/app"));
        Files.writeString(sources.resolve("Main.java"), "package app;\nclass Main {\n" + body + "\n}\n");
    }

    private BuiltImage build() {
        return build(false);
    }

    private BuiltImage build(boolean tests) {
        return ProjectImageBuilder.build(
                project,
                store,
                "app",
                BuildOptions.local(shared.resolve("cache")).withTests(tests),
                event -> events.add(event.message()));
    }

    @Test
    void buildsAnImageThatRunsAndRebuildsOnlyTheTopLayer() throws Exception {
        source("void main() { IO.println(\"first\"); }");
        BuiltImage first = build();

        assertThat(first.unchanged()).isFalse();
        assertThat(first.reference().familiar())
                .isEqualTo("app:" + first.digest().shortHex());
        assertThat(first.image().config().entrypoint())
                .startsWith("/opt/java/bin/java")
                .containsSubsequence("-Xmx32m", "-cp", "/app/resources:/app/classes:/app/libs/*", "app.Main");
        assertThat(first.image().layers()).hasSize(4);

        BuiltImage again = build();
        assertThat(again.unchanged()).isTrue();
        assertThat(again.reference()).isEqualTo(first.reference());
        assertThat(events).last().asString().contains("unchanged");
        BuildOptions options = BuildOptions.local(shared.resolve("cache"));
        assertThat(ProjectImageBuilder.known(project, store, "app", options, BuildSandbox.NONE, event -> {}))
                .map(BuiltImage::image)
                .contains(first.image());

        source("void main() { IO.println(\"second\"); }");
        assertThat(ProjectImageBuilder.known(project, store, "app", options, BuildSandbox.NONE, event -> {}))
                .isEmpty();
        BuiltImage second = build();
        assertThat(second.unchanged()).isFalse();
        List<Image.Layer> before = first.image().layers();
        List<Image.Layer> after = second.image().layers();
        assertThat(after.subList(0, 3)).isEqualTo(before.subList(0, 3));
        assertThat(after.get(3)).isNotEqualTo(before.get(3));

        Path root = HostImageBuilderTest.unpack(store, second.image(), directory.resolve("root"));
        String output = HostImageBuilderTest.runIn(
                root, second.image().config().entrypoint().toArray(String[]::new));
        assertThat(output).isEqualTo("second\n");
        assertThat(HostImageBuilderTest.runIn(root, "sh", "-c", "cat /app/resources/r.txt"))
                .isEqualTo("resource");
    }

    @Test
    void sameSourceGivesTheSameImageOnAnotherStoreToo() throws Exception {
        BuiltImage first = build();
        FileTrees.delete(project.resolve("target"));
        BuiltImage second = ProjectImageBuilder.build(
                project,
                ImageStore.open(shared.resolve("store")),
                "app",
                new BuildOptions(
                        shared.resolve("cache"),
                        new BaseImage.HostRuntime(),
                        Compression.NONE,
                        "app.Main",
                        List.of(),
                        Map.of(),
                        true),
                event -> {});

        assertThat(second.unchanged()).isFalse();
        assertThat(second.digest()).isEqualTo(first.digest());
    }

    /** A build like that of Quarkus: what {@code mvnw} leaves is what the real one does, with less in it. */
    private void quarkus(String... files) throws IOException {
        StringBuilder script = new StringBuilder("#!/bin/sh\nset -e\nmkdir -p target/classes/app\n");
        for (String file : files) {
            script.append("mkdir -p $(dirname target/" + file + ")\n");
            script.append("printf 'PK\\005\\006' > target/" + file + "; head -c 18 /dev/zero >> target/" + file + "\n");
        }
        Path wrapper = Files.writeString(project.resolve("mvnw"), script.toString());
        assertThat(wrapper.toFile().setExecutable(true)).isTrue();
    }

    private List<String> files(BuiltImage built) throws Exception {
        Path root = HostImageBuilderTest.unpack(
                store, built.image(), directory.resolve("root-" + built.digest().shortHex()));
        Path app = root.resolve("app");
        try (Stream<Path> files = Files.walk(app)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> app.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void takesAFastJarOfQuarkusAsItIs() throws Exception {
        quarkus(
                "app-1.jar",
                "quarkus-app/quarkus-run.jar",
                "quarkus-app/app/app-1.jar",
                "quarkus-app/lib/boot/boot.jar",
                "quarkus-app/lib/main/main.jar",
                "quarkus-app/quarkus/generated-bytecode.jar",
                "quarkus-app/quarkus/quarkus-application.dat");
        BuiltImage built = build();
        assertThat(built.image().config().entrypoint())
                .startsWith("/opt/java/bin/java")
                .endsWith("-jar", "/app/quarkus-run.jar");
        assertThat(files(built))
                .containsExactly(
                        "app/app-1.jar",
                        "lib/boot/boot.jar",
                        "lib/main/main.jar",
                        "quarkus-run.jar",
                        "quarkus/generated-bytecode.jar",
                        "quarkus/quarkus-application.dat");

        quarkus("quarkus-app/quarkus-run.jar", "quarkus-app/lib/boot/boot.jar", "quarkus-app/lib/main/main.jar");
        BuiltImage changed = build();
        assertThat(files(changed)).containsExactly("lib/boot/boot.jar", "lib/main/main.jar", "quarkus-run.jar");
        int below = built.image().layers().size() - 1;
        assertThat(changed.image().layers().subList(0, below))
                .as("a change leaves the libraries alone")
                .isEqualTo(built.image().layers().subList(0, below));
    }

    @Test
    void takesANativeProgramOfQuarkusAsItIs() throws Exception {
        Path mvnw = Files.writeString(
                project.resolve("mvnw"), "#!/bin/sh\nmkdir -p target/classes && cp /bin/true target/app-1-runner\n");
        assertThat(mvnw.toFile().setExecutable(true)).isTrue();
        Image image = build().image();
        assertThat(image.config().entrypoint()).containsExactly("/app/app-1-runner", "-Dquarkus.http.host=0.0.0.0");
        assertThat(image.config().history())
                .extracting(ImageConfig.History::createdBy)
                .containsExactly("system of the host", "libraries of the host", "program");
        Path root = HostImageBuilderTest.unpack(store, image, directory.resolve("root"));
        assertThat(HostImageBuilderTest.runIn(root, "/app/app-1-runner")).isEmpty();
    }

    @Test
    void takesAnUberJarOfQuarkusAsItIs() throws Exception {
        quarkus("app-1.jar", "app-1-runner.jar");
        BuiltImage built = build();
        assertThat(built.image().config().entrypoint()).endsWith("-jar", "/app/app-1-runner.jar");
        assertThat(files(built)).containsExactly("app-1-runner.jar");

        quarkus("app-2.jar", "app-2-runner.jar"); // of the older version nothing is left
        assertThat(files(build())).containsExactly("app-2-runner.jar");
    }

    @Test
    void runsTheTestsOfTheProjectWhenAsked() throws Exception {
        source("static int answer() { return 41; } void main() {}");
        Files.writeString(project.resolve("pom.xml"), POM.replace("<build>", """
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
        Path tests = Files.createDirectories(project.resolve("src/test/java/app"));
        Files.writeString(tests.resolve("MainTest.java"), """
                package app;

                import org.junit.jupiter.api.Assertions;
                import org.junit.jupiter.api.Test;

                class MainTest {
                    @Test
                    void answers() {
                        Assertions.assertEquals(42, Main.answer(), "the answer");
                    }
                }
                """);
        assertThatThrownBy(() -> build(true))
                .isInstanceOfSatisfying(
                        ImageFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(ImageFailure.Reason.BUILD_FAILED))
                .hasMessageContaining("MainTest.answers")
                .hasMessageContaining("the answer ==> expected: <42> but was: <41>");
        assertThat(build(false).image()).isNotNull();
        assertThat(events).contains("tests were not run; have them run first with --test");

        source("static int answer() { return 42; } void main() {}");
        assertThat(build(true).unchanged()).isFalse();
    }

    @Test
    void changedSourcesAreCompiledWithoutMaven() throws Exception {
        source("void main() { IO.println(new Other().text()); }\nstatic class Gone {}");
        Path other = project.resolve("src/main/java/app/Other.java");
        Files.writeString(other, "package app; class Other { String text() { return \"one\"; } }");
        Image first = build().image();

        events.clear();
        Files.writeString(other, "package app; class Other { CharSequence text() { return \"two\"; } }");
        source("void main() { IO.println(new Other().text()); }");
        BuiltImage second = build();
        assertThat(events).contains("only Java sources changed, so they were compiled without Maven");
        assertThat(second.image().layers().subList(0, 3))
                .isEqualTo(first.layers().subList(0, 3));
        assertThat(second.image().config().entrypoint())
                .isEqualTo(first.config().entrypoint());
        Path root = HostImageBuilderTest.unpack(store, second.image(), directory.resolve("root"));
        assertThat(HostImageBuilderTest.runIn(
                        root, second.image().config().entrypoint().toArray(String[]::new)))
                .isEqualTo("two\n");
        assertThat(root.resolve("app/classes/app/Other.class")).exists();
        assertThat(root.resolve("app/classes/app/Main$Gone.class")).doesNotExist();
        assertThat(build().unchanged()).isTrue();

        events.clear();
        Files.writeString(project.resolve("src/main/resources/r.txt"), "changed");
        build();
        assertThat(events).anyMatch(line -> line.startsWith("building with Maven"));

        events.clear();
        source("void main() { undefined(); }");
        assertThatThrownBy(this::build).hasMessageContaining("cannot find symbol");
        assertThat(events).anyMatch(line -> line.startsWith("building with Maven"));
    }

    /** What Maven compiles must be what this compiles. */
    @Test
    void compiledWithoutMavenIsTheSame() throws Exception {
        source("void main() { IO.println(\"one\"); }");
        build();
        source("void main() { Runnable r = () -> IO.println(\"two\"); r.run(); }");
        Image quick = build().image();
        Files.writeString(project.resolve("src/main/resources/r.txt"), "changed so that Maven compiles");
        events.clear();
        Image maven = build().image();
        assertThat(events).anyMatch(line -> line.startsWith("building with Maven"));
        assertThat(maven.layers().getLast()).isEqualTo(quick.layers().getLast());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<plugin><artifactId>antlr4-maven-plugin</artifactId></plugin>",
                "<plugin><artifactId>maven-compiler-plugin</artifactId><configuration><compilerArgs/></configuration></plugin>",
                "<plugin><artifactId>spring-boot-maven-plugin</artifactId><goal>build-info</goal></plugin>",
            })
    void whatNeedsMoreThanACompilerIsLeftToMaven(String plugin) throws Exception {
        assertThat(isPlain()).isTrue();
        Files.writeString(project.resolve("pom.xml"), POM.replace("<plugins>", "<plugins>" + plugin));
        assertThat(isPlain()).isFalse();
    }

    @Test
    void parentsThatAreNotKnownAreLeftToMaven() throws Exception {
        String parent = "<parent><groupId>g</groupId><artifactId>%s</artifactId><version>1</version></parent>";
        Files.writeString(
                project.resolve("pom.xml"), POM.replace("<properties>", parent.formatted("ours") + "<properties>"));
        assertThat(isPlain()).isFalse();
        Files.writeString(directory.resolve("pom.xml"), "<project><artifactId>ours</artifactId></project>");
        assertThat(isPlain()).isTrue();
        Files.writeString(directory.resolve("pom.xml"), "<project><artifactId>theirs</artifactId></project>");
        assertThat(isPlain()).isFalse();
        Files.writeString(
                project.resolve("pom.xml"),
                POM.replace("<properties>", parent.formatted("spring-boot-starter-parent") + "<properties>"));
        assertThat(isPlain()).isTrue();
    }

    private boolean isPlain() {
        Reactor reactor = Reactor.of(project);
        try (SourceFolder folder = SourceFolder.open(reactor.source())) {
            return PlainModule.is(folder, reactor);
        }
    }

    @Test
    void saysThatTestsWereNotRun() throws Exception {
        source("void main() {}");
        Files.createDirectories(project.resolve("src/test/java"));
        Files.writeString(project.resolve("Dockerfile"), "FROM scratch");
        List<String> said = new CopyOnWriteArrayList<>();
        ProjectImageBuilder.build(
                project,
                ImageStore.open(shared.resolve("store")),
                "app",
                BuildOptions.local(shared.resolve("cache")).withBuilder(Builder.PROJECT),
                event -> said.add(event.message()));
        assertThat(said)
                .contains("tests were not run; have them run first with --test")
                .anyMatch(line -> line.startsWith("the Dockerfile is not used"));
    }

    @Test
    void failedBuildSaysWhatTheCompilerSaid() throws Exception {
        source("void main() { int x = \"text\"; }");

        assertThatThrownBy(this::build)
                .isInstanceOfSatisfying(
                        ImageFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(ImageFailure.Reason.BUILD_FAILED))
                .hasMessageContaining("Main.java:[3,")
                .hasMessageContaining("incompatible types")
                .message()
                .doesNotContain("Help 1", "stack trace", "[ERROR]");
    }

    @Test
    void severalMainClassesNeedAChoice() throws Exception {
        source("static void main(String[] args) {} static class Tool { public static void main(String[] args) {} }");
        Files.writeString(
                project.resolve("src/main/java/app/Application.java"),
                "package app; class Application { static void main() {} }");

        assertThatThrownBy(this::build)
                .hasMessageContaining("proa.main.class")
                .hasMessageContaining("app.Application, app.Main, app.Main$Tool");
    }

    @Test
    void standsOnAnyImageWithJava() throws Exception {
        ImageStore layout = ImageStore.open(directory.resolve("layout"));
        Image.Layer jre =
                new LayerContent().file("/jre/bin/java", new byte[] {1}, 0755).writeTo(layout, Compression.GZIP);
        layout.write(
                ImageConfig.empty(Platform.host()).toBuilder()
                        .user("1000")
                        .environment("JAVA_HOME", "/jre")
                        .layer(jre.diffId(), "jre")
                        .build(),
                List.of(jre.descriptor()),
                Map.of(),
                Reference.parse("jre:1"));
        BuildOptions options = BuildOptions.local(shared.resolve("cache"))
                .withBase(new BaseImage.FromLayout(directory.resolve("layout"), ""));

        BuiltImage image = ProjectImageBuilder.build(project, store, "based", options, event -> {});
        assertThat(image.image().layers()).hasSize(3).startsWith(jre);
        assertThat(image.image().config().entrypoint()).startsWith("/jre/bin/java", "-Dsun.jnu.encoding=UTF-8");
        assertThat(image.image().config().environment()).containsExactly("JAVA_HOME=/jre", "LANG=C.UTF-8");
        assertThat(image.image().config().user()).isEqualTo("1000");
        assertThat(ProjectImageBuilder.build(project, store, "based", options, event -> {})
                        .unchanged())
                .isTrue();
    }

    @Test
    void whatWasDeletedIsNotInTheNextImage() throws Exception {
        source("void main() { IO.println(\"deleted\"); }");
        Files.writeString(project.resolve("src/main/resources/old.txt"), "old");
        Files.writeString(project.resolve("src/main/java/app/Old.java"), "package app; class Old {}");
        build();
        Files.delete(project.resolve("src/main/resources/old.txt"));
        Files.delete(project.resolve("src/main/java/app/Old.java"));
        BuiltImage image = build();

        Path root = HostImageBuilderTest.unpack(store, image.image(), directory.resolve("root"));
        assertThat(root.resolve("app/resources/r.txt")).exists();
        assertThat(root.resolve("app/resources/old.txt")).doesNotExist();
        assertThat(root.resolve("app/classes/app/Main.class")).exists();
        assertThat(root.resolve("app/classes/app/Old.class")).doesNotExist();
    }

    @Test
    void moduleIsBuiltWithThoseItNeedsAndItsDependencies() throws Exception {
        Path root = Files.createDirectories(directory.resolve("multi"));
        String head = POM.substring(0, POM.indexOf("<groupId>"));
        String parent = "<parent><groupId>test</groupId><artifactId>root</artifactId><version>1</version></parent>";
        Files.writeString(
                root.resolve("pom.xml"),
                POM.replace(
                        "<artifactId>app</artifactId>",
                        "<artifactId>root</artifactId><packaging>pom</packaging>"
                                + "<modules><module>core</module><module>web</module></modules>"));
        Path core = Files.createDirectories(root.resolve("core/src/main/java/core"));
        Files.writeString(core.resolve("Core.java"), "package core; public class Core { public static int x = 42; }");
        Files.writeString(root.resolve("core/pom.xml"), head + parent + "<artifactId>core</artifactId></project>");
        Path web = Files.createDirectories(root.resolve("web/src/main/java/web"));
        Files.writeString(
                web.resolve("Web.java"),
                "package web; @org.jspecify.annotations.NullMarked class Web { void main() { IO.println(core.Core.x); } }");
        Files.writeString(
                root.resolve("web/pom.xml"),
                head + parent + "<artifactId>web</artifactId><dependencies>"
                        + "<dependency><groupId>test</groupId><artifactId>core</artifactId><version>1</version></dependency>"
                        + "<dependency><groupId>org.jspecify</groupId><artifactId>jspecify</artifactId>"
                        + "<version>1.0.0</version></dependency></dependencies></project>");

        BuiltImage image = ProjectImageBuilder.build(
                root.resolve("web"), store, "web", BuildOptions.local(shared.resolve("cache")), event -> {});
        assertThat(image.image().layers()).hasSize(4);
        Path unpacked = HostImageBuilderTest.unpack(store, image.image(), directory.resolve("root"));
        assertThat(unpacked.resolve("app/libs/test.core-1.jar")).exists();
        assertThat(unpacked.resolve("app/libs/org.jspecify.jspecify-1.0.0.jar")).exists();
        assertThat(HostImageBuilderTest.runIn(
                        unpacked, image.image().config().entrypoint().toArray(String[]::new)))
                .isEqualTo("42\n");

        Files.writeString(core.resolve("Core.java"), "package core; public class Core { public static int x = 43; }");
        assertThat(ProjectImageBuilder.build(
                                root.resolve("web"),
                                store,
                                "web",
                                BuildOptions.local(shared.resolve("cache")),
                                event -> {})
                        .unchanged())
                .isFalse();
    }

    @Test
    void exampleBuilds() {
        Path example = Path.of("").toAbsolutePath().resolveSibling("examples").resolve("hello");
        assumeTrue(Files.exists(example.resolve("pom.xml")), "the example is not beside this module");
        BuiltImage image = ProjectImageBuilder.build(
                example, store, "hello", BuildOptions.local(shared.resolve("cache")), event -> {});

        assertThat(image.image().config().entrypoint()).endsWith("dev.proa.examples.hello.Main");
        assertThat(image.image().config().exposedPorts()).containsExactly("8080/tcp");
    }
}
