package dev.proa.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.ImageIndex;
import dev.proa.image.MediaTypes;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.Layers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryClientTest {
    private static final Platform AMD64 = new Platform("linux", "amd64");

    @TempDir
    Path directory;

    private FakeRegistry registry;
    private ImageStore theirs;
    private ImageStore ours;
    private RegistryClient client;
    private Image image;

    @BeforeEach
    void start() throws IOException {
        registry = new FakeRegistry();
        theirs = ImageStore.open(directory.resolve("theirs"));
        ours = ImageStore.open(directory.resolve("ours"));
        client = new RegistryClient();
        image = Layers.image(
                theirs,
                "app:1",
                new Layers().file("a", "x".repeat(200_000)).toTar(),
                new Layers().file("b", "y").toTar());
        registry.add("app", "1", theirs, image);
    }

    @AfterEach
    void stop() {
        client.close();
        registry.close();
    }

    private Image pull(String suffix, @Nullable RegistryCredentials credentials) {
        return client.pull(Reference.parse(registry.host() + "/app" + suffix), AMD64, credentials, ours);
    }

    private static void assertFails(Runnable action, ImageFailure.Reason reason, String... words) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        ImageFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(reason))
                .message()
                .contains(words);
    }

    @Test
    void pullsByTagAndByDigest() {
        assertThat(pull(":1", null).digest()).isEqualTo(image.digest());
        int requests = registry.requests.size();
        assertThat(pull("@" + image.digest(), null).digest()).isEqualTo(image.digest());
        assertThat(registry.requests).hasSize(requests + 1);
        assertThat(ours.find(registry.host() + "/app:1")).isPresent();
        assertThat(ours.find(registry.host() + "/app@" + image.digest())).isPresent();
    }

    @Test
    void choosesThePlatformOfAList() {
        Image arm =
                Layers.image(theirs, "app:arm", new Layers().file("arm", "x").toTar());
        registry.add("app", "arm", theirs, arm);
        byte[] index = new ImageIndex(List.of(
                        at(arm.descriptor(), new Platform("linux", "arm64", "v8")), at(image.descriptor(), AMD64)))
                .toBytes();
        registry.put("app", "multi", MediaTypes.INDEX, index);
        registry.put("app", Digest.of(index).toString(), MediaTypes.INDEX, index);

        assertThat(pull(":multi", null).digest()).isEqualTo(image.digest());
        assertThat(ours.find(registry.host() + "/app@" + Digest.of(index)))
                .map(Image::digest)
                .contains(image.digest());
        assertThat(client.pull(
                                Reference.parse(registry.host() + "/app:multi"),
                                new Platform("linux", "arm64"),
                                null,
                                ours)
                        .digest())
                .isEqualTo(arm.digest());
        assertFails(
                () -> client.pull(
                        Reference.parse(registry.host() + "/app:multi"), new Platform("linux", "s390x"), null, ours),
                ImageFailure.Reason.NOT_FOUND,
                "no variant for linux/s390x");
    }

    private static Descriptor at(Descriptor descriptor, Platform platform) {
        return new Descriptor(descriptor.mediaType(), descriptor.digest(), descriptor.size(), Map.of(), platform);
    }

    @ParameterizedTest
    @ValueSource(strings = {"basic", "user token"})
    void givesCredentialsWhenAsked(String authentication) {
        registry.authentication = authentication;

        assertThat(pull(":1", new RegistryCredentials("user", "pass")).digest()).isEqualTo(image.digest());
        assertFails(() -> pull(":1", null), ImageFailure.Reason.UNAUTHORIZED, "imagePullSecrets");
        assertFails(
                () -> pull(":1", new RegistryCredentials("user", "wrong")),
                ImageFailure.Reason.UNAUTHORIZED,
                "check the credentials");
    }

    @Test
    void asksForATokenOnceEvenAnonymously() {
        registry.authentication = "anonymous token";

        pull(":1", null);
        assertThat(registry.requests)
                .filteredOn(request -> request.startsWith("GET /token"))
                .containsExactly("GET /token?scope=repository:app:pull,push&service=test");
    }

    @Test
    void followsRedirectionsWithoutCredentials() {
        registry.redirectBlobs = true;
        registry.authentication = "basic";

        assertThat(pull(":1", new RegistryCredentials("user", "pass")).digest()).isEqualTo(image.digest());
        assertThat(registry.leaked).isEmpty();
    }

    @Test
    void refusesCorruptContent() {
        registry.corruptBlobs = true;

        assertFails(() -> pull(":1", null), ImageFailure.Reason.INVALID, "corrupt");
        assertThat(ours.list()).isEmpty();
    }

    @Test
    void refusesAnotherManifestThanAskedFor() {
        Digest wanted = Digest.of(new byte[] {1});
        registry.put("app", wanted.toString(), MediaTypes.MANIFEST, theirs.readDocument(image.digest()));

        assertFails(() -> pull("@" + wanted, null), ImageFailure.Reason.INVALID, "something else");
    }

    @Test
    void triesAgainWhatMayPass() {
        registry.failuresLeft = 2;

        assertThat(pull(":1", null).digest()).isEqualTo(image.digest());
    }

    /** More often than it would be tried again without progress. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void goesOnWhereADownloadBrokeOff(boolean ranges) throws IOException {
        byte[] content = new byte[300_000];
        new Random(1).nextBytes(content);
        Image large =
                Layers.image(theirs, "app:large", new Layers().raw("a", content).toTar());
        registry.add("app", "large", theirs, large);
        registry.takesRanges = ranges;
        registry.brokenDownloads.set(ranges ? 5 : 2);

        assertThat(pull(":large", null).digest()).isEqualTo(large.digest());
        assertThat(registry.brokenDownloads).hasValue(0);
    }

    @Test
    void saysWhatIsWrong() {
        assertFails(() -> pull(":2", null), ImageFailure.Reason.NOT_FOUND, "app:2", "manifest unknown");
        registry.failuresLeft = 10;
        assertFails(() -> pull(":1", null), ImageFailure.Reason.UNAVAILABLE, "answered 503");
        registry.close();
        assertFails(() -> pull(":1", null), ImageFailure.Reason.UNAVAILABLE, "cannot be reached");
    }

    @Test
    void readsChallenges() {
        assertThat(Challenge.parse("Bearer realm=\"https://a/b?c=d\", service=reg,scope=\"x:y:pull,push\""))
                .isEqualTo(new Challenge(
                        "bearer", Map.of("realm", "https://a/b?c=d", "service", "reg", "scope", "x:y:pull,push")));
        assertThat(Challenge.parse("Basic realm=\"a \\\"b\\\"\"").parameters()).containsEntry("realm", "a \"b\"");
        assertThat(Challenge.parse("Negotiate")).isEqualTo(new Challenge("negotiate", Map.of()));
    }
}
