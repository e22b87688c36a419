package dev.proa.image.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.store.ImageStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaticImageBuilderTest {
    /** Linking a runtime takes seconds: all tests share what is cached. */
    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    /** As with plain pages whose author has installed a linter. */
    @Test
    void publishesNothingThatIsForTools() throws Exception {
        Path site = Files.createDirectories(directory.resolve("site"));
        List<String> published =
                List.of("index.html", "data/config.json", "js/app.js", "js/site.config.json", "makefile.html");
        List<String> kept = List.of(
                "package.json",
                "package-lock.json",
                "yarn.lock",
                "pnpm-lock.yaml",
                "bun.lock",
                "node_modules/a/index.js",
                "sub/node_modules/b.js",
                "sub/package.json",
                "vite.config.ts",
                "eslint.config.mjs",
                "tsconfig.json",
                "tsconfig.node.json",
                "Dockerfile",
                "docker-compose.yml",
                ".env",
                ".git/config");
        for (List<String> files : List.of(published, kept)) {
            for (String file : files) {
                Files.createDirectories(site.resolve(file).getParent());
                Files.writeString(site.resolve(file), "{\"scripts\": {\"lint\": \"eslint\"}}");
            }
        }
        ImageStore store = ImageStore.open(directory.resolve("store"));
        List<String> events = new ArrayList<>();
        BuiltImage image = ProjectImageBuilder.build(
                site,
                store,
                "site",
                BuildOptions.local(shared.resolve("cache")).withBuilder(Builder.PROJECT),
                event -> events.add(event.message()));
        Path root = HostImageBuilderTest.unpack(store, image.image(), directory.resolve("root"))
                .resolve("site");
        try (Stream<Path> files = Files.walk(root)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> root.relativize(file).toString()))
                    .containsExactlyInAnyOrderElementsOf(published);
        }
        assertThat(events).anyMatch(event -> event.contains("package.json has no build"));
    }

    @Test
    void saysWhenTheBuildWasForgotten() throws Exception {
        Path site = Files.createDirectories(directory.resolve("site/dist")).getParent();
        Files.writeString(site.resolve("package.json"), "{\"scripts\": {\"build\": \"vite build\"}}");
        Files.createDirectory(site.resolve("src"));
        Path source = Files.writeString(site.resolve("src/main.js"), "one");
        Path result = Files.writeString(site.resolve("dist/index.html"), "one");
        List<String> events = new ArrayList<>();
        ImageStore store = ImageStore.open(directory.resolve("store"));
        BuildOptions options = BuildOptions.local(shared.resolve("cache"));
        for (boolean stale : List.of(false, true)) {
            Files.writeString(result, "stale " + stale);
            Files.setLastModifiedTime(site.resolve("package.json"), FileTime.fromMillis(1_000));
            Files.setLastModifiedTime(result, FileTime.fromMillis(3_000));
            Files.setLastModifiedTime(source, FileTime.fromMillis(stale ? 4_000 : 2_000));
            new StaticImageBuilder(site, site.resolve("dist"), store, options, event -> events.add(event.message()))
                    .build("site");
            assertThat(events.stream().anyMatch(event -> event.contains("src/main.js is newer than all in dist")))
                    .isEqualTo(stale);
        }
    }

    @Test
    void putsTheFilesAboveAServer() throws Exception {
        Path site = Files.createDirectories(directory.resolve("site/k8s")).getParent();
        Files.writeString(site.resolve("index.html"), "hi");
        Files.writeString(site.resolve("k8s/service.yaml"), "x");
        Files.writeString(site.resolve(".hidden"), "x");
        ImageStore store = ImageStore.open(directory.resolve("store"));
        BuildOptions options = BuildOptions.local(shared.resolve("cache"));

        BuiltImage image = ProjectImageBuilder.build(site, store, "site", options, event -> {});
        Path root = HostImageBuilderTest.unpack(store, image.image(), directory.resolve("root"));
        assertThat(root.resolve("site/index.html")).hasContent("hi");
        assertThat(root.resolve("site/k8s")).doesNotExist();
        assertThat(root.resolve("site/.hidden")).doesNotExist();
        assertThat(root.resolve("app/classes/dev/proa/image/server/StaticServer.class"))
                .exists();
        assertThat(HostImageBuilderTest.runIn(root, "java", "-version")).contains("25");
        assertThat(image.image().config().environment()).contains("LANG=C.UTF-8");
        assertThat(HostImageBuilderTest.runIn(
                        root, "env", "LANG=C.UTF-8", "java", "-XshowSettings:properties", "-version"))
                .contains("sun.jnu.encoding = UTF-8", "stdout.encoding = UTF-8");
        assertThat(image.image().config().entrypoint()).contains("-Dsun.jnu.encoding=UTF-8");

        assertThat(ProjectImageBuilder.build(site, store, "site", options, event -> {})
                        .unchanged())
                .isTrue();
        assertThat(ProjectImageBuilder.known(site, store, "site", options, BuildSandbox.NONE, event -> {}))
                .map(BuiltImage::reference)
                .contains(image.reference());
        Files.writeString(site.resolve("index.html"), "ho");
        assertThat(ProjectImageBuilder.known(site, store, "site", options, BuildSandbox.NONE, event -> {}))
                .isEmpty();
        BuiltImage changed = ProjectImageBuilder.build(site, store, "site", options, event -> {});
        assertThat(changed.unchanged()).isFalse();
        assertThat(changed.image().layers().subList(0, 3))
                .isEqualTo(image.image().layers().subList(0, 3));
    }
}
