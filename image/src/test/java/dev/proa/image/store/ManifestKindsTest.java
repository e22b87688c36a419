package dev.proa.image.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageIndex;
import dev.proa.image.JsonDocument;
import dev.proa.image.ManifestDocument;
import dev.proa.image.MediaTypes;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that mean indexes and artifacts. */
class ManifestKindsTest {
    private static final Duration NOW = Duration.ofSeconds(-60);
    private static final Platform OTHER = new Platform("linux", "s390x");

    @TempDir
    Path directory;

    private ImageStore store;

    @BeforeEach
    void open() {
        store = ImageStore.open(directory);
    }

    private Image image(String name, String content) {
        return Layers.image(store, name, new Layers().file("a", content).toTar());
    }

    private static Descriptor on(Platform platform, Descriptor manifest) {
        return new Descriptor(manifest.mediaType(), manifest.digest(), manifest.size(), Map.of(), platform);
    }

    private Descriptor index(Descriptor... manifests) {
        return store.write(MediaTypes.INDEX, new ImageIndex(List.of(manifests)).toBytes());
    }

    private Descriptor artifact(String type, String content, @Nullable Descriptor subject) {
        byte[] empty = "{}".getBytes(StandardCharsets.UTF_8);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("schemaVersion", 2);
        json.put("mediaType", MediaTypes.MANIFEST);
        json.put("artifactType", type);
        json.put(
                "config",
                store.write("application/vnd.oci.empty.v1+json", empty).toJson());
        json.put(
                "layers",
                List.of(store.write("text/plain", content.getBytes(StandardCharsets.UTF_8))
                        .toJson()));
        if (subject != null) {
            json.put("subject", subject.toJson());
        }
        return store.write(MediaTypes.MANIFEST, JsonDocument.write(json));
    }

    private static Reference at(String repository, Descriptor manifest) {
        return Reference.parse(repository).withDigest(manifest.digest());
    }

    @Test
    void findsTheImageOfAnIndexForThisMachine() {
        Image here = image("one:1", "here");
        Image there = image("two:1", "there");
        Descriptor index = index(on(OTHER, there.descriptor()), on(Platform.host(), here.descriptor()));
        store.tag(Reference.parse("many:1"), index);
        store.remove("one:1");
        store.remove("two:1");

        for (String name : List.of(
                "many:1",
                "many@" + index.digest(),
                "many@" + here.digest(),
                index.digest().toString(),
                here.id().toString())) {
            assertThat(store.find(name)).as(name).map(Image::digest).contains(here.digest());
        }
        assertThat(store.list())
                .singleElement()
                .satisfies(found ->
                        assertThat(found.names()).map(Reference::familiar).containsExactly("many:1"));
        assertThat(store.remove(here.id().toString())).isTrue();
        assertThat(store.manifests()).isEmpty();
    }

    @Test
    void seesNoImageInAnIndexWithoutItsBlobs() throws Exception {
        Image there = image("two:1", "there");
        Descriptor absent = new Descriptor(MediaTypes.MANIFEST, Digest.of(new byte[] {1}), 1);
        store.tag(Reference.parse("many:1"), index(on(Platform.host(), absent), on(OTHER, there.descriptor())));
        assertThat(store.find("many:1")).isEmpty();
        assertThat(store.list()).map(Image::digest).containsExactly(there.digest());

        Image here = image("one:1", "here");
        store.tag(Reference.parse("late:1"), index(on(Platform.host(), here.descriptor())));
        Path layer = directory
                .resolve("blobs/sha256")
                .resolve(here.manifest().layers().getFirst().digest().hex());
        byte[] content = Files.readAllBytes(layer);
        Files.delete(layer);
        store.remove("one:1");
        assertThat(ImageStore.open(directory).find("late:1")).isEmpty();
        Files.write(layer, content);
        assertThat(store.find("late:1")).map(Image::digest).contains(here.digest());
    }

