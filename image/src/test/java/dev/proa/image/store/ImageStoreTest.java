package dev.proa.image.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.MediaTypes;
import dev.proa.image.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageStoreTest {
    private static final Duration NOW = Duration.ofSeconds(-60);

    @TempDir
    Path directory;

    @Test
    void findsAnImageByEveryNameItHas() {
        ImageStore store = ImageStore.open(directory);
        Image image = Layers.image(store, "app:1", new Layers().file("a", "x").toTar());
        store.tag(Reference.parse("registry.example/app:2"), image.descriptor());

        ImageStore reopened = ImageStore.open(directory);
        for (String name : List.of(
                "app:1",
                "docker.io/library/app:1",
                "registry.example/app:2",
                "app@" + image.digest(),
                "app:9@" + image.digest(),
                image.id().toString(),
                image.digest().toString())) {
            assertThat(reopened.find(name)).as(name).map(Image::digest).contains(image.digest());
        }
        assertThat(reopened.find("app:3")).isEmpty();
        assertThat(reopened.find("other@" + image.digest())).isEmpty();
        assertThat(reopened.list())
                .singleElement()
                .satisfies(found -> assertThat(found.names())
                        .map(Reference::familiar)
                        .containsExactly("app:1", "registry.example/app:2"));
    }

    @Test
    void writesALayoutThatOtherToolsRead() throws Exception {
        Image image = Layers.image(
                ImageStore.open(directory), "app:1", new Layers().file("a", "x").toTar());

        assertThat(directory.resolve("oci-layout")).hasContent("{\"imageLayoutVersion\":\"1.0.0\"}");
        assertThat(Files.readString(directory.resolve("index.json")))
                .contains(
                        "\"org.opencontainers.image.ref.name\":\"1\"",
                        image.digest().toString());
        assertThat(directory.resolve("blobs/sha256").resolve(image.id().hex())).exists();
    }

    @Test
    void refusesContentThatIsNotWhatWasAskedFor() throws Exception {
        ImageStore store = ImageStore.open(directory);
        Descriptor expected = new Descriptor(MediaTypes.LAYER_TAR, Digest.of(new byte[] {1}), 1);

        try (BlobWriter writer = store.newBlob()) {
            writer.write(2);
            assertThatThrownBy(() -> writer.commit(expected))
                    .isInstanceOf(ImageFailure.class)
                    .hasMessageContaining("corrupt");
        }
        assertThat(store.contains(expected.digest())).isFalse();
        assertThat(directory.resolve("ingest")).isEmptyDirectory();
    }

    @Test
    void refusesToNameAnIncompleteImage() throws Exception {
        ImageStore store = ImageStore.open(directory);
        Image image = Layers.image(store, "app:1", new Layers().file("a", "x").toTar());
        Files.delete(directory
                .resolve("blobs/sha256")
                .resolve(image.manifest().layers().getFirst().digest().hex()));

        assertThatThrownBy(() -> store.tag(Reference.parse("app:2"), image.descriptor()))
                .hasMessageContaining("lacks its layer");
    }

    @Test
    void collectsWhatNoNameReaches() {
        ImageStore store = ImageStore.open(directory);
        byte[] shared = new Layers().file("a", "x").toTar();
        Image kept = Layers.image(store, "kept:1", shared);
        Image gone = Layers.image(
                store, "gone:1", shared, new Layers().file("b", "y").toTar());

        assertThat(store.remove("gone:1")).isTrue();
        assertThat(store.remove("gone:1")).isFalse();
        assertThat(store.collectGarbage(Duration.ofHours(1)).blobs()).isZero();
        assertThat(store.collectGarbage(NOW).blobs()).isEqualTo(3);

        assertThat(store.contains(gone.id())).isFalse();
        for (Image.Layer layer : kept.layers()) {
            assertThat(store.contains(layer.descriptor().digest())).isTrue();
        }
        assertThat(store.find("kept:1")).isPresent();
    }

    @Test
    void removesAnImageByIdWithAllItsNames() {
        ImageStore store = ImageStore.open(directory);
        Image image = Layers.image(store, "app:1", new Layers().file("a", "x").toTar());
        store.tag(Reference.parse("app:2"), image.descriptor());

        assertThat(store.remove(image.id().toString())).isTrue();
        assertThat(store.list()).isEmpty();
    }

    /** Two objects over one directory stand for two processes; the file lock is between threads here, though. */
    @Test
    void manyWritersLoseNoName() throws Exception {
        byte[] layer = new Layers().file("a", "x").toTar();
        List<Future<Image>> writers = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 40; i++) {
                String name = "app:" + i;
                writers.add(executor.submit(() -> Layers.image(ImageStore.open(directory), name, layer)));
            }
        }
        for (Future<Image> writer : writers) {
            writer.get();
        }
        assertThat(ImageStore.open(directory).list())
                .singleElement()
                .satisfies(image -> assertThat(image.names()).hasSize(40));
    }

    @Test
    void sameDocumentIsOneBlob() {
        ImageStore store = ImageStore.open(directory);
        byte[] text = "{}".getBytes(StandardCharsets.UTF_8);

        assertThat(store.write(MediaTypes.CONFIG, text)).isEqualTo(store.write(MediaTypes.CONFIG, text));
    }
}
