package dev.proa.node.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Pseudo-terminals. They are opened by the process that uses them; see {@link SyscallProgram}. */
public final class Terminals {
    /** {@code ioctl} on a master: lock or, with a pointer to zero, unlock its slave. */
    public static final long TIOCSPTLCK = 0x40045431L;
    /** {@code ioctl} on a master: open its slave with the flags given. */
    public static final long TIOCGPTPEER = 0x5441L;
    /** {@code ioctl}: become the controlling terminal of the calling session leader. */
    public static final long TIOCSCTTY = 0x540EL;
    /** Opening it does not make it the controlling terminal. */
    public static final int O_NOCTTY = 0x100;

    private static final long TIOCSWINSZ = 0x5414L;

    private Terminals() {}

    /** Sets the size in characters; the kernel notifies the foreground processes by SIGWINCH. */
    public static void resize(int descriptor, int columns, int rows) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(ValueLayout.JAVA_SHORT, 4);
            size.setAtIndex(ValueLayout.JAVA_SHORT, 0, (short) rows);
            size.setAtIndex(ValueLayout.JAVA_SHORT, 1, (short) columns);
            Kernel.call("terminal size", SystemCall.IOCTL, descriptor, TIOCSWINSZ, size.address());
        }
    }
}
