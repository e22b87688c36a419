package dev.proa.node.simulated;

import dev.proa.client.clock.Clock;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.ContainerRuntime.ContainerEvent;
import dev.proa.node.cri.ContainerRuntime.Resources;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.usage.ResourceUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A container of the {@link SimulatedRuntime}: its state, and the timer that will end it. */
final class SimulatedContainer {
    private static final DateTimeFormatter LOG_TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'");
    private static final int TERMINATED = 128 + 15;
    private static final int KILLED = 128 + 9;

    private final String id;
    private final String sandboxId;
    private final Behaviour behaviour;
    private final Instant createdAt;
    private final String imageId;
    private final Path logPath;
    private final Clock clock;
    private final Consumer<ContainerEvent> events;
    private ContainerConfig config;
    private SimulatedUsage usage;
    private long usedNanoseconds;
    private Instant settledAt;
    private State state = new State.Created();
    private Clock.@Nullable Timer end;

    SimulatedContainer(
            String id,
            String sandboxId,
            ContainerConfig config,
            Behaviour behaviour,
            String imageId,
            Path logPath,
            Clock clock,
            Consumer<ContainerEvent> events) {
        this.id = id;
        this.sandboxId = sandboxId;
        this.config = config;
        this.behaviour = behaviour;
        this.imageId = imageId;
        this.logPath = logPath;
        this.clock = clock;
        this.events = events;
        createdAt = clock.instant();
        settledAt = createdAt;
        usage = SimulatedUsage.of(config.name(), config.annotations());
        events.accept(new ContainerEvent(id, sandboxId, state));
    }

    String sandboxId() {
        return sandboxId;
    }

    Behaviour behaviour() {
        return behaviour;
    }

    synchronized ContainerStatus status() {
        return new ContainerStatus(id, sandboxId, config, state, createdAt, imageId, logPath);
    }

    synchronized boolean running() {
        return state instanceof State.Running;
    }

    synchronized void update(Resources resources) {
        config = config.withResources(resources);
    }

    synchronized void start() {
        if (!(state instanceof State.Created)) {
            throw new RuntimeFailure(
                    RuntimeFailure.Reason.FAILED_PRECONDITION, "container " + id + " was started already");
        }
        Instant now = clock.instant();
        String error = behaviour.startError();
        if (error != null) {
            become(new State.Exited(null, now, 128, "StartError", error));
            throw new RuntimeFailure(RuntimeFailure.Reason.INVALID_ARGUMENT, error);
        }
        settledAt = now;
        become(new State.Running(now, 0));
        writeLog(now);
        Duration runTime = behaviour.runTime();
        if (runTime != null) {
            end = clock.schedule(runTime, () -> exit(behaviour.exitCode()));
        }
    }

    /** Stops as {@code grace} allows and returns when it has ended. */
    void stop(Duration grace) {
        if (!running() || !behaviour.ignoresTermination() || !grace.isPositive()) {
            exit(behaviour.ignoresTermination() || !grace.isPositive() ? KILLED : TERMINATED);
            return;
        }
        Clock.Timer kill = clock.schedule(grace, () -> exit(KILLED));
        try {
            awaitExit();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RuntimeFailure(RuntimeFailure.Reason.INTERNAL, "interrupted while stopping container " + id, e);
        } finally {
            kill.cancel();
        }
    }

    /** Ends it if it runs; one that never ran is left as it is. */
    synchronized void exit(int code) {
        if (state instanceof State.Running running) {
            if (end != null) {
                end.cancel();
                end = null;
            }
            become(new State.Exited(running.startedAt(), clock.instant(), code, code == 0 ? "Completed" : "Error", ""));
        }
    }

    /** Waits for its end and returns the exit code. */
    synchronized int awaitExit() throws InterruptedException {
        while (true) {
            if (state instanceof State.Exited exited) {
                return exited.exitCode();
            }
            wait();
        }
    }

    synchronized ResourceUsage stats() {
        if (!running()) {
            return ResourceUsage.NONE;
        }
        settle();
        return ResourceUsage.of(usedNanoseconds, usage.memoryBytes());
    }

    /** Uses from now on what the annotations of its pod say. */
    synchronized void annotate(Map<String, String> annotations) {
        settle();
        usage = SimulatedUsage.of(config.name(), annotations);
    }

    /** Adds what it has used since this was last called. */
    private void settle() {
        Instant now = clock.instant();
        if (running()) {
            usedNanoseconds += Duration.between(settledAt, now).toMillis() * usage.cpuMillicores() * 1000;
        }
        settledAt = now;
    }

    private void become(State next) {
        state = next;
        events.accept(new ContainerEvent(id, sandboxId, next));
        notifyAll();
    }

    private void writeLog(Instant now) {
        if (behaviour.log().isEmpty()) {
            return;
        }
        String time = LOG_TIME.format(now.atOffset(ZoneOffset.UTC));
        StringBuilder lines = new StringBuilder();
        behaviour
                .log()
                .lines()
                .forEach(line ->
                        lines.append(time).append(" stdout F ").append(line).append('\n'));
        try {
            Path parent = logPath.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.writeString(logPath, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new RuntimeFailure(RuntimeFailure.Reason.INTERNAL, "cannot write the log " + logPath + ": " + e, e);
        }
    }
}
