package dev.proa.node.linux.netlink;

import dev.proa.node.linux.Errno;
import org.jspecify.annotations.Nullable;

/** The kernel refused a request, or could not be reached. */
public final class NetlinkException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int errno;

    /**
     * @param doing what was attempted, as in "create link proa1234"
     * @param errno as in {@link Errno}
     * @param detail the kernel's own words, if any
     */
    public NetlinkException(String doing, int errno, @Nullable String detail) {
        super("Could not " + doing + ": " + Errno.message(errno) + " (" + Errno.name(errno) + ")"
                + (detail == null || detail.isEmpty() ? "" : ": " + detail)
                + (errno == Errno.EPERM ? "; run as root or with CAP_NET_ADMIN" : ""));
        this.errno = errno;
    }

    /** The error number, as in {@link Errno}. */
    public int errno() {
        return errno;
    }

    /** Whether the error is {@code errno}. */
    public boolean is(int errno) {
        return this.errno == errno;
    }
}
