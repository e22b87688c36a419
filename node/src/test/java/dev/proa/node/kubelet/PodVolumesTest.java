package dev.proa.node.kubelet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.api.core.v1.Volume;
import dev.proa.api.value.MapValue;
import dev.proa.node.linux.Directory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodVolumesTest {
    private static final Volume SECRET =
            new Volume(MapValue.of("name", "token", "secret", MapValue.of("secretName", "token")));

    @TempDir
    private Path temporary;

    private boolean mounted(Path plugin) throws IOException {
        try (Directory directory = Directory.open(plugin)) {
            return directory.status("token").mountPoint();
        }
    }

    private static void write(Directory directory, String content, String version) throws IOException {
        AtomicFiles.write(
                directory,
                Map.of("token", new AtomicFiles.File(content.getBytes(StandardCharsets.UTF_8), 0644)),
                -1,
                version);
    }

    @Test
    void whatAnEarlierKubeletWroteToDiskStaysThereForContainersThatRun() throws IOException {
        Path plugin = temporary.toRealPath().resolve("kubernetes.io~secret");
        Directory running = Directory.make(plugin.resolve("token"), 0755);
        try (running) {
            write(running, "old", "1");
            try (Directory volume = PodVolumes.open(plugin, SECRET)) {
                write(volume, "new", "2");
            }
            assertThat(new String(running.read(running.readLink("..data") + "/token", 0, 100), StandardCharsets.UTF_8))
                    .isEqualTo("new");
            assertThat(mounted(plugin)).isFalse();
        } finally {
            PodDirectories.remove(plugin);
        }
    }

    @Test
    void secretsAreInMemory() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "mounting needs root");
        Path plugin = temporary.toRealPath().resolve("kubernetes.io~secret");
        Files.createDirectories(plugin.resolve("token"));
        try {
            PodVolumes.open(plugin, SECRET).close();
            assertThat(mounted(plugin)).isTrue();
        } finally {
            PodDirectories.remove(plugin);
        }
    }
}
