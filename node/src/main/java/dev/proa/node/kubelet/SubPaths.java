package dev.proa.node.kubelet;

import dev.proa.node.linux.Directory;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code subPath} of volume mounts, with the failures and texts of Kubernetes. What is made sure here is what a user is told before
 * the container is made; that nothing outside of the volume is mounted is not decided here but by the runtime, when it opens the path
 * for good.
 */
final class SubPaths {
    private static final Logger LOG = LoggerFactory.getLogger(SubPaths.class);

    private SubPaths() {}

    /**
     * Makes what is missing of a path in a volume into directories with the mode of the volume's root.
     *
     * @throws ConfigFailure when it leads out of the volume. The message does not say where to, for that is the host's business
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
