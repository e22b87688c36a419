package dev.proa.node.kubelet.volume;

import dev.proa.node.kubelet.pod.PodDirectories;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.FileStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * The directories of PersistentVolumes that are provisioned on this node. Each is an entry, named as its volume, of one directory that
 * only the node can change: no path of an API object is ever written to or removed. Containers own what is in it. Thread-safe.
 */
public final class LocalVolumes {
    private static final String NAME = "local-volumes";
    /** Names of PersistentVolumes. */
    private static final Pattern NAMES = Pattern.compile("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");

    private static final int EVERYBODY = 0777;
    private static final int SET_GROUP = 02000;

    private final Path directory;

    /** @param node the node's directory, a path without links */
    public LocalVolumes(Path node) {
        this.directory = in(node);
    }

    /** Where the volumes of a node lie. */
    public static Path in(Path node) {
        return node.resolve(NAME);
    }

    /** Whether this is the path of the volume of that name. */
    public boolean has(String path, String volume) {
        return NAMES.matcher(volume).matches() && Path.of(path).equals(directory.resolve(volume));
    }

    /**
     * Makes the directory of a volume, unless it is there, and gives it to a group.
     *
     * @param group that owns the files of the pod's volumes; negative for none
     */
    public void make(String volume, long group) throws IOException {
        try (Directory all = PodDirectories.open(directory);
                Directory made = all.makeDirectories(volume, EVERYBODY)) {
            FileStatus status = made.status();
            if (group >= 0 && status.group() != group) {
                made.setGroup(group);
                made.setMode(SET_GROUP | EVERYBODY);
            }
        }
    }

    /** Removes the directory of a volume with all that is in it. Idempotent. */
    public void remove(String volume) throws IOException {
        try (Directory all = Directory.open(directory)) {
            all.delete(volume);
        } catch (ErrnoException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }
}
