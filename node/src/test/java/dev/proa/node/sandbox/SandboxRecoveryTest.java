package dev.proa.node.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.node.cri.Conditions;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.StreamOptions;
import dev.proa.node.cri.StreamSession;
import dev.proa.node.linux.Processes;
import dev.proa.node.sandbox.program.ShimFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Containers outlive the process that started them. */
class SandboxRecoveryTest extends SandboxTests {
    private static final StreamOptions ALL = new StreamOptions(true, true, true, false);

    /** Lets another JVM start a sandbox with these containers, and kills it. Returns the ids, the sandbox' first. */
    private List<String> startedByAKilledProcess(boolean keepLogs, String... scripts) throws Exception {
        fixture.runtime.close();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                OwnerProcess.class.getName(),
                fixture.state.toString(),
                fixture.cgroup,
                logs.toString(),
                Boolean.toString(keepLogs)));
        command.addAll(List.of(scripts));
        Process owner = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader reader = owner.inputReader(StandardCharsets.UTF_8)) {
            String line = reader.readLine();
            assertThat(line).isNotNull();
            return List.of(line.split(" "));
        } finally {
            owner.destroyForcibly().waitFor();
        }
    }

    private void reopen() throws IOException {
        fixture.runtime = SandboxFixture.open(fixture.state, fixture.cgroup, fixture.network, false);
    }

    private static void type(StreamSession session, String text) throws IOException {
        session.stdin().write(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void runningContainersAreFoundAgainWithTheirStreams() throws Exception {
        List<String> ids = startedByAKilledProcess(
                false,
                " while read line; do echo got $line; done",
                "twhile read line; do echo got $line; stty size; done");
        reopen();

        assertThat(fixture.runtime.listPodSandboxes()).singleElement().satisfies(sandbox -> {
            assertThat(sandbox.id()).isEqualTo(ids.getFirst());
            assertThat(sandbox.ready()).isTrue();
            assertThat(sandbox.addresses()).containsExactly("10.244.0.2");
        });
        ContainerStatus status = fixture.runtime.containerStatus(ids.get(1));
        assertThat(status.state()).isInstanceOf(State.Running.class);
        assertThat(((State.Running) status.state()).startedAt()).isBeforeOrEqualTo(Instant.now());
        assertThatThrownBy(() -> fixture.runtime.startContainer(ids.get(1)))
                .isInstanceOfSatisfying(
                        RuntimeFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(RuntimeFailure.Reason.FAILED_PRECONDITION));

        try (StreamSession session = fixture.runtime.attach(ids.get(1), ALL)) {
            type(session, "hello\n");
            assertThat(new BufferedReader(new InputStreamReader(session.stdout(), StandardCharsets.UTF_8)).readLine())
                    .isEqualTo("got hello");
        }
        try (StreamSession session = fixture.runtime.attach(ids.get(2), new StreamOptions(true, true, false, true))) {
            session.resize(77, 22);
            type(session, "hi\n");
            BufferedReader reader = new BufferedReader(new InputStreamReader(session.stdout(), StandardCharsets.UTF_8));
            assertThat(List.of(reader.readLine(), reader.readLine(), reader.readLine()))
                    .containsExactly("hi", "got hi", "22 77");
        }
        assertThat(fixture.runtime
                        .execSync(ids.get(1), List.of("hostname"), Duration.ofSeconds(60))
                        .stdout())
                .asString()
                .isEqualTo("web\n");
        fixture.runtime.stopContainer(ids.get(1), Duration.ZERO);
        assertThat(ended(ids.get(1)).exitCode()).isEqualTo(137);
        assertThat(output(ids.get(1))).containsExactly("got hello");
    }

    @Test
    void endsAndOutputWhileNobodyWasThereAreKnownAfterwards() throws Exception {
        List<String> ids = startedByAKilledProcess(
                false, " echo before; while test ! -e /dev/shm/go; do sleep 0.01; done; echo after; exit 42");
        Path shm =
                fixture.state.resolve("state/sandboxes").resolve(ids.getFirst()).resolve("shm");
        Files.createFile(shm.resolve("go"));
        Path exit =
                fixture.state.resolve("state/containers").resolve(ids.get(1)).resolve("exit");
        Conditions.await("exit file", () -> Files.exists(exit));
        Instant finished = Files.getLastModifiedTime(exit).toInstant();
        reopen();

        State.Exited exited = ended(ids.get(1));
        assertThat(exited.exitCode()).isEqualTo(42);
        assertThat(exited.finishedAt()).isBetween(finished.minusSeconds(1), finished.plusMillis(50));
        assertThat(output(ids.get(1))).contains("after");
        fixture.reopen();
        assertThat(ended(ids.get(1))).isEqualTo(exited);
    }

    @Test
    void somebodyKeepsTheLogsMeanwhile() throws Exception {
        List<String> ids =
                startedByAKilledProcess(true, " i=0; while :; do i=$((i+1)); echo line $i; sleep 0.01; done");
        Path log = logs.resolve("c0/0.log");
        Conditions.await("keeper", () -> {
            int size = size(log);
            return size > 0 && keeperIsActive();
        });
        int before = size(log);
        Conditions.await("lines written by the keeper", () -> size(log) > before + 20);
        reopen();
        int after = size(log);
        Conditions.await("lines written by the runtime", () -> size(log) > after + 20);
        fixture.runtime.stopContainer(ids.get(1), Duration.ZERO);
        ended(ids.get(1));

        // What the killed process had just read is lost; the keeper, which was asked to end, loses nothing.
        int gaps = 0;
        int previous = 0;
        for (String line : output(ids.get(1))) {
            int number = Integer.parseInt(line.substring("line ".length()));
            assertThat(number).isGreaterThan(previous);
            gaps += number == previous + 1 ? 0 : 1;
            previous = number;
        }
        assertThat(gaps).isLessThanOrEqualTo(1);
    }

    private boolean keeperIsActive() {
        try {
            Path file = fixture.state.resolve("state/keeper");
            return Files.exists(file)
                    && Processes.commandLine(Long.parseLong(Files.readString(file)))
                            .contains(LogKeeper.class.getName());
        } catch (IOException e) {
            return false;
        }
    }

    private static int size(Path log) {
        try {
            return Files.exists(log) ? Files.readAllLines(log).size() : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    @Test
    void aStateDirectoryHasOneRuntimeAtATime() {
        assertThatThrownBy(() -> StateLock.take(fixture.state.resolve("state"), Duration.ofMillis(100)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another process uses " + fixture.state.resolve("state"));
    }

    @Test
    void whatIsHalfMadeIsSweptAway() throws Exception {
        Path sandbox = Files.createDirectories(fixture.state.resolve("state/sandboxes/half"));
        Path container = Files.createDirectories(fixture.state.resolve("state/containers/half/upper"));
        fixture.reopen();
        assertThat(sandbox).doesNotExist();
        assertThat(container).doesNotExist();
        assertThat(fixture.runtime.listContainers()).isEmpty();
    }

    @Test
    void containersGoOnWhenTheRuntimeIsClosed() throws Exception {
        String id = started(sandbox("web"), new ConfigBuilder("sleep 1000").build());
        fixture.reopen();
        assertThat(fixture.runtime.containerStatus(id).state()).isInstanceOf(State.Running.class);
    }

    @Test
    void nothingIsBegunByAClosedRuntime() throws Exception {
        String sandbox = sandbox("web");
        String id = fixture.runtime.createContainer(sandbox, new ConfigBuilder("sleep 1000").build());
        SandboxRuntime closed = fixture.runtime;
        fixture.reopen();
        assertThatThrownBy(() -> closed.startContainer(id)).hasMessageContaining("the runtime is closed");
        assertThat(fixture.runtime.containerStatus(id).state()).isInstanceOf(State.Created.class);
    }

    @Test
    void aContainerWithoutARecordIsEnded() throws Exception {
        String id = started(sandbox("web"), new ConfigBuilder("sleep 1000").build());
        Path directory = fixture.state.resolve("state/containers").resolve(id);
        ShimFiles.Started started = ShimFiles.started(directory);
        assertThat(started).isNotNull();
        fixture.runtime.close();
        Files.delete(directory.resolve("container.json"));
        reopen();
        Conditions.await(
                "end of its processes",
                () -> Processes.commandLine(started.shim()).isEmpty()
                        && Processes.commandLine(started.command()).isEmpty());
        assertThat(directory).doesNotExist();
    }
}
