package dev.proa.image.store;

import dev.proa.image.Digest;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Blobs that were brought to a repository and are not yet part of a manifest there. They survive garbage collections for
 * {@link #AGE}, which is the time that a push may take.
 *
 * <p>On disk: {@code held/<the repository's name, with % for />/<algorithm>-<hex>}, empty files whose time of change is when the blob came.
 */
final class HeldBlobs {
    static final Duration AGE = Duration.ofDays(1);

    private final Path directory;
    private final Clock clock;

    HeldBlobs(Path directory, Clock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /** Holds a blob, from now on. */
    void hold(String repository, Digest blob) throws IOException {
        Path file = file(repository, blob);
        Files.createDirectories(directory.resolve(name(repository)));
        if (!Files.exists(file)) {
            Files.createFile(file);
        }
        Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
    }

    boolean holds(String repository, Digest blob) throws IOException {
        try {
            return isYoung(file(repository, blob));
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    boolean release(String repository, Digest blob) throws IOException {
        return Files.deleteIfExists(file(repository, blob));
    }

    /** Whether anything was held for a repository lately. */
    boolean knows(String repository) {
        return Files.exists(directory.resolve(name(repository)));
    }

    /** The repositories that a blob is held for. */
    List<String> holders(Digest blob) throws IOException {
        List<String> holders = new ArrayList<>();
        try (DirectoryStream<Path> repositories = Files.newDirectoryStream(directory)) {
            for (Path repository : repositories) {
                String name = repository.getFileName().toString().replace('%', '/');
                if (holds(name, blob)) {
                    holders.add(name);
                }
            }
            return holders;
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    /** All that are held; forgets those that were held too long. */
    Set<Digest> collect() throws IOException {
        Set<Digest> held = new HashSet<>();
        try (DirectoryStream<Path> repositories = Files.newDirectoryStream(directory)) {
            for (Path repository : repositories) {
                collect(repository, held);
            }
        } catch (NoSuchFileException e) {
            return Set.of();
        }
        return held;
    }

    private void collect(Path repository, Set<Digest> held) throws IOException {
        boolean empty = true;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(repository)) {
            for (Path file : files) {
                if (isYoung(file)) {
                    String name = file.getFileName().toString();
                    int dash = name.indexOf('-');
                    held.add(new Digest(name.substring(0, dash), name.substring(dash + 1)));
                    empty = false;
                } else {
                    Files.deleteIfExists(file);
                }
            }
        }
        if (empty) {
            Files.deleteIfExists(repository);
        }
    }

    private boolean isYoung(Path file) throws IOException {
        Instant came =
                Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
        return came.isAfter(clock.instant().minus(AGE));
    }

    private Path file(String repository, Digest blob) {
        return directory.resolve(name(repository)).resolve(blob.algorithm() + "-" + blob.hex());
    }

    private static String name(String repository) {
        if (repository.startsWith(".") || repository.indexOf('%') >= 0) {
            throw new IllegalArgumentException("no repository is named " + repository);
        }
        return repository.replace('/', '%');
    }
}
