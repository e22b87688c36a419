package dev.proa.node.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Refuses, on virtual threads, system calls that may block or that change the calling thread: a native call pins the
 * carrier thread, of which there are as many as processors, so a few calls that wait for a container would stop
 * everything else in this JVM.
 *
 * <p>Virtual threads may make calls that never block by their arguments ({@code WNOHANG}, {@code O_NONBLOCK}, ...), and
 * use the methods of {@link Descriptors} and {@link Processes} that wait through {@link Readiness}. Waiting for the
 * kernel's own locks does not count as blocking.
 */
final class WaitingCalls {
    private static final long WNOHANG = 1;
    private static final long LOCK_NB = 4;
    private static final long F_SETLKW = 7;
    private static final long F_OFD_SETLKW = 38;
    private static final long O_DIRECTORY = Architecture.supported() ? Descriptors.directoryFlag() : 0;
    private static final long WAITS_FOR_NOBODY = Descriptors.O_NONBLOCK | Descriptors.O_PATH | O_DIRECTORY;

    private WaitingCalls() {}

    /**
     * Checks that the calling thread may make this call.
     *
     * @throws IllegalStateException otherwise; the message says why
     */
    static void check(SystemCall call, long[] arguments) {
        if (!Thread.currentThread().isVirtual()) {
            return;
        }
        if (waits(call, arguments)) {
            throw new IllegalStateException(
                    call.spelling() + " may wait, and a virtual thread that waits in the kernel keeps its"
                            + " carrier; see dev.proa.node.linux.WaitingCalls");
        }
        if (changesThread(call)) {
            throw new IllegalStateException(call.spelling()
                    + " changes the thread, which for a virtual thread is its carrier; see Namespaces.callIn");
        }
    }

    private static boolean waits(SystemCall call, long[] arguments) {
        return switch (call) {
            // Descriptors makes these calls, for non-blocking descriptors only.
            case READ, WRITE, CONNECT, ACCEPT4, PPOLL, FSYNC -> true;
            case WAIT4 -> (at(arguments, 2) & WNOHANG) == 0;
            case FLOCK -> (at(arguments, 1) & LOCK_NB) == 0;
            case FCNTL -> at(arguments, 1) == F_SETLKW || at(arguments, 1) == F_OFD_SETLKW;
            case SENDTO, RECVFROM -> (at(arguments, 3) & Sockets.MSG_DONTWAIT) == 0;
            case EPOLL_PWAIT -> at(arguments, 3) != 0;
            // The other end of a FIFO, which any container can create, may never be opened.
            case OPENAT -> (at(arguments, 2) & WAITS_FOR_NOBODY) == 0;
            case OPENAT2 -> (openHow(at(arguments, 2)) & WAITS_FOR_NOBODY) == 0;
            default -> false;
        };
    }

    /** The flags of a {@code struct open_how}. */
    private static long openHow(long address) {
        return MemorySegment.ofAddress(address).reinterpret(8).get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
    }

    private static boolean changesThread(SystemCall call) {
        return switch (call) {
            case SETNS,
                    UNSHARE,
                    SETRESUID,
                    SETRESGID,
                    SETGROUPS,
                    CAPSET,
                    CHDIR,
                    FCHDIR,
                    UMASK,
                    SETSID,
                    PRCTL,
                    SECCOMP,
                    PTRACE,
                    PIVOT_ROOT -> true;
            default -> false;
        };
    }

    private static long at(long[] arguments, int index) {
        return index < arguments.length ? arguments[index] : 0;
    }
}
