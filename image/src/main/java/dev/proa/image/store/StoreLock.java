package dev.proa.image.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Mutual exclusion over one directory, among the threads of this JVM and among processes. A file lock alone is not
 * enough, since two threads of one JVM cannot wait for the same lock.
 */
final class StoreLock {
    private static final ConcurrentHashMap<Path, ReentrantLock> IN_THIS_JVM = new ConcurrentHashMap<>();

    private final Path file;
    private final ReentrantLock threads;

    StoreLock(Path directory) throws IOException {
        Path key = directory.toRealPath().resolve(".lock");
        file = key;
        threads = IN_THIS_JVM.computeIfAbsent(key, k -> new ReentrantLock());
    }

    /** An action under the lock. */
    interface Action<T> {
        T run() throws IOException;
    }

    /** An action under the lock without a result. */
    interface Change {
        void run() throws IOException;
    }

    void change(Change change) throws IOException {
        hold(() -> {
            change.run();
            return true;
        });
    }

    <T> T hold(Action<T> action) throws IOException {
        threads.lock();
        try {
            if (threads.getHoldCount() > 1) {
                return action.run();
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var processes = channel.lock()) {
                return action.run();
            }
        } finally {
            threads.unlock();
        }
    }
}
