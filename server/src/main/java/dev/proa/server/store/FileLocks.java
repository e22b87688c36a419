package dev.proa.server.store;

import dev.proa.server.store.Journal.JournalException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ensures that only one server has a store open, by a lock on a file beside it that holds the process id of the owner. The
 * kernel releases the lock when the process ends, however it does.
 */
final class FileLocks {
    /**
     * What this process has locked. Must be asked before the lock file is opened: closing any channel of a file gives back all locks
     * that the process has on it.
     */
    private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

    private FileLocks() {}

    record Held(Path path, FileChannel channel) implements AutoCloseable {
        @Override
        public void close() {
            try {
                channel.close(); // and with it goes the lock; the file stays, or two could lock two of them
            } catch (IOException e) {
                throw new JournalException("cannot give back the lock " + path, false, e);
            } finally {
                OWN.remove(path);
            }
        }
    }

    /** @throws JournalException when somebody has the lock */
    static Held take(Path store) throws IOException {
        Path folder = store.resolve("..").normalize().toRealPath();
        Path path = folder.resolve(store.getFileName() + ".lock");
        if (!OWN.add(path)) {
            throw inUse(store, "this process");
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                throw inUse(store, owner(path));
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return new Held(path, channel);
        } catch (IOException | RuntimeException e) {
            if (channel != null) {
                channel.close();
            }
            OWN.remove(path);
            throw e;
        }
    }

    private static String owner(Path path) throws IOException {
        String pid = Files.readString(path, StandardCharsets.US_ASCII).strip();
        return pid.isEmpty() ? "another process" : "process " + pid;
    }

    private static JournalException inUse(Path store, String by) {
        return new JournalException(
                "the store " + store + " is in use by " + by + "; end it first, or choose another path");
    }
}
