package dev.proa.node.linux.seccomp;

/**
 * The action of a seccomp filter on a system call.
 *
 * @param data the error number for {@link Kind#ERRNO}, the tracer's message for {@link Kind#TRACE}, 0 for all others
 */
public record Action(Kind kind, int data) {
    /** Strictest first, in the order in which the kernel prefers the answers of several filters. */
    public enum Kind {
        KILL_PROCESS(0x8000_0000),
        KILL_THREAD(0),
        TRAP(0x3_0000),
        ERRNO(0x5_0000),
        TRACE(0x7ff0_0000),
        LOG(0x7ffc_0000),
        ALLOW(0x7fff_0000);

        private final int word;

        Kind(int word) {
            this.word = word;
        }
    }

    /** The highest error number that the kernel returns. */
    static final int MAX_ERRNO = 4095;

    public static final Action ALLOW = new Action(Kind.ALLOW, 0);
    public static final Action LOG = new Action(Kind.LOG, 0);
    public static final Action KILL_PROCESS = new Action(Kind.KILL_PROCESS, 0);

    public Action {
        boolean carriesData = kind == Kind.ERRNO || kind == Kind.TRACE;
        if (data < 0 || data > (kind == Kind.ERRNO ? MAX_ERRNO : carriesData ? 0xffff : 0)) {
            throw new IllegalArgumentException("not an action: " + kind + " with " + data);
        }
    }

    /** The call fails with an error number and does nothing. */
    public static Action errno(int errno) {
        return new Action(Kind.ERRNO, errno);
    }

    /** The filter's return value. */
    int word() {
        return kind.word | data;
    }
}
