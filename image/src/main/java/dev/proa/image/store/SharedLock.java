package dev.proa.image.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * A lock on a file, shared or exclusive, among the threads of this process and among processes. It ends with the process,
 * however that ends. A thread that has it exclusively may take it again. The time of the file is when it was last taken.
 */
public final class SharedLock {
    private static final ConcurrentHashMap<Path, SharedLock> ALL = new ConcurrentHashMap<>();

    /**
     * Waiting in the kernel could not be interrupted on a virtual thread, and the kernel, which knows processes only, takes two
     * that wait for each other with different threads for a deadlock.
     */
    private static final long LOOK_MILLIS = 20;

    private final Path file;
    private final ReentrantReadWriteLock threads = new ReentrantReadWriteLock();
    /** Guards what is below, which is of the whole process. */
    private final ReentrantLock process = new ReentrantLock();

    private @Nullable FileChannel channel;
    private int holds;

    private SharedLock(Path file) {
        this.file = file;
    }

    /** A lock that was taken; the thread that took it closes it. */
    public interface Held extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    /**
     * The lock on a file, which is created when it is not there.
     *
     * @param file absolute; always by the same path
     */
    public static SharedLock of(Path file) {
        return ALL.computeIfAbsent(file, SharedLock::new);
    }

    /** Waits until nobody has it exclusively. */
    public Held shared() throws IOException, InterruptedException {
        return lock(threads.readLock(), true);
    }

    /** Waits until nobody else has it. */
    public Held exclusive() throws IOException, InterruptedException {
        return lock(threads.writeLock(), false);
    }

    /** Takes it exclusively, or returns null when somebody else has it. */
    public @Nullable Held tryExclusive() throws IOException {
        Lock lock = threads.writeLock();
        if (!lock.tryLock()) {
            return null;
        }
        boolean taken = false;
        try {
            process.lock();
            try {
                taken = take(false);
            } finally {
                process.unlock();
            }
        } finally {
            if (!taken) {
                lock.unlock();
            }
        }
        return taken ? () -> release(lock) : null;
    }

    private Held lock(Lock lock, boolean shared) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        boolean taken = false;
        try {
            process.lockInterruptibly();
            try {
                while (!take(shared)) {
                    Thread.sleep(LOOK_MILLIS);
                }
                taken = true;
            } finally {
                process.unlock();
            }
        } finally {
            if (!taken) {
                lock.unlock();
            }
        }
        return () -> release(lock);
    }

    /** Locks the file for this process, unless it has it already: then all its threads share that, or this thread is alone. */
    private boolean take(boolean shared) throws IOException {
        if (channel == null) {
            FileChannel opened = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                // Before the file is locked: this opens and closes it, with which a process gives away its lock.
                Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
                if (opened.tryLock(0, Long.MAX_VALUE, shared) == null) {
                    return false;
                }
                channel = opened;
            } finally {
                if (channel == null) {
                    opened.close();
                }
            }
        }
        holds++;
        return true;
    }

    private void release(Lock lock) throws IOException {
        process.lock();
        try {
            if (--holds == 0 && channel != null) {
                channel.close();
                channel = null;
            }
        } finally {
            process.unlock();
            lock.unlock();
        }
    }
}
