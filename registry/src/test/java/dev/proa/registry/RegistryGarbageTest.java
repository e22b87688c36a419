package dev.proa.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.ImageConfig;
import dev.proa.image.Manifest;
import dev.proa.image.MediaTypes;
import dev.proa.image.Platform;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Garbage is collected all the time, by another process as it were, while clients push, move tags and delete. */
class RegistryGarbageTest {
    private static final Duration NOW = Duration.ofSeconds(-60);
    private static final int CLIENTS = 4;
    private static final int IMAGES = 10;

    @TempDir
    Path directory;

    /** More with {@code -Dproa.seeds=N}. */
    static LongStream seeds() {
        return LongStream.rangeClosed(1, Long.getLong("proa.seeds", 1));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void losesNothingOfAPush(long seed) throws Exception {
        Random random = new Random(seed);
        AtomicBoolean over = new AtomicBoolean();
        try (TestRegistry registry = new TestRegistry(directory);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Long> collector = threads.submit(collector(over));
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(threads.submit(new Pusher(registry.client(), i, new Random(random.nextLong()))));
            }
            try {
                for (Future<?> client : clients) {
                    client.get();
                }
            } finally {
                over.set(true);
            }
            assertThat(collector.get()).isPositive();
        }
    }

    /** Returns how many blobs were collected. */
    private Callable<Long> collector(AtomicBoolean over) {
        ImageStore store = ImageStore.open(directory);
        return () -> {
            long collected = 0;
            while (!over.get()) {
                collected += store.collectGarbage(NOW).blobs();
            }
            return collected;
        };
    }

    /** Pushes images with a layer that all clients have and one of its own, and pulls each at once. */
    private record Pusher(TestRegistry.Client client, int number, Random random) implements Callable<Boolean> {
        @Override
        public Boolean call() throws Exception {
            String repository = "app-" + number % 2;
            for (int i = 0; i < IMAGES; i++) {
                byte[] own = new byte[1 + random.nextInt(100_000)];
                random.nextBytes(own);
                List<byte[]> layers = List.of(Pushes.bytes("shared by all"), own);
                Descriptor manifest =
                        push(repository, random.nextBoolean() ? "tag-" + number : "v" + number + "-" + i, layers);
                HttpResponse<byte[]> pulled =
                        client.send("GET", "/v2/" + repository + "/manifests/" + manifest.digest());
                assertThat(pulled.statusCode()).isEqualTo(200);
                for (byte[] layer : layers) {
                    assertThat(client.send("GET", "/v2/" + repository + "/blobs/" + Digest.of(layer))
                                    .body())
                            .isEqualTo(layer);
                }
                if (random.nextInt(3) == 0) {
                    client.send("DELETE", "/v2/" + repository + "/manifests/" + manifest.digest());
                    client.send("DELETE", "/v2/" + repository + "/blobs/" + Digest.of(own));
                }
            }
            return true;
        }

        private Descriptor push(String repository, String tag, List<byte[]> layers)
                throws IOException, InterruptedException {
            Pushes pushes = new Pushes(client);
            var config = ImageConfig.empty(Platform.host()).toBuilder();
            List<Descriptor> pushed = new ArrayList<>();
            for (byte[] layer : layers) {
                config.layer(Digest.of(layer), "test");
                pushed.add(layer(repository, layer));
            }
            Descriptor configuration =
                    pushes.blob(repository, MediaTypes.CONFIG, config.build().toBytes());
            return pushes.manifest(repository, tag, MediaTypes.MANIFEST, new Manifest(configuration, pushed).toBytes());
        }

        /** Uploads a layer unless it is there, in one of several ways. */
        private Descriptor layer(String repository, byte[] layer) throws IOException, InterruptedException {
            Pushes pushes = new Pushes(client);
            Digest digest = Digest.of(layer);
            Descriptor descriptor = new Descriptor(MediaTypes.LAYER_TAR, digest, layer.length);
            if (client.send("HEAD", "/v2/" + repository + "/blobs/" + digest).statusCode() == 200) {
                return descriptor;
            }
            String other = repository.equals("app-0") ? "app-1" : "app-0";
            if (random.nextBoolean()
                    && client.send("POST", "/v2/" + repository + "/blobs/uploads/?mount=" + digest + "&from=" + other)
                                    .statusCode()
                            == 201) {
                return descriptor;
            }
            if (random.nextBoolean()) {
                return pushes.blob(repository, MediaTypes.LAYER_TAR, layer);
            }
            String upload = pushes.begin(repository);
            int middle = layer.length / 2;
            client.send("PATCH", upload, Arrays.copyOf(layer, middle));
            client.send("PATCH", upload, Arrays.copyOfRange(layer, middle, layer.length));
            assertThat(client.send("PUT", upload + "?digest=" + digest).statusCode())
                    .isEqualTo(201);
            return descriptor;
        }
    }
}
