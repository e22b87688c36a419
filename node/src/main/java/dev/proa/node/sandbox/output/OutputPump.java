package dev.proa.node.sandbox.output;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.Poller;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the output of all containers, and notices when they end, on one thread with one buffer. */
public final class OutputPump implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OutputPump.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int BUFFER = 64 << 10;

    /** Receives a descriptor's bytes. Called on the pump's thread, so it must be quick. */
    public interface Sink {
        /** {@code buffer} is valid during the call only. */
        void bytes(byte[] buffer, int length);

        /** End of file; the descriptor is closed. */
        void end();
    }

    private final Poller poller;
    private final Map<Integer, Sink> sinks = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean closing;

    public OutputPump() throws ErrnoException {
        poller = new Poller();
        thread = Thread.ofPlatform().daemon().name("proa-output").start(this::run);
    }

    /** Reads {@code descriptor} until its end; the pump owns it from now on. */
    public void add(int descriptor, Sink sink) throws ErrnoException {
        Descriptors.setNonBlocking(descriptor);
        sinks.put(descriptor, sink);
        poller.watch(descriptor);
    }

    /** Stops reading a descriptor until {@link #resume}: its writer blocks once the kernel's buffer is full. */
    public synchronized void pause(int descriptor) {
        if (!closing) {
            poller.forget(descriptor);
        }
    }

    /** Undoes {@link #pause}. */
    public synchronized void resume(int descriptor) {
        if (!closing && sinks.containsKey(descriptor)) {
            try {
                poller.watch(descriptor);
            } catch (ErrnoException e) {
                LOG.error("output of a command is read no longer", e);
            }
        }
    }

    private void run() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(BUFFER);
            byte[] bytes = new byte[BUFFER];
            while (!closing) {
                try {
                    poller.poll(descriptor -> ready(descriptor, buffer, bytes));
                } catch (ErrnoException | RuntimeException | Error e) { // all containers depend on this thread
                    LOG.error("reading container output failed and goes on", e);
                    LockSupport.parkNanos(PAUSE.toNanos());
                }
            }
        }
    }

    private void ready(int descriptor, MemorySegment buffer, byte[] bytes) {
        Sink sink = sinks.get(descriptor);
        if (sink == null) {
            return;
        }
        int count = Descriptors.readNow(descriptor, buffer);
        if (count == -Errno.EAGAIN) {
            return;
        }
        try {
            if (count > 0) {
                MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, bytes, 0, count);
                sink.bytes(bytes, count);
            } else {
                // A terminal returns EIO when its last user is gone.
                sinks.remove(descriptor);
                poller.forget(descriptor);
                Descriptors.close(descriptor);
                sink.end();
            }
        } catch (RuntimeException | Error e) {
            LOG.error("output of a container was lost", e);
        }
    }

    /** Stops reading; the other ends notice nothing. Sinks are not told. */
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
        }
        try {
            poller.wake();
            thread.join();
        } catch (ErrnoException e) {
            LOG.error("the output thread cannot be stopped", e);
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        sinks.keySet().forEach(Descriptors::close);
        sinks.clear();
        poller.close();
    }
}
