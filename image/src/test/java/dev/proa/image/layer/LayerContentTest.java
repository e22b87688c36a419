package dev.proa.image.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.Image;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.LayerUnpacker;
import dev.proa.image.store.Whiteouts;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LayerContentTest {
    @TempDir
    Path directory;

    private Path tree(String name, Instant time) throws IOException {
        Path tree = directory.resolve(name);
        for (String file : new String[] {"b/deep/file", "a", "b.txt"}) {
            Path path = tree.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, file);
            Files.setLastModifiedTime(path, FileTime.from(time));
        }
        Files.setAttribute(tree.resolve("a"), "unix:mode", 0700);
        Files.createSymbolicLink(tree.resolve("link"), Path.of("b/deep"));
        return tree;
    }

    @ParameterizedTest
    @EnumSource
    void sameFilesGiveTheSameLayer(Compression compression) throws Exception {
        ImageStore store = ImageStore.open(directory.resolve("store"));
        Path one = tree("one", Instant.EPOCH);
        Path two = tree("two", Instant.ofEpochSecond(1_700_000_000));

        Image.Layer first = new LayerContent().tree("/app", one).writeTo(store, compression);
        Image.Layer second = new LayerContent().tree("app/", two).writeTo(store, compression);

        assertThat(first).isEqualTo(second);
        assertThat(first.descriptor().size()).isPositive();
    }

    @ParameterizedTest
    @EnumSource
    void unpacksToWhatWasPut(Compression compression) throws Exception {
        ImageStore store = ImageStore.open(directory.resolve("store"));
        String longName = "/" + "n".repeat(120) + "/" + "ü".repeat(70);
        Image.Layer layer = new LayerContent()
                .tree("/app", tree("one", Instant.EPOCH))
                .file("/etc/x", "x".getBytes(StandardCharsets.UTF_8), 0640)
                .file(longName, new byte[100_000], 0644)
                .directory("/tmp", 01777)
                .writeTo(store, compression);
        Path root = Files.createDirectory(directory.resolve("root"));
        try (InputStream blob = store.read(layer.descriptor().digest())) {
            LayerUnpacker.unpack(blob, layer.diffId(), root, Whiteouts.deleting(), UnpackLimits.DEFAULT);
        }

        assertThat(root.resolve("app/b/deep/file")).hasContent("b/deep/file");
        assertThat(Files.readSymbolicLink(root.resolve("app/link"))).hasToString("b/deep");
        assertThat(Files.getAttribute(root.resolve("app/a"), "unix:mode")).isEqualTo(0100755);
        assertThat(Files.getAttribute(root.resolve("etc/x"), "unix:mode")).isEqualTo(0100640);
        assertThat(Files.getAttribute(root.resolve("tmp"), "unix:mode")).isEqualTo(041777);
        assertThat(Files.size(root.resolve(longName.substring(1)))).isEqualTo(100_000);
    }

    @Test
    void compressionDoesNotChangeWhatTheLayerIs() {
        ImageStore store = ImageStore.open(directory.resolve("store"));
        LayerContent content = new LayerContent().file("/a", new byte[1000], 0644);

        Image.Layer plain = content.writeTo(store, Compression.NONE);
        Image.Layer packed = content.writeTo(store, Compression.GZIP);

        assertThat(packed.diffId()).isEqualTo(plain.diffId());
        assertThat(packed.descriptor().size()).isLessThan(plain.descriptor().size());
    }
}
