package dev.proa.node.kubelet;

import dev.proa.node.linux.Directory;
import dev.proa.node.linux.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The directories that a kubelet keeps for pods: volumes, some of which are mounted there, and logs. They are for nobody but the
 * kubelet; what is in them is reached by {@link Directory}, for containers may have a hand in it.
 */
final class PodDirectories {
    private static final int OWNERS = 0700;

    private PodDirectories() {}

    /** The directory at a path without links, which is made where it is missing. */
    static Directory open(Path directory) throws IOException {
        return Directory.make(directory, OWNERS);
    }

    /** Makes the directories of a node for nobody else, also those that an earlier kubelet made for everybody. */
    static void makePrivate(Path... directories) throws IOException {
        for (Path directory : directories) {
            try (Directory open = open(directory)) {
                open.setMode(OWNERS);
            }
        }
    }

    /** Removes a directory with all that is in it; what is mounted there goes away without being touched. Idempotent. */
    static void remove(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        for (Path mount : Mounts.below(directory.toRealPath())) {
            Mounts.unmount(mount, Mounts.MNT_DETACH);
        }
        Directory.delete(directory);
    }
}
