package dev.proa.node.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.node.cri.Conditions;
import dev.proa.node.cri.Configs;
import dev.proa.node.cri.ContainerRuntime.ExecResult;
import dev.proa.node.cri.ContainerRuntime.Resources;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.cri.PodSandboxConfig.UserNamespace;
import dev.proa.node.cri.StreamOptions;
import dev.proa.node.cri.StreamSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pods with user namespaces. */
class SandboxUsersTest extends SandboxTests {
    private static final UserNamespace USERS = new UserNamespace(655_360, 65_536);

    private String sandboxWithUsers(boolean shareProcesses) {
        PodSandboxConfig plain = Configs.sandbox("web", logs);
        return fixture.runtime.runPodSandbox(new PodSandboxConfig(
                plain.name(),
                plain.namespace(),
                plain.uid(),
                0,
                plain.hostname(),
                plain.domain(),
                logs,
                plain.dns(),
                Map.of(),
                Map.of(),
                Map.of(),
                false,
                false,
                false,
                shareProcesses,
                List.of(),
                Map.of("net.ipv4.ip_local_port_range", "2000 3000"),
                Resources.UNLIMITED,
                USERS));
    }

    private String exec(String id, String script) {
        ExecResult result = fixture.runtime.execSync(id, List.of("sh", "-c", script), Duration.ofSeconds(60));
        return new String(result.stdout(), StandardCharsets.UTF_8)
                + new String(result.stderr(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theRootOfAPodIsNobodyOnTheHost(boolean shareProcesses) throws IOException {
        Path volume = Files.createDirectory(logs.resolve("volume"));
        Files.writeString(volume.resolve("given"), "x");
        String id = started(
                sandboxWithUsers(shareProcesses),
                new ConfigBuilder(
                                "id -u; cat /proc/self/uid_map; stat -c %u /bin/busybox /data/given /etc/hosts;"
                                        + " touch /made /data/made; echo x > /dev/null && echo null; echo out > /dev/stdout;"
                                        + " cat /proc/sys/net/ipv4/ip_local_port_range; hostname; ls /proc/self/fd | wc -l; echo end")
                        .mount(volume, "/data", false)
                        .build());
        ended(id);

        assertThat(output(id).stream().map(line -> line.strip().replaceAll("\\s+", " ")))
                .containsExactly("0", "0 655360 65536", "0", "0", "0", "null", "out", "2000 3000", "web", "4", "end");
    }

    @Test
    void itsProcessesAndFilesHaveTheHostsNumbers() throws IOException {
        Path volume = Files.createDirectory(logs.resolve("volume"));
        String id = started(
                sandboxWithUsers(false),
                new ConfigBuilder("touch /upper /data/made; exec sleep 65537")
                        .mount(volume, "/data", false)
                        .build());
        Conditions.await("the file is made", () -> Files.exists(volume.resolve("made")));

        Path upper = fixture.state.resolve("state/containers").resolve(id).resolve("upper/upper");
        assertThat(Files.getAttribute(upper, "unix:uid")).isEqualTo((int) USERS.hostId());
        assertThat(Files.getAttribute(volume.resolve("made"), "unix:uid")).isEqualTo(0);
        assertThat(exec(id, "id -u; echo $$ > /run-by-exec; cat /proc/self/uid_map"))
                .contains("0\n")
                .contains("655360");
    }

    @Test
    void commandsInsideHaveTerminals() throws Exception {
        String id = started(sandboxWithUsers(false), new ConfigBuilder("exec sleep 65539").build());
        try (StreamSession session = fixture.runtime.exec(
                id, List.of("sh", "-c", "tty; stat -c %u /dev/pts/0"), new StreamOptions(true, true, false, true))) {
            assertThat(new String(session.stdout().readAllBytes(), StandardCharsets.UTF_8).lines())
                    .containsExactly("/dev/pts/0", "0");
            assertThat(session.waitFor()).isZero();
        }
    }

    @Test
    void adminInsideIsNotAdminOutside() throws IOException {
        String id = started(
                sandboxWithUsers(false),
                new ConfigBuilder("exec sleep 65538")
                        .add("SYS_ADMIN", "SYS_PTRACE", "NET_ADMIN", "MKNOD")
                        .build());

        assertThat(exec(id, "mkdir /m && mount -t tmpfs x /m && echo mounted; ip link set lo down && echo down"))
                .contains("mounted")
                .contains("down");
        assertThat(exec(
                        id,
                        "mknod /m/sda b 8 0 && echo node; head -c1 /m/sda && echo read;"
                                + " echo 1 > /proc/sys/kernel/panic && echo written; umount /proc/sys && echo unmasked;"
                                + " cat /proc/sys/kernel/panic > /proc/sys/kernel/panic && echo host"))
                .doesNotContain("read")
                .doesNotContain("written")
                .doesNotContain("host\n");
    }

    /** {@code procMount: Unmasked}: it sees what others do not, and changes nothing of the host. */
    @Test
    void anUnmaskedProcIsGuardedByTheKernel() {
        String look = "for file in interrupts keys; do cat /proc/$file > /dev/null && echo sees $file; done;"
                + " grep -c ' /proc/' /proc/self/mountinfo; head -c1 /proc/interrupts | wc -c;"
                + " for file in sys/kernel/panic sys/vm/swappiness sysrq-trigger irq/default_smp_affinity; do"
                + " (echo 0 > /proc/$file) 2>/dev/null && echo wrote $file; done; echo end";
        String masked = started(sandboxWithUsers(false), new ConfigBuilder("exec sleep 65541").build());
        assertThat(exec(masked, look).lines()).endsWith("0", "end").doesNotContain("1");

        String unmasked = started(
                sandboxWithUsers(false),
                new ConfigBuilder("exec sleep 65540")
                        .unmasked()
                        .add("SYS_ADMIN")
                        .build());
        assertThat(exec(unmasked, look).lines()).containsExactly("sees interrupts", "sees keys", "0", "1", "end");
    }

    @Test
    void withoutUsersOfItsOwnNothingIsUnmasked() {
        String id = started(
                fixture.runtime.runPodSandbox(Configs.sandbox("web", logs)),
                new ConfigBuilder("exec sleep 65542").unmasked().build());

        assertThat(exec(
                                id,
                                "head -c1 /proc/interrupts | wc -c; (echo 0 > /proc/sys/kernel/panic) 2>/dev/null || echo refused")
                        .lines())
                .containsExactly("0", "refused");
    }
}
