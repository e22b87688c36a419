package dev.proa.image.registry;

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
import dev.proa.image.registry.TransferEvent.Outcome;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.Layers;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PushTest {
    private static final String ARTIFACT = "application/vnd.example.report";

    @TempDir
    Path directory;

    private FakeRegistry registry;
    private ImageStore ours;
    private ImageStore theirs;
    private RegistryClient client;
    private Image image;
    private final List<TransferEvent> events = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void start() throws IOException {
        registry = new FakeRegistry();
        ours = ImageStore.open(directory.resolve("ours"));
        theirs = ImageStore.open(directory.resolve("theirs"));
        // Layers of more than 10,000 bytes go in chunks.
        client = new RegistryClient(Set.of(), UnpackLimits.DEFAULT, new RegistryCertificates(List.of()), 10_000);
        byte[] large = new byte[100_000];
        new Random(1).nextBytes(large);
        image = Layers.image(
                ours,
                "app:1",
                new Layers().raw("large", large).toTar(),
                new Layers().file("small", "x").toTar());
    }

    @AfterEach
    void stop() {
        client.close();
        registry.close();
    }

    private Reference at(String name) {
        return Reference.parse(registry.host() + "/" + name);
    }

    private Digest push(String name, @Nullable RegistryCredentials credentials) {
        return client.push(image.descriptor(), at(name), new PushOptions(credentials, true, events::add), ours);
    }

    private List<Outcome> outcomes() {
        return events.stream()
                .filter(TransferEvent.Finished.class::isInstance)
                .map(event -> ((TransferEvent.Finished) event).outcome())
                .toList();
    }

    @Test
    void whatIsPushedCanBePulled() {
        assertThat(push("app:1", null)).isEqualTo(image.digest());

        Image pulled = client.pull(at("app:1"), Platform.host(), null, theirs);
        assertThat(pulled.digest()).isEqualTo(image.digest());
        assertThat(outcomes()).containsOnly(Outcome.TRANSFERRED).hasSize(3);
        assertThat(registry.count("PATCH")).isEqualTo(1);
        long size = image.manifest().layers().getFirst().size();
        assertThat(events)
                .contains(new TransferEvent.Moved(image.manifest().layers().getFirst(), size));
    }

    @Test
    void whatIsThereIsNotSentAgain() {
        push("app:1", null);
        events.clear();
        long uploads = registry.count("POST");

        push("app:2", null);
        assertThat(outcomes()).containsOnly(Outcome.PRESENT).hasSize(3);
        assertThat(registry.count("POST")).isEqualTo(uploads);
        assertThat(registry.manifests).containsKeys("app/manifests/1", "app/manifests/2");
    }

    @Test
    void mountsWhatAnotherRepositoryOfTheRegistryHas() {
        push("base:1", null);
        ours.tag(at("base:1"), image.descriptor());
        events.clear();

        push("app:1", null);
        assertThat(outcomes()).containsOnly(Outcome.MOUNTED).hasSize(3);
    }

    @Test
    void uploadsWhatTheOtherRepositoryHasNoMore() {
        ours.tag(at("base:1"), image.descriptor());

        push("app:1", null);
        assertThat(outcomes()).containsOnly(Outcome.TRANSFERRED);
        assertThat(registry.manifests).containsKey("app/manifests/1");
    }

    @Test
    void goesOnWhereAChunkBrokeOff() {
        registry.brokenChunks.set(2);

        push("app:1", null);
        assertThat(client.pull(at("app:1"), Platform.host(), null, theirs).digest())
                .isEqualTo(image.digest());
        assertThat(registry.count("PATCH")).isEqualTo(3);
        assertThat(registry.count("POST /v2/app/blobs/uploads/")).isEqualTo(3);
    }

    @Test
    void sendsInOneRequestWhereChunksAreUnknown() {
        registry.takesChunks = false;

        push("app:1", null);
        assertThat(registry.manifests).containsKey("app/manifests/1");
    }

    @Test
    void triesAgainWhatMayPass() {
        registry.failuresLeft = 2;

        push("app:1", null);
        assertThat(registry.manifests).containsKey("app/manifests/1");
    }

    @Test
    void asksForTheRightToPush() {
        registry.authentication = "user token";

        push("app:1", new RegistryCredentials("user", "pass"));
        assertThat(registry.requests)
                .filteredOn(request -> request.contains("/token"))
                .allMatch(request -> request.contains("scope=repository:app:pull,push&service=test"));
        assertThatThrownBy(() -> push("app:2", null))
                .isInstanceOf(ImageFailure.class)
                .hasMessageContaining("does not open")
                .hasMessageContaining("docker login");
    }

    @Test
    void givesAnIdentityTokenOnlyToTheTokenServer() {
        registry.authentication = "identity token";

        push("app:1", new RegistryCredentials("", "", "an identity"));
        assertThat(registry.requests).contains("POST /token?");
        assertThat(registry.manifests).containsKey("app/manifests/1");
    }

    @Test
    void pushesAnIndexAfterItsImages() {
        Descriptor index = index();

        client.push(index, at("app:multi"), new PushOptions(null), ours);
        Descriptor pulled =
                client.pull(at("app:multi"), new PullOptions(null, null, false, TransferEvent.Listener.NONE), theirs);
        assertThat(pulled.digest()).isEqualTo(index.digest());
        assertThat(theirs.manifests()).hasSize(1);
        assertThat(theirs.find(at("app:multi"))).map(Image::digest).contains(image.digest());
        Image other = client.pull(at("app:multi"), new Platform("linux", "other"), null, theirs);
        assertThat(other.digest()).isNotEqualTo(image.digest());
    }

    private Descriptor index() {
        Image other =
                Layers.image(ours, "app:other", new Layers().file("other", "y").toTar());
        byte[] bytes = new ImageIndex(List.of(
                        forPlatform(image, Platform.host()), forPlatform(other, new Platform("linux", "other"))))
                .toBytes();
        Descriptor index = ours.write(MediaTypes.INDEX, bytes);
        ours.tag(Reference.parse("app:multi"), index);
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

    /** An artifact about a manifest, named by its digest. */
    private Descriptor artifact(Descriptor subject, String content, String name) {
        Descriptor blob = ours.write(ARTIFACT, content.getBytes(StandardCharsets.UTF_8));
        Descriptor empty = ours.write("application/vnd.oci.empty.v1+json", new byte[] {'{', '}'});
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("schemaVersion", 2);
        json.put("mediaType", MediaTypes.MANIFEST);
        json.put("artifactType", ARTIFACT);
        json.put("config", empty.toJson());
        json.put("layers", List.of(blob.toJson()));
        if (name.isEmpty()) {
            json.put("subject", subject.toJson());
        }
        Descriptor artifact = ours.write(MediaTypes.MANIFEST, JsonDocument.write(json));
        Reference reference = name.isEmpty()
                ? Reference.parse("app").withDigest(artifact.digest())
                : Reference.parse("app").withTag(name);
        ours.tag(List.of(reference), artifact);
        return artifact;
    }

    @Test
    void takesSignaturesAndReportsAlong() {
        Descriptor report = artifact(image.descriptor(), "report", "");
        Descriptor reportOfReport = artifact(report, "report of the report", "");
        Descriptor signature = artifact(
                image.descriptor(), "signature", "sha256-" + image.digest().hex() + ".sig");
        artifact(index(), "about something else", "");

        for (boolean api : new boolean[] {true, false}) {
            registry.referrersApi = api;
            registry.manifests.clear();
            push("app:1", null);
            assertThat(registry.manifests)
                    .containsKeys(
                            "app/manifests/" + report.digest(),
                            "app/manifests/" + reportOfReport.digest(),
                            "app/manifests/sha256-" + image.digest().hex() + ".sig");
            assertThat(registry.manifests.containsKey(
                            "app/manifests/sha256-" + image.digest().hex()))
                    .isEqualTo(!api);

            ImageStore fresh = ImageStore.open(directory.resolve("fresh" + api));
            client.pull(at("app:1"), new PullOptions(Platform.host(), null, true, TransferEvent.Listener.NONE), fresh);
            assertThat(fresh.manifests())
                    .extracting(named -> named.manifest().digest())
                    .containsExactlyInAnyOrder(
                            image.digest(), report.digest(), reportOfReport.digest(), signature.digest());
            fresh.collectGarbage(Duration.ofSeconds(-60));
            assertThat(fresh.contains(reportOfReport.digest())).isTrue();
            fresh.remove(at("app:1").toString());
            fresh.collectGarbage(Duration.ofSeconds(-60));
            assertThat(fresh.contains(report.digest())).isFalse();
        }
    }

    @Test
    void addsToTheListOfReferrersThatIsThere() {
        registry.referrersApi = false;
        artifact(image.descriptor(), "one", "");
        push("app:1", null);
        artifact(image.descriptor(), "two", "");
        push("app:1", null);

        FakeRegistry.Document list =
                registry.manifests.get("app/manifests/sha256-" + image.digest().hex());
        assertThat(ImageIndex.parse(list.bytes()).manifests())
                .hasSize(2)
                .allMatch(entry -> ARTIFACT.equals(entry.artifactType()));
    }

    @Test
    void saysWhatIsWrong() {
        Descriptor elsewhere = new Descriptor(
                MediaTypes.MANIFEST, Digest.of(new byte[] {2}), 1, Map.of(), new Platform("linux", "other"));
        Descriptor part = ours.write(
                MediaTypes.INDEX, new ImageIndex(List.of(forPlatform(image, Platform.host()), elsewhere)).toBytes());
        assertThatThrownBy(() -> client.push(part, at("app:multi"), new PushOptions(null), ours))
                .hasMessageContaining("for linux/other is missing; push one platform");

        Reference wrong = at("app@" + Digest.of(new byte[] {1}));
        assertThatThrownBy(() -> client.push(image.descriptor(), wrong, new PushOptions(null), ours))
                .hasMessageContaining("another digest");
        registry.failuresLeft = 100;
        assertThatThrownBy(() -> push("app:1", null)).hasMessageContaining("answered 503");
    }
}
