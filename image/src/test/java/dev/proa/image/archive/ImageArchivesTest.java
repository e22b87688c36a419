package dev.proa.image.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageFailure;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.layer.Compression;
import dev.proa.image.layer.LayerContent;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.LayerStore;
import dev.proa.image.store.Layers;
import dev.proa.image.store.Whiteouts;
import dev.proa.image.tar.UnpackLimits;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageArchivesTest {
    @TempDir
    Path directory;

    private ImageStore store;
    private ImageArchives archives;

    @BeforeEach
    void open() {
        store = ImageStore.open(directory.resolve("store"));
        archives = new ImageArchives(store, Platform.host());
    }

    @Test
    void readsALayoutAsADirectoryAndAsAnArchive() throws Exception {
        ImageStore other = ImageStore.open(directory.resolve("layout"));
        Image one = Layers.image(other, "one:1", new Layers().file("a", "1").toTar());
        Image two = Layers.image(
                other, "registry.example/two:2", new Layers().file("b", "2").toTar());

        assertThat(archives.load(directory.resolve("layout")))
                .map(Image::digest)
                .containsExactly(one.digest(), two.digest());
        assertThat(store.find("registry.example/two:2")).isPresent();
        Image chosen = archives.load(
                directory.resolve("layout"), "docker.io/library/one:1", Reference.parse("localhost/base:x"));
        assertThat(chosen.digest()).isEqualTo(one.digest());
        assertThatThrownBy(() -> archives.load(directory.resolve("layout"), "three:3", Reference.parse("x")))
                .hasMessageContaining("it has no image three:3");

        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        ImageStore third = ImageStore.open(directory.resolve("third"));
        var packed = new LayerContent().tree("/", directory.resolve("layout")).writeTo(third, Compression.GZIP);
        third.copyTo(packed.descriptor().digest(), tar);
        Path file = Files.write(directory.resolve("layout.tar.gz"), tar.toByteArray());
        assertThat(new ImageArchives(third, Platform.host()).load(file))
                .map(Image::digest)
                .containsExactly(one.digest(), two.digest());
    }

    @Test
    void readsWhatDockerSaves() throws Exception {
        byte[] base = new Layers().file("etc/base", "b").toTar();
        byte[] top = new Layers().file("etc/top", "t").toTar();
        byte[] config = ImageConfig.empty(Platform.host()).toBuilder()
                .command(List.of("run"))
                .layer(Digest.of(base), "base")
                .layer(Digest.of(top), "top")
                .build()
                .toBytes();
        String index = "[{\"Config\":\"abc.json\",\"RepoTags\":[\"app:1\",\"app:latest\"],"
                + "\"Layers\":[\"one/layer.tar\",\"two/layer.tar\"]}]";
        byte[] tar = new Layers()
                .raw("two/layer.tar", top)
                .link("one/layer.tar", TarArchiveEntry.LF_SYMLINK, "../shared/layer.tar")
                .raw("shared/layer.tar", base)
                .raw("abc.json", config)
                .raw("manifest.json", index.getBytes(StandardCharsets.UTF_8))
                .toTar();
        Path file = Files.write(directory.resolve("saved.tar"), tar);

        Image image = archives.load(file).getFirst();
        assertThat(image.config().command()).containsExactly("run");
        assertThat(image.id()).isEqualTo(Digest.of(config));
        assertThat(store.find("app")).map(Image::digest).contains(image.digest());
        List<Path> unpacked = LayerStore.open(
                        directory.resolve("layers"), store, Whiteouts.deleting(), UnpackLimits.DEFAULT)
                .unpack(image);
        assertThat(unpacked.get(0).resolve("etc/base")).hasContent("b");
        assertThat(unpacked.get(1).resolve("etc/top")).hasContent("t");
    }

    @Test
    void saysWhatIsWrongWithAFile() throws Exception {
        Path empty = Files.write(
                directory.resolve("empty.tar"), new Layers().file("x", "y").toTar());
        assertThatThrownBy(() -> archives.load(empty)).hasMessageContaining("neither an OCI layout nor an archive");
        assertThatThrownBy(() -> archives.load(directory.resolve("none"))).hasMessageContaining("there is no");
        Path text = Files.writeString(directory.resolve("text"), "text".repeat(1000));
        assertThatThrownBy(() -> archives.load(text)).isInstanceOf(ImageFailure.class);
    }

    @Test
    void refusesALayoutWithABlobThatIsNotItsDigest() throws Exception {
        ImageStore other = ImageStore.open(directory.resolve("layout"));
        Image one = Layers.image(other, "one:1", new Layers().file("a", "1").toTar());
        Path blob = directory
                .resolve("layout/blobs/sha256")
                .resolve(one.manifest().layers().getFirst().digest().hex());
        Files.write(blob, new byte[] {1, 2, 3});

        assertThatThrownBy(() -> archives.load(directory.resolve("layout"))).hasMessageContaining("corrupt");
    }

    @Test
    void refusesAnArchiveThatBecomesTooLarge() throws Exception {
        UnpackLimits small = new UnpackLimits(8 << 20, 50, 1 << 20, 100, 64, 64 << 10, 1 << 20, 1);
        ImageArchives strict = new ImageArchives(store, Platform.host(), small);
        byte[] zeros = Layers.gzip(new Layers().raw("zeros", new byte[7 << 20]).toTar());
        Path bomb = Files.write(directory.resolve("bomb.tar.gz"), zeros);
        assertThatThrownBy(() -> strict.load(bomb)).hasMessageContaining("50 times larger");

        Layers many = new Layers();
        for (int i = 0; i < 200; i++) {
            many.file("f" + i, "");
        }
        Path flood = Files.write(directory.resolve("flood.tar"), many.toTar());
        assertThatThrownBy(() -> strict.load(flood)).hasMessageContaining("more than 100 files");
    }

    @Test
    void readsNothingOutsideOfALayout() throws Exception {
        Path layout = Files.createDirectory(directory.resolve("layout"));
        Path outside = Files.writeString(directory.resolve("outside.json"), "{}");
        Files.createSymbolicLink(layout.resolve("index.json"), outside);
        assertThatThrownBy(() -> archives.load(layout)).hasMessageContaining("leads out of " + layout);

        Files.delete(layout.resolve("index.json"));
        Files.writeString(
                layout.resolve("manifest.json"), "[{\"Config\":\"../outside.json\",\"Layers\":[\"a\\u0000\"]}]");
        assertThatThrownBy(() -> archives.load(layout)).hasMessageContaining("leads out of " + layout);
    }
}
