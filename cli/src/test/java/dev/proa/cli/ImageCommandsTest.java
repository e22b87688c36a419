package dev.proa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.JsonDocument;
import dev.proa.image.MediaTypes;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.layer.Compression;
import dev.proa.image.layer.LayerContent;
import dev.proa.image.registry.TransferEvent;
import dev.proa.image.store.ImageStore;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code proa image} as scripts see it: a process of its own for each command. */
class ImageCommandsTest {
    @TempDir
    Path home;

    private record Result(int exit, String out, String err) {}

    private Result proa(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        Path out = home.resolve("out");
        Path err = home.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("PROA_HOME", home.toString());
        builder.environment().put("KUBECONFIG", home.resolve("kubeconfig").toString());
        builder.environment().put("HOME", home.toString());
        Process process = builder.start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private Result done(String... arguments) throws Exception {
        Result result = proa(arguments);
        assertThat(result.exit).as(result.err).isEqualTo(Exit.OK);
        return result;
    }

    private ImageStore store() {
        return ImageStore.open(home.resolve("clusters/proa/images"));
    }

    /** Writes a small image. */
    static Image image(ImageStore store, String name) {
        var layer = new LayerContent()
                .file("/usr/share/text", "x".repeat(5000).getBytes(StandardCharsets.UTF_8), 0644)
                .writeTo(store, Compression.NONE);
        ImageConfig config = ImageConfig.empty(Platform.host()).toBuilder()
                .command(List.of("/bin/run", "all"))
                .environment("LANG", "C")
                .layer(layer.diffId(), "COPY text")
                .build();
        return store.write(config, List.of(layer.descriptor()), Map.of(), Reference.parse(name));
    }

    /** A signature, as cosign stores it with OCI 1.1. */
    private Descriptor signature(ImageStore store, Image image) {
        Descriptor empty = store.write("application/vnd.oci.empty.v1+json", new byte[] {'{', '}'});
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("schemaVersion", 2);
        json.put("mediaType", MediaTypes.MANIFEST);
        json.put("artifactType", "application/vnd.dev.cosign.artifact.sig.v1+json");
        json.put("config", empty.toJson());
        json.put("layers", List.of(empty.toJson()));
        json.put("subject", image.descriptor().toJson());
        Descriptor signature = store.write(MediaTypes.MANIFEST, JsonDocument.write(json));
        store.tag(List.of(image.names().getFirst().withDigest(signature.digest())), signature);
        return signature;
    }

    @Test
    void bringsInNamesShowsAndDeletesImages() throws Exception {
        assertThat(done("image", "ls").out).isEqualTo("REPOSITORY   TAG   IMAGE ID   PLATFORM   CREATED   SIZE\n");
        assertThat(home.resolve("clusters")).doesNotExist();
        ImageStore elsewhere = ImageStore.open(home.resolve("layout"));
        Image image = image(elsewhere, "shop:1");
        signature(elsewhere, image);

        assertThat(done("image", "import", home.resolve("layout").toString()).out)
                .contains("imported shop:1 (" + image.digest().shortHex() + ", " + Platform.host() + ", ")
                .contains("imported shop@sha256:");
        assertThat(done("image", "ls").out.lines().skip(1))
                .singleElement()
                .asString()
                .matches("shop +1 +" + image.digest().shortHex() + " +" + Platform.host() + " +- +[67].*kB");
        Result inspected = done("image", "inspect", image.id().shortHex());
        assertThat(inspected.out)
                .contains("Command:      /bin/run all\n", "/usr/share 5.00kB", "COPY text")
                .contains("application/vnd.dev.cosign.artifact.sig.v1+json");
        MapValue json = Json.decodeMap(done("image", "inspect", "shop:1", "-o", "json").out);
        assertThat(json.list("layers").map(0).integer("files", 0)).isEqualTo(1);
        assertThat(json.list("referrers")).hasSize(1);

        assertThat(Json.decodeMap(done("image", "sbom", "shop:1").out).string("specVersion"))
                .isEqualTo("1.6");
        Path archive = home.resolve("shop.tar.zst");
        assertThat(done("image", "export", "shop:1", "-f", archive.toString()).err)
                .contains("wrote " + archive);
        done("image", "tag", "shop:1", "registry.example/shop:2");
        done("image", "rm", "shop:1");
        done("image", "rm", image.digest().toString());
        assertThat(done("image", "ls", "-o", "json").out).isEqualTo("{\"images\":[]}\n");
        assertThat(done("image", "prune", "--older-than", "0s").out).startsWith("deleted 5 blobs, freed ");
        assertThat(store().contains(image.digest())).isFalse();

        assertThat(done("image", "import", archive.toString(), "--tag", "again:3").out)
                .contains("imported again:3");
        assertThat(store().find("again:3")).map(Image::digest).contains(image.digest());
    }

    @Test
    void saysWhatIsWrong() throws Exception {
        ImageStore store = store();
        image(store, "shop:1");
        for (List<String> wrong : List.of(
                List.of("import", "none.tar"),
                List.of("inspect", "none:1"),
                List.of("export", "shop:1", "-f", home.toString()),
                List.of("tag", "shop:1", "Upper/Case"),
                List.of("pull", "shop", "--platform", "arm64"),
                List.of("push", "shop:1", "localhost:1/shop"))) {
            List<String> command = new ArrayList<>(List.of("image"));
            command.addAll(wrong);
            Result result = proa(command.toArray(String[]::new));
            assertThat(result.exit)
                    .as(command.toString())
                    .isEqualTo(
                            List.of("import", "inspect", "push").contains(wrong.getFirst()) ? Exit.FAILED : Exit.USAGE);
            assertThat(result.err).as(command.toString()).startsWith("proa: ").doesNotContain("\tat ");
        }
    }

    @Test
    void drawsBarsOnATerminalAndLinesElsewhere() {
        Descriptor blob = new Descriptor(MediaTypes.LAYER_TAR, Digest.of(new byte[0]), 1_000_000);
        Descriptor other = new Descriptor(MediaTypes.LAYER_TAR, Digest.of(new byte[1]), 10);
        StringWriter plain = new StringWriter();
        StringWriter live = new StringWriter();
        for (boolean terminal : new boolean[] {false, true}) {
            try (TransferProgress progress =
                    new TransferProgress(new PrintWriter(terminal ? live : plain), terminal, "pushed")) {
                progress.on(new TransferEvent.Started(blob));
                progress.on(new TransferEvent.Moved(blob, 500_000));
                progress.on(new TransferEvent.Finished(other, TransferEvent.Outcome.PRESENT));
                progress.on(new TransferEvent.Finished(blob, TransferEvent.Outcome.TRANSFERRED));
            }
        }
        assertThat(plain.toString())
                .isEqualTo(other.digest().shortHex() + " 10B already there\n"
                        + blob.digest().shortHex() + " 1.00MB pushed\n");
        assertThat(live.toString())
                .contains(blob.digest().shortHex() + " [===============               ] 500kB/1.00MB")
                .endsWith("already there\n\u001b[J");
    }
}
