package dev.proa.node.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.proa.node.cri.ContainerRuntime.ContainerEvent;
import dev.proa.node.cri.ContainerRuntime.ExecResult;
import dev.proa.node.cri.ContainerRuntime.Resources;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.cri.RuntimeFailure.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract test of every {@link ContainerRuntime}. Subclasses create one and say how to make containers do things.
 */
public abstract class ContainerRuntimeContract {
    protected static final Duration GRACE = Duration.ofSeconds(60);

    @TempDir
    protected Path logs;

    /** The runtime under test, the same within one test. */
    protected abstract ContainerRuntime runtime();

    /** A reference that containers can be made from; the image is on the node. */
    protected abstract String image();

    /** A container that runs until SIGTERM, and whose {@code echo hello} writes {@code hello} and ends with 0. */
    protected abstract ContainerConfig lasting(String name);

    /** A container that runs until SIGKILL. */
    protected abstract ContainerConfig stubborn(String name);

    /** A container that writes the lines and ends at once. */
    protected abstract ContainerConfig ending(String name, int exitCode, String... lines);

    /** A container whose command does not exist. */
    protected abstract ContainerConfig unstartable(String name);

    protected String sandbox(String name) {
        return runtime().runPodSandbox(Configs.sandbox(name, logs));
    }

    protected String started(String sandbox, ContainerConfig config) {
        String id = runtime().createContainer(sandbox, config);
        runtime().startContainer(id);
        return id;
    }

    protected State state(String container) {
        return runtime().containerStatus(container).state();
    }

    protected State.Exited ended(String container) {
        Conditions.await("end of container", () -> state(container) instanceof State.Exited);
        return (State.Exited) state(container);
    }

    private static void assertReason(Reason reason, ThrowingCallable call) {
        RuntimeFailure failure = catchThrowableOfType(RuntimeFailure.class, call);
        assertThat(failure).as("failure with reason %s", reason).isNotNull();
        assertThat(failure.reason()).isEqualTo(reason);
        assertThat(failure).message().isNotBlank();
    }

    @Test
    void aSandboxIsReadyUntilItIsStoppedAndKnownUntilItIsRemoved() {
        PodSandboxConfig config = Configs.sandbox("web", logs);
        String id = runtime().runPodSandbox(config);

        PodSandboxStatus status = runtime().podSandboxStatus(id);
        assertThat(status.id()).isEqualTo(id);
        assertThat(status.ready()).isTrue();
        assertThat(status.config()).isEqualTo(config);
        assertThat(status.addresses()).isNotEmpty();
        assertThat(runtime().listPodSandboxes()).containsExactly(status);

        runtime().stopPodSandbox(id);
        assertThat(runtime().podSandboxStatus(id).ready()).isFalse();
        runtime().stopPodSandbox(id);

        runtime().removePodSandbox(id);
        assertThat(runtime().listPodSandboxes()).isEmpty();
        assertReason(Reason.NOT_FOUND, () -> runtime().podSandboxStatus(id));
        runtime().removePodSandbox(id);
        runtime().stopPodSandbox(id);
    }

    @Test
    void sandboxesHaveIdsAndAddressesOfTheirOwn() {
        String one = sandbox("one");
        String two = sandbox("two");
        assertThat(one).isNotEqualTo(two);
        assertThat(runtime().podSandboxStatus(one).addresses())
                .doesNotContainAnyElementsOf(runtime().podSandboxStatus(two).addresses());
    }

    @Test
    void aContainerIsCreatedThenRunsThenHasEnded() {
        String sandbox = sandbox("web");
        ContainerConfig config = ending("main", 3);
        String id = runtime().createContainer(sandbox, config);
        assertThat(state(id)).isInstanceOf(State.Created.class);
        ContainerStatus created = runtime().containerStatus(id);
        assertThat(created.sandboxId()).isEqualTo(sandbox);
        assertThat(created.config()).isEqualTo(config);
        assertThat(created.logPath()).isEqualTo(logs.resolve(config.logPath()));
        assertThat(created.imageId()).startsWith("sha256:");

        runtime().startContainer(id);
        State.Exited exited = ended(id);
        assertThat(exited.exitCode()).isEqualTo(3);
        assertThat(exited.reason()).isEqualTo("Error");
        assertThat(exited.startedAt()).isNotNull();
        assertThat(exited.finishedAt()).isAfterOrEqualTo(exited.startedAt());
        assertThat(runtime().listContainers())
                .singleElement()
                .extracting(ContainerStatus::state)
                .isEqualTo(exited);
    }

