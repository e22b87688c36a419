package dev.proa.image.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.JsonDocument;
import dev.proa.image.ManifestDocument;
import dev.proa.image.sbom.CycloneDx;
import dev.proa.image.sbom.Provenance;
import dev.proa.image.store.ImageStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("extensions")
class BuildAttestationsTest {
    @TempDir
    Path directory;

    private ImageStore store() {
        return ImageStore.open(directory.resolve("store"));
    }

    private Path project(String... namesAndContents) throws Exception {
        Path project = Files.createDirectories(directory.resolve("shop"));
        for (int i = 0; i < namesAndContents.length; i += 2) {
            Files.writeString(project.resolve(namesAndContents[i]), namesAndContents[i + 1]);
        }
        return project;
    }

    private BuiltImage build(Path project, Attestations wanted) {
        return ProjectImageBuilder.build(
                project,
                store(),
                "shop",
                BuildOptions.local(directory.resolve("cache")).withAttestations(wanted),
                event -> {});
    }

    private List<ManifestDocument> about(BuiltImage built) {
        return store().manifests().stream()
                .map(named -> store().manifest(named.manifest().digest()))
                .filter(document -> document.subject() != null
                        && document.subject().digest().equals(built.digest()))
                .toList();
    }

    private JsonDocument content(ManifestDocument artifact) {
        Descriptor blob = artifact.requiredBlobs().getLast();
        return JsonDocument.parse(store().readDocument(blob.digest()), "attestation");
    }

    private static String hex(String content) {
        return Digest.of(content.getBytes(StandardCharsets.UTF_8)).hex();
    }

    @Test
    void saysOfWhatAProjectWithoutADockerfileWasBuilt() throws Exception {
        Path project = project("index.html", "<p>shop</p>", "style.css", "p {}");
        assertThat(about(build(project, Attestations.NONE))).isEmpty();

        BuiltImage built = build(project, new Attestations(true, true));
        assertThat(about(built))
                .extracting(ManifestDocument::artifactType)
                .containsExactlyInAnyOrder(CycloneDx.MEDIA_TYPE, Provenance.MEDIA_TYPE);
        ManifestDocument artifact = about(built).stream()
                .filter(each -> Provenance.MEDIA_TYPE.equals(each.artifactType()))
                .findFirst()
                .orElseThrow();
        JsonDocument definition = content(artifact).requiredObject("predicate").requiredObject("buildDefinition");
        assertThat(definition.requiredObject("externalParameters").string("language"))
                .isEqualTo("static");
        // As sha256sum and dirhash.Hash1 of Go count it.
        String lines = hex("<p>shop</p>") + "  index.html\n" + hex("p {}") + "  style.css\n";
        assertThat(definition.objects("resolvedDependencies"))
                .extracting(material -> material.string("uri"))
                .containsExactly("file:shop");
        assertThat(definition.objects("resolvedDependencies").getFirst().stringMap("digest"))
                .containsEntry("dirHash", hex(lines));

        assertThat(build(project, new Attestations(true, true)).unchanged()).isTrue();
        assertThat(about(built)).as("once for each image").hasSize(2);
        store().remove(named -> named.name().digest() == null);
        store().collectGarbage(Duration.ofSeconds(-60));
        assertThat(store().manifests()).as("they go with the image").isEmpty();
    }

    @Test
    void namesLockFilesOfLanguages() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/local/go/bin/go")), "needs Go");
        BuiltImage built = build(
                project(
                        "go.mod", "module example.org/shop\n\ngo 1.24\n",
                        "go.sum", "",
                        "main.go", "package main\n\nfunc main() {}\n"),
                new Attestations(false, true));
        JsonDocument definition =
                content(about(built).getFirst()).requiredObject("predicate").requiredObject("buildDefinition");
        assertThat(definition.objects("resolvedDependencies"))
                .extracting(material -> material.string("uri"))
                .containsExactly("file:shop", "file:go.sum");
        assertThat(definition.requiredObject("externalParameters").string("language"))
                .isEqualTo("go");
    }
}