    @Test
    void showsNoArtifactsAmongImages() {
        Image app = image("app:1", "x");
        Descriptor chart = artifact("application/vnd.cncf.helm.config.v1+json", "chart", null);
        store.tag(Reference.parse("chart:1"), chart);
        Descriptor signature = artifact("application/vnd.example.signature", "signed", app.descriptor());
        store.tag(at("app", signature), signature);

        assertThat(store.find("chart:1")).isEmpty();
        assertThat(store.list()).map(Image::digest).containsExactly(app.digest());
        assertThat(store.manifests())
                .map(NamedManifest::manifest)
                .map(Descriptor::digest)
                .containsExactly(app.digest(), chart.digest(), signature.digest());
        assertThat(store.manifest(signature.digest()))
                .returns("application/vnd.example.signature", ManifestDocument::artifactType)
                .satisfies(document -> assertThat(document.subject())
                        .extracting(Descriptor::digest)
                        .isEqualTo(app.digest()));
    }

    @Test
    void keepsWhatIndexesReach() {
        Image here = image("one:1", "here");
        Image there = image("two:1", "there");
        Descriptor inner = index(on(OTHER, there.descriptor()));
        store.tag(Reference.parse("many:1"), index(on(Platform.host(), here.descriptor()), inner));
        store.remove("one:1");
        store.remove("two:1");

        assertThat(store.collectGarbage(NOW).blobs()).isZero();
        assertThat(store.find("many:1")).isPresent();
        store.remove("many:1");
        assertThat(store.collectGarbage(NOW).blobs()).isEqualTo(8);
    }

    @Test
    void keepsWhatIsDeepAndWhatIsBlobAndManifestAtOnce() {
        Image image = image("one:1", "x");
        Descriptor inner = index(on(Platform.host(), image.descriptor()));
        Descriptor config = store.write("text/plain", new byte[] {1});
        Descriptor withLayer =
                store.write(MediaTypes.MANIFEST, new dev.proa.image.Manifest(config, List.of(inner)).toBytes());
        store.tag(Reference.parse("layer:1"), withLayer);
        Descriptor outer = inner;
        // The second index claims that the configuration is a manifest.
        for (int i = 0; i < 50; i++) {
            outer = index(outer, new Descriptor(MediaTypes.MANIFEST, Digest.of(new byte[] {(byte) i}), i));
        }
        store.tag(Reference.parse("deep:1"), outer);
        store.remove("one:1");

        assertThat(store.collectGarbage(NOW).blobs()).isZero();
        assertThat(store.contains(image.id())).isTrue();
    }

    @Test
    void keepsWhatIsAtTagsOfCosignForAsLongAsItsSubject() {
        Image app = image("app:1", "x");
        // Signatures have the form of images, and a push names them by digest, too.
        Descriptor signature = image("signature:1", "signed").descriptor();
        store.tag(at("app", signature), signature);
        store.remove("signature:1");
        store.tag(Reference.parse("app:sha256-" + app.digest().hex() + ".sig"), signature);
        Descriptor ofSignature = artifact("application/vnd.example.signature", "signed twice", null);
        store.tag(Reference.parse("app:sha256-" + signature.digest().hex() + ".sig"), ofSignature);
        // An image that was chosen from an index that stayed elsewhere; the signature is of the index.
        Digest index = Digest.of(new byte[] {7});
        Descriptor ofIndex = artifact("application/vnd.example.signature", "of the index", null);
        store.tag(Reference.parse("app:sha256-" + index.hex() + ".sig"), ofIndex);
        store.tag(Reference.parse("app").withDigest(index), app.descriptor());
        Descriptor alike = artifact("application/vnd.example.signature", "alike", null);
        store.tag(Reference.parse("app:sha256-0.sig"), alike);
        store.collectGarbage(NOW);
        assertThat(store.manifests()).hasSize(7);

        store.remove("app@" + index);
        store.collectGarbage(NOW);
        assertThat(store.contains(ofIndex.digest())).isFalse();
        assertThat(store.contains(ofSignature.digest())).isTrue();
        store.remove("app:1");
        assertThat(store.collectGarbage(Duration.ofHours(1)).blobs()).isZero();
        store.collectGarbage(NOW);
        assertThat(store.manifests()).map(entry -> entry.name().familiar()).containsExactly("app:sha256-0.sig");
    }

