package dev.proa.node.sandbox.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.node.cri.Configs;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.ContainerConfig.Device;
import dev.proa.node.cri.ContainerConfig.Mount;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.linux.FileNodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CdiDevicesTest {
    @TempDir
    private Path directory;

    private ContainerConfig inject(String... names) {
        ContainerConfig config = Configs.container("main", "app:1", List.of("sh"));
        return new CdiDevices(List.of(directory.resolve("etc"), directory.resolve("run")))
                .inject(config.withCdiDevices(List.of(names)));
    }

    private void write(String file, String content) throws IOException {
        Files.createDirectories(directory.resolve(file).getParent());
        Files.writeString(directory.resolve(file), content);
    }

    private void writeGpus() throws IOException {
        write("etc/gpus.yaml", """
                cdiVersion: "0.6.0"
                kind: vendor.example/gpu
                containerEdits:
                  env: [DRIVER=1]
                devices:
                - name: a
                  containerEdits:
                    env: [A=one=two]
                    additionalGids: [0, 44]
                    deviceNodes:
                    - {path: /dev/gpu-a, hostPath: /dev/null}
                    - {path: /dev/gpu-b, type: b, major: 7, minor: 300, fileMode: 384, uid: 5, gid: 6}
                    mounts:
                    - {hostPath: /opt/gpu, containerPath: /usr/lib/gpu, options: [ro, nosuid, bind]}
                - name: b
                  containerEdits: {env: [B=2]}
                """);
    }

    @Test
    void addsWhatDevicesNeedAndWhatTheirFileNeedsOnce() throws Exception {
        writeGpus();
        ContainerConfig config = inject("vendor.example/gpu=a", "vendor.example/gpu=b");
        assertThat(config.environment())
                .containsExactly(Map.entry("DRIVER", "1"), Map.entry("A", "one=two"), Map.entry("B", "2"));
        assertThat(config.mounts()).containsExactly(new Mount(Path.of("/opt/gpu"), "/usr/lib/gpu", true, false));
        assertThat(config.security().supplementalGroups()).containsExactly(44L);
        assertThat(config.devices())
                .containsExactly(
                        new Device("/dev/gpu-a", FileNodes.CHARACTER_DEVICE | 0666, FileNodes.device(1, 3), -1, -1),
                        new Device("/dev/gpu-b", FileNodes.BLOCK_DEVICE | 0600, FileNodes.device(7, 300), 5, 6));
    }

    @Test
    void theLastDirectoryWins() throws Exception {
        writeGpus();
        write("run/b.json", """
                {"cdiVersion": "0.6.0", "kind": "vendor.example/gpu",
                 "devices": [{"name": "b", "containerEdits": {"env": ["B=3"]}}]}
                """);
        assertThat(inject("vendor.example/gpu=b").environment()).containsExactly(Map.entry("B", "3"));
    }

    @Test
    void twoFilesOfADirectoryThatDescribeADeviceMakeItUnknown() throws Exception {
        writeGpus();
        Files.copy(directory.resolve("etc/gpus.yaml"), directory.resolve("etc/more.yaml"));
        assertThatThrownBy(() -> inject("vendor.example/gpu=b"))
                .hasMessageStartingWith("CDI device injection failed: unresolvable CDI devices vendor.example/gpu=b; "
                        + "conflicting device \"vendor.example/gpu=a\"");
    }

    @Test
    void saysWhichDevicesAreUnknownAndWhichFilesAreWrong() throws Exception {
        assertThatThrownBy(() -> inject("vendor.example/gpu=a", "vendor.example/gpu=c"))
                .isInstanceOf(RuntimeFailure.class)
                .hasMessage("CDI device injection failed: unresolvable CDI devices"
                        + " vendor.example/gpu=a, vendor.example/gpu=c");
        write("etc/wrong.yaml", "cdiVersion: 0.6.0\nkind: gpu\n");
        assertThatThrownBy(() -> inject("vendor.example/gpu=a"))
                .hasMessage("CDI device injection failed: unresolvable CDI devices vendor.example/gpu=a; "
                        + "failed to load CDI Spec " + directory.resolve("etc/wrong.yaml")
                        + ": kind \"gpu\" is not of the form vendor/class");
    }

    @Test
    void refusesHooksWhichItCannotRun() throws Exception {
        write("run/h.yaml", """
                cdiVersion: 0.6.0
                kind: v.example/c
                devices:
                - {name: d, containerEdits: {hooks: [{hookName: createContainer, path: /bin/true}]}}
                - {name: e, containerEdits: {deviceNodes: [{path: /dev/not-there}]}}
                """);
        assertThatThrownBy(() -> inject("v.example/c=d"))
                .hasMessage(
                        "CDI device injection failed: failed to inject devices: the sandbox runtime does not support"
                                + " hooks");
        assertThatThrownBy(() -> inject("v.example/c=e")).hasMessageContaining("failed to stat CDI host device");
    }
}
