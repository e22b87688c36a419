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
 * Waits until a descriptor is readable or writable, with a deadline, on any thread: a virtual thread parks and frees
 * its carrier, while one daemon thread of the JVM waits for all of them. Outside of the JDK's own channels, Proa waits
 * for pipes, sockets and processes only here; output that is read continuously has its own {@link Poller}.
 */
final class Readiness {
    static final int READABLE = 1;
    static final int WRITABLE = 4;

    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);

    private Readiness() {}

    /** The thread that waits on behalf of virtual threads; started by the first of them. */
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
                } catch (ErrnoException | RuntimeException | Error e) { // all that wait depend on this thread
                    LOG.error("waiting for descriptors failed and goes on", e);
                    LockSupport.parkNanos(PAUSE.toNanos());
                }
            }
        }
    }

    /**
     * Waits until {@code descriptor} is ready for {@code events}, is at its end, or has an error.
     *
     * @param deadline of {@link System#nanoTime}
     * @return false when the deadline has passed
     * @throws InterruptedIOException when the thread is interrupted; its interrupt status is kept
     */
    static boolean await(int descriptor, int events, long deadline) throws ErrnoException, InterruptedIOException {
        return Thread.currentThread().isVirtual()
                ? park(descriptor, events, deadline)
                : poll(descriptor, events, deadline);
    }

    /**
     * Watches a duplicate, since several threads may wait for one descriptor, and a closed descriptor's number may be
     * reused.
     */
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

    /** In short intervals, since the call cannot be interrupted. */
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
