package dev.proa.node.sandbox;

import dev.proa.node.cri.ContainerRuntime.ContainerEvent;
import dev.proa.node.cri.ContainerRuntime.Resources;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.RuntimeFailure.Reason;
import dev.proa.node.linux.Cgroup;
import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.Processes;
import dev.proa.node.sandbox.output.ContainerLog;
import dev.proa.node.sandbox.output.OutputPump;
import dev.proa.node.sandbox.program.ProcessCredentials;
import dev.proa.node.sandbox.program.Shim;
import dev.proa.node.sandbox.program.ShimFiles;
import dev.proa.node.sandbox.state.ExitRecords;
import dev.proa.node.sandbox.state.PendingDeletions;
import dev.proa.node.sandbox.state.Records;
import dev.proa.node.sandbox.state.Records.ContainerRecord;
import dev.proa.node.sandbox.state.StartFailures;
import dev.proa.node.sandbox.state.StateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One container: its state and its shim. {@link ContainerStreams} are its streams.
 *
 * <pre>
 * Created ──start──► Running ──(life, stdout and stderr are at their ends)──► Exited
 *    └────start fails────────────────────────────────────────────────────────► Exited
 * </pre>
 *
 * It counts as exited only once all its output has been read, so that the log is complete by then.
 */
public final class Container {
    private static final Logger LOG = LoggerFactory.getLogger(Container.class);
    private static final String RECORD = "container.json";
    private static final int CANNOT_START = 128;
    private static final Duration KILL_TIMEOUT = Duration.ofSeconds(60);

    /** What the containers of a runtime share. */
    record Surroundings(
            ContainerLauncher launcher,
            OutputPump pump,
            InstantSource clock,
            Consumer<ContainerEvent> events,
            PendingDeletions remains) {}

    private final Path directory;
    private final Sandbox sandbox;
    private Cgroup cgroup;
    private final Surroundings around;
    private final ContainerLog log;
    private final ContainerStreams streams;
    private ContainerRecord record;
    private State state = new State.Created();
    private boolean starting;
    private @Nullable Shim shim;
    private int process = -1;

    Container(ContainerRecord record, Sandbox sandbox, Path directory, Surroundings around) {
        this.record = record;
        this.sandbox = sandbox;
        this.directory = directory;
        this.around = around;
        cgroup = sandbox.cgroup().child(record.id()).nested();
        log = new ContainerLog(logPath(), around.clock());
        streams = new ContainerStreams(
                record.id(), record.process().terminal(), log, around.pump(), this::commandEnded, this::end);
    }

    /** Creates the files of a new container. */
    void create() throws IOException {
        Files.createDirectories(directory.resolve("upper"));
        Files.createDirectories(directory.resolve("work"));
        Files.createDirectories(directory.resolve("rootfs"));
        Files.setAttribute(directory.resolve("upper"), "unix:mode", 0755);
        save();
        publish();
    }

    /** Recovers a container that an earlier process created. */
    synchronized void recover() throws IOException {
        ShimFiles.Started started = ShimFiles.started(directory);
        StartFailures.Failure failure = StartFailures.read(directory);
        if (failure != null) {
            state = new State.Exited(null, failure.at(), CANNOT_START, "StartError", failure.message());
        } else if (started != null) {
            Shim found = Shim.find(record.id(), started.shim());
            if (found != null) {
                joinOwnGroup();
                state = new State.Running(started.at(), started.command());
                connect(found, started);
            } else {
                state = ExitRecords.of(directory, started.at(), cgroup, around.clock());
            }
        }
    }

    /** A container of an earlier version is in the group itself, which can then have no child groups. */
    private void joinOwnGroup() throws IOException {
        if (!Files.exists(cgroup.memberFiles().getFirst())) {
            cgroup = sandbox.cgroup().child(record.id());
            cgroup.create();
        }
    }

    String id() {
        return record.id();
    }

    Sandbox sandbox() {
        return sandbox;
    }

    synchronized Cgroup cgroup() {
        return cgroup;
    }

    synchronized ContainerRecord record() {
        return record;
    }

    synchronized State state() {
        return state;
    }

    synchronized ContainerStatus status() {
        ProcessCredentials who = record.process().credentials();
        return new ContainerStatus(
                record.id(),
                record.sandboxId(),
                record.config(),
                state,
                record.createdAt(),
                record.imageId(),
                logPath(),
                new ContainerStatus.User(who.user(), who.group(), who.groups()));
    }

    private Path logPath() {
        return sandbox.config().logDirectory().resolve(record.config().logPath());
    }

    /** Starts it; see {@link dev.proa.node.cri.ContainerRuntime#startContainer}. */
    void start() throws IOException {
        synchronized (this) {
            if (!(state instanceof State.Created) || starting) {
                throw new RuntimeFailure(Reason.FAILED_PRECONDITION, "container " + id() + " was started already");
            }
            starting = true;
        }
        try {
            run(around.launcher().launch(record, sandbox, directory, cgroup));
        } catch (IOException | RuntimeException e) {
            failed(e);
            throw e;
        }
        if (!sandbox.ready()) {
            kill();
        }
    }

    private synchronized void run(Shim launched) throws IOException {
        try {
            ShimFiles.Started started = ShimFiles.started(directory);
            if (started == null) {
                throw new IOException("the shim of container " + id() + " did not say who it is");
            }
            log.open();
            become(new State.Running(started.at(), started.command()));
            connect(launched, started);
        } catch (IOException | RuntimeException e) {
            // The command dies with its shim, unless its parent-death signal is already cleared.
            launched.kill();
            killMembers();
            throw e;
        }
    }