    @Test
    void keepsReferrersForAsLongAsTheirSubject() {
        Image app = image("app:1", "x");
        Descriptor list = artifact("application/vnd.cyclonedx+json", "contents", app.descriptor());
        Descriptor signature = artifact("application/vnd.example.signature", "signed", list);
        store.tag(at("app", signature), signature);
        store.tag(at("app", list), list);
        Descriptor early = artifact(
                "application/vnd.example.signature",
                "early",
                new Descriptor(MediaTypes.MANIFEST, Digest.of(new byte[] {1}), 1));
        store.tag(at("app", early), early);
        Descriptor tagged = artifact("application/vnd.example.signature", "tagged", app.descriptor());
        store.tag(Reference.parse("app:signature"), tagged);

        assertThat(store.collectGarbage(Duration.ofHours(1)).blobs()).isZero();
        assertThat(store.contains(early.digest())).isTrue();
        store.collectGarbage(NOW);
        assertThat(store.contains(list.digest())).isTrue();
        assertThat(store.contains(signature.digest())).isTrue();
        assertThat(store.contains(early.digest())).isFalse();

        store.remove("app:1");
        store.collectGarbage(NOW);
        assertThat(store.manifests()).map(entry -> entry.name().familiar()).containsExactly("app:signature");
        assertThat(store.contains(list.digest())).isFalse();
        assertThat(store.contains(tagged.digest())).isTrue();
    }

    @Test
    void keepsWhatARepositoryHolds() {
        Descriptor blob = store.write("text/plain", new byte[] {1, 2, 3});
        assertThat(store.hold("registry.example/app", blob.digest())).isTrue();
        assertThat(store.hold("registry.example/app", Digest.of(new byte[] {9})))
                .isFalse();

        assertThat(store.holds("registry.example/app", blob.digest())).isTrue();
        assertThat(store.holds("registry.example/other", blob.digest())).isFalse();
        assertThat(store.collectGarbage(NOW).blobs()).isZero();
        assertThat(store.release("registry.example/app", blob.digest())).isTrue();
        assertThat(store.release("registry.example/app", blob.digest())).isFalse();
        assertThat(store.collectGarbage(NOW).blobs()).isEqualTo(1);
    }

    @Test
    void listsTheOthersWhenAnImageIsMalformed() {
        Image app = image("app:1", "x");
        Descriptor config = store.write(MediaTypes.CONFIG, "{}".getBytes(StandardCharsets.UTF_8));
        Descriptor layer = store.write(MediaTypes.LAYER_GZIP, new byte[] {1});
        Descriptor broken =
                store.write(MediaTypes.MANIFEST, new dev.proa.image.Manifest(config, List.of(layer)).toBytes());

        assertThatThrownBy(() -> store.tag(Reference.parse("broken:1"), broken)).hasMessageContaining("malformed");
        store.tag(List.of(Reference.parse("broken:1")), broken);
        assertThat(store.list()).map(Image::digest).containsExactly(app.digest());
        assertThatThrownBy(() -> store.find("broken:1")).hasMessageContaining("malformed");
    }

    @Test
    void refusesWhatIsNoManifest() {
        for (String text : List.of(
                "{}",
                "[]",
                "{\"schemaVersion\":1}",
                "{\"schemaVersion\":2}",
                "{\"schemaVersion\":2,\"manifests\":[],\"config\":{}}",
                "{\"schemaVersion\":2,\"manifests\":[],\"mediaType\":\"" + MediaTypes.MANIFEST + "\"}",
                "{\"schemaVersion\":2,\"config\":{\"digest\":\"../../etc\"}}")) {
            Descriptor written = store.write(MediaTypes.MANIFEST, text.getBytes(StandardCharsets.UTF_8));
            assertThatThrownBy(() -> store.tag(List.of(Reference.parse("a:1")), written))
                    .as(text)
                    .isInstanceOf(dev.proa.image.ImageFailure.class);
        }
        assertThat(store.manifests()).isEmpty();
    }
}
