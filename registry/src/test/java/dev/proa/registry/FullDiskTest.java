package dev.proa.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.image.Digest;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageFailure;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.layer.Compression;
import dev.proa.image.layer.LayerContent;
import dev.proa.image.registry.RegistryClient;
import dev.proa.image.store.ImageStore;
import dev.proa.testing.Await;
import java.io.BufferedReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pushes and pulls when the disk is full: a file system in memory of a small size, which another process sees. */
@Tag("extensions")
class FullDiskTest {
    @TempDir
    Path directory;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void end() throws Exception {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    /** Pulls an image to a store, and prints what comes of it and what is left. */
    static final class Puller {
        public static void main(String[] args) throws Exception {
            ImageStore store = ImageStore.open(Path.of(args[0]));
            try (RegistryClient client = new RegistryClient()) {
                client.pull(Reference.parse(args[1]), Platform.host(), null, store);
                System.out.println("pulled");
            } catch (ImageFailure e) {
                System.out.println(e.reason() + " " + e.getMessage().replace('\n', ' '));
            }
            try (var left = Files.list(store.scratch())) {
                System.out.println(
                        left.count() + " files left, " + store.manifests().size() + " names");
            }
        }
    }

    /** Runs a class in a namespace where the directory has a file system of this size. */
    private BufferedReader start(String size, String program, String... arguments) throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "mounting needs root");
        Path disk = Files.createDirectories(directory.resolve("disk"));
        List<String> command = new ArrayList<>(List.of(
                "unshare",
                "--mount",
                "sh",
                "-c",
                "mount -t tmpfs -o size=" + size + " tmpfs " + disk + " && exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                program,
                disk.resolve("store").toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        return process.inputReader();
    }

    private static byte[] noise(int bytes, int seed) {
        byte[] noise = new byte[bytes];
        new Random(seed).nextBytes(noise);
        return noise;
    }

    private static int push(TestRegistry.Client client, byte[] blob) throws Exception {
        return client.send("POST", "/v2/app/blobs/uploads/?digest=" + Digest.of(blob), blob)
                .statusCode();
    }

    /** The store of another process, by the root of that process. */
    private Path seen(String path) {
        return Path.of("/proc/" + processes.getLast().pid() + "/root"
                + directory.resolve("disk/store").resolve(path));
    }

    @Test
    void pushesFailAndLeaveNothing() throws Exception {
        String port =
                start("40m", TestRegistry.class.getName(), "localhost", "0").readLine();
        try (TestRegistry.Client client = new TestRegistry.Client("127.0.0.1:" + port)) {
            byte[] small = noise(6 << 20, 1);
            assertThat(push(client, small)).isEqualTo(201);
            assertThat(push(client, noise(60 << 20, 2))).as("in one request").isEqualTo(503);
            assertThat(seen("ingest")).isEmptyDirectory();

            String upload = TestRegistry.header(client.send("POST", "/v2/app/blobs/uploads/"), "Location");
            int status = 202;
            for (int chunk = 0; status == 202 && chunk < 10; chunk++) {
                var answer = client.send("PATCH", path(upload), noise(5 << 20, chunk));
                status = answer.statusCode();
                upload = TestRegistry.header(answer, "Location");
            }
            assertThat(status).as("in chunks").isEqualTo(503);
            assertThat(seen("ingest")).isEmptyDirectory();
            assertThat(push(client, noise(6 << 20, 3)))
                    .as("there is place again")
                    .isEqualTo(201);
            assertThat(client.send("GET", "/v2/app/blobs/" + Digest.of(small)).body())
                    .isEqualTo(small);
        }
    }

    private static String path(String location) {
        return location.replaceFirst("^https?://[^/]+", "");
    }

    @Test
    void uploadsWhoseClientsVanishAreBoundedAndGiveTheirPlaceBack() throws Exception {
        String port =
                start("40m", TestRegistry.class.getName(), "localhost", "0").readLine();
        byte[] blob = noise(6 << 20, 1);
        for (int i = 0; i < 30; i++) {
            try (var socket = new Socket("127.0.0.1", Integer.parseInt(port))) {
                socket.getOutputStream()
                        .write(("POST /v2/app/blobs/uploads/?digest=" + Digest.of(blob)
                                        + " HTTP/1.1\r\nHost: localhost:" + port + "\r\nContent-Length: "
                                        + blob.length + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().write(blob, 0, 3 << 20);
            }
        }
        try (TestRegistry.Client client = new TestRegistry.Client("127.0.0.1:" + port)) {
            Await.until("a blob of 6 MiB has place", () -> {
                try {
                    return push(client, blob) == 201;
                } catch (Exception e) {
                    return false;
                }
            });
            Await.until("nothing is left", () -> seen("ingest").toFile().list().length == 0);
        }
    }

    @Test
    void pullsFailAndLeaveNothing() throws Exception {
        try (TestRegistry registry = new TestRegistry(directory.resolve("source"))) {
            var layer = new LayerContent()
                    .file("/file", noise(30 << 20, 5), 0644)
                    .writeTo(registry.store(), Compression.GZIP);
            var config = ImageConfig.empty(Platform.host()).toBuilder()
                    .layer(layer.diffId(), "test")
                    .build();
            String name = registry.host() + "/app:1";
            registry.store().write(config, List.of(layer.descriptor()), Map.of(), Reference.parse(name));

            BufferedReader output = start("20m", Puller.class.getName(), name);
            assertThat(output.readLine()).startsWith("STORAGE ").contains("/disk/store");
            assertThat(output.readLine()).isEqualTo("0 files left, 0 names");
            assertThat(processes.getLast().waitFor(20, TimeUnit.SECONDS)).isTrue();

            assertThat(start("400m", Puller.class.getName(), name).readLine()).isEqualTo("pulled");
        }
    }
}