    private synchronized void failed(Exception cause) throws IOException {
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        Instant now = around.clock().instant();
        StartFailures.write(directory, new StartFailures.Failure(now, message));
        become(new State.Exited(null, now, CANNOT_START, "StartError", message));
    }

    private synchronized void connect(Shim found, ShimFiles.Started started) throws IOException {
        shim = found;
        process = Processes.open(started.command()).orElse(-1);
        if (!streams.connect(found, started.stdinKeeper())) {
            end();
        }
    }

    private void commandEnded() {
        if (sandbox.config().hostPid() || sandbox.config().shareProcessNamespace()) {
            // Otherwise the kernel has already killed what the command left behind, which may hold the streams open.
            killMembers();
        }
    }

    private synchronized void end() {
        if (!(state instanceof State.Running running)) {
            return;
        }
        streams.endClients();
        try {
            State.Exited exited = ExitRecords.of(directory, running.startedAt(), cgroup, around.clock());
            if (shim != null) {
                shim.kill();
                shim = null;
            }
            Descriptors.close(process);
            process = -1;
            streams.close();
            become(exited);
        } catch (IOException e) {
            LOG.error("the end of container {} was not understood", id(), e);
            become(new State.Exited(
                    running.startedAt(),
                    around.clock().instant(),
                    ExitRecords.UNKNOWN_EXIT,
                    "Error",
                    String.valueOf(e.getMessage())));
        }
    }

    /** Sends the stop signal, waits, and kills. */
    void stop(Duration grace) throws IOException {
        synchronized (this) {
            if (!(state instanceof State.Running)) {
                return;
            }
            if (grace.isPositive()) {
                signal(Signals.number(record.stopSignal()));
            }
        }
        if (!grace.isPositive() || !awaitEnd(grace)) {
            kill();
        }
    }

    /** Kills it and waits for its end; does nothing if it never ran. */
    void kill() throws IOException {
        synchronized (this) {
            if (!(state instanceof State.Running)) {
                return;
            }
            signal(Processes.SIGKILL);
        }
        if (!awaitEnd(KILL_TIMEOUT)) {
            throw new RuntimeFailure(
                    Reason.DEADLINE_EXCEEDED,
                    "container " + id() + " did not end within " + KILL_TIMEOUT.toSeconds()
                            + " s of being killed; a process of it may wait for a device or a network file system");
        }
    }

    /** Sends SIGKILL without waiting. */
    synchronized void startKill() throws ErrnoException {
        signal(Processes.SIGKILL);
    }

    private void signal(int signal) throws ErrnoException {
        if (process >= 0) {
            Processes.signalDescriptor(process, signal);
        }
    }

    private void killMembers() {
        try {
            cgroup.kill();
        } catch (IOException e) {
            LOG.warn("processes of container {} may still run", id(), e);
        }
    }

    /** Waits for the end; returns whether it came in time. */
    private synchronized boolean awaitEnd(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            while (state instanceof State.Running) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RuntimeFailure(Reason.INTERNAL, "interrupted while waiting for container " + id(), e);
        }
    }

    /** Waits for the end and returns the exit code. */
    synchronized int awaitExit() throws InterruptedException {
        while (!(state instanceof State.Exited)) {
            wait();
        }
        return ((State.Exited) state).exitCode();
    }

    /** Deletes an exited container, except its log. */
    void delete() throws IOException {
        kill();
        Shim.endLeftOver(id(), directory);
        cgroup.remove();
        Files.deleteIfExists(directory.resolve(RECORD)); // first, so that it no longer counts as a container
        around.remains().delete(directory);
    }

    synchronized void update(Resources resources) throws IOException {
        if (state instanceof State.Running) {
            cgroup.apply(GroupLimits.of(resources));
        }
        record = new ContainerRecord(
                record.id(),
                record.sandboxId(),
                record.config().withResources(resources),
                record.createdAt(),
                record.imageId(),
                record.layers(),
                record.stopSignal(),
                record.process());
        save();
    }

    /** Removes the limits of a cgroup without processes, since they would keep the pod's limits from being lowered. */
    synchronized void liftLimits() throws IOException {
        if (state instanceof State.Exited && Files.exists(cgroup.memberFiles().getFirst())) {
            cgroup.apply(Cgroup.Limits.NONE);
        }
    }

    /** Its actual limits. */
    synchronized Resources resources() throws IOException {
        Resources told = record.config().resources();
        if (!(state instanceof State.Running)) {
            return told;
        }
        return GroupLimits.actual(cgroup.actual(GroupLimits.of(told)), told);
    }

    Path writableLayer() {
        return directory.resolve("upper");
    }

    /** The size of its writable layer. */
    long writableBytes() throws IOException {
        try (Directory upper = Directory.openTrusted(writableLayer())) {
            return upper.use();
        }
    }

    ContainerStreams streams() {
        return streams;
    }

    ContainerLog log() {
        return log;
    }

    /** A duplicate of its first process' pidfd, which the caller closes. */
    synchronized int process() throws ErrnoException {
        if (!(state instanceof State.Running) || process < 0) {
            throw new RuntimeFailure(Reason.FAILED_PRECONDITION, "container " + id() + " is not running");
        }
        return Descriptors.duplicate(process, 0);
    }

    /** Detaches from it: it keeps running, and another process writes its log. */
    synchronized void disconnect() throws IOException {
        streams.close();
        Descriptors.close(process);
        process = -1;
    }

    private void save() throws IOException {
        StateFiles.write(directory.resolve(RECORD), Records.write(record));
    }

    private synchronized void become(State next) {
        state = next;
        publish();
        notifyAll();
    }

    private void publish() {
        around.events().accept(new ContainerEvent(record.id(), record.sandboxId(), state));
    }
}
