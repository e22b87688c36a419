package dev.proa.image.solver;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.JsonDocument;
import dev.proa.image.layer.Compression;
import dev.proa.image.layer.DirectoryLayer;
import dev.proa.image.layer.FileAttributes;
import dev.proa.image.store.FileTrees;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The results of steps by their keys, on disk:
 *
 * <pre>
 * steps/KEY/fs          what the step changed: the upper directory of an overlay mount
 *          archives/NAME  the archives made of it: descriptor and diffID
 *          replaced       the name of the directory that has a newer result of the key, which may be missing
 * values/KEY            small results: the digest of files in a stage; the key of a step with an equal result
 * contexts/FOLDER       digests of the files of contexts
 * mounts/ID             directories of {@code RUN --mount=type=cache}
 * tmp/                  what is under way
 * lock                  locked by the processes that build
 * </pre>
 *
 * A result appears whole or not at all (rename). Any number of threads and processes may build at once.
 */
final class StepCache implements AutoCloseable {
    /** Mount options with many layers have to fit into a page. */
    private static final int NAME_DIGITS = 20;

    private static final String REPLACED = "replaced";

    private static final List<String> PARTS = List.of("steps", "values", "contexts", "mounts", "tmp");

    /** A process locks a file once, whatever number of builds it runs. */
    private static final Map<Path, Shared> SHARED = new HashMap<>();

    private record Shared(FileChannel channel, AtomicInteger users) {}

    private final Path directory;
    private final ConcurrentHashMap<Path, ReentrantLock> archiving = new ConcurrentHashMap<>();

    private StepCache(Path directory) {
        this.directory = directory;
    }

    /** Opens the cache for a build. */
    static StepCache open(Path directory) {
        try {
            for (String part : PARTS) {
                Files.createDirectories(directory.resolve(part));
            }
            // Users of this machine must not reach set-user-ID programs of images.
            Files.setAttribute(directory, "unix:mode", 0700);
            Path real = directory.toRealPath();
            join(real);
            return new StepCache(real);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot open the build cache " + directory, e);
        }
    }

