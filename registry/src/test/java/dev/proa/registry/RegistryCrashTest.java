package dev.proa.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.ManifestDocument;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.NamedManifest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A registry in a process of its own is killed while images are pushed: what has a name is whole, and what was acknowledged is there. */
class RegistryCrashTest {
    private static final int CLIENTS = 3;

    @TempDir
    Path directory;

    /** More with {@code -Dproa.seeds=N}. */
    static LongStream seeds() {
        return LongStream.rangeClosed(1, Long.getLong("proa.seeds", 2));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void namesNoHalfImage(long seed) throws Exception {
        Random random = new Random(seed);
        int enough = 1 + random.nextInt(30);
        int afterwards = random.nextInt(20_000);
        Map<String, Digest> acknowledged = new ConcurrentHashMap<>();
        Process server = start();
        TestRegistry.Client client;
        try (BufferedReader output = server.inputReader()) {
            client = new TestRegistry.Client("127.0.0.1:" + output.readLine());
            AtomicInteger images = new AtomicInteger();
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                long own = random.nextLong();
                clients.add(Thread.ofVirtual()
                        .start(() -> push(new Pushes(client), new Random(own), images, acknowledged)));
            }
            while (acknowledged.size() < enough) {
                TimeUnit.MICROSECONDS.sleep(50);
            }
            TimeUnit.MICROSECONDS.sleep(afterwards);
            server.destroyForcibly().waitFor();
            for (Thread thread : clients) {
                thread.join();
            }
            client.close();
        } finally {
            server.destroyForcibly().waitFor();
        }
        assertWhole(acknowledged, client.port(), seed);
        try (TestRegistry again = new TestRegistry(directory)) {
            new Pushes(again.client()).image("app", "after", new byte[] {1});
            assertWhole(acknowledged, client.port(), seed);
        }
    }

    private Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TestRegistry.class.getName(),
                        directory.toString(),
                        TestRegistry.HOST,
                        "0")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Pushes images to one of few tags and to new ones, until the registry is gone. */
    private static void push(Pushes pushes, Random random, AtomicInteger images, Map<String, Digest> acknowledged) {
        try {
            while (true) {
                byte[] layer = new byte[random.nextInt(200_000)];
                random.nextBytes(layer);
                int number = images.incrementAndGet();
                boolean moving = random.nextBoolean();
                Descriptor manifest = pushes.image("app", moving ? "latest" : "v" + number, layer);
                acknowledged.put(moving ? manifest.digest().toString() : "v" + number, manifest.digest());
            }
        } catch (IOException e) {
            // The registry was killed.
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void assertWhole(Map<String, Digest> acknowledged, String port, long seed) throws Exception {
        ImageStore store = ImageStore.open(directory);
        for (NamedManifest named : store.manifests()) {
            assertWhole(store, named.manifest());
            ManifestDocument document = store.manifest(named.manifest().digest());
            for (Descriptor blob : document.requiredBlobs()) {
                assertWhole(store, blob);
            }
        }
        for (Map.Entry<String, Digest> image : acknowledged.entrySet()) {
            String separator = image.getKey().contains(":") ? "@" : ":";
            assertThat(store.find(TestRegistry.HOST + ":" + port + "/app" + separator + image.getKey()))
                    .as("seed " + seed)
                    .isPresent()
                    .get()
                    .satisfies(found -> assertThat(found.digest()).isEqualTo(image.getValue()));
        }
        assertThat(Collections.unmodifiableMap(acknowledged)).isNotEmpty();
    }

    private static void assertWhole(ImageStore store, Descriptor blob) throws IOException {
        MessageDigest digest = Digest.newSha256();
        try (InputStream content = store.read(blob.digest())) {
            byte[] bytes = content.readAllBytes();
            assertThat(bytes).hasSize(Math.toIntExact(blob.size()));
            assertThat(blob.digest().matches(digest.digest(bytes))).isTrue();
        }
    }
}
