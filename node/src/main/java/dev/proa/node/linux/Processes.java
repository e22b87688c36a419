package dev.proa.node.linux;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Processes by pid and by pidfd: starting a {@link SyscallProgram}, signals, and descriptors of other processes. */
public final class Processes {
    public static final int SIGKILL = 9;
    public static final int SIGTERM = 15;

    private static final Logger LOG = LoggerFactory.getLogger(Processes.class);
    private static final int SIGSTOP = 19;
    private static final int WNOHANG = 1;
    private static final Duration REAP_PATIENCE = Duration.ofSeconds(5);
    private static final short SETSIGDEF = 0x04;
    private static final short SETSIGMASK = 0x08;
    private static final short SETSID = 0x80;

    /** The largest size of {@code posix_spawn}'s structures, with any C library. */
    private static final int STRUCT_BYTES = 1024;

    private Processes() {}

    /**
     * Starts a program in a new process and a new session, with no environment, no signal blocked or ignored, and the current
     * directory of this process.
     *
     * @param name what {@code ps} shows
     * @param arguments further words that {@code ps} shows
     * @param descriptors which descriptors of this process the child gets (values), and as which number (keys);
     *     0, 1 and 2 are {@code /dev/null} unless given
     * @return its process id; the caller must {@link #reap} it
     */
    public static int spawn(
            SyscallProgram program, String name, List<String> arguments, Map<Integer, Integer> descriptors)
            throws ErrnoException {
        List<Integer> opened = new ArrayList<>();
        // Descriptors are first moved above all target numbers, so that moves cannot collide.
        int above = 1 + descriptors.keySet().stream().reduce(2, Math::max);
        try (Arena arena = Arena.ofConfined()) {
            int memory = Descriptors.memoryFile(name, program.toExecutable());
            opened.add(memory);
            int executable = Descriptors.duplicate(memory, above);
            opened.add(executable);
            MemorySegment actions = arena.allocate(STRUCT_BYTES, 16);
            check("posix_spawn_file_actions_init", actions.address());
            try {
                int nothing = Descriptors.open(Path.of("/dev/null"), Descriptors.O_RDWR);
                opened.add(nothing);
                for (int standard = 0; standard < 3; standard++) {
                    give(actions, descriptors.getOrDefault(standard, nothing), standard, above, opened);
                }
                for (Map.Entry<Integer, Integer> entry : descriptors.entrySet()) {
                    if (entry.getKey() > 2) {
                        give(actions, entry.getValue(), entry.getKey(), above, opened);
                    }
                }
                return spawn(arena, actions, "/proc/self/fd/" + executable, name, arguments);
            } finally {
                Kernel.invoke(Kernel.function("posix_spawn_file_actions_destroy"), actions.address());
            }
        } finally {
            opened.forEach(Descriptors::close);
        }
    }

    private static void give(MemorySegment actions, int mine, int theirs, int above, List<Integer> opened)
            throws ErrnoException {
        int high = mine;
        if (mine < above) {
            high = Descriptors.duplicate(mine, above);
            opened.add(high);
        }
        check("posix_spawn_file_actions_adddup2", actions.address(), high, theirs);
    }

    private static int spawn(Arena arena, MemorySegment actions, String path, String name, List<String> arguments)
            throws ErrnoException {
        MemorySegment attributes = arena.allocate(STRUCT_BYTES, 16);
        MemorySegment signals = arena.allocate(128, 8);
        check("posix_spawnattr_init", attributes.address());
        check("posix_spawnattr_setsigmask", attributes.address(), signals.address());
        signals.fill((byte) 0xff);
        check("posix_spawnattr_setsigdefault", attributes.address(), signals.address());
        check("posix_spawnattr_setflags", attributes.address(), SETSIGDEF | SETSIGMASK | SETSID);
        MemorySegment pid = arena.allocate(ValueLayout.JAVA_INT);
        MemorySegment argv = arena.allocate(ValueLayout.JAVA_LONG, arguments.size() + 2L);
        argv.setAtIndex(ValueLayout.JAVA_LONG, 0, Kernel.text(arena, name));
        for (int i = 0; i < arguments.size(); i++) {
            argv.setAtIndex(ValueLayout.JAVA_LONG, i + 1L, Kernel.text(arena, arguments.get(i)));
        }
        MemorySegment environment = arena.allocate(ValueLayout.JAVA_LONG);
        check(
                "posix_spawn",
                pid.address(),
                Kernel.text(arena, path),
                actions.address(),
                attributes.address(),
                argv.address(),
                environment.address());
        return pid.get(ValueLayout.JAVA_INT, 0);
    }

