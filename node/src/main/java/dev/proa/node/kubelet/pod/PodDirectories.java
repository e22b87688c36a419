package dev.proa.node.kubelet.pod;

import dev.proa.node.linux.Directory;
import dev.proa.node.linux.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The kubelet's directories of pods, for volumes and logs. Only the kubelet may enter them; containers can change their
 * contents, so those are accessed through {@link Directory}.
 */
public final class PodDirectories {
    private static final int OWNERS = 0700;

    private PodDirectories() {}

    /** Opens the directory at a path without links, creating what is missing. */
    public static Directory open(Path directory) throws IOException {
        return Directory.make(directory, OWNERS);
    }

    /** Makes the directories of a node private, including those that an earlier version left open to everybody. */
    public static void makePrivate(Path... directories) throws IOException {
        for (Path directory : directories) {
            try (Directory open = open(directory)) {
                open.setMode(OWNERS);
            }
        }
    }

    /** Removes a directory recursively; mounts in it are unmounted, their contents are not touched. Idempotent. */
    public static void remove(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        for (Path mount : Mounts.below(directory.toRealPath())) {
            Mounts.unmount(mount, Mounts.MNT_DETACH);
        }
        Directory.delete(directory);
    }
}
