package dev.proa.node.linux;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Sockets of families that Java has no channel for, {@code AF_NETLINK} above all, and sockets that must be opened in a
 * particular network namespace. Descriptors are plain numbers, close-on-exec; close them with {@link Descriptors#close}.
 */
public final class Sockets {
    public static final int AF_UNIX = 1;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int AF_NETLINK = 16;
    public static final int AF_PACKET = 17;
    public static final int SOCK_STREAM = 1;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_RAW = 3;
    public static final int SOL_SOCKET = 1;
    public static final int SO_SNDBUF = 7;
    public static final int SO_RCVBUF = 8;
    public static final int SO_SNDBUFFORCE = 32;
    public static final int SO_RCVBUFFORCE = 33;
    public static final int SOL_NETLINK = 270;

    /** Do not wait. */
    static final int MSG_DONTWAIT = 0x40;

    private static final int SO_NETNS_COOKIE = 71;
    private static final int SOCK_CLOEXEC = 0x80000;

    private Sockets() {}

    /** Opens a socket, for example {@code open(AF_NETLINK, SOCK_RAW, 0)} for rtnetlink. */
    public static int open(int family, int type, int protocol) throws ErrnoException {
        return (int) Kernel.call("family " + family, SystemCall.SOCKET, family, type | SOCK_CLOEXEC, protocol);
    }

    /** Binds to {@code address}, a {@code struct sockaddr} of the family in native byte order. */
    public static void bind(int descriptor, byte[] address) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            Kernel.call("", SystemCall.BIND, descriptor, copy(arena, address).address(), address.length);
        }
    }

    /** Connects to {@code address}, a {@code struct sockaddr} of the family in native byte order. */
    public static void connect(int descriptor, byte[] address) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            Kernel.call("", SystemCall.CONNECT, descriptor, copy(arena, address).address(), address.length);
        }
    }

    /** The address a socket is bound to, as a {@code struct sockaddr}. */
    public static byte[] name(int descriptor) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(128);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, 128);
            Kernel.call("", SystemCall.GETSOCKNAME, descriptor, address.address(), length.address());
            return address.asSlice(0, length.get(ValueLayout.JAVA_INT, 0)).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /**
     * Sends one message to the connected peer, or to the kernel on a netlink socket, which acts before this returns.
     *
     * @throws ErrnoException {@link Errno#EAGAIN} when the peer has no room for it
     */
    public static void send(int descriptor, byte[] message) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            long address = copy(arena, message).address();
            Kernel.call("", SystemCall.SENDTO, descriptor, address, message.length, MSG_DONTWAIT, 0, 0);
        }
    }

    /**
     * Receives one message, waiting for it.
     *
     * @param maximum bytes; what is longer is cut off
     * @throws ErrnoException {@link Errno#EAGAIN} when none has come within {@code timeout}
     * @throws InterruptedIOException when the thread is interrupted while it waits
     */
    public static byte[] receive(int descriptor, int maximum, Duration timeout)
            throws ErrnoException, InterruptedIOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(maximum);
            int count = receive(descriptor, buffer, timeout);
            return buffer.asSlice(0, Math.min(count, maximum)).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** As {@link #receive(int, int, Duration)}, into native memory that the caller reuses; returns the message's length. */
    public static int receive(int descriptor, MemorySegment buffer, Duration timeout)
            throws ErrnoException, InterruptedIOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            try {
                return (int) Kernel.call(
                        "", SystemCall.RECVFROM, descriptor, buffer.address(), buffer.byteSize(), MSG_DONTWAIT, 0, 0);
            } catch (ErrnoException e) {
                if (!e.is(Errno.EAGAIN)
                        || timeout.isZero()
                        || !Readiness.await(descriptor, Readiness.READABLE, deadline)) {
                    throw e;
                }
            }
        }
    }

    /** Sets an option whose value is an {@code int}. */
    public static void setOption(int descriptor, int level, int option, int value) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocateFrom(ValueLayout.JAVA_INT, value);
            Kernel.call("option " + option, SystemCall.SETSOCKOPT, descriptor, level, option, number.address(), 4);
        }
    }

    /**
     * The cookie of the calling thread's network namespace, unique until reboot; on kernels before 5.14 its inode
     * number, which may be reused.
     */
    public static long networkCookie() throws IOException {
        int socket = open(AF_INET, SOCK_DGRAM, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cookie = arena.allocate(ValueLayout.JAVA_LONG);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) cookie.byteSize());
            long result = Kernel.tryCall(
                    SystemCall.GETSOCKOPT, socket, SOL_SOCKET, SO_NETNS_COOKIE, cookie.address(), length.address());
            return result < 0
                    ? ((Number) Files.getAttribute(Path.of("/proc/thread-self/ns/net"), "unix:ino")).longValue()
                    : cookie.get(ValueLayout.JAVA_LONG, 0);
        } finally {
            Descriptors.close(socket);
        }
    }

    /** Ends one direction (0 reading, 1 writing, 2 both). Idempotent. */
    public static void shutdown(int descriptor, int how) {
        Kernel.tryCall(SystemCall.SHUTDOWN, descriptor, how);
    }

    private static MemorySegment copy(Arena arena, byte[] bytes) {
        return arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
    }
}
