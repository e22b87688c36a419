package dev.proa.image.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.ImageIndex;
import dev.proa.image.JsonDocument;
import dev.proa.image.MediaTypes;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.layer.Compression;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.Layers;
import dev.proa.image.tar.TarEntries;
import dev.proa.image.tar.UnpackLimits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ImageExportTest {
    private static final Platform OTHER = new Platform("linux", "other");

    @TempDir
    Path directory;

    private ImageStore ours;
    private ImageStore theirs;
    private Image one;
    private Image two;

    @BeforeEach
    void open() {
        ours = ImageStore.open(directory.resolve("ours"));
        theirs = ImageStore.open(directory.resolve("theirs"));
        byte[] shared = new Layers().file("shared", "s").toTar();
        one = Layers.image(ours, "one:1", shared, new Layers().file("a", "1").toTar());
        two = Layers.image(
                ours,
                "registry.example/two:2",
                shared,
                new Layers().file("b", "2").toTar());
        ours.tag(Reference.parse("one:latest"), one.descriptor());
    }

    private static List<Reference> names(String... names) {
        return List.of(names).stream().map(Reference::parse).toList();
    }

    private List<Imported> read(byte[] archive, @Nullable Platform platform) {
        return new ImageArchives(theirs, platform).read(new ByteArrayInputStream(archive), null);
    }

    private byte[] oci(@Nullable Platform platform, String... names) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new ImageExport(ours, platform).oci(names(names), out);
        return out.toByteArray();
    }

    private byte[] docker(String... names) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new ImageExport(ours, null).docker(names(names), out);
        return out.toByteArray();
    }

    private static List<String> files(byte[] tar) throws IOException {
        List<String> files = new ArrayList<>();
        TarEntries entries = new TarEntries(new ByteArrayInputStream(tar), null, UnpackLimits.DEFAULT);
        for (TarArchiveEntry entry = entries.next(); entry != null; entry = entries.next()) {
            files.add(entry.getName());
        }
        return files;
    }

    @ParameterizedTest
    @EnumSource
    void readsTheLayoutItWrites(Compression compression) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = compression.compress(packed)) {
            out.write(oci(null, "one:1", "one:latest", "registry.example/two:2"));
        }

        assertThat(read(packed.toByteArray(), null))
                .containsExactly(
                        new Imported(one.descriptor(), names("one:1")),
                        new Imported(one.descriptor(), names("one:latest")),
                        new Imported(two.descriptor(), names("registry.example/two:2")));
        assertThat(theirs.find("one")).map(Image::digest).contains(one.digest());
        assertThat(theirs.scratch()).isEmptyDirectory();
    }

    @Test
    void readsTheDockerArchiveItWrites() throws IOException {
        byte[] archive = docker("one:1", "one:latest", "registry.example/two:2");

        List<Imported> imported = read(archive, null);
        assertThat(imported)
                .extracting(Imported::names)
                .containsExactly(names("one:1", "one:latest"), names("registry.example/two:2"));
        assertThat(theirs.find("one:1")).map(Image::id).contains(one.id());
        // The shared layer is there once, and uncompressed.
        assertThat(files(archive)).filteredOn(file -> file.endsWith(".tar")).hasSize(3);
        assertThat(theirs.find("one:1").orElseThrow().layers())
                .allMatch(layer -> layer.descriptor().digest().equals(layer.diffId()));
    }

    @Test
    void sameImagesGiveTheSameArchive() {
        assertThat(oci(null, "one:1")).isEqualTo(oci(null, "one:1"));
        assertThat(docker("one:1")).isEqualTo(docker("one:1"));
    }

    @Test
    void writesADirectoryUnlessItHasSomething() throws IOException {
        Path layout = directory.resolve("layout");
        new ImageExport(ours, null).layout(names("one:1"), layout);

        assertThat(new ImageArchives(theirs, null).read(layout, null))
                .containsExactly(new Imported(one.descriptor(), names("one:1")));
        assertThatThrownBy(() -> new ImageExport(ours, null).layout(names("one:1"), layout))
                .hasMessageContaining("is not empty");
    }

    private Descriptor index() {
        Image other =
                Layers.image(ours, "x:other", new Layers().file("other", "y").toTar());
        byte[] bytes = new ImageIndex(List.of(forPlatform(one, Platform.host()), forPlatform(other, OTHER))).toBytes();
        Descriptor index = ours.write(MediaTypes.INDEX, bytes);
        ours.tag(Reference.parse("multi:1"), index);
        return index;
    }

    private static Descriptor forPlatform(Image image, Platform platform) {
        return new Descriptor(
                image.descriptor().mediaType(),
                image.digest(),
                image.descriptor().size(),
                Map.of(),
                platform);
    }

    @Test
    void keepsAllPlatformsOrTheChosenOne() {
        Descriptor index = index();

        byte[] all = oci(null, "multi:1");
        assertThat(read(all, null)).extracting(Imported::manifest).containsExactly(index);
        assertThat(read(all, Platform.host()))
                .extracting(imported -> imported.manifest().digest())
                .containsExactly(one.digest());
        assertThat(read(oci(OTHER, "multi:1"), null))
                .extracting(imported -> imported.manifest().digest())
                .isNotEqualTo(List.of(one.digest()))
                .hasSize(1);
        assertThat(read(docker("multi:1"), null)).hasSize(1);
        assertThat(theirs.find("multi:1")).map(Image::id).contains(one.id());
    }

    @Test
    void readsAnIndexOfWhichOnePlatformIsThere() throws IOException {
        Descriptor index = index();
        Path layout = directory.resolve("layout");
        new ImageExport(ours, null).layout(names("multi:1"), layout);
        Digest other = ours.find("x:other").orElseThrow().digest();
        Files.delete(layout.resolve("blobs/sha256").resolve(other.hex()));

        assertThat(new ImageArchives(theirs, null).read(layout, null))
                .extracting(Imported::manifest)
                .containsExactly(index);
        assertThat(theirs.find("multi:1")).map(Image::digest).contains(one.digest());
        Files.delete(layout.resolve("blobs/sha256").resolve(one.digest().hex()));
        ImageStore empty = ImageStore.open(directory.resolve("empty"));
        assertThatThrownBy(() -> new ImageArchives(empty, null).read(layout, null))
                .hasMessageContaining("incomplete");
    }

    private Descriptor artifact(@Nullable Descriptor subject, Reference name) {
        Descriptor empty = ours.write("application/vnd.oci.empty.v1+json", new byte[] {'{', '}'});
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("schemaVersion", 2);
        json.put("mediaType", MediaTypes.MANIFEST);
        json.put("artifactType", "application/vnd.example." + name.registry());
        json.put("config", empty.toJson());
        json.put("layers", List.of());
        if (subject != null) {
            json.put("subject", subject.toJson());
        }
        Descriptor artifact = ours.write(MediaTypes.MANIFEST, JsonDocument.write(json));
        ours.tag(List.of(name.tag() == null ? name.withDigest(artifact.digest()) : name), artifact);
        return artifact;
    }

    @Test
    void takesAlongWhatIsAboutTheImages() {
        Reference home = Reference.parse("one").withDigest(one.digest());
        Descriptor report = artifact(one.descriptor(), home);
        Descriptor reportOfReport = artifact(report, home);
        Descriptor signature =
                artifact(null, Reference.parse("one:sha256-" + one.digest().hex() + ".sig"));
        artifact(two.descriptor(), Reference.parse("registry.example/two").withDigest(two.digest()));

        byte[] archive = oci(null, "one:1");
        assertThat(read(archive, null))
                .extracting(Imported::manifest)
                .extracting(Descriptor::digest)
                .containsExactlyInAnyOrder(one.digest(), report.digest(), reportOfReport.digest(), signature.digest());
        ImageStore third = ImageStore.open(directory.resolve("third"));
        List<Imported> renamed = new ImageArchives(third, null)
                .read(new ByteArrayInputStream(archive), Reference.parse("registry.example/new:9"));
        assertThat(renamed)
                .flatExtracting(Imported::names)
                .contains(
                        Reference.parse("registry.example/new:9"),
                        Reference.parse("registry.example/new").withDigest(report.digest()),
                        Reference.parse(
                                "registry.example/new:sha256-" + one.digest().hex() + ".sig"));
    }

    @Test
    void namesTheOnlyImageButNotSeveral() {
        byte[] archive = docker("one:1", "registry.example/two:2");

        assertThatThrownBy(() ->
                        new ImageArchives(theirs, null).read(new ByteArrayInputStream(archive), Reference.parse("x:1")))
                .hasMessageContaining("has 2 images")
                .hasMessageContaining("registry.example/two:2");
        List<Imported> named =
                new ImageArchives(theirs, null).read(new ByteArrayInputStream(docker("one:1")), Reference.parse("x:1"));
        assertThat(named).extracting(Imported::names).containsExactly(names("x:1"));
        assertThat(theirs.find("one:1")).isEmpty();
    }

    @Test
    void refusesToWriteWhatIsNotThereOrIsNoImage() {
        assertThatThrownBy(() -> oci(null, "none:1")).hasMessageContaining("there is no image none:1");
        artifact(null, Reference.parse("artifact:1"));
        assertThatThrownBy(() -> docker("artifact:1")).hasMessageContaining("is no image");
        index();
        assertThatThrownBy(() -> oci(new Platform("linux", "s390x"), "multi:1"))
                .hasMessageContaining("no variant for linux/s390x");
    }

    @Test
    void readsWhatDockerSavedBeforeVersionOnePointTen() {
        byte[] base = new Layers().file("etc/base", "b").toTar();
        byte[] top = new Layers().file("etc/top", "t").toTar();
        byte[] archive = new Layers()
                .raw("repositories", "{\"old/app\":{\"1\":\"bbb\"}}".getBytes(StandardCharsets.UTF_8))
                .raw("aaa/json", "{\"id\":\"aaa\"}".getBytes(StandardCharsets.UTF_8))
                .raw("aaa/layer.tar", base)
                .raw(
                        "bbb/json",
                        ("{\"id\":\"bbb\",\"parent\":\"aaa\",\"architecture\":\"amd64\",\"os\":\"linux\","
                                        + "\"config\":{\"Cmd\":[\"run\"]},\"container_config\":{\"Cmd\":[\"sh\",\"-c\",\"make\"]}}")
                                .getBytes(StandardCharsets.UTF_8))
                .raw("bbb/layer.tar", top)
                .toTar();

        assertThat(read(archive, null)).extracting(Imported::names).containsExactly(names("old/app:1"));
        Image image = theirs.find("old/app:1").orElseThrow();
        assertThat(image.config().command()).containsExactly("run");
        assertThat(image.config().diffIds()).containsExactly(Digest.of(base), Digest.of(top));
        assertThat(image.config().history().getLast().createdBy()).isEqualTo("sh -c make");
        byte[] loop = new Layers()
                .raw("repositories", "{\"old/app\":{\"1\":\"aaa\"}}".getBytes(StandardCharsets.UTF_8))
                .raw("aaa/json", "{\"parent\":\"aaa\"}".getBytes(StandardCharsets.UTF_8))
                .toTar();
        assertThatThrownBy(() -> read(loop, null)).hasMessageContaining("has no end");
    }

    @Test
    void refusesLayoutsThatLie() throws IOException {
        Path layout = directory.resolve("layout");
        new ImageExport(ours, null).layout(names("one:1"), layout);
        String index = Files.readString(layout.resolve("index.json"));
        for (String[] lie : new String[][] {
            {index.replace("sha256:" + one.digest().hex(), "sha256:../../../../../etc/passwd"), "hexadecimal"},
            {index.replace("one:1", "One:1"), "lower case"},
            {index.replace("\"manifests\"", "\"nothing\""), "it has no image"},
            {index.substring(0, index.length() / 2), "not valid JSON"},
            {"[]", "not a JSON object"},
            {"[".repeat(100_000), "not valid JSON"}
        }) {
            Files.writeString(layout.resolve("index.json"), lie[0]);
            assertThatThrownBy(() -> new ImageArchives(theirs, null).read(layout, null))
                    .as(lie[1])
                    .isInstanceOf(ImageFailure.class)
                    .hasMessageContaining(lie[1]);
        }
        assertThat(theirs.manifests()).isEmpty();
    }

    /** An index in an index in an index, and one that lists itself by a digest it cannot have. */
    @Test
    void refusesIndexesWithoutEnd() {
        Descriptor at = one.descriptor();
        for (int i = 0; i < 8; i++) {
            at = ours.write(MediaTypes.INDEX, new ImageIndex(List.of(at)).toBytes());
        }
        ours.tag(List.of(Reference.parse("deep:1")), at);

        byte[] archive = oci(null, "deep:1");
        assertThatThrownBy(() -> read(archive, null)).isInstanceOf(ImageFailure.class);
    }

    @Test
    void refusesNamesInDockerArchivesThatLeadElsewhere() throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "{\"config\":{}}");
        for (String config : List.of("../secret", secret.toString(), "link")) {
            byte[] archive = new Layers()
                    .link("link", TarArchiveEntry.LF_SYMLINK, secret.toString())
                    .raw(
                            "manifest.json",
                            ("[{\"Config\":\"" + config + "\",\"RepoTags\":[\"x:1\"],\"Layers\":[]}]")
                                    .getBytes(StandardCharsets.UTF_8))
                    .toTar();
            assertThatThrownBy(() -> read(archive, null)).hasMessageContaining("the archive lacks " + config);
        }
    }

    @Test
    void leavesNothingBehindWhenAnArchiveIsBroken() throws IOException {
        byte[] packed = Layers.gzip(oci(null, "one:1"));
        byte[] cut = Arrays.copyOf(packed, packed.length / 2);

        assertThatThrownBy(() -> read(cut, null)).isInstanceOf(ImageFailure.class);
        assertThat(theirs.manifests()).isEmpty();
        assertThat(theirs.scratch()).isEmptyDirectory();
    }
}
