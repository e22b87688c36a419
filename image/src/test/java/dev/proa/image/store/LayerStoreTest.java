package dev.proa.image.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.tar.UnpackLimits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayerStoreTest {
    @TempDir
    Path directory;

    private Path root;

    @BeforeEach
    void makeRoot() throws IOException {
        root = Files.createDirectories(directory.resolve("outer/root"));
    }

    private void unpack(byte[] tar) {
        LayerUnpacker.unpack(
                new ByteArrayInputStream(tar), Digest.of(tar), root, Whiteouts.deleting(), UnpackLimits.DEFAULT);
    }

    @Test
    void aLayerThatComesTwiceIsMountedWhereItComesLast() {
        List<Path> layers = List.of(Path.of("a"), Path.of("b"), Path.of("a"), Path.of("c"));
        assertThat(LayerStore.mountable(layers)).containsExactly(Path.of("b"), Path.of("a"), Path.of("c"));
    }

    @Test
    void restoresFilesLinksModesAndTimes() throws Exception {
        unpack(new Layers()
                .directory("bin", 0555)
                .file("bin/tool", "#!", 04755)
                .link("bin/alias", TarArchiveEntry.LF_SYMLINK, "tool")
                .link("bin/same", TarArchiveEntry.LF_LINK, "bin/tool")
                .file("not/listed/parent", "x")
                .file("a".repeat(80) + "/" + "ü".repeat(60), "long")
                .device("dev-null")
                .toTar());

        assertThat(Files.getAttribute(root.resolve("bin/tool"), "unix:mode")).isEqualTo(0104755);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("bin"))))
                .isEqualTo("r-xr-xr-x");
        assertThat(Files.getLastModifiedTime(root.resolve("bin")).toMillis()).isEqualTo(1_600_000_000_000L);
        assertThat(Files.getLastModifiedTime(root.resolve("bin/tool")).toMillis())
                .isEqualTo(1_700_000_000_000L);
        assertThat(Files.readSymbolicLink(root.resolve("bin/alias"))).hasToString("tool");
        assertThat(Files.isSameFile(root.resolve("bin/same"), root.resolve("bin/tool")))
                .isTrue();
        assertThat(root.resolve("not/listed/parent")).hasContent("x");
        assertThat(root.resolve("a".repeat(80)).resolve("ü".repeat(60))).hasContent("long");
        assertThat(root.resolve("dev-null")).doesNotExist();
    }

    @Test
    void restoresOwners() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root may give files away");
        TarArchiveEntry entry = new TarArchiveEntry("data/", true);
        entry.setUserId(1234);
        entry.setGroupId(5678);
        byte[] tar = tarOf(entry);
        unpack(tar);

        assertThat(Files.getAttribute(root.resolve("data"), "unix:uid")).isEqualTo(1234);
        assertThat(Files.getAttribute(root.resolve("data"), "unix:gid")).isEqualTo(5678);
    }

    private static byte[] tarOf(TarArchiveEntry entry) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            tar.putArchiveEntry(entry);
            tar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../escape", "a/../../escape", "/../escape"})
    void refusesNamesThatClimb(String name) {
        byte[] tar = new Layers().file(name, "x").toTar();

        assertThatThrownBy(() -> unpack(tar)).isInstanceOf(ImageFailure.class).hasMessageContaining("malformed");
        assertThat(directory.resolve("outer/escape")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../..", "/", "/outer", "../../outer"})
    void linksLeadNowhereOutside(String target) {
        unpack(new Layers()
                .link("out", TarArchiveEntry.LF_SYMLINK, target)
                .file("out/outer/file", "x")
                .file("out/file", "y")
                .toTar());

        assertThat(directory.resolve("file")).doesNotExist();
        assertThat(directory.resolve("outer/file")).doesNotExist();
        assertThat(directory.resolve("outer/outer")).doesNotExist();
    }

    @Test
    void fileReplacesALinkInsteadOfWritingThroughIt() throws Exception {
        Path victim = Files.writeString(directory.resolve("victim"), "safe");
        unpack(new Layers()
                .link("f", TarArchiveEntry.LF_SYMLINK, victim.toString())
                .file("f", "evil")
                .toTar());

        assertThat(victim).hasContent("safe");
        assertThat(root.resolve("f")).hasContent("evil").isRegularFile();
    }

    @Test
    void hardLinksStayInside() throws Exception {
        Files.writeString(directory.resolve("victim"), "safe");
        byte[] climbing =
                new Layers().link("f", TarArchiveEntry.LF_LINK, "../../victim").toTar();
        assertThatThrownBy(() -> unpack(climbing)).isInstanceOf(ImageFailure.class);
        byte[] through = new Layers()
                .link("up", TarArchiveEntry.LF_SYMLINK, directory.toString())
                .link("f", TarArchiveEntry.LF_LINK, "up/victim")
                .toTar();
        assertThatThrownBy(() -> unpack(through)).isInstanceOf(ImageFailure.class);
        assertThat(root.resolve("f")).doesNotExist();
    }

    @Test
    void followsLinksOfTheImageItself() {
        unpack(new Layers()
                .link("lib", TarArchiveEntry.LF_SYMLINK, "/usr/lib")
                .file("lib/x.so", "elf")
                .toTar());

        assertThat(root.resolve("usr/lib/x.so")).hasContent("elf");
    }

    @Test
    void refusesLinksInACircle() {
        byte[] tar = new Layers()
                .link("a", TarArchiveEntry.LF_SYMLINK, "b")
                .link("b", TarArchiveEntry.LF_SYMLINK, "a")
                .file("a/x", "x")
                .toTar();

        assertThatThrownBy(() -> unpack(tar)).hasMessageContaining("too many symbolic links");
    }

    @Test
    void whiteoutsDeleteInAFlatTree() {
        unpack(new Layers()
                .file("d/a", "1")
                .file("d/b", "1")
                .file("e/a", "1")
                .file("e/sub/b", "1")
                .toTar());
        unpack(new Layers()
                .file("d/.wh.a", "")
                .file("e/c", "2")
                .file("e/sub/d", "2")
                .file("e/.wh..wh..opq", "")
                .toTar());

        assertThat(root.resolve("d/a")).doesNotExist();
        assertThat(root.resolve("d/b")).hasContent("1");
        assertThat(root.resolve("e/a")).doesNotExist();
        assertThat(root.resolve("e/sub/b")).doesNotExist();
        assertThat(root.resolve("e/c")).hasContent("2");
        assertThat(root.resolve("e/sub/d")).hasContent("2");
    }

    @Test
    void whiteoutOfTheParentIsRefused() {
        byte[] tar = new Layers().file("d/.wh...", "").toTar();

        assertThatThrownBy(() -> unpack(tar)).hasMessageContaining("whiteout");
    }

    @Test
    void refusesALayerOfAnotherDigest() {
        byte[] tar = new Layers().file("a", "x".repeat(100_000)).toTar();

        assertThatThrownBy(() -> LayerUnpacker.unpack(
                        new ByteArrayInputStream(tar),
                        Digest.of(new byte[0]),
                        root,
                        Whiteouts.deleting(),
                        UnpackLimits.DEFAULT))
                .hasMessageContaining("corrupt");
    }

    @Test
    void unpacksEachLayerOnceForAllWhoAsk() throws Exception {
        ImageStore images = ImageStore.open(directory.resolve("images"));
        byte[] base = new Layers().file("base", "b").toTar();
        Image one =
                Layers.image(images, "one:1", base, new Layers().file("x", "1").toTar());
        Image two =
                Layers.image(images, "two:1", base, new Layers().file("x", "2").toTar());
        LayerStore layers =
                LayerStore.open(directory.resolve("layers"), images, Whiteouts.deleting(), UnpackLimits.DEFAULT);

        List<Future<List<Path>>> results = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                Image image = i % 2 == 0 ? one : two;
                results.add(executor.submit(() -> layers.unpack(image)));
            }
        }
        assertThat(results.get(0).get().getFirst())
                .isEqualTo(results.get(1).get().getFirst());
        assertThat(results.get(0).get().getLast().resolve("x")).hasContent("1");
        assertThat(results.get(1).get().getLast().resolve("x")).hasContent("2");
        assertThat(layers.size(one)).isEqualTo(2);
        try (var entries = Files.list(directory.resolve("layers"))) {
            assertThat(entries).hasSize(3);
        }
        assertThat(layers.retain(List.of(one))).isEqualTo(1);
        assertThat(layers.unpack(one)).allMatch(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void failedUnpackingLeavesNothing() throws Exception {
        ImageStore images = ImageStore.open(directory.resolve("images"));
        Image bad = Layers.image(images, "bad:1", new Layers().file("../x", "b").toTar());
        LayerStore layers =
                LayerStore.open(directory.resolve("layers"), images, Whiteouts.deleting(), UnpackLimits.DEFAULT);

        assertThatThrownBy(() -> layers.unpack(bad)).isInstanceOf(ImageFailure.class);
        assertThat(directory.resolve("layers")).isEmptyDirectory();
    }

    /** Whatever the bytes are, the outcome is files below the root or a failure that says so. */
    @Test
    void damagedArchivesDoNoHarm() throws Exception {
        byte[] good = new Layers()
                .directory("dir", 0755)
                .file("dir/" + "n".repeat(120), "x".repeat(700))
                .link("dir/link", TarArchiveEntry.LF_SYMLINK, "../dir")
                .link("dir/same", TarArchiveEntry.LF_LINK, "dir/" + "n".repeat(120))
                .file("dir/.wh.gone", "")
                .file("ü" + "m".repeat(110), "y")
                .toTar();
        Random random = new Random(20261123);
        Path victim = Files.writeString(directory.resolve("outer/victim"), "safe");
        for (int i = 0; i < 400; i++) {
            byte[] bad = i % 5 == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
            for (int flips = 1 + random.nextInt(8); flips > 0 && bad.length > 0; flips--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            Path target = Files.createDirectory(directory.resolve("outer/root" + i));
            try {
                LayerUnpacker.unpack(
                        new ByteArrayInputStream(bad),
                        Digest.of(bad),
                        target,
                        Whiteouts.deleting(),
                        UnpackLimits.DEFAULT);
            } catch (ImageFailure expected) {
                assertThat(expected).hasMessageContaining("layer");
            }
            FileTrees.delete(target);
        }
        assertThat(victim).hasContent("safe");
        try (var left = Files.list(directory.resolve("outer"))) {
            assertThat(left).hasSize(2);
        }
    }

    @Test
    void overlayIsToldOfWhiteouts() {
        List<String> calls = new ArrayList<>();
        byte[] tar = new Layers()
                .file("d/.wh.a", "")
                .file("e/.wh..wh..opq", "")
                .file("e/a", "1")
                .toTar();
        LayerUnpacker.unpack(
                new ByteArrayInputStream(tar),
                Digest.of(tar),
                root,
                new Whiteouts() {
                    @Override
                    public void whiteout(Path path) {
                        calls.add("whiteout " + root.relativize(path));
                    }

                    @Override
                    public void opaque(Path directory) {
                        calls.add("opaque " + root.relativize(directory));
                    }
                },
                UnpackLimits.DEFAULT);

        assertThat(calls).containsExactly("whiteout d/a", "opaque e");
    }
}
