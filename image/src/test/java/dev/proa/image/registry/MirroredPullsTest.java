package dev.proa.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.Layers;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MirroredPullsTest {
    private static final RegistryCredentials CREDENTIALS = new RegistryCredentials("user", "pass");
    /** A name of the mirror's own; nothing listens there. */
    private static final String OWN = "localhost:1";

    @TempDir
    Path directory;

    private FakeRegistry named;
    private FakeRegistry cluster;
    private ImageStore ours;
    private RegistryClient client;
    private @Nullable RegistryMirror mirror;
    private Image fresh;
    private Image old;

    @BeforeEach
    void start() throws IOException {
        named = new FakeRegistry();
        cluster = new FakeRegistry();
        ours = ImageStore.open(directory.resolve("ours"));
        ImageStore theirs = ImageStore.open(directory.resolve("theirs"));
        client = new RegistryClient(
                Set.of(host()), UnpackLimits.DEFAULT, new RegistryCertificates(List.of()), BlobUpload.MONOLITHIC_BYTES);
        fresh = Layers.image(
                theirs, "app:fresh", new Layers().file("a", "fresh").toTar());
        old = Layers.image(theirs, "app:old", new Layers().file("a", "old").toTar());
        named.add("app", "1", theirs, fresh);
        named.add("app", "latest", theirs, fresh);
        named.add("app", "theirs", theirs, fresh);
        cluster.add("app", "1", theirs, old);
        cluster.add("app", "latest", theirs, old);
        cluster.add("app", "built", theirs, old);
        cluster.add("built", "latest", theirs, old);
        mirror = new RegistryMirror(URI.create("http://" + cluster.host()), null, OWN);
    }

    @AfterEach
    void stop() {
        client.close();
        named.close();
        cluster.close();
    }

    /** The registry by a name that is not one of this machine, for which other rules hold. */
    private String host() {
        return named.host().replace("localhost", "0.0.0.0");
    }

    private Image pull(String name) {
        return new MirroredPulls(client, () -> mirror).pull(Reference.parse(name), Platform.host(), CREDENTIALS, ours);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/app:1", "/app:built"})
    void theMirrorIsAskedFirst(String name) {
        assertThat(pull(host() + name).digest()).isEqualTo(old.digest());
        assertThat(ours.find(host() + name)).map(Image::digest).contains(old.digest());
        assertThat(named.requests).isEmpty();
        assertThat(cluster.mirrored).isNotEmpty().containsOnly(host());
        assertThat(cluster.given).as("credentials are for the registry only").containsOnly("");
    }

    @Test
    void anImageThatSeveralWantIsFetchedOnce() {
        MirroredPulls pulls = new MirroredPulls(client, () -> mirror);
        Reference wanted = Reference.parse(host() + "/app:1");
        try (ExecutorService pods = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 4; i++) {
                pods.submit(() -> pulls.pull(wanted, Platform.host(), null, ours));
            }
        }
        assertThat(cluster.count("GET /v2/app/manifests/")).isEqualTo(4);
        assertThat(cluster.count("GET /v2/app/blobs/")).isEqualTo(2);
    }

    @Test
    void theMirrorIsAskedByDigest() {
        assertThat(pull(host() + "/app@" + old.digest()).digest()).isEqualTo(old.digest());
        assertThat(named.requests).isEmpty();
    }

    @Test
    void theRegistryHasWhatTheMirrorLacks() {
        named.authentication = "basic";
        assertThat(pull(host() + "/app:theirs").digest()).isEqualTo(fresh.digest());
        assertThat(named.mirrored).containsOnly("");
    }

    @Test
    void aMirrorThatFailsHindersNobody() {
        cluster.corruptBlobs = true;
        assertThat(pull(host() + "/app:1").digest()).isEqualTo(fresh.digest());

        cluster.authentication = "basic";
        assertThat(pull(host() + "/app:1").digest()).isEqualTo(fresh.digest());
        assertThat(cluster.given).containsOnly("");

        cluster.close();
        assertThat(pull(host() + "/app:1").digest()).isEqualTo(fresh.digest());
    }

    @Test
    void latestIsThatOfTheRegistry() {
        assertThat(pull(host() + "/app").digest()).isEqualTo(fresh.digest());
        assertThat(cluster.requests).isEmpty();
        assertThat(pull(host() + "/built").digest()).isEqualTo(old.digest());
        named.authentication = "basic";
        assertThatThrownBy(() -> pull(host() + "/absent")).isInstanceOf(ImageFailure.class);
    }

    @Test
    void theMirrorsOwnImagesAreAskedOfNobodyElse() {
        assertThat(pull(OWN + "/app:latest").digest()).isEqualTo(old.digest());
        assertThat(cluster.mirrored).containsOnly(OWN);
        assertThatThrownBy(() -> pull(OWN + "/app:2"))
                .hasMessage("registry " + cluster.host() + " has no image " + OWN + "/app:2: manifest unknown");
    }

    @Test
    void aFailureSaysWhatBothSaid() {
        assertThatThrownBy(() -> pull(host() + "/app:2"))
                .isInstanceOfSatisfying(
                        ImageFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(ImageFailure.Reason.NOT_FOUND))
                .hasMessage("registry " + host() + " has no image " + host()
                        + "/app:2: manifest unknown; its mirror was asked, too: registry " + cluster.host()
                        + " has no image " + host() + "/app:2: manifest unknown");
    }

    @Test
    void withoutAMirrorTheRegistryIsAsked() {
        mirror = null;
        assertThat(pull(host() + "/app:1").digest()).isEqualTo(fresh.digest());
        assertThat(cluster.requests).isEmpty();
    }

    @Test
    void aMirrorNeedsAUrl() {
        for (String url :
                List.of("127.0.0.1/", "ftp://localhost", "https:/x", "https://h/path", "https://h?ns=x", "http:x")) {
            assertThatThrownBy(() -> new RegistryMirror(URI.create(url), null, ""))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no URL of a registry");
        }
    }
}
