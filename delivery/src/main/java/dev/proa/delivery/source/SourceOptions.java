package dev.proa.delivery.source;

import dev.proa.image.build.Builder;
import java.nio.file.Path;
import java.util.List;

/**
 * How the folder is built, which manifests to take, and the values that are filled in.
 *
 * @param manifests a folder or file in the project that has them; empty to find them
 * @param values files with values for a Helm chart; later ones win
 * @param sets single values for a Helm chart, as {@code image.tag=1}
 * @param skipHooks whether to leave out what a Helm chart runs before and after it is installed
 * @param profiles of a Compose file that are active
 * @param builder that builds the folder
 */
public record SourceOptions(
        String manifests,
        List<Path> values,
        List<String> sets,
        boolean skipHooks,
        List<String> profiles,
        Builder builder) {
    /** What is found, with the values that it has itself. */
    public static final SourceOptions NONE =
            new SourceOptions("", List.of(), List.of(), false, List.of(), Builder.AUTO);

    public SourceOptions {
        values = List.copyOf(values);
        sets = List.copyOf(sets);
        profiles = List.copyOf(profiles);
    }

    /** The same with other manifests. */
    public SourceOptions withManifests(String path) {
        return new SourceOptions(path, values, sets, skipHooks, profiles, builder);
    }

    /** The same with this builder. */
    public SourceOptions withBuilder(Builder newBuilder) {
        return new SourceOptions(manifests, values, sets, skipHooks, profiles, newBuilder);
    }
}
