package dev.proa.node.sandbox;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Processes;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.SyscallProgram.Label;
import dev.proa.node.linux.SystemCall;
import dev.proa.node.sandbox.state.StateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock of a state directory: one runtime may write there, or, while there is none, one {@link LogKeeper}.
 *
 * <p>It is a {@code flock} on the file {@code lock}, which the kernel releases however its holder ends. The keeper
 * starts as a program of system calls that waits for the lock with a few kilobytes of memory; only when it gets it,
 * because the runtime's process is gone, does it execute a JVM. The file {@code keeper} has its pid.
 */
final class StateLock {
    private static final Logger LOG = LoggerFactory.getLogger(StateLock.class);
    private static final String WAITING = "proa-keeper";
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** The keeper's descriptor of the lock, which the JVM inherits. */
    private static final int LOCK = 3;

    private final Path directory;
    private final int descriptor;

    private StateLock(Path directory, int descriptor) {
        this.directory = directory;
        this.descriptor = descriptor;
    }

    /** Takes the lock, from a keeper if necessary. */
    static StateLock take(Path directory) throws IOException {
        return take(directory, PATIENCE);
    }

    /** The same, with another patience than ten seconds. */
    static StateLock take(Path directory, Duration patience) throws IOException {
        int descriptor = Descriptors.open(directory.resolve("lock"), Descriptors.O_RDWR | Descriptors.O_CREAT);
        long deadline = System.nanoTime() + patience.toNanos();
        while (!Descriptors.tryLock(descriptor)) {
            dismissActiveKeeper(directory);
            if (System.nanoTime() > deadline) {
                Descriptors.close(descriptor);
                throw new IOException(
                        "another process uses " + directory + "; stop it first or choose another directory");
            }
            LockSupport.parkNanos(2_000_000);
        }
        return new StateLock(directory, descriptor);
    }

    /** Terminates a keeper that runs as a JVM. One that still waits does not have the lock. */
    private static void dismissActiveKeeper(Path directory) throws IOException {
        long pid = keeper(directory);
        if (pid > 0 && Processes.commandLine(pid).contains(LogKeeper.class.getName())) {
            Processes.signal(pid, Processes.SIGTERM);
        }
    }

    private static long keeper(Path directory) throws IOException {
        Path file = directory.resolve("keeper");
        return Files.exists(file) ? Long.parseLong(Files.readString(file).strip()) : 0;
    }

    private boolean keeperWaits() throws IOException {
        List<String> line = Processes.commandLine(keeper(directory));
        return line.equals(List.of(WAITING, directory.toString()));
    }

    /** Starts a keeper that waits for the end of this process, unless there is one. */
    void appointKeeper() throws IOException {
        if (keeperWaits()) {
            return;
        }
        int pid = Processes.spawn(keeperProgram(), WAITING, List.of(directory.toString()), Map.of());
        StateFiles.write(directory.resolve("keeper"), Integer.toString(pid));
    }

    private SyscallProgram keeperProgram() {
        SyscallProgram program = new SyscallProgram();
        Label end = new Label();
        program.failure(end);
        program.step("name", SystemCall.PRCTL, 15, program.text(WAITING));
        program.step("close descriptors", SystemCall.CLOSE_RANGE, LOCK, 0xffffffffL, 0);
        program.step("leave the directory", SystemCall.CHDIR, program.text("/"));
        program.step(
                "open lock",
                SystemCall.OPENAT,
                Descriptors.AT_FDCWD,
                program.text(directory.resolve("lock").toString()),
                Descriptors.O_RDWR);
        program.step("wait for the lock", SystemCall.FLOCK, LOCK, 2);
        List<String> command = LogKeeper.command(directory);
        program.step(
                "become a JVM",
                SystemCall.EXECVE,
                program.text(command.getFirst()),
                program.texts(command),
                program.texts(new ArrayList<>()));
        program.at(end);
        program.step("end", SystemCall.EXIT_GROUP, 1);
        return program;
    }

    /**
     * Releases the lock.
     *
     * @param keep whether a keeper is to take over; otherwise a waiting one is ended first
     */
    void release(boolean keep) {
        try {
            if (!keep && keeperWaits()) {
                long pid = keeper(directory);
                Processes.signal(pid, Processes.SIGKILL);
                Processes.reap((int) pid);
            }
        } catch (IOException e) {
            LOG.warn("a log keeper of {} stays behind", directory, e);
        }
        Descriptors.close(descriptor);
    }
}
