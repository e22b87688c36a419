package dev.proa.node.kubelet.volume.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Secret;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.kubelet.object.ReferencedObjects;
import dev.proa.node.kubelet.pod.TestPods;
import dev.proa.node.kubelet.volume.VolumeDirectory;
import dev.proa.node.kubelet.volume.VolumeSpec;
import dev.proa.node.linux.Directory;
import dev.proa.testing.FakeTransport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretPluginTest {
    private static final Pod POD =
            TestPods.of("{\"volumes\": [{\"name\": \"token\", \"secret\": {\"secretName\": \"token\"}}]}");

    private final Client client = new Client(new FakeTransport(Clock.system()));
    private final ReferencedObjects references = new ReferencedObjects(
            client,
            new Supervisor(Clock.system(), new SplittableRandom(3)),
            Clock.system(),
            new SplittableRandom(1),
            uid -> {});
    private final SecretPlugin plugin = new SecretPlugin(references, Clock.system());

    @TempDir
    private Path temporary;

    private VolumeDirectory volume;

    @BeforeEach
    void prepare() throws IOException {
        volume = new VolumeDirectory(temporary.toRealPath(), plugin.name(), "token");
        client.resource(Secret.KIND)
                .in("n")
                .create(new Secret(
                        Json.decodeMap("{\"metadata\": {\"name\": \"token\"}, \"data\": {\"token\": \"bmV3\"}}")));
    }

    @AfterEach
    void close() throws IOException {
        plugin.tearDown(volume);
        references.close();
        client.close();
    }

    private void setUp() throws Exception {
        plugin.mounter(new VolumeSpec(POD, POD.spec().volumes().getFirst(), List.of()))
                .setUp(volume);
    }

    private boolean mounted() throws IOException {
        try (Directory directory = volume.parent()) {
            return directory.status("token").mountPoint();
        }
    }

    @Test
    void whatAnEarlierKubeletWroteToDiskStaysThereForContainersThatRun() throws Exception {
        try (Directory running = Directory.make(volume.path(), 0755)) {
            AtomicWriter.write(
                    running,
                    Map.of("token", new AtomicWriter.File("old".getBytes(StandardCharsets.UTF_8), 0644)),
                    -1,
                    "1");
            setUp();
            assertThat(new String(running.read(running.readLink("..data") + "/token", 0, 100), StandardCharsets.UTF_8))
                    .isEqualTo("new");
            assertThat(mounted()).isFalse();
        }
    }

    @Test
    void secretsAreInMemory() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "mounting needs root");
        Files.createDirectories(volume.path());
        setUp();
        assertThat(mounted()).isTrue();
    }
}
