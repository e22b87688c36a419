package dev.proa.node.kubelet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.client.clock.Clock;
import dev.proa.node.cri.Conditions;
import dev.proa.node.cri.Configs;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.kubelet.pod.Observed;
import dev.proa.node.kubelet.volume.VolumePlugins;
import dev.proa.node.linux.Mounts;
import dev.proa.node.simulated.SimulatedRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrphanedPodsTest {
    @TempDir
    Path directory;

    private final SimulatedRuntime runtime =
            new SimulatedRuntime(Clock.system(), "10.244.0.0/24", new SplittableRandom(1));
    private final VolumePlugins plugins = new VolumePlugins(List.of());
    private Path pods;
    private Path logs;

    @BeforeEach
    void makeDirectories() throws IOException {
        pods = directory.resolve("pods");
        logs = directory.resolve("logs");
        runtime.images().pull("x", null);
    }

    private OrphanedPods find() {
        return OrphanedPods.find(runtime, plugins, pods, logs, Clock.system());
    }

    private Path volume(String uid) throws IOException {
        Path volume = Files.createDirectories(pods.resolve(uid).resolve("volumes/kubernetes.io~empty-dir/data"));
        Files.writeString(volume.resolve("file"), "content");
        return volume;
    }

    private Path log(String uid) throws IOException {
        Path log = Files.createDirectories(logs.resolve("ns_web_" + uid).resolve("main"));
        return Files.writeString(log.resolve("0.log"), "2026-01-01T00:00:01Z stdout F text\n");
    }

    @Test
    void findsNothingWhereNothingEverRan() {
        find().removeRest();

        assertThat(pods).doesNotExist();
    }

    @Test
    void leavesToAPodWhatIsItsOwn() throws IOException {
        Path volume = volume("u-1");
        Path log = log("u-1");
        String sandbox = runtime.runPodSandbox(Configs.sandbox("web", logs));
        String uid = runtime.podSandboxStatus(sandbox).config().uid();
        String container = runtime.createContainer(sandbox, Configs.container("main", "x", List.of()));
        OrphanedPods found = find();

        assertThat(found.claim("u-1").observe()).isEqualTo(Observed.NOTHING);
        Observed seen = found.claim(uid).observe();
        found.removeRest();

        assertThat(seen.sandbox()).isNotNull();
        assertThat(seen.containers()).extracting(ContainerStatus::id).containsExactly(container);
        assertThat(volume.resolve("file")).exists();
        assertThat(log).exists();
        assertThat(runtime.listPodSandboxes()).hasSize(1);
    }

    @Test
    void removesWhatIsNobodysAnyMore() throws IOException {
        volume("u-1");
        log("u-1");
        log("u-2");
        Path kept = log("u-3");
        String sandbox = runtime.runPodSandbox(Configs.sandbox("web", logs));
        runtime.createContainer(sandbox, Configs.container("main", "x", List.of()));
        OrphanedPods found = find();
        found.claim("u-3");
        found.removeRest();

        Conditions.await(
                "nothing to be left",
                () -> !Files.exists(pods.resolve("u-1"))
                        && !Files.exists(logs.resolve("ns_web_u-1"))
                        && !Files.exists(logs.resolve("ns_web_u-2"))
                        && runtime.listPodSandboxes().isEmpty()
                        && runtime.listContainers().isEmpty());
        assertThat(kept).exists();
    }

    @Test
    void takesMountsAwayWithoutTouchingWhatIsInThem() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "mounting needs root");
        Path elsewhere = Files.createDirectories(directory.resolve("elsewhere"));
        Path file = Files.writeString(elsewhere.resolve("file"), "not the pod's");
        Path memory = Files.createDirectories(pods.resolve("u-1/volumes/kubernetes.io~empty-dir/memory"));
        Path bound = Files.createDirectories(pods.resolve("u-1/volumes/bound"));
        Mounts.mount("tmpfs", memory, "tmpfs", 0, "");
        Mounts.bind(elsewhere, bound);
        assertThat(Mounts.below(directory.toRealPath())).contains(memory.toRealPath());
        Path link = Files.createSymbolicLink(directory.resolve("link"), pods);
        OrphanedPods.find(runtime, plugins, link, logs, Clock.system()).removeRest();

        Conditions.await("the pod's directory to go", () -> !Files.exists(pods.resolve("u-1")));
        assertThat(Mounts.below(directory.toRealPath())).isEmpty();
        assertThat(file).hasContent("not the pod's");
    }
}
