package dev.proa.node.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageFailure;
import dev.proa.image.Manifest;
import dev.proa.image.MediaTypes;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.archive.ImageArchives;
import dev.proa.image.store.ImageStore;
import dev.proa.node.linux.Mounts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Bases that are not what they say: in the store, in an archive, in a registry. */
@Tag("hostile")
@Tag("extensions")
class HostileBaseTest {
    private BuildFixture fixture;

    @BeforeEach
    void open() throws Exception {
        fixture = new BuildFixture();
    }

    @AfterEach
    void close() throws Exception {
        if (fixture != null) {
            fixture.close();
        }
    }

    private static byte[] tar(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (Map.Entry<String, byte[]> file : new TreeMap<>(files).entrySet()) {
                TarArchiveEntry entry = new TarArchiveEntry(file.getKey(), true);
                entry.setSize(file.getValue().length);
                tar.putArchiveEntry(entry);
                tar.write(file.getValue());
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] layer() throws IOException {
        byte[] noise = new byte[100_000];
        new Random(1).nextBytes(noise);
        return tar(Map.of("file", noise));
    }

    private static byte[] config(Digest diffId) {
        return ImageConfig.empty(Platform.host()).toBuilder()
                .layer(diffId, "test")
                .build()
                .toBytes();
    }

    /** Names an image as a hostile registry or archive could, past all checks. */
    private void base(String name, byte[] layer, byte[] config) {
        ImageStore store = fixture.store;
        Descriptor blob = store.write(MediaTypes.LAYER_GZIP, layer);
        Manifest manifest = new Manifest(store.write(MediaTypes.CONFIG, config), List.of(blob));
        store.tag(List.of(Reference.parse(name)), store.write(MediaTypes.MANIFEST, manifest.toBytes()));
    }

    /** Builds on the base in both ways that there are, and wants these words in the error. */
    private void assertRefused(String name, String... words) throws Exception {
        for (String dockerfile :
                List.of("ARG B=%s\nFROM $B\nRUN echo never\n", "FROM busybox\nCOPY --from=%s /file /file\n")) {
            assertThatThrownBy(() -> fixture.build(dockerfile.formatted(name)))
                    .isInstanceOf(ImageFailure.class)
                    .hasMessageContaining("Dockerfile:2")
                    .hasMessageContaining(Reference.parse(name).familiar())
                    .hasMessageContainingAll(words);
            assertThat(fixture.store.find("test")).as("no half image is named").isEmpty();
            assertThat(Mounts.below(fixture.home)).isEmpty();
            assertThat(fixture.home.resolve("cache/tmp")).isEmptyDirectory();
            try (Stream<Path> layers = Files.list(fixture.home.resolve("cache/bases"))) {
                assertThat(layers.filter(layer -> layer.getFileName().toString().contains("-")))
                        .isEmpty();
            }
        }
        fixture.build("FROM busybox\nWORKDIR /still/works\n");
        fixture.store.remove("test");
    }

    @Test
    void refusesLayersWithAnotherContentThanTheirConfigurationSays() throws Exception {
        byte[] layer = gzip(layer());
        base("lying:1", layer, config(Digest.of(new byte[] {1})));
        assertRefused("lying:1", "layer 1 of 1", Digest.of(layer).toString(), "its content has another digest");
    }

    @Test
    void refusesLayersThatAreCutOff() throws Exception {
        byte[] whole = gzip(layer());
        for (int length : List.of(whole.length - 4, whole.length / 2, 15, 5)) {
            byte[] cut = Arrays.copyOf(whole, length);
            base("cut:" + length, cut, config(Digest.of(layer())));
            assertRefused("cut:" + length, "layer 1 of 1", Digest.of(cut).toString());
        }
    }

    @Test
    void refusesConfigurationsThatAreNone() throws Exception {
        for (String config :
                List.of("{\"architecture\":", "[]", "", "null", "{\"rootfs\":{\"diff_ids\":[\"x\"]}}", "{}")) {
            byte[] bytes = config.getBytes(StandardCharsets.UTF_8);
            base("config:1", gzip(layer()), bytes);
            assertRefused("config:1", "cannot be used");
        }
    }

    @Test
    void refusesLayersThatTheStoreHasLost() throws Exception {
        byte[] layer = gzip(layer());
        base("lost:1", layer, config(Digest.of(layer())));
        Files.delete(fixture.store
                .directory()
                .resolve("blobs/sha256")
                .resolve(Digest.of(layer).hex()));
        assertRefused("lost:1", Digest.of(layer).toString());
    }

    @Test
    void refusesArchivesWithLyingDigests() throws Exception {
        byte[] layer = gzip(layer());
        byte[] config = config(Digest.of(layer()));
        Descriptor blob = new Descriptor(MediaTypes.LAYER_GZIP, Digest.of(layer), layer.length);
        Manifest manifest =
                new Manifest(new Descriptor(MediaTypes.CONFIG, Digest.of(config), config.length), List.of(blob));
        String index = """
                {"schemaVersion":2,"manifests":[{"mediaType":"%s","digest":"%s","size":%d,
                "annotations":{"io.containerd.image.name":"docker.io/library/archived:1"}}]}
                """.formatted(MediaTypes.MANIFEST, Digest.of(manifest.toBytes()), manifest.toBytes().length);
        byte[] other = layer.clone();
        other[layer.length / 2] ^= 1;
        for (byte[] content : List.of(other, Arrays.copyOf(layer, 100))) {
            Path archive = Files.write(
                    fixture.home.resolve("archive.tar"),
                    tar(Map.of(
                            "oci-layout",
                            "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8),
                            "index.json",
                            index.getBytes(StandardCharsets.UTF_8),
                            "blobs/sha256/" + Digest.of(manifest.toBytes()).hex(),
                            manifest.toBytes(),
                            "blobs/sha256/" + Digest.of(config).hex(),
                            config,
                            "blobs/sha256/" + Digest.of(layer).hex(),
                            content)));
            assertThatThrownBy(() -> new ImageArchives(fixture.store, Platform.host()).load(archive))
                    .isInstanceOf(ImageFailure.class)
                    .hasMessageContaining("archive.tar")
                    .hasMessageContaining(Digest.of(layer).toString());
            assertThat(fixture.store.resolve(Reference.parse("archived:1"))).isEmpty();
        }
        Path saved = Files.write(
                fixture.home.resolve("saved.tar"),
                tar(Map.of(
                        "manifest.json",
                        "[{\"Config\":\"c.json\",\"RepoTags\":[\"saved:1\"],\"Layers\":[\"l.tar\"]}]"
                                .getBytes(StandardCharsets.UTF_8),
                        "c.json",
                        config(Digest.of(new byte[] {2})),
                        "l.tar",
                        layer())));
        new ImageArchives(fixture.store, Platform.host()).load(saved);
        assertRefused("saved:1", "layer 1 of 1", "its content has another digest");
    }

    @Test
    void refusesWhatARegistryGivesUnderAWrongDigest() throws Exception {
        byte[] layer = gzip(layer());
        byte[] config = config(Digest.of(layer()));
        Manifest manifest = new Manifest(
                new Descriptor(MediaTypes.CONFIG, Digest.of(config), config.length),
                List.of(new Descriptor(MediaTypes.LAYER_GZIP, Digest.of(layer), layer.length)));
        byte[] other = layer.clone();
        other[layer.length / 2] ^= 1;
        Map<String, byte[]> answers = new ConcurrentHashMap<>(
                Map.of("/v2/app/manifests/1", manifest.toBytes(), "/v2/app/blobs/" + Digest.of(config), config));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v2/", exchange -> {
            byte[] answer = answers.get(exchange.getRequestURI().getPath());
            exchange.getResponseHeaders().set("Content-Type", MediaTypes.MANIFEST);
            exchange.sendResponseHeaders(answer == null ? 404 : 200, answer == null ? -1 : answer.length);
            if (answer != null) {
                exchange.getResponseBody().write(answer);
            }
            exchange.close();
        });
        server.start();
        try {
            String name = "localhost:" + server.getAddress().getPort() + "/app:1";
            for (byte[] content : List.of(other, Arrays.copyOf(layer, 100), new byte[0])) {
                answers.put("/v2/app/blobs/" + Digest.of(layer), content);
                assertRefused(name, Digest.of(layer).toString(), "proa image import");
                assertThat(fixture.store.resolve(Reference.parse(name))).isEmpty();
            }
            answers.put("/v2/app/blobs/" + Digest.of(layer), layer);
            fixture.build("FROM " + name + "\nCOPY --from=busybox /bin/busybox /b\n");
        } finally {
            server.stop(0);
        }
    }
}