    /** For functions that return an error number instead of setting it. */
    private static void check(String function, long first, long... rest) throws ErrnoException {
        int error = (int) Kernel.invoke(Kernel.function(function), first, rest);
        if (error != 0) {
            throw new ErrnoException(function, Math.abs(error));
        }
    }

    /**
     * Waits a few seconds for the end of a child and reaps it. For children that were killed or are about to end. A
     * process that is not a child is left alone. Not interruptible; keeps the interrupt status.
     *
     * @return false when it has not ended, for example because it is in uninterruptible sleep
     */
    public static boolean reap(int pid) throws ErrnoException {
        if (tryReap(pid)) {
            return true;
        }
        OptionalInt process = open(pid);
        boolean interrupted = false;
        try {
            long deadline = System.nanoTime() + REAP_PATIENCE.toNanos();
            while (process.isPresent()) {
                try {
                    Readiness.await(process.getAsInt(), Readiness.READABLE, deadline);
                    break;
                } catch (InterruptedIOException e) {
                    interrupted = Thread.interrupted();
                }
            }
            return tryReap(pid);
        } finally {
            process.ifPresent(Descriptors::close);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** As {@link #reap}, on a thread of its own. */
    public static void reapSoon(int pid) {
        Thread.ofVirtual().name("reap-" + pid).start(() -> {
            try {
                if (!reap(pid)) {
                    LOG.warn("process {} does not end although it was killed", pid);
                }
            } catch (ErrnoException e) {
                LOG.warn("the end of process {} cannot be waited for", pid, e);
            }
        });
    }

    /**
     * Kills a child and its children, and reaps it. For the launchers of containers and commands, which are stopped
     * (SIGSTOP) first, so that they start nothing more and the pids of their children are not reused.
     */
    public static void killWithChildren(int pid) throws ErrnoException {
        signal(pid, SIGSTOP);
        // Twice, since a child may just have started a sibling (CLONE_PARENT), and can start no more now.
        for (int look = 0; look < 2; look++) {
            for (ProcessHandle child : ProcessHandle.of(pid).stream()
                    .flatMap(ProcessHandle::children)
                    .toList()) {
                signal(child.pid(), SIGKILL);
            }
        }
        signal(pid, SIGKILL);
        reap(pid);
    }

    /** Reaps a child if it has ended. */
    public static boolean tryReap(int pid) {
        return Kernel.tryCall(SystemCall.WAIT4, pid, 0, WNOHANG, 0) != 0;
    }

    /** Sends a signal; does nothing if the process is gone. */
    public static void signal(long pid, int signal) throws ErrnoException {
        long result = Kernel.tryCall(SystemCall.KILL, pid, signal);
        if (result < 0 && result != -Errno.ESRCH) {
            throw new ErrnoException("kill " + pid, (int) -result);
        }
    }

    /** Opens a pidfd, which becomes readable when the process ends. Empty when there is no such process. */
    public static OptionalInt open(long pid) throws ErrnoException {
        long result = Kernel.tryCall(SystemCall.PIDFD_OPEN, pid, 0);
        if (result == -Errno.ESRCH) {
            return OptionalInt.empty();
        }
        if (result < 0) {
            throw new ErrnoException("pidfd_open " + pid, (int) -result);
        }
        return OptionalInt.of((int) result);
    }

    /** Sends a signal by pidfd; does nothing if the process is gone. */
    public static void signalDescriptor(int process, int signal) throws ErrnoException {
        long result = Kernel.tryCall(SystemCall.PIDFD_SEND_SIGNAL, process, signal, 0, 0);
        if (result < 0 && result != -Errno.ESRCH) {
            throw new ErrnoException("pidfd_send_signal", (int) -result);
        }
    }

    /**
     * Duplicates a descriptor of another process ({@code pidfd_getfd}).
     *
     * @param process pidfd of the process
     * @param descriptor number in that process
     * @throws ErrnoException {@link Errno#EBADF} when it has no such descriptor
     */
    public static int take(int process, int descriptor) throws ErrnoException {
        return (int) Kernel.call("descriptor " + descriptor, SystemCall.PIDFD_GETFD, process, descriptor, 0);
    }

    /** The command line of a process; empty when it is gone. */
    public static List<String> commandLine(long pid) {
        try {
            String words = Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
            return words.isEmpty() ? List.of() : List.of(words.split("\0"));
        } catch (IOException e) {
            return List.of();
        }
    }
}
