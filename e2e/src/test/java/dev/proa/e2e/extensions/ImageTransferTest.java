package dev.proa.e2e.extensions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageFailure;
import dev.proa.image.ImageIndex;
import dev.proa.image.MediaTypes;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.archive.ImageArchives;
import dev.proa.image.archive.ImageExport;
import dev.proa.image.archive.Imported;
import dev.proa.image.layer.Compression;
import dev.proa.image.layer.LayerContent;
import dev.proa.image.registry.PullOptions;
import dev.proa.image.registry.PushOptions;
import dev.proa.image.registry.RegistryClient;
import dev.proa.image.registry.RegistryCredentials;
import dev.proa.image.registry.TransferEvent;
import dev.proa.image.registry.TransferEvent.Outcome;
import dev.proa.image.sbom.Attachment;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images go to and come from the tools of others: Debian's docker-registry, and skopeo with all formats that it knows. */
@Tag("extensions")
class ImageTransferTest {
    private static final RegistryCredentials USER = new RegistryCredentials("user", "pass");

    @TempDir
    Path directory;

    private ImageStore ours;
    private Image image;

    @BeforeEach
    void make() {
        ours = ImageStore.open(directory.resolve("ours"));
        image = image("app:1", 1000, Compression.GZIP, Platform.host());
    }

    private Image image(String name, int bytes, Compression compression, Platform platform) {
        byte[] content = new byte[bytes];
        new Random(name.hashCode()).nextBytes(content);
        Image.Layer base = new LayerContent()
                .file("/etc/os", "base".getBytes(StandardCharsets.UTF_8), 0644)
                .writeTo(ours, compression);
        Image.Layer top = new LayerContent().file("/data", content, 0644).writeTo(ours, compression);
        ImageConfig config = ImageConfig.empty(platform).toBuilder()
                .command(List.of("/bin/run"))
                .layer(base.diffId(), "base")
                .layer(top.diffId(), "top")
                .build();
        return ours.write(config, List.of(base.descriptor(), top.descriptor()), Map.of(), Reference.parse(name));
    }

    private ImageStore fresh(String name) {
        return ImageStore.open(directory.resolve(name));
    }

    private DockerRegistry registry() throws IOException {
        return DockerRegistry.start(Files.createDirectory(directory.resolve("registry")));
    }

    /** The large layer goes in chunks; the registry has no referrers API, and so keeps them under a tag. */
    @Test
    void pushesToAndPullsFromDockersRegistry() throws IOException {
        Image large = image("large:1", 70 << 20, Compression.NONE, Platform.host());
        Descriptor report = new Attachment("application/vnd.example.report", new byte[] {1, 2, 3}, Map.of())
                .attach(ours, large.descriptor(), Reference.parse("large:1"));
        List<TransferEvent> events = Collections.synchronizedList(new ArrayList<>());
        try (DockerRegistry registry = registry();
                RegistryClient client = new RegistryClient()) {
            Reference target = Reference.parse(registry.host() + "/team/large:1");
            assertThatThrownBy(() -> client.push(large.descriptor(), target, new PushOptions(null), ours))
                    .isInstanceOfSatisfying(
                            ImageFailure.class,
                            failure -> assertThat(failure.reason()).isEqualTo(ImageFailure.Reason.UNAUTHORIZED));
            client.push(large.descriptor(), target, new PushOptions(USER, true, events::add), ours);
            assertThat(outcomes(events)).containsOnly(Outcome.TRANSFERRED);

            ImageStore theirs = fresh("theirs");
            client.pull(target, new PullOptions(null, USER, true, TransferEvent.Listener.NONE), theirs);
            assertThat(theirs.find(target)).map(Image::digest).contains(large.digest());
            assertThat(theirs.resolve(target.withDigest(report.digest()))).isPresent();

            events.clear();
            theirs.tag(target, large.descriptor());
            Reference other = Reference.parse(registry.host() + "/other/large:1");
            client.push(large.descriptor(), other, new PushOptions(USER, false, events::add), theirs);
            assertThat(outcomes(events)).containsOnly(Outcome.MOUNTED);
        }
    }

    private static List<Outcome> outcomes(List<TransferEvent> events) {
        return events.stream()
                .filter(TransferEvent.Finished.class::isInstance)
                .map(event -> ((TransferEvent.Finished) event).outcome())
                .toList();
    }

