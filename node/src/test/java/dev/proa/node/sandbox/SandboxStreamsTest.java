package dev.proa.node.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.node.cri.ByteStream;
import dev.proa.node.cri.Conditions;
import dev.proa.node.cri.StreamOptions;
import dev.proa.node.cri.StreamSession;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Logs, attach, exec with streams and terminals, port-forward. */
class SandboxStreamsTest extends SandboxTests {
    private static final StreamOptions ALL = new StreamOptions(true, true, true, false);
    private static final StreamOptions TERMINAL = new StreamOptions(true, true, false, true);

    private static BufferedReader reader(StreamSession session) {
        return new BufferedReader(new InputStreamReader(session.stdout(), StandardCharsets.UTF_8));
    }

    private static void type(StreamSession session, String text) throws IOException {
        session.stdin().write(text.getBytes(StandardCharsets.UTF_8));
        session.stdin().flush();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void severalClientsAttachAndTheInputStaysOpen() throws Exception {
        String id = started(
                sandbox("web"),
                new ConfigBuilder("while read line; do echo got $line; echo err $line >&2; done; exit 5")
                        .stdin(false)
                        .build());
        try (StreamSession one = fixture.runtime.attach(id, ALL);
                StreamSession two = fixture.runtime.attach(id, new StreamOptions(false, true, true, false))) {
            type(one, "a\n");
            assertThat(reader(one).readLine()).isEqualTo("got a");
            assertThat(reader(two).readLine()).isEqualTo("got a");
            assertThat(new BufferedReader(new InputStreamReader(two.stderr(), StandardCharsets.UTF_8)).readLine())
                    .isEqualTo("err a");
        }
        try (StreamSession again = fixture.runtime.attach(id, ALL)) {
            type(again, "b\n");
            assertThat(reader(again).readLine()).isEqualTo("got b");
        }
        Path log = fixture.runtime.containerStatus(id).logPath();
        Conditions.await("four lines", () -> lines(log).size() == 4);
        assertThat(output(id)).containsExactlyInAnyOrder("got a", "got b", "err a", "err b");
    }

    @Test
    void inputToBeHadOnceEndsWithItsClient() throws Exception {
        String id = started(
                sandbox("web"), new ConfigBuilder("cat; exit 5").stdin(true).build());
        try (StreamSession session = fixture.runtime.attach(id, ALL)) {
            type(session, "hello\n");
            session.stdin().close();
            assertThat(new String(session.stdout().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("hello\n");
            assertThat(session.waitFor()).isEqualTo(5);
        }
    }

    @Test
    void aContainerWithATerminalHasOne() throws Exception {
        String id = started(
                sandbox("web"),
                new ConfigBuilder("tty; read line; stty size; echo got $line; exit 4")
                        .tty()
                        .user(1000)
                        .build());
        try (StreamSession session = fixture.runtime.attach(id, TERMINAL)) {
            session.resize(120, 40);
            type(session, "hi\n");
            String output = new String(session.stdout().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(output).contains("40 120\r\n", "got hi\r\n");
            assertThat(session.stderr().readAllBytes()).isEmpty();
            assertThat(session.waitFor()).isEqualTo(4);
        }
        assertThat(output(id)).anyMatch(line -> line.startsWith("/dev/pts/0"));
    }

    @Test
    void commandsHaveStreamsAndTerminals() throws Exception {
        String id = started(sandbox("web"), new ConfigBuilder("sleep 1000").build());
        try (StreamSession session = fixture.runtime.exec(id, List.of("cat"), ALL)) {
            type(session, "x".repeat(200_000));
            session.stdin().close();
            assertThat(session.stdout().readAllBytes()).hasSize(200_000);
            assertThat(session.waitFor()).isZero();
        }
        try (StreamSession session = fixture.runtime.exec(id, List.of("sh"), TERMINAL)) {
            session.resize(99, 33);
            type(session, "stty size; tty; exit 3\n");
            String output = new String(session.stdout().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(output).contains("33 99", "/dev/pts/0");
            assertThat(session.waitFor()).isEqualTo(3);
        }
        String sized = "until [ \"$(stty size 2>/dev/null)\" = \"50 132\" ]; do sleep 0.1; done; echo sized";
        try (StreamSession session = fixture.runtime.exec(id, List.of("sh", "-c", sized), TERMINAL)) {
            session.stdin().close();
            session.resize(132, 50);
            assertThat(new String(session.stdout().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("sized\r\n");
        }
        assertThatThrownBy(() -> fixture.runtime.exec(id, List.of("nonsense"), TERMINAL))
                .hasMessage("exec: \"nonsense\": executable file not found in $PATH");
    }

    @Test
    void aCommandWaitsForASlowReader() throws Exception {
        String id = started(sandbox("web"), new ConfigBuilder("sleep 1000").build());
        try (StreamSession session = fixture.runtime.exec(id, List.of("head", "-c", "20000000", "/dev/zero"), ALL)) {
            // It is held up at a mebibyte of memory, of which not all is content.
            Conditions.await("much that waits", () -> available(session) >= 1 << 19);
            assertThat(session.stdout().readAllBytes().length).isEqualTo(20_000_000);
            assertThat(session.waitFor()).isZero();
        }
    }

    private static int available(StreamSession session) {
        try {
            return session.stdout().available();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aCommandEndsWhenItsClientLeaves() {
        String id = started(sandbox("web"), new ConfigBuilder("sleep 1000").build());
        fixture.runtime.exec(id, List.of("sleep", "77"), ALL).close();
        fixture.runtime.exec(id, List.of("sleep", "78"), TERMINAL).close();
        Conditions.await("end of commands", () -> {
            String processes = new String(
                    fixture.runtime
                            .execSync(id, List.of("ps", "-o", "args"), java.time.Duration.ofSeconds(60))
                            .stdout(),
                    StandardCharsets.UTF_8);
            return !processes.contains("sleep 7");
        });
    }

    @Test
    void forwardsPorts() throws Exception {
        String sandbox = sandbox("web");
        String id = started(sandbox, new ConfigBuilder("echo up; nc -l -p 8080 -e cat").build());
        Conditions.await(
                "server",
                () -> !lines(fixture.runtime.containerStatus(id).logPath()).isEmpty());
        Conditions.await(
                "listening",
                () -> fixture.runtime
                                .execSync(
                                        id,
                                        List.of("grep", "-q", ":1F90 .* 0A ", "/proc/net/tcp", "/proc/net/tcp6"),
                                        java.time.Duration.ofSeconds(60))
                                .exitCode()
                        == 0);
        try (ByteStream stream = fixture.runtime.portForward(sandbox, 8080)) {
            stream.output().write("ping".getBytes(StandardCharsets.UTF_8));
            assertThat(stream.input().readNBytes(4)).asString().isEqualTo("ping");
            stream.output().close();
            assertThat(stream.input().readAllBytes()).isEmpty();
        }
        assertThatThrownBy(() -> fixture.runtime.portForward(sandbox, 1))
                .hasMessageContaining("failed to connect to localhost:1");
    }

    @Test
    void longAndUnfinishedLinesAreLogged() throws Exception {
        String id = started(
                sandbox("web"),
                new ConfigBuilder("head -c 20000 /dev/zero | tr '\\0' x; echo; printf end >&2").build());
        ended(id);
        List<String> log = lines(fixture.runtime.containerStatus(id).logPath());
        assertThat(log).hasSize(3);
        assertThat(log)
                .filteredOn(line -> line.contains(" stderr "))
                .singleElement()
                .asString()
                .endsWith(" stderr P end");
        List<String> output =
                log.stream().filter(line -> line.contains(" stdout ")).toList();
        assertThat(output.get(0)).contains(" stdout P xxx").hasSize(30 + 10 + 16384);
        assertThat(output.get(1)).contains(" stdout F xxx").hasSize(30 + 10 + 20000 - 16384);
    }

    @Test
    void goesOnInANewFileAfterRotation() throws Exception {
        String id = started(
                sandbox("web"),
                new ConfigBuilder("while read line; do echo $line; done")
                        .stdin(false)
                        .build());
        Path log = fixture.runtime.containerStatus(id).logPath();
        try (StreamSession session = fixture.runtime.attach(id, ALL)) {
            type(session, "one\n");
            Conditions.await("first line", () -> lines(log).size() == 1);
            Path old = log.resolveSibling("0.log.1");
            Files.move(log, old);
            fixture.runtime.reopenContainerLog(id);
            type(session, "two\n");
            Conditions.await("line in the new file", () -> lines(log).size() == 1);
            assertThat(lines(old)).singleElement().asString().endsWith("one");
            assertThat(lines(log)).singleElement().asString().endsWith("two");
        }
    }

    /** As much as one file holds: more would be rotated. */
    @Test
    void aGreatDealOfOutputIsAllThere() throws Exception {
        String id = started(sandbox("web"), new ConfigBuilder("seq 1 200000").build());
        ended(id);
        List<String> log = output(id);
        assertThat(log).hasSize(200_000);
        assertThat(log.getLast()).isEqualTo("200000");
    }
}
