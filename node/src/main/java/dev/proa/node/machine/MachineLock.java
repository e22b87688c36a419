package dev.proa.node.machine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Lets one thread of all processes of the machine at a time change the files of a directory. */
final class MachineLock {
    /** File locks are between processes; this is between threads. */
    private static final Object THREADS = new Object();

    private MachineLock() {}

    /** What is done while the lock is held. */
    interface Step<T> {
        T run() throws IOException;
    }

    /** Runs {@code step} with the lock held; blocks until it is free. Not reentrant. */
    static <T> T hold(Path directory, Step<T> step) throws IOException {
        synchronized (THREADS) {
            try (FileChannel channel = FileChannel.open(
                            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                assert lock.isValid();
                return step.run();
            }
        }
    }
}
