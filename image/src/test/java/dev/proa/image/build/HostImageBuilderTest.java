package dev.proa.image.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.LayerUnpacker;
import dev.proa.image.store.Whiteouts;
import dev.proa.image.tar.UnpackLimits;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostImageBuilderTest {
    @TempDir
    Path directory;

    static Path unpack(ImageStore store, Image image, Path root) throws Exception {
        Files.createDirectories(root);
        for (Image.Layer layer : image.layers()) {
            try (InputStream blob = store.read(layer.descriptor().digest())) {
                LayerUnpacker.unpack(blob, layer.diffId(), root, Whiteouts.deleting(), UnpackLimits.DEFAULT);
            }
        }
        return root;
    }

    static String runIn(Path root, String... command) throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root may change the root directory");
        assumeTrue(HostImageBuilder.find("unshare").isPresent(), "there is no unshare program; install util-linux");
        String enter = "mount -t proc proc \"$0/proc\" && exec chroot \"$0\" \"$@\"";
        List<String> all = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", enter, root.toString()));
        all.addAll(List.of(command));
        ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", HostImageBuilder.PATH + ":/opt/java/bin");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void programOfThisMachineRunsInItsImage() throws Exception {
        ImageStore store = ImageStore.open(directory.resolve("store"));
        Image image = new HostImageBuilder().program("ls").program("sh").build(store, Reference.parse("tools:1"));
        Path root = unpack(store, image, directory.resolve("root"));

        assertThat(runIn(root, "ls", "/")).contains("etc", "tmp", "proc").doesNotContain("home");
        assertThat(runIn(root, "sh", "-c", "echo $((6*7))")).isEqualTo("42\n");
        assertThat(store.find("tools:1")).isPresent();
    }

    @Test
    void imageOfTheSameProgramsIsTheSame() {
        ImageStore store = ImageStore.open(directory.resolve("store"));
        Image one = new HostImageBuilder().program("ls").build(store, Reference.parse("tools:1"));
        Image two = new HostImageBuilder().program("ls").build(store, Reference.parse("tools:2"));

        assertThat(one.digest()).isEqualTo(two.digest());
    }

    @Test
    void busyboxBringsItsApplets() throws Exception {
        Path busybox = HostImageBuilder.find("busybox").orElse(null);
        assumeTrue(busybox != null, "there is no busybox; install busybox-static");
        ImageStore store = ImageStore.open(directory.resolve("store"));
        Image image = HostImageBuilder.busybox(busybox).build(store, Reference.parse("busybox"));
        Path root = unpack(store, image, directory.resolve("root"));

        assertThat(runIn(root, "sh", "-c", "seq 3 | wc -l")).contains("3");
        assertThat(image.config().command()).containsExactly("sh");
    }

    @Test
    void saysWhichProgramIsMissing() {
        Assertions.assertThatThrownBy(() -> new HostImageBuilder().program("no-such-program"))
                .isInstanceOf(ImageFailure.class)
                .hasMessageContaining("no-such-program");
    }
}
