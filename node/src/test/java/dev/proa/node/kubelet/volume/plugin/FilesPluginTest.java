package dev.proa.node.kubelet.volume.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Secret;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.kubelet.object.ReferencedObjects;
import dev.proa.node.kubelet.object.TokenManager;
import dev.proa.node.kubelet.plugin.KubeletRoot;
import dev.proa.node.kubelet.pod.TestPods;
import dev.proa.node.kubelet.volume.LocalVolumes;
import dev.proa.node.kubelet.volume.VolumePlugins;
import dev.proa.node.kubelet.volume.VolumeSpec;
import dev.proa.testing.FakeTransport;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilesPluginTest {
    private static final String DOWNWARD =
            "{\"items\": [{\"path\": \"file\", \"fieldRef\": {\"fieldPath\": \"metadata.name\"}}]";

    private final Client client = new Client(new FakeTransport(Clock.system()));
    private final ReferencedObjects references = new ReferencedObjects(
            client,
            new Supervisor(Clock.system(), new SplittableRandom(3)),
            Clock.system(),
            new SplittableRandom(1),
            uid -> {});

    @AfterEach
    void close() {
        references.close();
        client.close();
    }

    @ParameterizedTest
    @CsvSource({"0400, 0400, 0440", "0644, 0644, 0644", "0600, 0600, 0640", "0000, 0000, 0440", "0555, 0555, 0555"})
    void aPodsGroupMayReadWhateverTheModeIs(String mode, String alone, String withGroup) throws Exception {
        client.resource(ConfigMap.KIND)
                .in("n")
                .create(new ConfigMap(
                        Json.decodeMap("{\"metadata\": {\"name\": \"o\"}, \"data\": {\"file\": \"x\"}}")));
        client.resource(Secret.KIND)
                .in("n")
                .create(new Secret(
                        Json.decodeMap("{\"metadata\": {\"name\": \"o\"}, \"data\": {\"file\": \"eA==\"}}")));
        String bits = "\"defaultMode\": " + Integer.parseInt(mode, 8);
        for (String volume : List.of(
                "\"configMap\": {\"name\": \"o\", " + bits + "}",
                "\"secret\": {\"secretName\": \"o\", " + bits + "}",
                "\"secret\": {\"secretName\": \"o\", \"items\": [{\"key\": \"file\", \"path\": \"file\", \"mode\": "
                        + Integer.parseInt(mode, 8) + "}]}",
                "\"downwardAPI\": " + DOWNWARD + ", " + bits + "}",
                "\"projected\": {\"sources\": [{\"downwardAPI\": " + DOWNWARD + "}}], " + bits + "}")) {
            assertThat(file(volume, "{}").mode()).as(volume).isEqualTo(Integer.parseInt(alone, 8));
            assertThat(file(volume, "{\"fsGroup\": 7}").mode())
                    .as(volume + " with fsGroup")
                    .isEqualTo(Integer.parseInt(withGroup, 8));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // default mode | security of the pod | of the container | mode
                "     | {}                                | {}                | 0644",
                "0400 | {}                                | {}                | 0400",
                "0444 | {\"fsGroup\": 7}                  | {}                | 0640",
                "0400 | {\"runAsUser\": 5}                | {}                | 0600",
                "0644 | {\"runAsUser\": 0}                | {}                | 0600",
                "     | {\"runAsUser\": 5}                | {\"runAsUser\": 6} | 0600",
                "0444 | {\"runAsUser\": 5, \"fsGroup\": 7} | {}                | 0640",
            })
    void aTokenIsForThoseThatThePodNames(@Nullable String mode, String pod, String container, String expected)
            throws Exception {
        assertThat(token(mode, pod, container).mode()).isEqualTo(Integer.parseInt(expected, 8));
    }

    private AtomicWriter.File token(@Nullable String mode, String pod, String container) throws Exception {
        String bits = mode == null ? "" : ", \"defaultMode\": " + Integer.parseInt(mode, 8);
        return file(
                "\"projected\": {\"sources\": [{\"serviceAccountToken\": {\"path\": \"file\"}}]" + bits + "}",
                pod,
                container);
    }

    private AtomicWriter.File file(String volume, String security) throws Exception {
        return file(volume, security, "{}");
    }

    private AtomicWriter.File file(String volume, String security, String container) throws Exception {
        Pod pod = TestPods.of(
                "{\"securityContext\": " + security + ", \"containers\": [{\"name\": \"c\", \"securityContext\": "
                        + container + "}], \"volumes\": [{\"name\": \"v\", " + volume + "}]}");
        VolumePlugins plugins = StandardPlugins.of(
                references,
                new TokenManager(client, Clock.system()),
                TestPods.NODE,
                Clock.system(),
                true,
                client,
                new LocalVolumes(Path.of("/nowhere")),
                new KubeletRoot(Path.of("/nowhere")));
        VolumeSpec spec = new VolumeSpec(pod, pod.spec().volumes().getFirst(), List.of());
        var files = ((FilesPlugin) plugins.find(spec.volume())).files(spec);
        return Objects.requireNonNull(files.get("file"));
    }
}
