package dev.proa.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterHomeTest {
    @TempDir
    Path directory;

    private ClusterHome home;

    @BeforeEach
    void make() {
        home = new ClusterHome("dev", directory);
    }

    @Test
    void knowsNoServerUntilOneAnnouncesItself() throws Exception {
        assertThat(home.running()).isNull();
        home.announce("https://127.0.0.1:6443", 2, "sandbox", "127.0.0.1", "https://127.0.0.1:5001");
        ClusterHome.Running running = home.require();
        assertThat(running.pid()).isEqualTo(ProcessHandle.current().pid());
        assertThat(running.url()).isEqualTo("https://127.0.0.1:6443");
        assertThat(running.nodes()).isEqualTo(2);
        assertThat(running.runtime()).isEqualTo("sandbox");
        home.withdraw();
        assertThat(home.running()).isNull();
    }

    @Test
    void tellsAServerFromAnotherProcessWithItsNumber() throws Exception {
        write(ProcessHandle.current().pid(), Instant.parse("2001-01-01T00:00:00Z"));
        assertThat(home.running()).isNull();
    }

    @Test
    void knowsThatAServerHasDied() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        write(dead.pid(), Instant.now());
        assertThat(home.running()).isNull();
    }

    @Test
    void saysHowToStartWhatDoesNotRun() {
        assertThatThrownBy(home::require)
                .isInstanceOf(Failure.class)
                .hasMessage("cluster \"dev\" is not running; start it with: proa up --name dev")
                .satisfies(e -> assertThat(((Failure) e).exit()).isEqualTo(Exit.NOT_RUNNING));
        assertThatThrownBy(new ClusterHome("proa", directory)::require).hasMessageEndingWith("start it with: proa up");
    }

    @Test
    void saysWhatToDoAboutADamagedFile() throws Exception {
        for (String damaged : new String[] {"", "{", "{}", "[1]"}) {
            Files.writeString(directory.resolve("server.json"), damaged);
            assertThatThrownBy(home::running)
                    .isInstanceOf(Failure.class)
                    .hasMessageContaining(directory.resolve("server.json").toString())
                    .hasMessageContaining("remove it");
        }
    }

    private void write(long pid, Instant started) throws Exception {
        Files.writeString(directory.resolve("server.json"), """
                {"pid":%d,"started":"%s","url":"https://127.0.0.1:1","nodes":1,"runtime":"sandbox"}
                """.formatted(pid, started));
    }
}
