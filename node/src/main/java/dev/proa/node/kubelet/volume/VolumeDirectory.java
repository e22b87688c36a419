package dev.proa.node.kubelet.volume;

import dev.proa.node.kubelet.pod.PodDirectories;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.FileStatus;
import dev.proa.node.linux.Mounts;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A volume's directory in its pod's directory: {@code volumes/kubernetes.io~empty-dir/NAME}. It is an entry of a parent that only the
 * kubelet can change, and that is opened without following links.
 *
 * @param pod the pod's directory
 * @param plugin the name of the volume's plugin
 * @param name the volume's name in the pod
 */
public record VolumeDirectory(Path pod, String plugin, String name) {
    private static final String VOLUMES = "volumes";

    /** The directory of all volumes of a pod, which has one directory for each plugin. */
    static Path volumes(Path pod) {
        return pod.resolve(VOLUMES);
    }

    /** The name of a plugin's directory. */
    static String escape(String plugin) {
        return plugin.replace('/', '~');
    }

    /** Where the volume is or would be; files in it are not to be accessed by this path. */
    public Path path() {
        return parentPath().resolve(name);
    }

    private Path parentPath() {
        return volumes(pod).resolve(escape(plugin));
    }

    /** Opens the parent, of which the volume is the entry {@link #name}. Creates it when it is missing. */
    public Directory parent() throws IOException {
        return PodDirectories.open(parentPath());
    }

    /** Unmounts what is mounted here or below, then deletes the entry with what is in it, but not what it leads to. Idempotent. */
    public void remove() throws IOException {
        try (Directory parent = Directory.open(parentPath())) {
            FileStatus status = parent.status(name);
            if (status == null) {
                return;
            }
            if (status.isDirectory()) {
                for (Path mount : Mounts.below(path())) {
                    Mounts.unmount(mount, Mounts.MNT_DETACH);
                }
            }
            parent.delete(name);
        } catch (ErrnoException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }
}
