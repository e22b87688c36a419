package dev.proa.image.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.ImageConfig;
import dev.proa.image.ImageFailure;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WarFileTest {
    private static final String SOURCE =
            "package shop; public class Shop extends javax.servlet.Servlet { String text() { return \"%s\"; } }";

    @TempDir
    Path directory;

    private final Map<String, byte[]> files = new TreeMap<>();
    private final List<String> said = new CopyOnWriteArrayList<>();

    @BeforeEach
    void put() throws IOException {
        put("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n");
        put("META-INF/maven/shop/pom.properties", "#today");
        put("index.html", "welcome");
        put("WEB-INF/classes/shop.properties", "a=b");
        files.put("WEB-INF/lib/b-1.jar", zip(Map.of("b", new byte[1])));
        files.put("WEB-INF/lib/a-1-SNAPSHOT.jar", zip(Map.of("a", new byte[1])));
    }

    private void put(String name, String text) {
        files.put(name, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static byte[] zip(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    private WarFile unpack() throws IOException {
        return WarFile.unpack(
                Files.write(directory.resolve("app.war"), zip(files)),
                Files.createTempDirectory(directory, "war").resolve("to"));
    }

    @Test
    void isTakenApart() throws Exception {
        WarFile war = unpack();
        assertThat(war.root().resolve("index.html")).hasContent("welcome");
        assertThat(war.root().resolve("META-INF/maven")).doesNotExist();
        assertThat(war.root().resolve("WEB-INF/lib")).doesNotExist();
        assertThat(war.classes().resolve("shop.properties")).hasContent("a=b");
        assertThat(war.libraries())
                .extracting(path -> path.getFileName().toString())
                .containsExactly("a-1-SNAPSHOT.jar", "b-1.jar");
        assertThat(WarFile.isExecutable(directory.resolve("app.war"))).isFalse();
        put("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nMain-Class: Launcher\n");
        unpack();
        assertThat(WarFile.isExecutable(directory.resolve("app.war"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "WEB-INF/classes/../../../evil", "/evil", "WEB-INF/lib/../../x.jar", "a\\..\\b"})
    void namesThatLeadOutAreRefused(String name) {
        put(name, "evil");
        assertThatThrownBy(this::unpack)
                .isInstanceOf(ImageFailure.class)
                .hasMessageContaining("would lie outside of it");
        assertThat(directory.resolve("evil")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "WEB-INF/classes/A.class, Ljavax/servlet/Filter;, JAVAX",
        "WEB-INF/classes/A.class, Ljakarta/servlet/Filter;, JAKARTA",
        "WEB-INF/web.xml, xmlns=\"http://xmlns.jcp.org/xml/ns/javaee\" version=\"4.0\", JAVAX",
        "WEB-INF/web.xml, <!DOCTYPE web-app SYSTEM \"http://java.sun.com/dtd/web-app_2_3.dtd\">, JAVAX",
        "WEB-INF/web.xml, xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"6.0\", JAKARTA",
        "other.txt, javax/servlet/, JAKARTA",
    })
    void tellsWhichServletsItHas(String file, String text, ServletApi expected) throws Exception {
        put(file, text);
        assertThat(ServletApi.of(unpack())).isEqualTo(expected);
    }

    @Test
    void librariesTellWhenNothingElseDoes() throws Exception {
        files.put("WEB-INF/lib/c.jar", zip(Map.of("C.class", "javax/servlet/http".getBytes(StandardCharsets.UTF_8))));
        assertThat(ServletApi.of(unpack())).isEqualTo(ServletApi.JAVAX);
    }

    private byte[] compile(String source, Path classPath, Path to) throws IOException {
        Path file = Files.createDirectories(directory.resolve("sources")).resolve("Shop.java");
        if (!source.contains("class Shop ")) {
            file = file.resolveSibling("Servlet.java");
        }
        Files.writeString(file, source);
        Files.createDirectories(to);
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-g", "-cp", classPath.toString(), "-d", to.toString(), file.toString());
        assertThat(failed).isZero();
        return Files.readAllBytes(
                to.resolve(source.contains("class Shop ") ? "shop/Shop.class" : "javax/servlet/Servlet.class"));
    }

    /** The project's {@code mvnw} leaves the war that Maven would, and jars when it is asked for those of Tomcat. */
    @Test
    void isServedByTomcatAndCompiledAgainWithoutMaven() throws Exception {
        Path project = Files.createDirectories(directory.resolve("app"));
        Path api = directory.resolve("api");
        byte[] servlet = compile("package javax.servlet; public class Servlet {}", directory, api);
        files.put("WEB-INF/classes/shop/Shop.class", compile(SOURCE.formatted("one"), api, directory.resolve("out")));
        Files.write(project.resolve("made.war"), zip(files));
        Files.write(project.resolve("tomcat.jar"), zip(Map.of("javax/servlet/Servlet.class", servlet)));
        Files.writeString(project.resolve("pom.xml"), """
                <project><artifactId>app</artifactId><packaging>war</packaging>
                  <dependencies><dependency><groupId>javax.servlet</groupId><artifactId>javax.servlet-api</artifactId>
                  <version>4.0.1</version><scope>provided</scope></dependency></dependencies>
                </project>""");
        Path mvnw = Files.writeString(project.resolve("mvnw"), """
                #!/bin/sh
                set -e
                case "$*" in
                *" -f "*)
                  pom=$(echo "$*" | sed 's/.* -f \\([^ ]*\\) .*/\\1/')
                  cp "$pom" target/asked.xml
                  mkdir -p "$(dirname "$pom")/libs"
                  cp tomcat.jar "$(dirname "$pom")/libs/"
                  ;;
                *) mkdir -p target; cp made.war target/app-1.war ;;
                esac
                """);
        assertThat(mvnw.toFile().setExecutable(true)).isTrue();
        Path source =
                Files.createDirectories(project.resolve("src/main/java/shop")).resolve("Shop.java");
        Files.writeString(source, SOURCE.formatted("one"));

        BuiltImage first = build(project);
        assertThat(first.image().config().history())
                .extracting(ImageConfig.History::createdBy)
                .containsExactly(
                        "server", "launcher", "dependencies", "snapshot dependencies", "files", "resources", "classes");
        assertThat(first.image().config().entrypoint())
                .endsWith("-cp", "/app/server:/app/server/*", "dev.proa.image.war.WarServer", "/app/web");
        assertThat(Files.readString(project.resolve("target/asked.xml")))
                .contains("tomcat-embed-core", "tomcat-embed-jasper", ServletApi.JAVAX.tomcat());
        Path root = HostImageBuilderTest.unpack(store(), first.image(), directory.resolve("root"));
        assertThat(root.resolve("app/server/tomcat.jar")).exists();
        assertThat(root.resolve("app/server/dev/proa/image/war/WarServer.class"))
                .exists();
        assertThat(root.resolve("app/web/index.html")).hasContent("welcome");
        assertThat(root.resolve("app/web/WEB-INF/lib/b-1.jar")).exists();
        assertThat(root.resolve("app/web/WEB-INF/classes/shop.properties")).exists();

        Files.writeString(source, SOURCE.formatted("two"));
        BuiltImage second = build(project);
        assertThat(said).contains("only Java sources changed, so they were compiled without Maven");
        assertThat(second.image().layers().subList(0, 6))
                .isEqualTo(first.image().layers().subList(0, 6));
        Path changed = HostImageBuilderTest.unpack(store(), second.image(), directory.resolve("changed"));
        assertThat(Files.readString(
                        changed.resolve("app/web/WEB-INF/classes/shop/Shop.class"), StandardCharsets.ISO_8859_1))
                .contains("two");
    }

    private ImageStore store() {
        return ImageStore.open(directory.resolve("store"));
    }

    private BuiltImage build(Path project) {
        ImageStore.open(directory.resolve("base"))
                .write(ImageConfig.empty(Platform.host()), List.of(), Map.of(), Reference.parse("jre"));
        return ProjectImageBuilder.build(
                project,
                store(),
                "app",
                BuildOptions.local(directory.resolve("cache"))
                        .withBase(new BaseImage.FromLayout(directory.resolve("base"), "")),
                event -> said.add(event.message()));
    }
}
