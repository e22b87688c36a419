package dev.proa.client.http;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * kubectl's lock of a kubeconfig file: whoever creates {@code config.lock} beside it may change it. kubectl's lock stays
 * when its holder is killed. This one says in the file that it is Proa's, and holds the operating system's lock of that
 * file as long as it lives, so that the lock of a killed Proa is taken over.
 */
final class KubeconfigLock implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final byte[] OURS = "proa\n".getBytes(StandardCharsets.US_ASCII);

    /** The operating system's locks are a process's, not a thread's: one thread at a time has any. */
    private static final ReentrantLock OF_THIS_PROCESS = new ReentrantLock();

    private final Path file;
    private final FileChannel channel;

    private KubeconfigLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Waits for the lock.
     *
     * @throws IOException when another program holds it for ten seconds
     */
    static KubeconfigLock of(Path config) throws IOException {
        Path file = config.resolveSibling(config.getFileName() + ".lock");
        OF_THIS_PROCESS.lock();
        try {
            return new KubeconfigLock(file, await(file));
        } catch (IOException | RuntimeException e) {
            OF_THIS_PROCESS.unlock();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            Files.deleteIfExists(file);
        } finally {
            OF_THIS_PROCESS.unlock();
        }
    }

    private static FileChannel await(Path file) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            FileChannel channel = tryCreate(file);
            if (channel == null) {
                channel = tryTakeOver(file);
            }
            if (channel != null) {
                return channel;
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("another program holds " + file + "; if none runs that could, delete that file");
            }
            try {
                Thread.sleep(Duration.ofMillis(20));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for " + file, e);
            }
        }
    }

    private static @Nullable FileChannel tryCreate(Path file) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(file, CREATE_NEW, READ, WRITE);
        } catch (FileAlreadyExistsException e) {
            return null;
        }
        // Others take over only what says that it is ours, and that is written under the lock.
        channel.lock();
        channel.write(ByteBuffer.wrap(OURS));
        return channel;
    }

    /** Takes the lock of a Proa that was killed. */
    private static @Nullable FileChannel tryTakeOver(Path file) throws IOException {
        Object before = key(file);
        FileChannel channel;
        try {
            channel = FileChannel.open(file, READ, WRITE);
        } catch (NoSuchFileException | AccessDeniedException e) {
            return null;
        }
        // Before it was locked, the file may have been deleted, and perhaps created anew.
        if (before != null && channel.tryLock() != null && isOurs(channel) && before.equals(key(file))) {
            return channel;
        }
        channel.close();
        return null;
    }

    private static boolean isOurs(FileChannel channel) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(OURS.length);
        channel.read(content, 0);
        return content.flip().equals(ByteBuffer.wrap(OURS));
    }

    /** Which file this is. Reading the file itself would end the lock: closing any channel of a file does. */
    private static @Nullable Object key(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }
}
