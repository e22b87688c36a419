package dev.proa.node.sandbox;

import dev.proa.node.cri.ContainerRuntime.ExecResult;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.RuntimeFailure.Reason;
import dev.proa.node.cri.StreamOptions;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.sandbox.output.OutputPump;
import dev.proa.node.sandbox.program.ProcessSpec;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs commands in containers; see {@link dev.proa.node.cri.ContainerRuntime#exec} and {@code execSync}. Safe for any thread. */
final class CommandRunner {
    /** How long to wait for output after a command's end, when a process that it left behind keeps its output open. */
    private static final Duration STREAM_PATIENCE = Duration.ofSeconds(2);

    private final int lastCapability;
    private final OutputPump pump;

    /** @param lastCapability the highest the kernel knows */
    CommandRunner(int lastCapability, OutputPump pump) {
        this.lastCapability = lastCapability;
        this.pump = pump;
    }

    /** Runs a command and waits for its end. */
    ExecResult run(Container container, List<String> command, Duration timeout) {
        long now = System.nanoTime();
        long deadline = now + (timeout.isPositive() ? timeout.toNanos() : Long.MAX_VALUE / 2);
        long startDeadline = Math.min(deadline - now, ContainerLauncher.START_PATIENCE.toNanos()) + now;
        StreamOptions options = new StreamOptions(false, true, true, false);
        try (ExecSession session = start(container, command, options, false, startDeadline)) {
            if (!session.awaitEnd(deadline - System.nanoTime(), STREAM_PATIENCE.toNanos())) {
                throw timedOut(command, now, null);
            }
            return new ExecResult(session.waitFor(), available(session.stdout()), available(session.stderr()));
        } catch (IOException e) {
            throw new RuntimeFailure(Reason.INTERNAL, "cannot read what the command wrote: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RuntimeFailure(Reason.INTERNAL, "interrupted while waiting for a command", e);
        }
    }

    /** The output so far, since the stream may never end. */
    private static byte[] available(InputStream stream) throws IOException {
        return stream.readNBytes(stream.available());
    }

    /** Starts a command whose output is flow-controlled by its reader. */
    ExecSession start(Container container, List<String> command, StreamOptions options) {
        long deadline = System.nanoTime() + ContainerLauncher.START_PATIENCE.toNanos();
        return start(container, command, options, true, deadline);
    }

    private ExecSession start(
            Container container, List<String> command, StreamOptions options, boolean patient, long deadline) {
        if (command.isEmpty()) {
            throw new RuntimeFailure(Reason.INVALID_ARGUMENT, "no command specified");
        }
        ProcessSpec process = container.record().process().executing(command, options.tty());
        long began = System.nanoTime();
        return SandboxRuntime.attempt("run a command in container " + container.id(), () -> {
            try {
                return ExecSession.start(
                        container,
                        process,
                        container.cgroup().memberFiles(),
                        lastCapability,
                        options,
                        patient,
                        deadline,
                        pump);
            } catch (ErrnoException e) {
                if (e.is(Errno.ETIMEDOUT)) {
                    throw timedOut(command, began, e);
                }
                throw e;
            }
        });
    }

    private static RuntimeFailure timedOut(List<String> command, long began, @Nullable Exception cause) {
        return new RuntimeFailure(
                Reason.DEADLINE_EXCEEDED,
                "command \"" + String.join(" ", command) + "\" timed out after "
                        + (System.nanoTime() - began) / 1_000_000 + " ms",
                cause);
    }
}
