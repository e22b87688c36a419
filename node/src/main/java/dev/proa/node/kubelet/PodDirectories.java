package dev.proa.node.kubelet;

import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The directory of a pod, in which its volumes lie and some of them are mounted. */
final class PodDirectories {
    private PodDirectories() {}

    /** Removes a directory with all that is in it; what is mounted there goes away without being touched. Idempotent. */
    static void remove(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        for (Path mount : Mounts.below(directory.toRealPath())) {
            try {
                Mounts.unmount(mount, Mounts.MNT_DETACH);
            } catch (ErrnoException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
        AtomicFiles.deleteTree(directory);
    }

    /** Whether something is mounted exactly there, which a restart of the machine undoes. */
    static boolean isMounted(Path directory) throws IOException {
        Path real = directory.toRealPath();
        return Mounts.below(real).contains(real);
    }
}
