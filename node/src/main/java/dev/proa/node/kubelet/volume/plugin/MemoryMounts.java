package dev.proa.node.kubelet.volume.plugin;

import dev.proa.node.linux.Directory;
import dev.proa.node.linux.FileStatus;
import java.io.IOException;

/** Mounts volumes in memory (tmpfs). */
final class MemoryMounts {
    private MemoryMounts() {}

    /**
     * Mounts a tmpfs on a directory in {@code parent}, unless it is mounted already, as it is not after a reboot.
     *
     * @param bytes the most that it holds; 0 for no limit of its own
     */
    static void mount(Directory parent, String name, long bytes, int mode) throws IOException {
        FileStatus status = parent.status(name);
        if (status != null && status.mountPoint()) {
            return;
        }
        parent.delete(name);
        parent.makeDirectories(name, mode).close();
        parent.mountMemory(name, bytes, mode);
    }
}
