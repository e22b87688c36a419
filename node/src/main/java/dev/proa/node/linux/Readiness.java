package dev.proa.node.linux;

import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until a descriptor can be read or written, with a deadline, whatever the thread: a virtual one parks, so that its carrier is free,
 * and one daemon thread of the JVM waits for all of them. This is the only way in which Proa waits for a pipe, a socket or a process of
 * somebody else outside of Java's own channels; output that is read for long goes through a {@link Poller} of its own.
 */
final class Readiness {
    static final int READABLE = 1;
    static final int WRITABLE = 4;

    private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);

    private Readiness() {}

    /** The thread that waits for virtual threads; begun by the first of them. */
    private static final class Watch {
        static final Watch INSTANCE = new Watch();

        private final Poller poller;
        private final Map<Integer, Thread> waiting = new ConcurrentHashMap<>();

        private Watch() {
            try {
                poller = new Poller();
            } catch (ErrnoException e) {
                throw new IllegalStateException("descriptors cannot be waited for: " + e.getMessage(), e);
            }
            Thread.ofPlatform().daemon().name("proa-readiness").start(this::run);
        }

        private void run() {
            while (true) {
                try {
                    poller.poll(descriptor -> LockSupport.unpark(waiting.remove(descriptor)));
                } catch (ErrnoException e) {
                    LOG.error("descriptors can be waited for no longer", e);
                    return;
                }
            }
        }
    }

    /**
     * Waits until {@code descriptor} is ready for {@code events}, is at its end, or has an error.
     *
     * @param deadline of {@link System#nanoTime}
     * @return false when the deadline has passed
     * @throws InterruptedIOException when the thread is interrupted, which it stays
     */
    static boolean await(int descriptor, int events, long deadline) throws ErrnoException, InterruptedIOException {
        return Thread.currentThread().isVirtual()
                ? park(descriptor, events, deadline)
                : poll(descriptor, events, deadline);
    }

    /** Watches a duplicate: several may wait for one descriptor, and a number that is closed meanwhile may be given to another file. */
    private static boolean park(int descriptor, int events, long deadline)
            throws ErrnoException, InterruptedIOException {
        Watch watch = Watch.INSTANCE;
        int own = Descriptors.duplicate(descriptor, 0);
        try {
            watch.waiting.put(own, Thread.currentThread());
            watch.poller.watchOnce(own, events);
            while (watch.waiting.containsKey(own)) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                LockSupport.parkNanos(watch, left);
                throwIfInterrupted();
            }
            return true;
        } finally {
            watch.waiting.remove(own);
            watch.poller.forget(own);
            Descriptors.close(own);
        }
    }

    /** In slices, since nothing interrupts the call. */
    private static boolean poll(int descriptor, int events, long deadline)
            throws ErrnoException, InterruptedIOException {
        long slice = Duration.ofMillis(100).toNanos();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(8, 4);
            MemorySegment time = arena.allocate(ValueLayout.JAVA_LONG, 2);
            while (true) {
                long left = Math.min(slice, deadline - System.nanoTime());
                poll.set(ValueLayout.JAVA_INT, 0, descriptor);
                poll.set(ValueLayout.JAVA_SHORT, 4, (short) events);
                time.setAtIndex(ValueLayout.JAVA_LONG, 1, Math.max(0, left));
                if (Kernel.call("", SystemCall.PPOLL, poll.address(), 1, time.address(), 0, 0) > 0) {
                    return true;
                }
                if (left < slice && deadline - System.nanoTime() <= 0) {
                    return false;
                }
                throwIfInterrupted();
            }
        }
    }

    private static void throwIfInterrupted() throws InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted");
        }
    }
}
