package dev.proa.node.kubelet.volume;

import dev.proa.node.kubelet.pod.ConfigFailure;
import dev.proa.node.linux.Directory;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks and creates the {@code subPath} of volume mounts, with Kubernetes' errors and messages. This only reports
 * errors early: that nothing outside the volume is mounted is enforced by the runtime when it opens the path.
 */
final class SubPaths {
    private static final Logger LOG = LoggerFactory.getLogger(SubPaths.class);

    private SubPaths() {}

    /**
     * Creates the missing directories of a path in a volume, with the mode of the volume's root.
     *
     * @throws ConfigFailure when it leads out of the volume; the message does not reveal where to
     */
    static void prepare(Path volume, String path, String mount, String container) {
        if (path.startsWith("/")) {
            throw new ConfigFailure("error SubPath `" + path + "` must not be an absolute path");
        }
        for (Path part : Path.of(path)) {
            if (part.toString().equals("..")) {
                throw new ConfigFailure("unable to provision SubPath `" + path + "`: must not contain '..'");
            }
        }
        String where = " for volumeMount \"" + mount + "\" of container \"" + container + "\"";
        try (Directory root = Directory.openTrusted(volume)) {
            if (!root.reaches(path)) {
                make(root, path, where);
            }
            if (root.reaches(path)) {
                return;
            }
            LOG.info("subPath {}{} leads to nothing", path, where);
        } catch (IOException e) {
            LOG.info("subPath {}{} was refused", path, where, e);
        }
        throw new ConfigFailure("failed to prepare subPath" + where);
    }

    private static void make(Directory root, String path, String where) {
        try {
            root.makeMissing(path, root.status().permissions());
        } catch (IOException e) {
            LOG.info("subPath {}{} was not made", path, where, e);
            throw new ConfigFailure("failed to create subPath directory" + where);
        }
    }
}
