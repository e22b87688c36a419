package dev.proa.delivery.config;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An application of a folder, as {@code proa.yaml} describes it.
 *
 * @param name of the application; empty for that of its folder
 * @param folder its source
 * @param port on which it listens; 0 for what its source says
 * @param replicas number of pods in generated manifests; 0 for the usual one
 * @param manifests folder or file in the folder that has its manifests; empty to find them
 * @param values files with values for a Helm chart
 * @param set single values for a Helm chart
 * @param profiles of a Compose file
 * @param env variables of the container in generated manifests
 * @param needs names of the applications that are deployed before
 * @param strategy how new versions take over; null for that of earlier deployments
 * @param sync files that are copied into running containers by {@code proa dev}
 */
public record AppSpec(
        String name,
        Path folder,
        int port,
        int replicas,
        String manifests,
        List<Path> values,
        List<String> set,
        List<String> profiles,
        Map<String, String> env,
        List<String> needs,
        @Nullable Strategy strategy,
        List<SyncRule> sync) {
    public AppSpec {
        values = List.copyOf(values);
        set = List.copyOf(set);
        profiles = List.copyOf(profiles);
        env = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(env));
        needs = List.copyOf(needs);
        sync = List.copyOf(sync);
    }

    /** The application of a folder without a description. */
    public static AppSpec of(Path folder) {
        return new AppSpec("", folder, 0, 0, "", List.of(), List.of(), List.of(), Map.of(), List.of(), null, List.of());
    }
}
