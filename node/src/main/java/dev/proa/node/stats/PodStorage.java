package dev.proa.node.stats;

import dev.proa.node.usage.FilesystemUsage;
import java.util.Map;

/**
 * What a pod uses of file systems, besides the writable layers of its containers.
 *
 * @param volumes by their names; those that can be measured
 * @param logs by the names of the containers
 */
public record PodStorage(Map<String, FilesystemUsage> volumes, Map<String, FilesystemUsage> logs) {
    public static final PodStorage NONE = new PodStorage(Map.of(), Map.of());

    public PodStorage {
        volumes = Map.copyOf(volumes);
        logs = Map.copyOf(logs);
    }
}
