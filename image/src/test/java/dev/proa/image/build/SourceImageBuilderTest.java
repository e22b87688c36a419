package dev.proa.image.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.store.ImageStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small applications that need no packages, built by the tools of this machine. */
class SourceImageBuilderTest {
    @TempDir
    static Path shared;

    @TempDir
    Path work;

    private final List<String> said = new CopyOnWriteArrayList<>();

    private Path file(String name, String content) throws IOException {
        Path path = work.resolve(name);
        Files.createDirectories(path.getParent());
        return Files.writeString(path, content);
    }

    private BuiltImage build() {
        return build(BuildOptions.local(shared.resolve("cache")));
    }

    private BuiltImage build(BuildOptions options) {
        said.clear();
        return ProjectImageBuilder.build(work, store(), "app", options, event -> said.add(event.message()));
    }

    private Optional<Image> known() {
        BuildOptions options = BuildOptions.local(shared.resolve("cache"));
        return ProjectImageBuilder.known(work, store(), "app", options, BuildSandbox.NONE, event -> {})
                .map(BuiltImage::image);
    }

    private static ImageStore store() {
        return ImageStore.open(shared.resolve("store"));
    }

    private static List<String> files(Image.Layer layer) throws IOException {
        List<String> files = new ArrayList<>();
        try (InputStream in = store().read(layer.descriptor().digest());
                TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(in.readAllBytes()))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (!entry.isDirectory()) {
                    files.add(entry.getName());
                }
            }
        }
        return files;
    }

    private static void needs(String program) {
        assumeTrue(Toolchain.locate(program) != null, "needs " + program);
    }

    @Test
    void goProgramIsOneFileOnASystemWithoutLibraries() throws Exception {
        needs("go");
        file("go.mod", "module example.com/hello\n\ngo 1.21\n");
        file("main.go", "package main\n\nfunc main() { println(\"one\") }\n");
        file("templates/page.html", "<p>");

        assertThat(known()).isEmpty();
        BuiltImage first = build();
        assertThat(known()).contains(first.image());
        Image image = first.image();
        assertThat(image.config().entrypoint()).containsExactly("/app/hello");
        assertThat(image.config().environment()).contains("PORT=8080");
        assertThat(image.config().user()).isEqualTo("65532:65532");
        assertThat(image.layers()).hasSize(3);
        assertThat(files(image.layers().getFirst())).contains("etc/passwd", "etc/nsswitch.conf");
        assertThat(files(image.layers().get(1))).containsExactly("app/templates/page.html");
        assertThat(files(image.layers().get(2))).containsExactly("app/hello");

        assertThat(build().unchanged()).isTrue();
        assertThat(said).singleElement().asString().startsWith("source unchanged");

        file("main.go", "package main\n\nfunc main() { println(\"two\") }\n");
        assertThat(known()).isEmpty();
        BuiltImage second = build();
        assertThat(second.unchanged()).isFalse();
        assertThat(second.image().layers().subList(0, 2))
                .isEqualTo(image.layers().subList(0, 2));
        assertThat(second.image().layers().get(2)).isNotEqualTo(image.layers().get(2));
    }

    @Test
    void failedBuildsShowWhatTheToolSaid() throws Exception {
        needs("go");
        file("go.mod", "module example.com/hello\n\ngo 1.21\n");
        file("main.go", "package main\n\nfunc main() { undefined() }\n");
        assertThatThrownBy(this::build)
                .isInstanceOfSatisfying(
                        ImageFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(ImageFailure.Reason.BUILD_FAILED))
                .hasMessageContaining("main.go:3:15: undefined: undefined");
        try (var left = Files.list(shared.resolve("cache/work"))) {
            assertThat(left).as("what builds leave behind").isEmpty();
        }
    }

    @Test
    void toolchainThatIsTooOldIsNamedWithItsVersion() throws Exception {
        needs("go");
        assumeTrue(System.getenv("GOTOOLCHAIN") == null
                || System.getenv("GOTOOLCHAIN").equals("local"));
        file("go.mod", "module example.com/hello\n\ngo 9.99\n");
        file("main.go", "package main\n\nfunc main() {}\n");
        assertThatThrownBy(this::build).hasMessageContaining("needs go 9.99 or newer (go.mod)");
    }

    @Test
    void testsComeFirstWhenAskedFor() throws Exception {
        needs("go");
        file("go.mod", "module example.com/hello\n\ngo 1.21\n");
        file("main.go", "package main\n\nfunc main() {}\n");
        file(
                "main_test.go",
                "package main\n\nimport \"testing\"\n\nfunc TestIt(t *testing.T) { t.Error(\"is broken\") }\n");
        BuildOptions options = BuildOptions.local(shared.resolve("cache")).withTests(true);
        assertThatThrownBy(() -> build(options)).hasMessageContaining("is broken");
    }

    @Test
    void nodeApplicationWithoutPackagesRunsNothing() throws Exception {
        needs("node");
        file("package.json", "{\"name\": \"shop\", \"scripts\": {\"start\": \"node server.js\"}}");
        file("server.js", "// nothing yet");
        file("public/index.html", "<p>");
        file(".env", "SECRET=1");
        file("node_modules/x/index.js", "");
        file("k8s/app.yaml", "");

        Image image = build().image();
        assertThat(image.config().entrypoint()).containsExactly("node", "server.js");
        assertThat(image.config().environment()).contains("NODE_ENV=production");
        assertThat(files(image.layers().get(1))).contains("usr/local/bin/node");
        assertThat(files(image.layers().getLast()))
                .containsExactlyInAnyOrder("app/package.json", "app/server.js", "app/public/index.html");
        assertThat(said).noneMatch(line -> line.contains("npm"));
    }

    @Test
    void siteOfABuildScriptIsServed() throws Exception {
        needs("npm");
        file(
                "package.json",
                "{\"scripts\": {\"build\": \"mkdir -p dist && cp source.html dist/index.html\"}, \"devDependencies\": {}}");
        file("source.html", "<p>built");
        file("package-lock.json", "{\"lockfileVersion\": 3, \"packages\": {\"\": {}}}");

        BuiltImage image = build();
        assertThat(files(image.image().layers().getLast())).containsExactly("site/index.html");
        assertThat(build().unchanged()).isTrue();
    }

    @Test
    void linksOutOfTheFolderAreRefused() throws Exception {
        needs("node");
        file("package.json", "{\"scripts\": {\"start\": \"node server.js\"}}");
        Files.createSymbolicLink(work.resolve("server.js"), Path.of("/etc/hostname"));
        assertThatThrownBy(this::build).isInstanceOf(ImageFailure.class).hasMessageContaining("server.js");
    }

    /** A folder of another user: its tools run as that user, who gets nothing that root owns. */
    @Test
    void toolsRunAsTheOwnerOfTheFolder() throws Exception {
        needs("npm");
        assumeTrue(BuildUser.isRoot(), "changing the owner needs root");
        file("package.json", "{\"scripts\": {\"build\": \"mkdir -p dist && id -u > dist/index.html\"}}");
        file("package-lock.json", "{\"lockfileVersion\": 3, \"packages\": {\"\": {}}}");
        try (var files = Files.walk(work)) {
            for (Path path : files.toList()) {
                Files.setAttribute(path, "unix:uid", 12345, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(path, "unix:gid", 12345, LinkOption.NOFOLLOW_LINKS);
            }
        }
        openToAll(work);
        build();
        assertThat(work.resolve("dist/index.html")).hasContent("12345\n");
        assertThat(said).anyMatch(line -> line.endsWith("as user 12345"));
    }

    private static void openToAll(Path directory) throws IOException {
        for (Path at = directory; at != null && !at.equals(Path.of("/tmp")); at = at.getParent()) {
            if ((int) Files.getAttribute(at, "unix:uid") == 0 && at.startsWith("/tmp")) {
                Files.setAttribute(at, "unix:mode", 0755);
            }
        }
    }
}
