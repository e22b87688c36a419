package dev.proa.node.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.SeccompProfile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which system calls a container may make. */
class SandboxSeccompTest extends SandboxTests {
    private static final String MODE = "grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status";
    private static final String ALLOW_ALL = "{\"defaultAction\": \"SCMP_ACT_ALLOW\"%s}";

    private SeccompProfile profile(String name, String json) throws IOException {
        Files.writeString(logs.resolve(name), json);
        return new SeccompProfile.Localhost(logs, name);
    }

    private SeccompProfile refusing(String calls, String action) throws IOException {
        return profile(
                "refusing.json",
                ALLOW_ALL.formatted(", \"syscalls\": [{\"names\": [" + calls + "], \"action\": \"" + action + "\"}]"));
    }

    @Test
    void isFilteredUnlessToldOtherwise() throws IOException {
        assertThat(outputOf(new ConfigBuilder(MODE))).containsExactlyInAnyOrder("NoNewPrivs:\t0", "Seccomp:\t2");
        assertThat(outputOf(new ConfigBuilder(MODE).noNewPrivileges().user(1000).drop("ALL")))
                .containsExactlyInAnyOrder("NoNewPrivs:\t1", "Seccomp:\t2");
        assertThat(outputOf(new ConfigBuilder(MODE).user(1000).drop("ALL")))
                .containsExactlyInAnyOrder("NoNewPrivs:\t0", "Seccomp:\t2");
        assertThat(outputOf(new ConfigBuilder(MODE).tty())).containsExactlyInAnyOrder("NoNewPrivs:\t0", "Seccomp:\t2");
        assertThat(outputOf(new ConfigBuilder(MODE).seccomp(new SeccompProfile.Unconfined())))
                .containsExactlyInAnyOrder("NoNewPrivs:\t0", "Seccomp:\t0");
        assertThat(outputOf(new ConfigBuilder(MODE).privileged()))
                .containsExactlyInAnyOrder("NoNewPrivs:\t0", "Seccomp:\t0");
    }

    @Test
    void makesNoUserNamespace() throws IOException {
        for (ConfigBuilder config : List.of(
                new ConfigBuilder("unshare -U true || echo refused"),
                new ConfigBuilder("unshare -U true || echo refused").noNewPrivileges(),
                new ConfigBuilder("unshare -U true || echo refused").user(1000))) {
            assertThat(outputOf(config)).contains("refused");
        }
    }

    @Test
    void filtersCommandsToo() throws Exception {
        String id = started(sandbox("web"), new ConfigBuilder("sleep 1000").build());
        fixture.reopen();
        var result = fixture.runtime.execSync(
                id, List.of("sh", "-c", MODE + "; unshare -U true || echo refused"), Duration.ofSeconds(60));
        assertThat(new String(result.stdout(), StandardCharsets.UTF_8)).contains("Seccomp:\t2", "refused");
    }

    @Test
    void keepsAProfileOfTheNode() throws IOException {
        SeccompProfile profile = refusing("\"mkdir\", \"mkdirat\"", "SCMP_ACT_ERRNO");
        for (ConfigBuilder config : List.of(
                new ConfigBuilder("mkdir /x || echo refused"),
                new ConfigBuilder("mkdir /x || echo refused").noNewPrivileges(),
                new ConfigBuilder("mkdir /x || echo refused").tty())) {
            assertThat(outputOf(config.seccomp(profile))).contains("refused");
        }
        assertThat(outputOf(new ConfigBuilder("mkdir /x; echo $?")
                        .seccomp(refusing("\"mkdir\", \"mkdirat\"", "SCMP_ACT_KILL_PROCESS"))))
                .contains("159");
    }

    @Test
    void doesNotStartWhatItsProfileKeepsFromStarting() throws IOException {
        for (String call : List.of("execve", "write", "exit_group", "setresuid", "capset", "prctl")) {
            for (String action : List.of("SCMP_ACT_ERRNO", "SCMP_ACT_KILL")) {
                assertThatThrownBy(
                                () -> outputOf(new ConfigBuilder("true").seccomp(refusing("\"" + call + "\"", action))))
                        .as(call)
                        .isInstanceOf(RuntimeFailure.class)
                        .hasMessage("seccomp profile refusing.json refuses the system call " + call
                                + ", which is needed to start a process");
            }
        }
        // With no new privileges the filter comes when there is nothing left to do but to execute.
        assertThat(outputOf(new ConfigBuilder("echo ran")
                        .noNewPrivileges()
                        .seccomp(refusing("\"capset\"", "SCMP_ACT_KILL"))))
                .containsExactly("ran");
    }

    @Test
    void refusesAProfileThatItCannotKeep() throws IOException {
        Path profiles = Files.createDirectory(logs.resolve("profiles"));
        Files.writeString(logs.resolve("outside.json"), ALLOW_ALL.formatted(""));
        Files.createSymbolicLink(profiles.resolve("link.json"), Path.of("../outside.json"));
        Files.createSymbolicLink(profiles.resolve("folder"), logs);
        Files.createDirectory(profiles.resolve("directory"));
        Files.write(profiles.resolve("long.json"), new byte[(1 << 20) + 1]);
        for (String path : List.of(
                "absent.json",
                "link.json",
                "folder/outside.json",
                "../outside.json",
                logs.resolve("outside.json").toString(),
                "directory",
                "long.json")) {
            SeccompProfile profile = new SeccompProfile.Localhost(profiles, path);
            assertThatThrownBy(() -> outputOf(new ConfigBuilder("true").seccomp(profile)))
                    .as(path)
                    .isInstanceOf(RuntimeFailure.class)
                    .hasMessageStartingWith("seccomp profile " + path + " cannot be used: it ");
        }
        assertThatThrownBy(() -> outputOf(new ConfigBuilder("true").seccomp(profile("broken.json", "{"))))
                .hasMessageStartingWith("seccomp profile broken.json cannot be used: it is not JSON: ");
    }

    @Test
    void refusesRootWhereItMustNotBe() {
        for (ConfigBuilder root : List.of(
                new ConfigBuilder("true"),
                new ConfigBuilder("true").user(0),
                new ConfigBuilder("true").userName("root"))) {
            assertThatThrownBy(() -> outputOf(root.nonRoot()))
                    .hasMessage("container has runAsNonRoot and its user was found to be root");
        }
        assertThatThrownBy(() -> outputOf(new ConfigBuilder("true").user(1L << 32)))
                .hasMessage("uids and gids must be in range 0-2147483647: 4294967296");
        assertThatThrownBy(() -> outputOf(new ConfigBuilder("true").group(1, 1L << 32)))
                .hasMessage("uids and gids must be in range 0-2147483647: 4294967296");
    }

    @Test
    void leavesOutGroupsOfTheImage() throws IOException {
        assertThat(outputOf(
                        new ConfigBuilder("id -G").user(1000).group(3000, 4000L).strictGroups()))
                .containsExactly("3000 4000");
        assertThat(outputOf(new ConfigBuilder("id -G").user(1000).group(3000, 4000L)))
                .containsExactly("3000 10 4000");
    }
}