    @Test
    void exitCodeZeroIsCompletion() {
        State.Exited exited = ended(started(sandbox("web"), ending("main", 0)));
        assertThat(exited.exitCode()).isZero();
        assertThat(exited.reason()).isEqualTo("Completed");
    }

    @Test
    void startsOnlyOnce() {
        String id = started(sandbox("web"), lasting("main"));
        assertThat(state(id)).isInstanceOf(State.Running.class);
        assertReason(Reason.FAILED_PRECONDITION, () -> runtime().startContainer(id));
    }

    @Test
    void stopsByTheStopSignal() {
        String id = started(sandbox("web"), lasting("main"));
        runtime().stopContainer(id, GRACE);
        assertThat(ended(id).exitCode()).isEqualTo(143);
        runtime().stopContainer(id, GRACE);
    }

    @Test
    void killsWhatDoesNotStopWithinItsGrace() {
        String id = started(sandbox("web"), stubborn("main"));
        runtime().stopContainer(id, Duration.ofMillis(200));
        assertThat(ended(id).exitCode()).isEqualTo(137);
        assertThat(ended(id).reason()).isEqualTo("Error");
    }

    @Test
    void stoppingASandboxEndsItsContainersAndNoOthers() {
        String sandbox = sandbox("web");
        String other = started(sandbox("other"), lasting("main"));
        String one = started(sandbox, lasting("one"));
        String two = started(sandbox, stubborn("two"));

        runtime().stopPodSandbox(sandbox);
        assertThat(ended(one).exitCode()).isEqualTo(137);
        assertThat(ended(two).exitCode()).isEqualTo(137);
        assertThat(state(other)).isInstanceOf(State.Running.class);
        assertReason(Reason.FAILED_PRECONDITION, () -> runtime().createContainer(sandbox, lasting("late")));
    }

    @Test
    void removesARunningContainerButNotItsLog() throws IOException {
        String sandbox = sandbox("web");
        String id = started(sandbox, ending("main", 0, "hello"));
        ended(id);
        Path log = runtime().containerStatus(id).logPath();
        Conditions.await("log line", () -> Files.exists(log) && log.toFile().length() > 0);
        runtime().removeContainer(id);
        assertReason(Reason.NOT_FOUND, () -> runtime().containerStatus(id));
        assertThat(log).exists();

        String running = started(sandbox, stubborn("running"));
        runtime().removeContainer(running);
        runtime().removeContainer(running);
        assertThat(runtime().listContainers()).isEmpty();
    }

    @Test
    void removingASandboxRemovesItsContainers() {
        String sandbox = sandbox("web");
        started(sandbox, lasting("main"));
        runtime().createContainer(sandbox, lasting("created"));
        runtime().removePodSandbox(sandbox);
        assertThat(runtime().listContainers()).isEmpty();
    }

