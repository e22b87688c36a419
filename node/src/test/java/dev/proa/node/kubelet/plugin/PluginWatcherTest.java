package dev.proa.node.kubelet.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.node.kubelet.device.TestDriver;
import dev.proa.testing.SimulatedClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginWatcherTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final List<String> events = new ArrayList<>();
    private String refusal = "";

    @TempDir
    private Path temporary;

    private Path directory;

    @BeforeEach
    void make() throws Exception {
        directory = temporary.toRealPath();
        new KubeletRoot(directory).make();
    }

    private PluginWatcher watcher(Path root, String type) {
        return new PluginWatcher(
                new KubeletRoot(root),
                Map.of(type, new PluginHandler() {
                    @Override
                    public void validate(String name, Path endpoint, List<String> versions)
                            throws PluginRefusedException {
                        if (!refusal.isEmpty()) {
                            throw new PluginRefusedException(refusal);
                        }
                    }

                    @Override
                    public void register(String name, Path endpoint, List<String> versions) {
                        events.add("+" + name + " " + root.relativize(endpoint) + " " + versions);
                    }

                    @Override
                    public void deregister(String name, Path endpoint) {
                        events.add("-" + name);
                    }
                }),
                clock,
                Duration.ofSeconds(60));
    }

    @Test
    void registersWhatComesAndDeregistersWhatGoes() throws Exception {
        PluginWatcher watcher = watcher(directory, "DRAPlugin");
        Files.writeString(directory.resolve("plugins_registry/file"), "no socket");
        watcher.look();
        try (TestDriver driver = new TestDriver("a.example.com", directory, directory)) {
            watcher.look();
            watcher.look();
            assertThat(events)
                    .containsExactly("+a.example.com plugins/a.example.com/dra.sock [v1.DRAPlugin, v1beta1.DRAPlugin]");
            assertThat(driver.told).containsExactly("registered");
        }
        watcher.look();
        assertThat(events).hasSize(2).endsWith("-a.example.com");
    }

    @Test
    void registersASocketThatWasMadeAnewAgain() throws Exception {
        PluginWatcher watcher = watcher(directory, "DRAPlugin");
        new TestDriver("a.example.com", directory, directory).close();
        try (TestDriver first = new TestDriver("a.example.com", directory, directory)) {
            watcher.look();
            try (TestDriver second = new TestDriver("a.example.com", directory, directory)) {
                watcher.look();
                assertThat(events).hasSize(3).element(1).isEqualTo("-a.example.com");
                assertThat(second.told).containsExactly("registered");
            }
            assertThat(first.told).hasSize(1);
        }
    }

    @Test
    void tellsPluginsWhyTheyAreRefusedAndTriesAgainLater() throws Exception {
        refusal = "too old";
        PluginWatcher watcher = watcher(directory, "DRAPlugin");
        try (TestDriver driver = new TestDriver("a.example.com", directory, directory)) {
            watcher.look();
            watcher.look();
            assertThat(driver.told)
                    .containsExactly("RegisterPlugin error -- plugin validation failed with err: too old");
            clock.advance(Duration.ofMillis(500));
            watcher.look();
            clock.advance(Duration.ofMillis(500));
            watcher.look();
            assertThat(driver.told).as("after twice the time").hasSize(2);
            refusal = "";
            clock.advance(Duration.ofMillis(500));
            watcher.look();
            assertThat(driver.told).hasSize(3).endsWith("registered");
            assertThat(events).hasSize(1);
        }
    }

    @Test
    void knowsNoOtherTypes() throws Exception {
        try (TestDriver driver = new TestDriver("a.example.com", directory, directory)) {
            watcher(directory, "CSIPlugin").look();
            assertThat(driver.told)
                    .containsExactly(
                            "RegisterPlugin error -- no handler registered for plugin type: DRAPlugin at socket "
                                    + directory.resolve("plugins_registry/a.example.com-reg.sock"));
        }
    }

    @Test
    void reachesSocketsWhosePathsAreLong() throws Exception {
        Path deep = directory.resolve("d".repeat(100));
        new KubeletRoot(deep).make();
        try (TestDriver driver = new TestDriver("a.example.com", deep, directory)) {
            watcher(deep, "DRAPlugin").look();
            assertThat(driver.told).containsExactly("registered");
        }
    }

    @Test
    void givesEachNodeTheDirectoriesOfPluginsAndNothingElse() {
        KubeletRoot root = new KubeletRoot(Path.of("/node"));
        assertThat(root.resolve(Path.of("/var/lib/kubelet/plugins_registry")))
                .isEqualTo(Path.of("/node/plugins_registry"));
        assertThat(root.resolve(Path.of("/var/lib/kubelet/plugins/./a/b"))).isEqualTo(Path.of("/node/plugins/a/b"));
        assertThat(root.resolve(Path.of("/var/lib/kubelet/plugins/../pods")))
                .isEqualTo(Path.of("/var/lib/kubelet/plugins/../pods"));
        assertThat(root.resolve(Path.of("/var/lib/kubelet"))).isEqualTo(Path.of("/var/lib/kubelet"));
        assertThat(root.resolve(Path.of("/var/lib/kubelet/plugins-x")))
                .isEqualTo(Path.of("/var/lib/kubelet/plugins-x"));
    }
}
