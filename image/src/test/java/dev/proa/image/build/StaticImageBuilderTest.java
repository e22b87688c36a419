package dev.proa.image.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.store.ImageStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaticImageBuilderTest {
    @TempDir
    Path directory;

    @Test
    void putsTheFilesAboveAServer() throws Exception {
        Path site = Files.createDirectories(directory.resolve("site/k8s")).getParent();
        Files.writeString(site.resolve("index.html"), "hi");
        Files.writeString(site.resolve("k8s/service.yaml"), "x");
        Files.writeString(site.resolve(".hidden"), "x");
        ImageStore store = ImageStore.open(directory.resolve("store"));
        BuildOptions options = BuildOptions.local(directory.resolve("cache"));

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
        Files.writeString(site.resolve("index.html"), "ho");
        BuiltImage changed = ProjectImageBuilder.build(site, store, "site", options, event -> {});
        assertThat(changed.unchanged()).isFalse();
        assertThat(changed.image().layers().subList(0, 3))
                .isEqualTo(image.image().layers().subList(0, 3));
    }
}
