package dev.proa.node.linux;

import java.io.IOException;

/** A system call failed. The message names the call, what it was about, and the error. */
public final class ErrnoException extends IOException {
    private static final long serialVersionUID = 1;

    private final int errno;

    /**
     * @param what the call and its subject: {@code mount overlay on /run/x}
     * @param errno as in {@link Errno}
     */
    public ErrnoException(String what, int errno) {
        super(what + ": " + Errno.message(errno) + " (" + Errno.name(errno) + ")");
        this.errno = errno;
    }

    /** The error number, as in {@link Errno}. */
    public int errno() {
        return errno;
    }

    /** What the error means, without the call that met it. */
    public String explanation() {
        return Errno.message(errno);
    }

    /** Whether the error is {@code errno}. */
    public boolean is(int errno) {
        return this.errno == errno;
    }
}
