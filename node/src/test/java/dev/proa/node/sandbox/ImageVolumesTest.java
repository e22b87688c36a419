package dev.proa.node.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.node.cri.Configs;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.ContainerRuntime.ExecResult;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.cri.PodSandboxConfig.UserNamespace;
import dev.proa.node.cri.RuntimeFailure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images as volumes of containers. */
class ImageVolumesTest extends SandboxTests {
    private static final String ARTIFACT = SandboxFixture.ARTIFACT;

    private String exec(String id, String script) {
        ExecResult result =
                fixture.runtime.execSync(id, List.of("sh", "-c", "{ " + script + "; } 2>&1"), Duration.ofSeconds(60));
        return new String(result.stdout(), StandardCharsets.UTF_8).strip();
    }

    private static ContainerConfig withArtifact() {
        return new ConfigBuilder("sleep 1000")
                .image(ARTIFACT, "", "/whole")
                .image(ARTIFACT, "model", "/part")
                .image(ARTIFACT, "inside", "/file")
                .build();
    }

    private void check(String id) {
        assertThat(exec(id, "cat /whole/model/weights")).isEqualTo("of the image");
        assertThat(exec(id, "cat /whole/inside /part/weights /file")).isEqualTo("of the image".repeat(3));
        assertThat(exec(id, "stat -c %u /part/weights")).isEqualTo("0");
        assertThat(exec(id, "touch /whole/x; (echo x > /part/weights); rm -r /whole/model"))
                .contains("touch: /whole/x: Read-only file system")
                .contains("can't create /part/weights: Read-only file system")
                .contains("rm: can't remove '/whole/model/weights': Read-only file system");
        assertThat(exec(id, "/whole/bin/busybox true")).contains("Permission denied");
        assertThat(exec(id, "grep -c 'ro,nosuid,nodev,noexec.* overlay ' /proc/self/mountinfo"))
                .isEqualTo("3");
        assertThat(exec(id, "mount -o remount,bind,rw /whole")).contains("permission denied");
        // What leads out of the image ends in the container.
        assertThat(exec(id, "readlink -f /whole/root-of-all")).isEqualTo("/");
        assertThat(exec(id, "cat /whole/up/passwd")).contains("alice");
    }

    @Test
    void areSeenButNeitherChangedNorExecuted() {
        check(started(sandbox("web"), withArtifact()));
    }

    @Test
    void belongToTheRootOfPodsWithUsersOfTheirOwn() {
        PodSandboxConfig plain = Configs.sandbox("web", logs);
        String sandbox = fixture.runtime.runPodSandbox(plain.withUserNamespace(new UserNamespace(655_360, 65_536)));
        check(started(sandbox, withArtifact()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"root-of-all", "up", "up/passwd", "root-of-all/etc", "../..", "model/../../.."})
    void nothingLeadsOutOfThem(String path) {
        ContainerConfig config =
                new ConfigBuilder("true").image(ARTIFACT, path, "/v").build();
        String sandbox = sandbox("web");
        assertThatThrownBy(() -> fixture.runtime.createContainer(sandbox, config))
                .isInstanceOf(RuntimeFailure.class)
                .hasMessageContaining("failed to mount " + ARTIFACT + "/" + path + " on /v");
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing", "model/missing"})
    void whatIsNotThereIsSaidBeforeAContainerIsMade(String path) {
        ContainerConfig config =
                new ConfigBuilder("true").image(ARTIFACT, path, "/v").build();
        String sandbox = sandbox("web");
        assertThatThrownBy(() -> fixture.runtime.createContainer(sandbox, config))
                .hasMessageContaining("no such file or directory");
        assertThatThrownBy(() -> fixture.runtime.createContainer(
                        sandbox,
                        new ConfigBuilder("true").image("absent:1", "", "/v").build()))
                .hasMessageContaining("image \"absent:1\" is not on this node");
        assertThat(fixture.runtime.listContainers()).isEmpty();
    }
}
