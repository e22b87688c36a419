package dev.proa.image.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.MediaTypes;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseTest {
    /** Everything is older than this, however young. */
    private static final Duration NOW = Duration.ofSeconds(-60);

    @TempDir
    Path directory;

    private static Descriptor write(ImageStore store, String content) {
        return store.write(MediaTypes.LAYER_TAR, new Layers().file("f", content).toTar());
    }

    @Test
    void keepsWhatIsWrittenOrClaimedUntilItEnds() throws Exception {
        ImageStore store = ImageStore.open(directory);
        Descriptor before = write(store, "before");
        Descriptor claimed = write(store, "claimed");
        ImageStore.Lease lease = store.lease();
        Descriptor written = write(store, "written");
        assertThat(store.claim(claimed.digest())).isTrue();
        ImageStore.open(directory).collectGarbage(NOW);
        assertThat(store.contains(before.digest())).isFalse();
        assertThat(store.contains(claimed.digest())).isTrue();
        assertThat(store.contains(written.digest())).isTrue();

        ImageStore.Lease second = store.lease();
        lease.close();
        store.collectGarbage(NOW);
        assertThat(store.contains(written.digest()))
                .as("the second began later")
                .isFalse();
        second.close();
        assertThat(directory.resolve("leases")).isEmptyDirectory();
    }

    @Test
    void endsWithItsProcess() throws Exception {
        ImageStore store = ImageStore.open(directory);
        Descriptor written;
        try (ImageStore.Lease lease = store.lease()) {
            Files.createFile(directory.resolve("leases/of-a-process-that-died"));
            written = write(store, "written");
            store.collectGarbage(NOW);
            assertThat(store.contains(written.digest())).isTrue();
        }
        assertThat(directory.resolve("leases")).isEmptyDirectory();
        store.collectGarbage(NOW);
        assertThat(store.contains(written.digest())).isFalse();
    }

    @Test
    void keepsNames() throws Exception {
        ImageStore store = ImageStore.open(directory);
        Image old = Layers.image(store, "old", new Layers().file("a", "old").toTar());
        Image used = Layers.image(store, "used", new Layers().file("a", "used").toTar());
        try (ImageStore.Lease lease = store.lease()) {
            store.tag(Reference.parse("used"), used.descriptor());
            assertThat(store.remove(any -> true, NOW))
                    .extracting(NamedManifest::manifest)
                    .extracting(Descriptor::digest)
                    .containsExactly(old.digest());
            assertThat(store.find("used")).isPresent();
        }
        assertThat(store.remove(any -> true, Duration.ofMinutes(10))).isEmpty();
        assertThat(store.remove(any -> true, NOW)).hasSize(1);
        assertThat(store.manifests()).isEmpty();
    }

    /** Builds share layers and bases, and prune runs all the time: what a build has made is whole for as long as it runs. */
    @Test
    void buildsLoseNothingToPruning() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> builds = new ArrayList<>();
            for (int seed = 0; seed < 4; seed++) {
                Random random = new Random(seed);
                builds.add(threads.submit(() -> {
                    for (int i = 0; i < 6; i++) {
                        build(ImageStore.open(directory), random);
                    }
                    return null;
                }));
            }
            Future<?> pruning = threads.submit(() -> {
                Random random = new Random(99);
                ImageStore store = ImageStore.open(directory);
                while (!done.get()) {
                    store.remove(any -> random.nextBoolean(), NOW);
                    store.collectGarbage(NOW);
                }
                return null;
            });
            try {
                for (Future<?> build : builds) {
                    build.get();
                }
            } finally {
                done.set(true);
            }
            pruning.get();
        }
        ImageStore store = ImageStore.open(directory);
        store.remove(any -> true, NOW);
        store.collectGarbage(NOW);
        assertThat(directory.resolve("blobs/sha256")).isEmptyDirectory();
    }

    private static void build(ImageStore store, Random random) throws Exception {
        String name = "app:" + random.nextInt(4);
        try (ImageStore.Lease lease = store.lease()) {
            var config = ImageConfig.empty(Platform.host()).toBuilder();
            List<Descriptor> layers = new ArrayList<>();
            Image base = store.find("app:" + random.nextInt(4)).orElse(null);
            if (base != null && store.claim(base)) {
                for (Image.Layer layer :
                        base.layers().subList(0, Math.min(2, base.layers().size()))) {
                    layers.add(layer.descriptor());
                    config.layer(layer.diffId(), "base");
                }
            }
            for (int i = random.nextInt(3); i >= 0; i--) {
                byte[] tar =
                        new Layers().file("f", "layer " + random.nextInt(6)).toTar();
                layers.add(store.write(MediaTypes.LAYER_TAR, tar));
                config.layer(Digest.of(tar), "layer");
                Thread.yield();
            }
            Image image = store.write(config.build(), layers, Map.of(), Reference.parse(name));
            store.tag(Reference.parse(name).withTag(image.digest().shortHex()), image.descriptor());
            for (Image.Layer layer : image.layers()) {
                try (InputStream in = store.read(layer.descriptor().digest())) {
                    assertThat(in.readAllBytes())
                            .hasSize((int) layer.descriptor().size());
                }
            }
            assertThat(store.find(Reference.parse(name).withTag(image.digest().shortHex())))
                    .isPresent();
        }
    }
}
