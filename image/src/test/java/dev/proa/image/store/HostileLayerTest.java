package dev.proa.image.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.tar.UnpackLimits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers that were made to harm the machine that unpacks them. */
class HostileLayerTest {
    private static final UnpackLimits SMALL =
            new UnpackLimits(32 << 20, 50, 1 << 20, 10_000, 64, 64 << 10, 1 << 20, 1 << 20);

    @TempDir
    Path directory;

    private Path root;
    private Path outside;

    @BeforeEach
    void makeDirectories() throws IOException {
        root = Files.createDirectories(directory.resolve("outer/root"));
        outside = Files.createDirectories(directory.resolve("outside/sub"));
    }

    private void unpack(byte[] archive, byte[] tar) {
        LayerUnpacker.unpack(new ByteArrayInputStream(archive), Digest.of(tar), root, Whiteouts.deleting(), SMALL);
    }

    private void unpack(byte[] tar) {
        unpack(tar, tar);
    }

    /** The times of directories are set last, when a link may stand where a directory was. */
    @Test
    void timesOfDirectoriesAreNotSetThroughALinkThatCameLater() throws Exception {
        FileTime before = FileTime.fromMillis(1_500_000_000_000L);
        Files.setLastModifiedTime(outside, before);
        unpack(new Layers()
                .directory("a", 0755)
                .directory("a/sub", 0755)
                .link("a", TarArchiveEntry.LF_SYMLINK, outside.getParent().toString())
                .toTar());

        assertThat(Files.getLastModifiedTime(outside)).isEqualTo(before);
    }

    /** What overlay mounts keep in attributes is theirs: {@code redirect} makes a directory another one. */
    @Test
    void attributesOfTheMountItselfAreNotTakenFromALayer() {
        List<String> set = new ArrayList<>();
        Map<String, String> pax = new HashMap<>();
        for (String name : List.of(
                "trusted.overlay.redirect",
                "user.overlay.redirect",
                "security.capability",
                "security.selinux",
                "system.posix_acl_access",
                "user.mine")) {
            pax.put("SCHILY.xattr." + name, "/x");
        }
        byte[] tar = new Layers().file("f", "x", pax).toTar();
        LayerUnpacker.unpack(
                new ByteArrayInputStream(tar),
                Digest.of(tar),
                root,
                new Whiteouts() {
                    @Override
                    public void whiteout(Path path) {}

                    @Override
                    public void opaque(Path directory) {}

                    @Override
                    public void extendedAttribute(Path file, String name, byte[] value) {
                        set.add(name);
                    }
                },
                SMALL);

        assertThat(set).containsExactlyInAnyOrder("security.capability", "user.mine");
    }

    /** CVE-2021-41103: a set-user-ID program of an image must not be there to run for users of the machine. */
    @Test
    void nobodyButTheOwnerReachesUnpackedLayers() throws Exception {
        ImageStore images = ImageStore.open(directory.resolve("images"));
        Image image = Layers.image(
                images, "su:1", new Layers().file("su", "#!", 04755).toTar());
        LayerStore layers = LayerStore.open(directory.resolve("layers"), images, Whiteouts.deleting(), SMALL);
        layers.unpack(image);

        assertThat(Files.getAttribute(directory.resolve("layers"), "unix:mode")).isEqualTo(040700);
    }

    @Test
    void headersWithoutEndAreRefused() {
        Layers layers = new Layers();
        for (int i = 0; i < 20_000; i++) {
            layers.global("comment", "x");
        }
        byte[] tar = layers.file("f", "x").toTar();

        assertThatThrownBy(() -> unpack(tar)).isInstanceOf(ImageFailure.class);
    }

    @Test
    void hugeHeaderIsRefused() {
        byte[] tar = new Layers()
                .entry("g", TarArchiveEntry.LF_PAX_EXTENDED_HEADER_LC, Layers.paxRecord("comment", "x".repeat(8 << 20)))
                .file("f", "x")
                .toTar();

        assertThatThrownBy(() -> unpack(Layers.gzip(tar), tar)).isInstanceOf(ImageFailure.class);
    }

    @Test
    void zerosWithoutEndAreRefused() {
        byte[] tar = new Layers().raw("zeros", new byte[64 << 20]).toTar();

        assertThatThrownBy(() -> unpack(Layers.gzip(tar), tar)).isInstanceOf(ImageFailure.class);
        assertThat(root.resolve("zeros")).doesNotExist();
    }

    /** One block of archive, a sixteenth of a gigabyte of disk: what it claims is a hole is written out. */
    @Test
    void sparseFileIsCharged() {
        String map = "2\n0\n1\n" + (64 << 20) + "\n0\n";
        byte[] data = (map + "\0".repeat(512 - map.length()) + "x").getBytes(StandardCharsets.UTF_8);
        byte[] pax = concat(
                Layers.paxRecord("GNU.sparse.major", "1"),
                Layers.paxRecord("GNU.sparse.minor", "0"),
                Layers.paxRecord("GNU.sparse.name", "hole"),
                Layers.paxRecord("GNU.sparse.realsize", String.valueOf(64 << 20)));
        byte[] tar = new Layers()
                .entry("p", TarArchiveEntry.LF_PAX_EXTENDED_HEADER_LC, pax)
                .raw("hole", data)
                .toTar();

        assertThatThrownBy(() -> unpack(tar)).isInstanceOf(ImageFailure.class);
    }

    private static byte[] concat(byte[]... parts) {
        var all = new java.io.ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    @Test
    void entriesWithoutEndAreRefused() {
        Layers layers = new Layers();
        for (int i = 0; i < 50_000; i++) {
            layers.link("l" + i, TarArchiveEntry.LF_SYMLINK, "x");
        }
        byte[] tar = layers.toTar();

        assertThatThrownBy(() -> unpack(tar)).isInstanceOf(ImageFailure.class);
    }

    @Test
    void directoriesInDirectoriesWithoutEndAreRefused() {
        byte[] tar = new Layers().file("d/".repeat(1500) + "f", "x").toTar();

        assertThatThrownBy(() -> unpack(tar)).isInstanceOf(ImageFailure.class);
    }

    @Test
    void layersAreBoundedTogetherAndARefusedOneLeavesNothing() throws Exception {
        byte[] half = new byte[20 << 20];
        new Random(1).nextBytes(half);
        byte[] first = new Layers().raw("first", half).toTar();
        byte[] second = new Layers().raw("second", half).toTar();
        ImageStore images = ImageStore.open(directory.resolve("images"));
        Image image = Layers.image(images, "large:1", first, second);
        Path place = directory.resolve("layers");

        assertThatThrownBy(() -> LayerStore.open(place, images, Whiteouts.deleting(), SMALL)
                        .unpack(image))
                .isInstanceOf(ImageFailure.class)
                .hasMessageContaining(UnpackLimits.IMAGE_GIB);
        try (var left = Files.list(place)) {
            assertThat(left).hasSize(1).allMatch(path -> Files.exists(path.resolve("fs/first")));
        }
    }

    @Test
    void someOfTheDiskStaysFree() throws Exception {
        long free = Files.getFileStore(root).getUsableSpace();
        UnpackLimits full = new UnpackLimits(1L << 40, 50, 1 << 30, 10, 64, 64 << 10, 1 << 20, free);
        byte[] tar = new Layers().raw("f", new byte[17 << 20]).toTar();

        assertThatThrownBy(() -> LayerUnpacker.unpack(
                        new ByteArrayInputStream(tar), Digest.of(tar), root, Whiteouts.deleting(), full))
                .hasMessageContaining("MiB free");
    }
}
