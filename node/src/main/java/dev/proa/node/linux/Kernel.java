package dev.proa.node.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * Makes one system call.
 *
 * <p>All calls go through one foreign function, {@code syscall(2)}, with seven machine words: one method handle is linked, on
 * first use, instead of one for each function. Arguments narrower than a word are passed as words; both processors' calling
 * conventions ignore the upper half.
 *
 * <p>A call that blocks keeps its carrier thread, and one that changes the calling thread ({@code setns}, {@code unshare}) changes the
 * carrier. Both are refused on virtual threads; see {@link WaitingCalls}.
 */
public final class Kernel {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle CALL = LINKER.downcallHandle(
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG),
            Linker.Option.captureCallState("errno"));
    private static final MemorySegment SYSCALL = function("syscall");

    private Kernel() {}

    /** The address of a function of the C library. */
    static MemorySegment function(String name) {
        return LINKER.defaultLookup()
                .find(name)
                .orElseThrow(() -> new IllegalStateException("the C library of this system has no function " + name));
    }

    /**
     * Makes a call with up to six arguments.
     *
     * @return what the call returned, or the negated error number, as the kernel itself gives it
     * @throws IllegalStateException when the thread is virtual and the call may wait or changes its thread
     */
    public static long tryCall(SystemCall call, long... arguments) {
        WaitingCalls.check(call, arguments);
        return invoke(SYSCALL, call.number(), arguments);
    }

    /**
     * Makes a call with up to six arguments, again when a signal interrupted it.
     *
     * @param subject what it is about, for the error
     * @throws ErrnoException when it failed
     */
    public static long call(String subject, SystemCall call, long... arguments) throws ErrnoException {
        while (true) {
            long result = tryCall(call, arguments);
            if (result >= 0) {
                return result;
            }
            if (result != -Errno.EINTR) {
                throw new ErrnoException(call.spelling() + " " + subject, (int) -result);
            }
        }
    }

    /** Reads or writes, for {@link Descriptors}, which knows that the descriptor does not wait. */
    static long transfer(SystemCall call, int descriptor, MemorySegment buffer) {
        return invoke(SYSCALL, call.number(), descriptor, buffer.address(), buffer.byteSize());
    }

    /** Calls a C library function of up to seven word arguments; the negated errno when it returns -1. */
    static long invoke(MemorySegment function, long first, long... rest) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(ValueLayout.JAVA_INT);
            long result = (long) CALL.invokeExact(
                    function,
                    errno,
                    first,
                    at(rest, 0),
                    at(rest, 1),
                    at(rest, 2),
                    at(rest, 3),
                    at(rest, 4),
                    at(rest, 5));
            return result == -1 ? -errno.get(ValueLayout.JAVA_INT, 0) : result;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a foreign call declared an exception", e);
        }
    }

    private static long at(long[] arguments, int index) {
        return index < arguments.length ? arguments[index] : 0;
    }

    /** A zero-terminated copy of {@code text} in {@code arena}; its address is what calls take. */
    static long text(Arena arena, String text) {
        return arena.allocateFrom(text, StandardCharsets.UTF_8).address();
    }
}
