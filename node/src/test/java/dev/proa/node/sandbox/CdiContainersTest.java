package dev.proa.node.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.node.cri.Configs;
import dev.proa.node.cri.ContainerRuntime.ExecResult;
import dev.proa.node.cri.PodSandboxConfig.UserNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Containers with devices of the Container Device Interface. */
class CdiContainersTest extends SandboxTests {
    private static final String DEVICE = "vendor.example/noise=a";

    @BeforeEach
    void describe() throws IOException {
        Path cdi = Files.createDirectories(fixture.state.resolve("cdi"));
        Files.writeString(cdi.resolve("lib"), "of the driver");
        Files.writeString(cdi.resolve("noise.yaml"), """
                cdiVersion: "0.6.0"
                kind: vendor.example/noise
                devices:
                - name: a
                  containerEdits:
                    env: [NOISE=loud]
                    deviceNodes:
                    - {path: /dev/noise/a, hostPath: /dev/zero, fileMode: 384}
                    mounts:
                    - {hostPath: %s, containerPath: /usr/lib/noise, options: [ro, bind]}
                """.formatted(cdi.resolve("lib")));
    }

    private String exec(String id, String script) {
        ExecResult result =
                fixture.runtime.execSync(id, List.of("sh", "-c", "{ " + script + "; } 2>&1"), Duration.ofSeconds(60));
        return new String(result.stdout(), StandardCharsets.UTF_8).strip();
    }

    private void check(String id, String user) {
        assertThat(exec(id, "echo $NOISE; cat /usr/lib/noise")).isEqualTo("loud\nof the driver");
        assertThat(exec(id, "head -c 2 /dev/noise/a | od -An -tx1")).isEqualTo("00 00");
        assertThat(exec(id, "stat -c '%F %a %u %t,%T' /dev/noise/a"))
                .isEqualTo("character special file 600 " + user + " 1,5");
        assertThat(exec(id, "(echo x > /usr/lib/noise)")).contains("Read-only file system");
        assertThat(exec(id, "ls -a /dev")).doesNotContain(".nodes");
    }

    @Test
    void haveTheirVariablesFilesAndNodes() {
        check(
                started(
                        sandbox("web"),
                        new ConfigBuilder("sleep 1000").device(DEVICE).build()),
                "0");
    }

    @Test
    void ownTheirDevicesWhoeverTheyAre() {
        check(
                started(
                        sandbox("web"),
                        new ConfigBuilder("sleep 1000")
                                .user(1000)
                                .device(DEVICE)
                                .build()),
                "1000");
        String sandbox = fixture.runtime.runPodSandbox(
                Configs.sandbox("users", logs).withUserNamespace(new UserNamespace(655_360, 65_536)));
        check(started(sandbox, new ConfigBuilder("sleep 1000").device(DEVICE).build()), "0");
    }

    @Test
    void areNotCreatedWithDevicesThatNobodyDescribes() {
        String sandbox = sandbox("web");
        assertThatThrownBy(() -> fixture.runtime.createContainer(
                        sandbox,
                        new ConfigBuilder("true")
                                .device("vendor.example/noise=b")
                                .build()))
                .hasMessage("CDI device injection failed: unresolvable CDI devices vendor.example/noise=b");
        assertThat(fixture.runtime.listContainers()).isEmpty();
    }
}
