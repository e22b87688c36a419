package dev.proa.node.sandbox.program;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.Processes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A running shim, found by its pid. */
public final class Shim {
    /** What {@code ps} shows before the container's id. */
    public static final String NAME = "proa-shim";

    private final int pid;

    private Shim(int pid) {
        this.pid = pid;
    }

    /** The shim of a container, or null when it does not run; a reused pid is recognized as another process. */
    public static @Nullable Shim find(String containerId, int pid) {
        return Processes.commandLine(pid).equals(List.of(NAME, containerId)) ? new Shim(pid) : null;
    }

    /** Kills the shim of a container that is about to be deleted, and what may still run of the container. */
    public static void endLeftOver(String containerId, Path container) throws IOException {
        ShimFiles.Started started = ShimFiles.started(container);
        Shim shim = started == null ? null : find(containerId, started.shim());
        if (shim != null) {
            shim.kill();
        }
    }

    public static Shim started(int pid) {
        return new Shim(pid);
    }

    int pid() {
        return pid;
    }

    /** A duplicate of one of its descriptors, -1 when it does not have it (or is gone). */
    public int take(int descriptor) throws ErrnoException {
        OptionalInt process = Processes.open(pid);
        if (process.isEmpty()) {
            return -1;
        }
        try {
            return Processes.take(process.getAsInt(), descriptor);
        } catch (ErrnoException e) {
            if (e.is(Errno.EBADF) || e.is(Errno.ESRCH)) {
                return -1;
            }
            throw e;
        } finally {
            Descriptors.close(process.getAsInt());
        }
    }

    /**
     * Kills it, without waiting. Call this once its container has ended and its streams have been read, since they are
     * lost with it.
     */
    public void kill() throws ErrnoException {
        Processes.signal(pid, Processes.SIGKILL);
        Processes.reapSoon(pid);
    }

    /** Kills it while it is starting its container, with everything it has started. */
    public void abort() throws ErrnoException {
        Processes.killWithChildren(pid);
    }
}
