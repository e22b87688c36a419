package dev.proa.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageConfigTest {

    @Test
    void readsWhatItWrote() {
        ImageConfig config = ImageConfig.empty(new Platform("linux", "amd64")).toBuilder()
                .user("65532:65532")
                .entrypoint(List.of("java", "-version"))
                .command(List.of("x"))
                .environment("A", "1")
                .environment("A", "2")
                .environment("B", "")
                .exposedPort("8080/tcp")
                .workingDirectory("/app")
                .label("k", "v")
                .stopSignal("SIGQUIT")
                .layer(Digest.of(new byte[] {1}), "classes")
                .build();

        assertThat(ImageConfig.parse(config.toBytes())).isEqualTo(config);
        assertThat(config.environment()).containsExactly("A=2", "B=");
        assertThat(config.defaultCommand()).containsExactly("java", "-version", "x");
    }

    @Test
    void readsADockerConfigurationWithNulls() {
        ImageConfig config = ImageConfig.parse("""
                {"architecture":"amd64","os":"linux","created":"2024-05-01T00:00:00Z","author":"x",
                 "config":{"Cmd":["nginx","-g","daemon off;"],"Entrypoint":null,"Env":["PATH=/bin"],"ExposedPorts":{"80/tcp":{}},
                 "Labels":null,"StopSignal":"SIGQUIT","OnBuild":null,"Volumes":{"/data":{}}},
                 "history":[{"created_by":"CMD","empty_layer":true}],
                 "rootfs":{"type":"layers","diff_ids":[]}}
                """.getBytes(StandardCharsets.UTF_8));

        assertThat(config.command()).containsExactly("nginx", "-g", "daemon off;");
        assertThat(config.entrypoint()).isEmpty();
        assertThat(config.exposedPorts()).containsExactly("80/tcp");
        assertThat(config.volumes()).containsExactly("/data");
        assertThat(config.stopSignal()).isEqualTo("SIGQUIT");
        assertThat(config.history()).containsExactly(new ImageConfig.History(null, "CMD", "", true));
    }

    @Test
    void saysWhatIsWrongWithADocument() {
        assertThatThrownBy(() -> ImageConfig.parse("{\"config\":{\"Env\":7}}".getBytes(StandardCharsets.UTF_8)))
                .hasMessage("image configuration.config: \"Env\" is not a list");
        assertThatThrownBy(() -> Manifest.parse("{\"schemaVersion\":1}".getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("push the image again");
        assertThatThrownBy(() -> Manifest.parse("[".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(ImageFailure.class);
    }

    @Test
    void indexChoosesThePlatform() {
        Descriptor arm = new Descriptor(
                MediaTypes.MANIFEST, Digest.of(new byte[] {1}), 1, Map.of(), new Platform("linux", "arm64", "v8"));
        Descriptor amd = new Descriptor(
                MediaTypes.MANIFEST, Digest.of(new byte[] {2}), 1, Map.of(), new Platform("linux", "amd64"));
        ImageIndex index = ImageIndex.parse(new ImageIndex(List.of(arm, amd)).toBytes());

        assertThat(index.select(new Platform("linux", "arm64")).digest()).isEqualTo(arm.digest());
        assertThat(index.select(new Platform("linux", "amd64", "v3")).digest()).isEqualTo(amd.digest());
        assertThatThrownBy(() -> index.select(new Platform("linux", "riscv64")))
                .hasMessage("the image has no variant for linux/riscv64, only for linux/arm64/v8, linux/amd64");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"Env\":[\"A=\\u0000\"]}",
                "{\"WorkingDir\":\"/a\\u0000/..\"}",
                "{\"User\":\"root\\u0000\"}",
                "{\"Cmd\":[\"\\u0000\"]}",
                "{\"Volumes\":{\"/\\u0000\":{}}}",
                "{\"User\":5}",
                "{\"Env\":{}}",
                "{\"Env\":[1]}"
            })
    void refusesWhatNoContainerCouldStartWith(String config) {
        byte[] bytes = ("{\"config\":" + config + "}").getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> ImageConfig.parse(bytes)).isInstanceOf(ImageFailure.class);
    }

    @Test
    void refusesMegabytesOfEnvironment() {
        byte[] bytes = ("{\"config\":{\"Env\":[\"A=" + "x".repeat(1 << 20) + "\"]}}").getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> ImageConfig.parse(bytes)).hasMessageContaining("more than 1048576");
    }

    @Test
    void refusesJsonWithoutBottom() {
        byte[] bytes = "{\"a\":[".repeat(100_000).getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> ImageConfig.parse(bytes)).isInstanceOf(ImageFailure.class);
    }

    @Test
    void manifestHasNoMoreLayersThanCanBeMounted() {
        Descriptor layer = new Descriptor(MediaTypes.LAYER_TAR, Digest.of(new byte[0]), 0);
        byte[] most = new Manifest(layer, Collections.nCopies(127, layer)).toBytes();
        byte[] more = new String(most, StandardCharsets.UTF_8)
                .replaceFirst(
                        "\"layers\":\\[",
                        "\"layers\":[" + new String(JsonDocument.write(layer.toJson()), StandardCharsets.UTF_8) + ",")
                .getBytes(StandardCharsets.UTF_8);

        assertThat(Manifest.parse(most).layers()).hasSize(127);
        assertThatThrownBy(() -> Manifest.parse(more)).hasMessageContaining("128 layers");
    }

    /** Its digest is the image's identity: other bytes would be another image to every registry. */
    @Test
    void aManifestHasItsBytes() {
        Descriptor config = new Descriptor(MediaTypes.CONFIG, Digest.of(new byte[] {1}), 1);
        Manifest manifest = new Manifest(MediaTypes.MANIFEST, config, List.of(), Map.of("b", "\u00e9<&>/", "a", "1"));

        assertThat(new String(manifest.toBytes(), StandardCharsets.UTF_8)).isEqualTo("""
                        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",\
                        "config":{"mediaType":"application/vnd.oci.image.config.v1+json",\
                        "digest":"sha256:4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a","size":1},\
                        "layers":[],"annotations":{"a":"1","b":"\u00e9<&>/"}}""");
        assertThat(Manifest.parse(manifest.toBytes()).toBytes()).isEqualTo(manifest.toBytes());
    }
}
