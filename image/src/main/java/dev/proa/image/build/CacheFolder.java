package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import dev.proa.image.store.FileTrees;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.SharedLock;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/** The folder of what builds reuse: any number of builds share it, in any number of processes, and one clears it alone. */
public final class CacheFolder {
    private static final String LOCK = "lock";
    private static final String DOCKERFILE = "dockerfile";
    /** Where builds that are delivered to other clusters have their images, until they are pushed. */
    private static final String IMAGES = "images";

    /** Files of builds under way; and of commands that killed builds may have left running, which the next build ends. */
    private static final Set<String> KEPT = Set.of(LOCK, "work", "sandbox");

    private CacheFolder() {}

    /** Keeps it from being cleared until the result is closed, on the same thread; waits while it is being cleared. */
    public static SharedLock.Held use(Path cache) {
        try {
            return lock(cache).shared();
        } catch (IOException e) {
            throw ImageFailure.storage("cannot lock the cache of builds " + cache, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImageFailure(
                    ImageFailure.Reason.BUILD_FAILED, "interrupted while the cache of builds was being cleared", e);
        }
    }

    private static SharedLock lock(Path cache) throws IOException {
        return SharedLock.of(Files.createDirectories(cache).toRealPath().resolve(LOCK));
    }

    /**
     * Deletes what builds reuse; does nothing while a build runs.
     *
     * @return whether it could be done
     */
    public static boolean clear(Path cache) {
        if (!Files.isDirectory(cache)) {
            return true;
        }
        try (SharedLock.Held alone = lock(cache).tryExclusive()) {
            if (alone == null) {
                return false;
            }
            clearAll(cache);
            return true;
        } catch (IOException e) {
            throw ImageFailure.storage("cannot clear the cache of builds " + cache, e);
        }
    }

    private static void clearAll(Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (name.equals(DOCKERFILE)) {
                    clearAll(entry);
                } else if (name.equals(IMAGES)) {
                    ImageStore images = ImageStore.open(entry);
                    images.remove(any -> true, Duration.ZERO);
                    images.collectGarbage(Duration.ZERO);
                } else if (!KEPT.contains(name)) {
                    FileTrees.delete(entry);
                }
            }
        }
    }
}
