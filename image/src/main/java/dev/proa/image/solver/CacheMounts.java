package dev.proa.image.solver;

import dev.proa.image.dockerfile.Mount;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Decides which directory a cache mount is, and who has to wait for it. Within this process; thread-safe. */
final class CacheMounts {
    private static final CacheMounts ALL = new CacheMounts();

    private final ConcurrentHashMap<Path, ReentrantReadWriteLock> locks = new ConcurrentHashMap<>();

    private CacheMounts() {}

    /** Those of this process, whose builds may share caches. */
    static CacheMounts all() {
        return ALL;
    }

    /**
     * Waits until a cache may be used.
     *
     * @param held is added the lock that the caller releases when the step has ended
     */
    Path take(StepCache cache, Mount.Cache mount, List<Lock> held) throws InterruptedException {
        for (int number = 0; ; number++) {
            Path directory = cache.mount(mount.id(), number);
            ReentrantReadWriteLock lock = locks.computeIfAbsent(directory, each -> new ReentrantReadWriteLock());
            switch (mount.sharing()) {
                case SHARED -> lock.readLock().lockInterruptibly();
                case LOCKED -> lock.writeLock().lockInterruptibly();
                case PRIVATE -> {
                    if (!lock.writeLock().tryLock()) {
                        continue;
                    }
                }
            }
            held.add(mount.sharing() == Mount.Sharing.SHARED ? lock.readLock() : lock.writeLock());
            return directory;
        }
    }
}
