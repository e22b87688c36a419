package dev.proa.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.image.Descriptor;
import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.layer.Compression;
import dev.proa.image.layer.LayerContent;
import dev.proa.image.registry.PullOptions;
import dev.proa.image.registry.PushOptions;
import dev.proa.image.registry.RegistryClient;
import dev.proa.image.registry.TransferEvent;
import dev.proa.image.sbom.Provenance;
import dev.proa.image.store.ImageStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** cosign signs and attests what is in the registry, and verifies it there and in another one. */
@Tag("extensions")
class CosignTest {
    /** Everything is older than this. */
    private static final Duration NOW = Duration.ofSeconds(-60);

    @TempDir
    Path directory;

    private TestRegistry registry;
    private Image image;
    private String name;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(
                Program.isPresent("cosign"),
                "needs cosign: go install github.com/sigstore/cosign/v2/cmd/cosign@v2.6.3");
        registry = new TestRegistry(directory.resolve("store"));
        image = image(registry.store(), registry.host() + "/team/app:1", "first");
        name = registry.host() + "/team/app@" + image.digest();
        cosign("generate-key-pair");
    }

    @AfterEach
    void stop() {
        if (registry != null) {
            registry.close();
        }
    }

    private static Image image(ImageStore store, String name, String content) {
        var layer = new LayerContent()
                .file("/file", content.getBytes(StandardCharsets.UTF_8), 0644)
                .writeTo(store, Compression.GZIP);
        ImageConfig config = ImageConfig.empty(Platform.host()).toBuilder()
                .layer(layer.diffId(), "test")
                .build();
        return store.write(config, List.of(layer.descriptor()), Map.of(), Reference.parse(name));
    }

    private Program.Run run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("env", "-C", directory.toString(), "cosign"));
        command.addAll(List.of(arguments));
        return Program.run(
                Map.of(
                        "COSIGN_PASSWORD", "secret",
                        "COSIGN_EXPERIMENTAL", "1",
                        "HOME", directory.toString(),
                        "SIGSTORE_NO_CACHE", "true"),
                command.toArray(String[]::new));
    }

    private String cosign(String... arguments) throws Exception {
        Program.Run run = run(arguments);
        assertThat(run.exit())
                .as(String.join(" ", arguments) + ": " + run.output())
                .isZero();
        return run.output();
    }

    private void sign(String... more) throws Exception {
        cosign(with(List.of("sign", "--key=cosign.key", "--tlog-upload=false", "--yes"), more));
    }

    private static String[] with(List<String> command, String... more) {
        List<String> all = new ArrayList<>(command);
        all.addAll(Arrays.asList(more));
        return all.toArray(String[]::new);
    }

    private String verify(String wanted) throws Exception {
        return cosign("verify", "--key=cosign.pub", "--insecure-ignore-tlog", "--output=json", wanted);
    }

    /** What Proa itself says of builds. */
    private Path predicate() throws Exception {
        Provenance provenance = new Provenance(
                "urn:proa:build:project:v1",
                Map.of("language", "go"),
                List.of(Provenance.Material.image(Reference.parse("debian:12"), image.digest())),
                "urn:proa:builder",
                "",
                Instant.EPOCH,
                Instant.EPOCH);
        MapValue statement = Json.decodeMap(
                new String(provenance.statement(Reference.parse("app"), image.digest()), StandardCharsets.UTF_8));
        return Files.writeString(directory.resolve("predicate.json"), Json.toString(statement.map("predicate")));
    }

    @Test
    void signaturesAndAttestationsAtTagsAreVerifiedAndLiveWithTheirImage() throws Exception {
        sign(name);
        cosign(
                "attest",
                "--key=cosign.key",
                "--tlog-upload=false",
                "--yes",
                "--type=slsaprovenance1",
                "--predicate=" + predicate(),
                name);
        assertThat(verify(name)).contains(image.digest().toString());
        assertThat(cosign(
                        "verify-attestation",
                        "--key=cosign.pub",
                        "--insecure-ignore-tlog",
                        "--type=slsaprovenance1",
                        name))
                .contains("application/vnd.in-toto+json");
        String tag = cosign("triangulate", name).strip();
        assertThat(tag).endsWith("/team/app:sha256-" + image.digest().hex() + ".sig");
        Descriptor signature = registry.store().resolve(Reference.parse(tag)).orElseThrow();

        registry.store().collectGarbage(NOW);
        verify(name);
        Image other = image(registry.store(), registry.host() + "/team/app:2", "not signed");
        Program.Run refused = run(
                "verify",
                "--key=cosign.pub",
                "--insecure-ignore-tlog",
                registry.host() + "/team/app@" + other.digest());
        assertThat(refused.exit()).as(refused.output()).isNotZero();

        registry.store().remove(image.digest().toString());
        registry.store().collectGarbage(NOW);
        assertThat(registry.store().contains(signature.digest()))
                .as("the signature went with its image")
                .isFalse();
        assertThat(registry.store().manifests())
                .extracting(named -> named.name().familiar())
                .containsExactly(registry.host() + "/team/app:2");
    }

    @Test
    void signaturesAsReferrersAreVerifiedAndLiveWithTheirImage() throws Exception {
        sign("--registry-referrers-mode=oci-1-1", name);
        assertThat(new String(
                        registry.send("GET", "/v2/team/app/referrers/" + image.digest())
                                .body(),
                        StandardCharsets.UTF_8))
                .contains("cosign");
        registry.store().collectGarbage(NOW);
        assertThat(cosign(
                        "verify",
                        "--key=cosign.pub",
                        "--insecure-ignore-tlog",
                        "--experimental-oci11",
                        "--output=json",
                        name))
                .contains(image.digest().toString());
        registry.store().remove(image.digest().toString());
        registry.store().collectGarbage(NOW);
        assertThat(registry.store().manifests()).isEmpty();
        // Blobs that were pushed are held for a day.
        ImageStore.open(directory.resolve("store"), Clock.offset(Clock.systemUTC(), Duration.ofDays(2)))
                .collectGarbage(Duration.ZERO);
        assertThat(directory.resolve("store/blobs/sha256")).isEmptyDirectory();
    }

    @Test
    void signaturesTravelWithTheirImage() throws Exception {
        sign(name);
        sign("--registry-referrers-mode=oci-1-1", name);
        try (TestRegistry second = new TestRegistry(directory.resolve("second"));
                RegistryClient client = new RegistryClient()) {
            ImageStore local = ImageStore.open(directory.resolve("local"));
            Descriptor pulled = client.pull(
                    Reference.parse(registry.host() + "/team/app:1"),
                    new PullOptions(null, null, true, TransferEvent.Listener.NONE),
                    local);
            Reference target = Reference.parse(second.host() + "/copy/app:1");
            client.push(pulled, target, new PushOptions(null), local);
            String copy = second.host() + "/copy/app@" + image.digest();
            assertThat(verify(copy)).contains(image.digest().toString());
            cosign("verify", "--key=cosign.pub", "--insecure-ignore-tlog", "--experimental-oci11", copy);
            cosign("copy", "--force", copy, registry.host() + "/third/app:1");
            verify(registry.host() + "/third/app@" + image.digest());
            assertThat(cosign("tree", copy)).contains("Signatures");
            cosign("clean", "--force", "--type=signature", copy);
            assertThat(second.store().resolve(Reference.parse(copy))).isPresent();
        }
    }
}
