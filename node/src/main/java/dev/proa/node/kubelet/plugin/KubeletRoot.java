package dev.proa.node.kubelet.plugin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * Gives each node of a machine its own {@code /var/lib/kubelet}, as far as plugins need it: manifests of drivers mount {@code
 * /var/lib/kubelet/plugins} and {@code /var/lib/kubelet/plugins_registry} from the host and name sockets there. These two are entries of the
 * node's directory.
 *
 * @param directory the node's, a path without links
 */
public record KubeletRoot(Path directory) {
    private static final Path USUAL = Path.of("/var/lib/kubelet");
    private static final String REGISTRY = "plugins_registry";
    private static final List<String> OWN = List.of("plugins", REGISTRY);

    /** Where a path of the host that names one of the two, or something in it, is on this machine. Other paths stay as they are. */
    public Path resolve(Path path) {
        for (String name : OWN) {
            Path usual = USUAL.resolve(name);
            if (path.normalize().startsWith(usual)) {
                return directory.resolve(name).resolve(usual.relativize(path.normalize()));
            }
        }
        return path;
    }

    /** Where plugins put the sockets by which they register. */
    Path registry() {
        return directory.resolve(REGISTRY);
    }

    /** Makes the directories, unless they are there. */
    public void make() throws IOException {
        for (String name : OWN) {
            Files.createDirectories(
                    directory.resolve(name),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
        }
    }
}
