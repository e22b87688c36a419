package dev.proa.image.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.ImageConfig;
import dev.proa.image.ImageFailure;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The layers are those that a project of Spring Boot asks for. */
class BootIndexTest {
    private static final String INDEX = """
            - "dependencies":
              - "BOOT-INF/lib/web-1.jar"
              - "BOOT-INF/lib/b.core-2.jar"
            - "spring-boot-loader":
              - "org/"
            - "company":
              - "BOOT-INF/lib/org.example-core-2.jar"
              - "BOOT-INF/classes/templates/"
            - "application":
              - "BOOT-INF/classes/"
              - "META-INF/"
            """;

    @TempDir
    Path directory;

    @Test
    void namesTheLayerOfEachFile() {
        BootIndex index = BootIndex.parse(INDEX);
        assertThat(index.layers())
                .extracting(BootIndex.Layer::name)
                .containsExactly("dependencies", "spring-boot-loader", "company", "application");
        assertThat(index.ofLibrary("org.web-1.jar").name()).isEqualTo("dependencies");
        assertThat(index.ofLibrary("a.b.core-2.jar").name()).isEqualTo("dependencies");
        assertThat(index.ofLibrary("org.example.core-2.jar").name())
                .as("Spring Boot puts the group before names that two libraries have")
                .isEqualTo("company");
        assertThat(index.ofLibrary("unknown.jar").name()).isEqualTo("dependencies");
        assertThat(index.ofOwn("templates/a.html").name()).isEqualTo("company");
        assertThat(index.ofOwn("Main.class").name()).isEqualTo("application");
        assertThat(index.text()).isEqualTo(INDEX);
    }

    @Test
    void aDirectoryMeansAllLibrariesInIt() {
        BootIndex index = BootIndex.parse("- \"loader\":\n- \"all\":\n  - \"BOOT-INF/lib/\"\n- \"rest\":\n");
        assertThat(index.ofLibrary("g.a.jar").name()).isEqualTo("all");
        assertThat(index.ofOwn("Main.class").name()).isEqualTo("rest");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  - \"a\"\n", "- \"a\":\n- b", "- \"a\"\n"})
    void whatIsNoIndexIsRefused(String text) {
        assertThatThrownBy(() -> BootIndex.parse(text))
                .isInstanceOf(ImageFailure.class)
                .hasMessageContaining("BOOT-INF/layers.idx");
    }

    private Path jar(Map<String, String> files) throws IOException {
        Path jar = directory.resolve("app/made.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "org.springframework.boot.loader.JarLauncher");
        manifest.getMainAttributes().put(new Attributes.Name("Start-Class"), "shop.Main");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream made = new JarOutputStream(out, manifest)) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                made.putNextEntry(new ZipEntry(file.getKey()));
                made.write(file.getValue().getBytes(StandardCharsets.UTF_8));
                made.closeEntry();
            }
        }
        return jar;
    }

    /** Builds a project whose {@code mvnw} leaves what Maven and the plugin would. */
    private BuiltImage build() throws IOException {
        Path project = directory.resolve("app");
        Files.writeString(
                project.resolve("pom.xml"),
                "<project><artifactId>app</artifactId><parent><artifactId>p</artifactId></parent></project>");
        Path mvnw = Files.writeString(project.resolve("mvnw"), """
                #!/bin/sh
                set -e
                mkdir -p target/classes/shop target/classes/templates target/proa/libs
                cp made.jar target/app.jar
                for library in org.web-1 a.b.core-2 org.example.core-2 org.devtools-1; do
                  printf 'PK\\005\\006' > target/proa/libs/$library.jar; head -c 18 /dev/zero >> target/proa/libs/$library.jar
                done
                echo class > target/classes/shop/Main.class
                echo page > target/classes/templates/a.html
                """);
        assertThat(mvnw.toFile().setExecutable(true)).isTrue();
        ImageStore.open(directory.resolve("base"))
                .write(ImageConfig.empty(Platform.host()), List.of(), Map.of(), Reference.parse("jre"));
        return ProjectImageBuilder.build(
                project,
                ImageStore.open(directory.resolve("store")),
                "app",
                BuildOptions.local(directory.resolve("cache"))
                        .withBase(new BaseImage.FromLayout(directory.resolve("base"), "")),
                event -> {});
    }

    @Test
    void theLayersOfTheImageAreThoseOfTheJar() throws Exception {
        Files.createDirectories(directory.resolve("app"));
        jar(
                Map.of(
                        "BOOT-INF/layers.idx",
                        INDEX,
                        "BOOT-INF/classpath.idx",
                        "- \"BOOT-INF/lib/web-1.jar\"\n- \"BOOT-INF/lib/b.core-2.jar\"\n- \"BOOT-INF/lib/org.example-core-2.jar\"\n"));
        BuiltImage built = build();
        assertThat(built.image().config().history())
                .extracting(ImageConfig.History::createdBy)
                .containsExactly("dependencies", "company", "company resources", "application classes");
        assertThat(built.image().config().entrypoint()).endsWith("shop.Main");
        Path root = HostImageBuilderTest.unpack(
                ImageStore.open(directory.resolve("store")), built.image(), directory.resolve("root"));
        assertThat(root.resolve("app/libs/org.web-1.jar")).exists();
        assertThat(root.resolve("app/libs/org.devtools-1.jar"))
                .as("the jar does not have it")
                .doesNotExist();
        assertThat(root.resolve("app/resources/templates/a.html")).hasContent("page");
        assertThat(root.resolve("app/classes/shop/Main.class")).exists();
    }

    @Test
    void aJarWithoutAnIndexHasTheUsualLayers() throws Exception {
        Files.createDirectories(directory.resolve("app"));
        jar(Map.of());
        assertThat(build().image().config().history())
                .extracting(ImageConfig.History::createdBy)
                .containsExactly("dependencies", "resources", "classes");
    }
}
