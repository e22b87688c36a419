package dev.proa.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.MediaTypes;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** skopeo and buildah push to the registry and pull from it. */
@Tag("extensions")
class ForeignToolsTest {
    @TempDir
    Path directory;

    private TestRegistry registry;

    @BeforeEach
    void start() {
        registry = new TestRegistry(directory.resolve("store"));
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private static void run(String... command) throws Exception {
        Program.Run run = Program.run(Map.of(), command);
        assertThat(run.exit())
                .as(String.join(" ", command) + ": " + run.output())
                .isZero();
    }

    /** An image with a file of some megabytes, which tools upload in chunks. */
    private static Image image(ImageStore store, String name) throws Exception {
        byte[] file = new byte[3 << 20];
        new Random(1).nextBytes(file);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            TarArchiveEntry entry = new TarArchiveEntry("file");
            entry.setSize(file.length);
            tar.putArchiveEntry(entry);
            tar.write(file);
            tar.closeArchiveEntry();
        }
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes.toByteArray());
        }
        return store.write(
                ImageConfig.empty(Platform.host()).toBuilder()
                        .layer(Digest.of(bytes.toByteArray()), "test")
                        .build(),
                List.of(store.write(MediaTypes.LAYER_GZIP, packed.toByteArray())),
                Map.of(),
                Reference.parse(name));
    }

    @Test
    void skopeoCopiesToItAndFromIt() throws Exception {
        assumeTrue(Program.isPresent("skopeo"), "needs skopeo");
        Path source = directory.resolve("source");
        Image image = image(ImageStore.open(source), "app:1");
        String repository = "docker://" + registry.authority() + "/team/app";

        run(
                "skopeo",
                "copy",
                "--insecure-policy",
                "--dest-tls-verify=false",
                "oci:" + source + ":1",
                repository + ":1");
        assertThat(registry.store().find(registry.host() + "/team/app:1"))
                .map(Image::digest)
                .contains(image.digest());
        run(
                "skopeo",
                "copy",
                "--insecure-policy",
                "--dest-tls-verify=false",
                "--format=v2s2",
                "oci:" + source + ":1",
                repository + ":docker");
        assertThat(registry.store().find(registry.host() + "/team/app:docker"))
                .map(found -> found.manifest().mediaType())
                .contains(MediaTypes.DOCKER_MANIFEST);

        Path target = directory.resolve("target");
        run("skopeo", "copy", "--insecure-policy", "--src-tls-verify=false", repository + ":1", "oci:" + target + ":1");
        assertThat(Files.readAllBytes(
                        target.resolve("blobs/sha256").resolve(image.digest().hex())))
                .isEqualTo(registry.store().readDocument(image.digest()));
        run(
                "skopeo",
                "copy",
                "--insecure-policy",
                "--src-tls-verify=false",
                "--dest-tls-verify=false",
                repository + ":1",
                "docker://" + registry.authority() + "/other:1");
        Program.Run tags = Program.run(Map.of(), "skopeo", "list-tags", "--tls-verify=false", repository);
        assertThat(tags.output()).contains("\"1\"", "\"docker\"");
        run("skopeo", "delete", "--tls-verify=false", repository + ":1");
        assertThat(registry.store().find(registry.host() + "/team/app:1")).isEmpty();
        assertThat(registry.store().find(registry.host() + "/other:1")).isPresent();
    }

    @Test
    void buildahPushesToItAndPullsFromIt() throws Exception {
        assumeTrue(Program.isPresent("buildah"), "needs buildah");
        Path storage = directory.resolve("buildah");
        Path policy = Files.writeString(
                directory.resolve("policy.json"), "{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}");
        List<String> own = List.of(
                "buildah",
                "--root=" + storage.resolve("root"),
                "--runroot=" + storage.resolve("run"),
                "--storage-driver=vfs");
        Path context = Files.createDirectory(directory.resolve("context"));
        Files.writeString(context.resolve("hello"), "hello", StandardCharsets.UTF_8);
        Files.writeString(context.resolve("Dockerfile"), "FROM scratch\nCOPY hello /\nLABEL made=here\n");
        String name = registry.authority() + "/built/app:1";

        run(with(own, "build", "--isolation=chroot", "--signature-policy=" + policy, "-t", name, context.toString()));
        run(with(own, "push", "--signature-policy=" + policy, "--tls-verify=false", name));
        assertThat(registry.store().find(registry.host() + "/built/app:1"))
                .isPresent()
                .get()
                .satisfies(found -> assertThat(found.config().labels()).containsEntry("made", "here"));
        run(with(own, "rmi", name));
        run(with(own, "pull", "--signature-policy=" + policy, "--tls-verify=false", name));
        run(with(own, "manifest", "create", "list"));
        run(with(own, "manifest", "add", "list", name));
        run(with(
                own,
                "manifest",
                "push",
                "--all",
                "--signature-policy=" + policy,
                "--tls-verify=false",
                "list",
                "docker://" + registry.authority() + "/built/app:all"));
        assertThat(registry.store().find(registry.host() + "/built/app:all")).isPresent();
    }

    private static String[] with(List<String> command, String... arguments) {
        return java.util.stream.Stream.concat(command.stream(), java.util.stream.Stream.of(arguments))
                .toArray(String[]::new);
    }
}
