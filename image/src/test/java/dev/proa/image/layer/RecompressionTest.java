package dev.proa.image.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.Descriptor;
import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.LayerStore;
import dev.proa.image.store.Layers;
import dev.proa.image.store.Whiteouts;
import dev.proa.image.tar.UnpackLimits;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecompressionTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void keepsTheImageAndChangesItsLayers(Compression compression) {
        ImageStore store = ImageStore.open(directory.resolve("store"));
        Image image = Layers.image(
                store,
                "app:1",
                new Layers().file("a", "x".repeat(10_000)).toTar(),
                new Layers().file("b", "y").toTar());

        Descriptor changed = new Recompression(store, compression).of(image);
        store.tag(Reference.parse("app:2"), changed);
        Image again = store.get(changed);
        assertThat(again.id()).isEqualTo(image.id());
        assertThat(again.manifest().layers())
                .allMatch(layer -> layer.mediaType().equals(compression.layerType()));
        assertThat(changed.equals(image.descriptor())).isEqualTo(compression == Compression.GZIP);
        List<Path> files = LayerStore.open(
                        directory.resolve("layers"), store, Whiteouts.deleting(), UnpackLimits.DEFAULT)
                .unpack(again);
        assertThat(files.get(1).resolve("b")).hasContent("y");
    }

    @Test
    void compressesOnlyWhatIsNotCompressedForATransfer() {
        ImageStore store = ImageStore.open(directory.resolve("store"));
        LayerContent plain = new LayerContent().file("/plain", new byte[10_000], 0644);
        LayerContent packed = new LayerContent().file("/packed", new byte[10_000], 0644);
        Image.Layer first = plain.writeTo(store, Compression.NONE);
        Image.Layer second = packed.writeTo(store, Compression.ZSTD);
        ImageConfig config = ImageConfig.empty(Platform.host()).toBuilder()
                .layer(first.diffId(), "plain")
                .layer(second.diffId(), "packed")
                .build();
        Image image = store.write(
                config, List.of(first.descriptor(), second.descriptor()), Map.of(), Reference.parse("app:1"));

        Image changed = store.get(Recompression.forTransfer(store).of(image));
        assertThat(changed.id()).isEqualTo(image.id());
        assertThat(changed.manifest().layers())
                .extracting(Descriptor::mediaType)
                .containsExactly(Compression.GZIP.layerType(), Compression.ZSTD.layerType());
        assertThat(Recompression.forTransfer(store).of(changed)).isEqualTo(changed.descriptor());
    }

    @Test
    void summarizesWhatALayerHolds() {
        byte[] layer = new Layers()
                .file("./usr/lib/x/large", "x".repeat(5000))
                .file("usr/lib/small", "x")
                .file("etc/passwd", "root")
                .file("top", "xx")
                .file("usr/.wh.gone", "")
                .link("usr/lib/link", TarArchiveEntry.LF_SYMLINK, "small")
                .directory("empty", 0755)
                .toTar();

        LayerSummary summary = LayerSummary.of(new ByteArrayInputStream(Layers.gzip(layer)), UnpackLimits.DEFAULT);
        assertThat(summary)
                .isEqualTo(new LayerSummary(
                        5,
                        5007,
                        1,
                        List.of(
                                new LayerSummary.Directory("/usr/lib", 3, 5001),
                                new LayerSummary.Directory("/etc", 1, 4),
                                new LayerSummary.Directory("/", 1, 2))));
    }
}
