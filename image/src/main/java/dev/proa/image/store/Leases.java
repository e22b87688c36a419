package dev.proa.image.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Leases of a store: {@code leases/ID}, an empty file whose time of change is when the lease began, locked by its process for as
 * long as that has the lease. For the holder of the store's lock, apart from the end of a lease.
 */
final class Leases {
    /** Those of this process: opening the file of one and closing it again would take its lock away. */
    private static final Map<Path, Instant> OWN = new ConcurrentHashMap<>();

    private final Path directory;

    Leases(Path directory) {
        this.directory = directory;
    }

    ImageStore.Lease begin(Instant now) throws IOException {
        Path file = Files.createDirectories(directory)
                .toRealPath()
                .resolve(UUID.randomUUID().toString());
        Files.createFile(file);
        // Before the file is locked: this opens and closes it, with which a process gives away its lock.
        Files.setLastModifiedTime(file, FileTime.from(now));
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        channel.lock();
        OWN.put(file, now);
        return () -> {
            Files.deleteIfExists(file);
            channel.close();
            OWN.remove(file);
        };
    }

    /** When the oldest lease began; {@code latest} if there is none that is older. Removes those of processes that have died. */
    Instant oldest(Instant latest) throws IOException {
        Instant oldest = latest;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory.toRealPath())) {
            for (Path file : files) {
                Instant began = began(file);
                oldest = began.isBefore(oldest) ? began : oldest;
            }
        } catch (NoSuchFileException e) {
            return oldest; // there never was one
        }
        return oldest;
    }

    /** {@link Instant#MAX} for what is no lease any more. */
    private static Instant began(Path file) throws IOException {
        Instant own = OWN.get(file);
        if (own != null) {
            return own;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (channel.tryLock() == null) {
                return Files.getLastModifiedTime(file).toInstant();
            }
            Files.deleteIfExists(file);
            return Instant.MAX;
        } catch (NoSuchFileException e) {
            return Instant.MAX; // it has just ended
        }
    }
}
