package dev.proa.node.kubelet.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.core.v1.Pod;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.SeccompProfile;
import dev.proa.node.kubelet.pod.ConfigFailure;
import dev.proa.node.kubelet.pod.TestPods;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecurityContextsTest {
    private static final Path PROFILES = Path.of("/node/seccomp");

    private static ContainerConfig.Security of(String ofPod, String ofContainer, String imageUser) {
        Pod pod = TestPods.of("{\"securityContext\": " + ofPod + "}");
        return SecurityContexts.of(
                pod,
                TestPods.container("{\"name\": \"c\", \"securityContext\": " + ofContainer + "}"),
                () -> imageUser,
                PROFILES);
    }

    private static SeccompProfile seccomp(String ofPod, String ofContainer) {
        return of(ofPod, ofContainer, "").seccomp();
    }

    @Test
    void aContainersProfileComesBeforeThePods() {
        String unconfined = "{\"seccompProfile\": {\"type\": \"Unconfined\"}}";
        String file = "{\"seccompProfile\": {\"type\": \"Localhost\", \"localhostProfile\": \"a/b.json\"}}";
        assertThat(seccomp("{}", "{}")).isEqualTo(SeccompProfile.RUNTIME_DEFAULT);
        assertThat(seccomp(unconfined, "{}")).isEqualTo(new SeccompProfile.Unconfined());
        assertThat(seccomp(unconfined, "{\"seccompProfile\": {\"type\": \"RuntimeDefault\"}}"))
                .isEqualTo(SeccompProfile.RUNTIME_DEFAULT);
        assertThat(seccomp(unconfined, file)).isEqualTo(new SeccompProfile.Localhost(PROFILES, "a/b.json"));
        assertThatThrownBy(() -> seccomp("{\"seccompProfile\": {\"type\": \"Localhost\"}}", "{}"))
                .isInstanceOf(ConfigFailure.class)
                .hasMessage("localhostProfile must be set if seccompProfile type is Localhost.");
        assertThatThrownBy(() -> seccomp("{\"seccompProfile\": {\"type\": \"Else\"}}", "{}"))
                .isInstanceOf(ConfigFailure.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "00", "0:5", "000000000000000000000000", ":7"})
    void anImageOfRootIsRefused(String user) {
        assertThatThrownBy(() -> of("{\"runAsNonRoot\": true}", "{}", user))
                .isInstanceOf(ConfigFailure.class)
                .hasMessage("container has runAsNonRoot and image will run as root (pod: \"p_n(u)\", container: c)");
    }

    @ParameterizedTest
    @CsvSource({"alice, alice", "0x0, 0x0", "-0, -0", "+0, +0", "toor:toor, toor", "\u0660, \u0660"})
    void anImageOfANamedUserIsRefused(String user, String shown) {
        assertThatThrownBy(() -> of("{}", "{\"runAsNonRoot\": true}", user))
                .isInstanceOf(ConfigFailure.class)
                .hasMessage("container has runAsNonRoot and image has non-numeric user (" + shown
                        + "), cannot verify user is non-root (pod: \"p_n(u)\", container: c)");
    }

    @Test
    void aNumberTooLargeIsRefused() {
        for (String user : List.of("4294967296", "99999999999999999999")) {
            assertThatThrownBy(() -> of("{\"runAsNonRoot\": true}", "{}", user))
                    .isInstanceOf(RuntimeFailure.class)
                    .hasMessage("uids and gids must be in range 0-2147483647: " + user);
        }
    }

    @Test
    void whoeverIsNotRootPassesAndIsLookedAtAgain() {
        assertThat(of("{\"runAsNonRoot\": true}", "{}", "0010:0").runAsNonRoot())
                .isTrue();
        assertThat(of("{\"runAsNonRoot\": true, \"runAsUser\": 5}", "{}", "").runAsNonRoot())
                .isTrue();
        assertThat(of("{\"runAsNonRoot\": true}", "{\"runAsNonRoot\": false}", "")
                        .runAsNonRoot())
                .isFalse();
        assertThatThrownBy(() -> of("{\"runAsNonRoot\": true, \"runAsUser\": 0}", "{}", "5"))
                .hasMessageStartingWith("container's runAsUser breaks non-root policy (pod: ");
    }

    @Test
    void groupsOfTheImageAreLeftOutWhenThePolicyIsStrict() {
        assertThat(of("{}", "{}", "").strictGroups()).isFalse();
        assertThat(of("{\"supplementalGroupsPolicy\": \"Merge\"}", "{}", "").strictGroups())
                .isFalse();
        ContainerConfig.Security strict =
                of("{\"supplementalGroupsPolicy\": \"Strict\", \"fsGroup\": 7, \"supplementalGroups\": [8]}", "{}", "");
        assertThat(strict.strictGroups()).isTrue();
        assertThat(strict.supplementalGroups()).containsExactly(8L, 7L);
    }
}