    @Test
    void pushesAllPlatformsOfAnIndex() throws IOException {
        Platform arm = new Platform("linux", "arm64");
        Image other = image("app:arm", 1000, Compression.GZIP, arm);
        byte[] bytes = new ImageIndex(List.of(at(image, Platform.host()), at(other, arm))).toBytes();
        Descriptor index = ours.write(MediaTypes.INDEX, bytes);
        ours.tag(Reference.parse("app:all"), index);
        try (DockerRegistry registry = registry();
                RegistryClient client = new RegistryClient()) {
            Reference target = Reference.parse(registry.host() + "/app:all");
            client.push(index, target, new PushOptions(USER), ours);
            Skopeo.copy("docker://" + target, "oci:" + directory.resolve("copy") + ":x", "--all");
            List<Imported> copied = new ImageArchives(fresh("copied"), null)
                    .read(directory.resolve("copy"), Reference.parse("copied:1"));
            assertThat(copied)
                    .extracting(imported -> imported.manifest().digest())
                    .containsExactly(index.digest());
            assertThat(client.pull(target, arm, USER, fresh("arm")).digest()).isEqualTo(other.digest());
        }
    }

    private static Descriptor at(Image image, Platform platform) {
        return new Descriptor(
                image.descriptor().mediaType(),
                image.digest(),
                image.descriptor().size(),
                Map.of(),
                platform);
    }

    @ParameterizedTest
    @ValueSource(strings = {"oci", "v2s2"})
    void pullsWhatSkopeoPushes(String format) throws IOException {
        new ImageExport(ours, null).layout(List.of(Reference.parse("app:1")), directory.resolve("layout"));
        try (DockerRegistry registry = registry();
                RegistryClient client = new RegistryClient()) {
            Reference target = Reference.parse(registry.host() + "/app:1");
            Skopeo.copy("oci:" + directory.resolve("layout") + ":1", "docker://" + target, "--format=" + format);

            Image pulled = client.pull(target, Platform.host(), USER, fresh("theirs"));
            assertThat(pulled.config().diffIds()).isEqualTo(image.config().diffIds());
            assertThat(pulled.descriptor().mediaType())
                    .isEqualTo(format.equals("oci") ? MediaTypes.MANIFEST : MediaTypes.DOCKER_MANIFEST);
        }
    }

    @ParameterizedTest
    @EnumSource
    void skopeoReadsTheArchivesWrittenHere(Compression compression) throws IOException {
        image = image("app:1", 1000, compression, Platform.host());
        Path oci = directory.resolve("oci.tar");
        Path docker = directory.resolve("docker.tar");
        List<Reference> names = List.of(Reference.parse("app:1"));
        try (OutputStream out = Files.newOutputStream(oci)) {
            new ImageExport(ours, null).oci(names, out);
        }
        try (OutputStream out = Files.newOutputStream(docker)) {
            new ImageExport(ours, null).docker(names, out);
        }
        Skopeo.copy("oci-archive:" + oci + ":1", "dir:" + directory.resolve("a"));
        Skopeo.copy("docker-archive:" + docker + ":app:1", "dir:" + directory.resolve("b"));
        assertThat(Digest.of(Files.readAllBytes(directory.resolve("a/manifest.json"))))
                .isEqualTo(image.digest());
        assertThat(directory.resolve("b").resolve(image.id().hex())).isRegularFile();
        assertThat(directory
                        .resolve("b")
                        .resolve(image.config().diffIds().getFirst().hex()))
                .isRegularFile();
    }

    @Test
    void readsTheArchivesThatSkopeoWrites() {
        new ImageExport(ours, null).layout(List.of(Reference.parse("app:1")), directory.resolve("layout"));
        String layout = "oci:" + directory.resolve("layout") + ":1";
        Path docker = directory.resolve("docker.tar");
        Path oci = directory.resolve("oci.tar");
        Path zstd = directory.resolve("zstd");
        Skopeo.copy(layout, "docker-archive:" + docker + ":skopeo/app:1", "--additional-tag=skopeo/app:2");
        Skopeo.copy(layout, "oci-archive:" + oci + ":skopeo/app:3");
        Skopeo.copy(layout, "oci:" + zstd + ":skopeo/app:4", "--dest-compress-format=zstd", "--dest-compress");
        ImageStore theirs = fresh("theirs");
        ImageArchives archives = new ImageArchives(theirs, null);

        assertThat(archives.read(docker, null).getFirst().names())
                .extracting(Reference::familiar)
                .containsExactlyInAnyOrder("skopeo/app:1", "skopeo/app:2");
        assertThat(archives.read(oci, null).getFirst().names())
                .extracting(Reference::familiar)
                .containsExactly("skopeo/app:3");
        archives.read(zstd, null);
        for (String name : List.of("skopeo/app:1", "skopeo/app:3", "skopeo/app:4")) {
            assertThat(theirs.find(name)).map(Image::id).as(name).contains(image.id());
        }
    }
}
