package dev.proa.node.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntConsumer;

/**
 * Waits for many descriptors on one thread ({@code epoll}). {@link #watch} and {@link #forget} may be called from any thread;
 * {@link #poll} from one at a time, a platform thread.
 */
public final class Poller implements AutoCloseable {
    private static final int ADD = 1;
    private static final int DELETE = 2;
    private static final int EPOLLIN = 1;
    private static final int EPOLLONESHOT = 1 << 30;
    private static final int EVENTS = 64;

    private final int epoll;
    private final int wakeUp;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment events;
    private final MemorySegment drain;
    /** The event structure is packed on x86, aligned elsewhere. */
    private final int eventBytes = Architecture.current() == Architecture.X86_64 ? 12 : 16;

    public Poller() throws ErrnoException {
        epoll = (int) Kernel.call("", SystemCall.EPOLL_CREATE1, Descriptors.O_CLOEXEC);
        wakeUp = (int) Kernel.call("", SystemCall.EVENTFD2, 0, Descriptors.O_CLOEXEC | Descriptors.O_NONBLOCK);
        events = arena.allocate((long) EVENTS * eventBytes, 8);
        drain = arena.allocate(8, 8);
        watch(wakeUp);
    }

    /** Registers a descriptor: {@link #poll} reports it when it is readable, at end of file, or has an error. */
    public void watch(int descriptor) throws ErrnoException {
        watch(descriptor, EPOLLIN);
    }

    /** As {@link #watch}, for these events of {@code poll(2)}, one-shot. */
    void watchOnce(int descriptor, int events) throws ErrnoException {
        watch(descriptor, events | EPOLLONESHOT);
    }

    private void watch(int descriptor, int events) throws ErrnoException {
        try (Arena local = Arena.ofConfined()) {
            MemorySegment event = local.allocate(16, 8);
            event.set(ValueLayout.JAVA_INT, 0, events);
            event.set(ValueLayout.JAVA_INT_UNALIGNED, eventBytes - 8, descriptor);
            Kernel.call("descriptor " + descriptor, SystemCall.EPOLL_CTL, epoll, ADD, descriptor, event.address());
        }
    }

    /** Undoes {@link #watch}; call it before closing the descriptor. */
    public void forget(int descriptor) {
        Kernel.tryCall(SystemCall.EPOLL_CTL, epoll, DELETE, descriptor, 0);
    }

    /** Waits until a watched descriptor is ready and hands each that is to {@code ready}, or returns after {@link #wake}. */
    public void poll(IntConsumer ready) throws ErrnoException {
        int count = (int) Kernel.call("", SystemCall.EPOLL_PWAIT, epoll, events.address(), EVENTS, -1, 0, 8);
        for (int i = 0; i < count; i++) {
            int descriptor = events.get(ValueLayout.JAVA_INT_UNALIGNED, (long) i * eventBytes + eventBytes - 8);
            if (descriptor == wakeUp) {
                Descriptors.readNow(wakeUp, drain);
            } else {
                ready.accept(descriptor);
            }
        }
    }

    /** Makes {@link #poll} return. */
    public void wake() throws ErrnoException {
        try (Arena local = Arena.ofConfined()) {
            long written = Descriptors.writeNow(wakeUp, local.allocateFrom(ValueLayout.JAVA_LONG, 1));
            if (written < 0 && written != -Errno.EAGAIN) {
                throw new ErrnoException("write", (int) -written);
            }
        }
    }

    /** Must not be called while another thread is in {@link #poll}. */
    @Override
    public void close() {
        Descriptors.close(wakeUp);
        Descriptors.close(epoll);
        arena.close();
    }
}
