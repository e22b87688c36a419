package dev.proa.node.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.node.cri.Configs;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.ContainerRuntime.Resources;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.cri.SeccompProfile;
import dev.proa.node.linux.seccomp.Filter;
import dev.proa.node.network.PodNetwork.HostPort;
import dev.proa.node.sandbox.program.ProcessCredentials;
import dev.proa.node.sandbox.program.ProcessSpec;
import dev.proa.node.sandbox.program.ShimFiles;
import dev.proa.node.sandbox.state.Records;
import dev.proa.node.sandbox.state.Records.ContainerRecord;
import dev.proa.node.sandbox.state.Records.SandboxRecord;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecordsTest {
    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.000000006Z");

    @Test
    void readsTheSandboxItWrote() {
        PodSandboxConfig config = new PodSandboxConfig(
                "web",
                "default",
                "u-1",
                3,
                "host",
                "sub.default.svc.cluster.local",
                Path.of("/logs"),
                new PodSandboxConfig.Dns(List.of("10.96.0.10"), List.of("a", "b"), List.of()),
                Map.of("10.0.0.1", List.of("x", "y")),
                Map.of("l", "1"),
                Map.of("a", "ä\n"),
                true,
                false,
                true,
                true,
                List.of(new HostPort(8080, 80, "TCP", "")),
                Map.of("net.x", "1"),
                new Resources(2, 3, 4, 5, Map.of("pids.max", "6")));
        SandboxRecord record = new SandboxRecord("id", config, TIME, List.of("10.244.0.2"));
        assertThat(Records.readSandbox(Records.write(record))).isEqualTo(record);
        SandboxRecord unfinished = new SandboxRecord("id", Configs.sandbox("web", Path.of("/logs")), TIME, null);
        assertThat(Records.readSandbox(Records.write(unfinished))).isEqualTo(unfinished);
    }

    @Test
    void readsTheContainerItWrote() {
        ContainerConfig config = new ConfigBuilder("exit 1")
                .user(1)
                .group(2, 3L)
                .add("NET_ADMIN")
                .drop("ALL")
                .environment("A", "=b c")
                .mount(Path.of("/x"), "/y", true)
                .resources(new Resources(2, 3, 4, 5, Map.of()))
                .tty()
                .seccomp(new SeccompProfile.Localhost(Path.of("/profiles"), "p.json"))
                .nonRoot()
                .strictGroups()
                .device("v/c=d")
                .build()
                .withDevices(
                        List.of(Map.entry("A", "=b c")),
                        List.of(),
                        ContainerConfig.Security.DEFAULT.withGroups(List.of(3L)),
                        List.of(new ContainerConfig.Device("/dev/d", 020600, 300, -1, 7)));
        ProcessCredentials who =
                new ProcessCredentials(1, 2, List.of(3L), 0x1000, true, new Filter("p.json", 4, new byte[8]));
        ContainerRecord record = new ContainerRecord(
                "id",
                "sandbox",
                config,
                TIME,
                "sha256:1",
                List.of(Path.of("/l/1")),
                "SIGQUIT",
                new ProcessSpec(List.of("sh"), List.of("A=b"), "/", who, true));
        assertThat(Records.readContainer(Records.write(record))).isEqualTo(record);
    }

    @Test
    void keepsWhetherThereIsAFilter() {
        for (SeccompProfile profile : List.of(SeccompProfile.RUNTIME_DEFAULT, new SeccompProfile.Unconfined())) {
            ProcessCredentials who = new ProcessCredentials(0, 0, List.of(), 0, false, null);
            ContainerRecord record = new ContainerRecord(
                    "id",
                    "sandbox",
                    new ConfigBuilder("true").seccomp(profile).build(),
                    TIME,
                    "sha256:1",
                    List.of(),
                    null,
                    new ProcessSpec(List.of("sh"), List.of(), "/", who, false));
            assertThat(Records.readContainer(Records.write(record))).isEqualTo(record);
        }
    }

    @Test
    void knowsSignalsByName() {
        assertThat(Signals.number(null)).isEqualTo(15);
        assertThat(Signals.number("SIGQUIT")).isEqualTo(3);
        assertThat(Signals.number("usr2")).isEqualTo(12);
        assertThat(Signals.number("9")).isEqualTo(9);
        assertThat(Signals.number("SIGRTMIN+3")).isEqualTo(37);
        assertThatThrownBy(() -> Signals.number("SIGNAL")).hasMessage("unknown stop signal \"SIGNAL\"");
    }

    @Test
    void looksForCommandsAlongThePath() {
        ProcessCredentials root = new ProcessCredentials(0, 0, List.of(), 0, false, null);
        ProcessSpec process = new ProcessSpec(List.of("ls"), List.of("PATH=/a:/b", "X=y"), "/", root, false);
        assertThat(process.candidates()).containsExactly("/a/ls", "/b/ls");
        assertThat(process.executing(List.of("./x"), false).candidates()).containsExactly("./x");
        assertThat(new ProcessSpec(List.of("ls"), List.of(), "/", root, false).candidates())
                .containsExactly("/usr/bin/ls", "/bin/ls");
    }

    @Test
    void makesExitCodesOfStatuses() {
        assertThat(ShimFiles.exitCode(0x0300)).isEqualTo(3);
        assertThat(ShimFiles.exitCode(9)).isEqualTo(137);
        assertThat(ShimFiles.exitCode(0x80 | 11)).isEqualTo(139);
    }
}