    private static void join(Path directory) throws IOException {
        synchronized (SHARED) {
            Shared shared = SHARED.get(directory);
            if (shared == null) {
                FileChannel channel = FileChannel.open(
                        directory.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
                removeLeftovers(directory, channel);
                channel.lock(0, Long.MAX_VALUE, true);
                shared = new Shared(channel, new AtomicInteger());
                SHARED.put(directory, shared);
            }
            shared.users.incrementAndGet();
        }
    }

    /** Deletes what killed builds had under way, unless another build runs. */
    private static void removeLeftovers(Path directory, FileChannel channel) throws IOException {
        try (FileLock alone = channel.tryLock()) {
            if (alone != null) {
                try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory.resolve("tmp"))) {
                    for (Path entry : entries) {
                        FileTrees.delete(entry);
                    }
                }
            }
        }
    }

    /** The directory of a step's result, or null; it counts as used now. */
    @Nullable
    Path find(Digest key) throws IOException {
        Path home = home(key);
        if (!touch(home)) {
            String equal = value(key);
            return equal == null ? null : find(Digest.parse(equal));
        }
        try {
            Path newer = home.resolveSibling(Files.readString(home.resolve(REPLACED)));
            return touch(newer) ? newer.resolve("fs") : null;
        } catch (NoSuchFileException e) {
            return home.resolve("fs");
        }
    }

    private static boolean touch(Path home) throws IOException {
        try {
            Files.setLastModifiedTime(home, FileTime.from(Instant.now()));
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Keeps the result of another step, which {@link #find} has found, also under this key. */
    Path putEqual(Digest key, Digest other) throws IOException {
        putValue(key, other.toString());
        return Objects.requireNonNull(find(other));
    }

    /** An empty directory for the result of a step. */
    Path newResult() throws IOException {
        Path result = Files.createDirectories(temporary().resolve("fs"));
        Files.setAttribute(result, "unix:mode", 0755);
        return result;
    }

    /** An empty directory for something else, which the caller deletes. */
    Path temporary() throws IOException {
        return Files.createDirectory(
                directory.resolve("tmp").resolve(UUID.randomUUID().toString()));
    }

    /** Deletes what {@link #newResult} or {@link #temporary} returned. */
    void discard(Path result) throws IOException {
        Path tmp = directory.resolve("tmp");
        Path home = result;
        while (home.getParent() != null && !tmp.equals(home.getParent())) {
            home = home.getParent();
        }
        FileTrees.delete(home);
    }

    /** Keeps a result under its key; that of another build that was faster is equally good. */
    Path put(Digest key, Path result) throws IOException {
        Path home = home(key);
        try {
            Files.move(result.resolveSibling(""), home, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (!Files.isDirectory(home.resolve("fs"))) {
                throw e;
            }
            discard(result);
        }
        return home.resolve("fs");
    }

    /** Keeps a result under its key, in place of an earlier one, which stays: builds of other processes may be about to mount it. */
    Path replace(Digest key, Path result) throws IOException {
        Path home = home(key);
        if (!Files.isDirectory(home)) {
            return put(key, result);
        }
        String unique = UUID.randomUUID().toString().replace("-", "").substring(0, NAME_DIGITS / 2);
        Path newer = home.resolveSibling(key.hex().substring(0, NAME_DIGITS / 2) + unique);
        Files.move(result.resolveSibling(""), newer, StandardCopyOption.ATOMIC_MOVE);
        write(home.resolve(REPLACED), newer.getFileName().toString().getBytes(StandardCharsets.UTF_8));
        return newer.resolve("fs");
    }

    private Path home(Digest key) {
        return directory.resolve("steps").resolve(key.hex().substring(0, NAME_DIGITS));
    }

    /** A small result, or null. */
    @Nullable
    String value(Digest key) throws IOException {
        try {
            Path file = directory.resolve("values").resolve(key.hex());
            String value = Files.readString(file);
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
            return value;
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    void putValue(Digest key, String value) throws IOException {
        write(directory.resolve("values").resolve(key.hex()), value.getBytes(StandardCharsets.UTF_8));
    }

    /** Replaces a file as a whole. */
    void write(Path file, byte[] content) throws IOException {
        Path temporary = temporary();
        Path written = Files.write(temporary.resolve("content"), content);
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        FileTrees.delete(temporary);
    }

    /** The file with the digests of a context's files. */
    Path digests(Path context) throws IOException {
        Digest name =
                new Key("context").add("path", context.toRealPath().toString()).finish();
        return directory.resolve("contexts").resolve(name.hex());
    }

    /** The directory of a cache mount; {@code number} tells several of the same id apart. */
    Path mount(String id, int number) {
        Digest name = new Key("mount").add("id", id).add("number", "" + number).finish();
        return directory.resolve("mounts").resolve(name.hex().substring(0, NAME_DIGITS));
    }

    /**
     * The archive of a step's result; it is written unless the store still has it.
     *
     * @param latest see {@link DirectoryLayer#write}
     */
    Image.Layer archive(
            Path result, FileAttributes attributes, @Nullable Long latest, ImageStore store, Compression compression)
            throws IOException {
        Path file = result.resolveSibling("archives").resolve(compression + (latest == null ? "" : "-" + latest));
        ReentrantLock busy = archiving.computeIfAbsent(file, each -> new ReentrantLock());
        busy.lock();
        try {
            Image.Layer known = read(file);
            if (known != null && store.claim(known.descriptor().digest())) {
                return known;
            }
            Image.Layer layer = DirectoryLayer.write(result, attributes, latest, store, compression);
            Files.createDirectories(file.resolveSibling(""));
            Map<String, Object> json = new HashMap<>();
            json.put("descriptor", layer.descriptor().toJson());
            json.put("diffId", layer.diffId().toString());
            write(file, JsonDocument.write(json));
            return layer;
        } finally {
            busy.unlock();
        }
    }

    private static Image.@Nullable Layer read(Path file) throws IOException {
        try {
            JsonDocument json = JsonDocument.parse(Files.readAllBytes(file), file.toString());
            return new Image.Layer(
                    Descriptor.read(json.requiredObject("descriptor")), Digest.parse(json.required("diffId")));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (SHARED) {
            Shared shared = SHARED.get(directory);
            if (shared != null && shared.users.decrementAndGet() == 0) {
                SHARED.remove(directory);
                shared.channel.close();
            }
        }
    }
}
