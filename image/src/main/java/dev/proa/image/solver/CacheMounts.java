package dev.proa.image.solver;

import dev.proa.image.dockerfile.Mount;
import dev.proa.image.store.FileTrees;
import dev.proa.image.store.SharedLock;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The cache mounts of one step: decides which directory each is, and waits for others who use it, in this process and others. For
 * one thread.
 *
 * <p>Beside a cache there are {@code NAME.lock}, {@code NAME.new}, which is locked while the cache is made, and {@code NAME.users} with
 * a file for each step that uses it. A file whose step has not deleted it tells of a process that was killed and whose command
 * may still run.
 */
final class CacheMounts implements AutoCloseable {
    private final StepCache cache;
    private final BuildSandbox sandbox;
    private final List<SharedLock.Held> locks = new ArrayList<>();
    private final List<Path> uses = new ArrayList<>();

    CacheMounts(StepCache cache, BuildSandbox sandbox) {
        this.cache = cache;
        this.sandbox = sandbox;
    }

    /** Makes a directory that is moved to where a cache is to be. */
    interface Maker {
        Path make() throws IOException, InterruptedException;
    }

    /**
     * Waits until a cache may be used, for as long as this is open.
     *
     * @param maker is called when it is not there yet
     */
    Path take(Mount.Cache mount, Maker maker) throws IOException, InterruptedException {
        Path directory = lock(mount);
        use(directory, mount.sharing() != Mount.Sharing.SHARED);
        if (!Files.exists(directory)) {
            try (SharedLock.Held making =
                    SharedLock.of(beside(directory, ".new")).exclusive()) {
                if (!Files.exists(directory)) {
                    Files.move(maker.make(), directory);
                }
            }
        }
        return directory;
    }

    private Path lock(Mount.Cache mount) throws IOException, InterruptedException {
        for (int number = 0; ; number++) {
            Path directory = cache.mount(mount.id(), number);
            SharedLock lock = SharedLock.of(beside(directory, ".lock"));
            SharedLock.Held held = switch (mount.sharing()) {
                case SHARED -> lock.shared();
                case LOCKED -> lock.exclusive();
                case PRIVATE -> lock.tryExclusive();
            };
            if (held != null) {
                locks.add(held);
                return directory;
            }
        }
    }

    private static Path beside(Path directory, String suffix) {
        return directory.resolveSibling(directory.getFileName() + suffix);
    }

    /** @param alone whether no command of others may use it at the same time */
    private void use(Path directory, boolean alone) throws IOException, InterruptedException {
        Path users = Files.createDirectories(beside(directory, ".users"));
        String own = sandbox.name();
        if (alone) {
            try (DirectoryStream<Path> left = Files.newDirectoryStream(users)) {
                for (Path user : left) {
                    String name = user.getFileName().toString().replaceFirst("\\..*", "");
                    if (!name.equals(own)) {
                        sandbox.end(name);
                        Files.deleteIfExists(user);
                    }
                }
            }
        }
        uses.add(Files.createFile(users.resolve(own + "." + UUID.randomUUID())));
    }

    /** Lets others have the caches. */
    @Override
    public void close() throws IOException {
        for (Path use : uses) {
            FileTrees.delete(use);
        }
        for (SharedLock.Held lock : locks) {
            lock.close();
        }
    }
}