    @Test
    void writesLogLinesInTheFormOfTheCri() throws IOException {
        String id = started(sandbox("web"), ending("main", 0, "first", "second"));
        ended(id);
        Path log = runtime().containerStatus(id).logPath();
        Conditions.await("two log lines", () -> lines(log).size() == 2);
        assertThat(lines(log))
                .allSatisfy(line -> assertThat(line)
                        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z stdout F (first|second)"));
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void tellsListenersOfEachChangeInOrder() throws Exception {
        List<ContainerEvent> events = new CopyOnWriteArrayList<>();
        try (AutoCloseable subscription = runtime().subscribe(events::add)) {
            String sandbox = sandbox("web");
            String id = started(sandbox, ending("main", 7));
            Conditions.await("three events", () -> events.size() == 3);
            assertThat(events).allSatisfy(event -> {
                assertThat(event.containerId()).isEqualTo(id);
                assertThat(event.sandboxId()).isEqualTo(sandbox);
            });
            assertThat(events.get(0).state()).isInstanceOf(State.Created.class);
            assertThat(events.get(1).state()).isInstanceOf(State.Running.class);
            assertThat(events.get(2).state()).isEqualTo(ended(id));
        }
    }

    @Test
    void aCommandThatDoesNotExistCannotBeStarted() {
        String id = runtime().createContainer(sandbox("web"), unstartable("main"));
        assertThatThrownBy(() -> runtime().startContainer(id))
                .isInstanceOf(RuntimeFailure.class)
                .hasMessage("exec: \"nonsense\": executable file not found in $PATH");
        State.Exited exited = ended(id);
        assertThat(exited.exitCode()).isEqualTo(128);
        assertThat(exited.startedAt()).isNull();
        assertThat(exited.reason()).isEqualTo("StartError");
        assertThat(exited.message()).isEqualTo("exec: \"nonsense\": executable file not found in $PATH");
    }

    @Test
    void runsCommandsInARunningContainer() throws Exception {
        String id = started(sandbox("web"), lasting("main"));
        ExecResult result = runtime().execSync(id, List.of("echo", "hello"), GRACE);
        assertThat(result.exitCode()).isZero();
        assertThat(new String(result.stdout(), StandardCharsets.UTF_8)).isEqualTo("hello\n");
        assertThat(result.stderr()).isEmpty();

        try (StreamSession session =
                runtime().exec(id, List.of("echo", "hello"), new StreamOptions(false, true, true, false))) {
            assertThat(new String(session.stdout().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("hello\n");
            assertThat(session.stderr().readAllBytes()).isEmpty();
            assertThat(session.waitFor()).isZero();
        }
    }

    @Test
    void runsNoCommandsInAContainerThatDoesNotRun() {
        String id = runtime().createContainer(sandbox("web"), lasting("main"));
        assertReason(Reason.FAILED_PRECONDITION, () -> runtime().execSync(id, List.of("echo", "hello"), GRACE));
        assertReason(
                Reason.FAILED_PRECONDITION, () -> runtime().attach(id, new StreamOptions(false, true, true, false)));
        assertReason(Reason.NOT_FOUND, () -> runtime().execSync("nobody", List.of("echo"), GRACE));
    }

    @Test
    void anAttachedClientSeesTheEnd() throws Exception {
        String id = started(sandbox("web"), lasting("main"));
        try (StreamSession session = runtime().attach(id, new StreamOptions(false, true, true, false))) {
            runtime().stopContainer(id, GRACE);
            assertThat(session.stdout().readAllBytes()).isEmpty();
            assertThat(session.waitFor()).isEqualTo(143);
        }
    }

    @Test
    void refusesAnImageItDoesNotHave() {
        String sandbox = sandbox("web");
        ContainerConfig config = Configs.container("main", "nowhere.example/none:1", List.of(), Map.of());
        assertReason(Reason.NOT_FOUND, () -> runtime().createContainer(sandbox, config));
        assertReason(Reason.NOT_FOUND, () -> runtime().createContainer("nobody", lasting("main")));
    }

    @Test
    void changesLimitsOfARunningContainer() {
        String id = started(sandbox("web"), lasting("main"));
        Resources limits = new Resources(512, 50_000, 100_000, 64 << 20, Map.of());
        runtime().updateContainerResources(id, limits);
        assertThat(runtime().containerStatus(id).config().resources()).isEqualTo(limits);
        assertThat(runtime().containerStats(id).memory().workingSetBytes()).isNotNegative();
    }

    @Test
    void reopensTheLogOfARunningContainer() {
        String id = started(sandbox("web"), lasting("main"));
        runtime().reopenContainerLog(id);
        assertReason(Reason.NOT_FOUND, () -> runtime().reopenContainerLog("nobody"));
    }

    @Test
    void imagesAreFoundByReferenceAndId() {
        ImageService images = runtime().images();
        ImageService.Image image = images.find(image());
        assertThat(image).isNotNull();
        assertThat(images.find(image.id())).isEqualTo(image);
        assertThat(images.list()).contains(image);
        assertThat(images.find("nowhere.example/none:1")).isNull();
    }
}
