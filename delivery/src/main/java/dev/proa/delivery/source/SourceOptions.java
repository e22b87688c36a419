package dev.proa.delivery.source;

import dev.proa.image.build.Builder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How the folder is built, which manifests to take, and the values that are filled in.
 *
 * @param manifests a folder or file in the project that has them; empty to find them
 * @param values files with values for a Helm chart; later ones win
 * @param sets single values for a Helm chart, as {@code image.tag=1}
 * @param skipHooks whether to leave out what a Helm chart runs before and after it is installed
 * @param profiles of a Compose file that are active
 * @param builder that builds the folder
 * @param environment of the user, whose variables Compose files and {@code .env} refer to
 * @param programs whether a kustomization or a chart may be rendered, which is done by programs of this machine
 */
public record SourceOptions(
        String manifests,
        List<Path> values,
        List<String> sets,
        boolean skipHooks,
        List<String> profiles,
        Builder builder,
        Map<String, String> environment,
        boolean programs) {
    /** What is found, with the values that it has itself. */
    public static final SourceOptions NONE =
            new SourceOptions("", List.of(), List.of(), false, List.of(), Builder.AUTO);

    public SourceOptions {
        values = List.copyOf(values);
        sets = List.copyOf(sets);
        profiles = List.copyOf(profiles);
        environment = Map.copyOf(environment);
    }

    /** With the environment of this process, and rendered by whatever it takes. */
    public SourceOptions(
            String manifests,
            List<Path> values,
            List<String> sets,
            boolean skipHooks,
            List<String> profiles,
            Builder builder) {
        this(manifests, values, sets, skipHooks, profiles, builder, System.getenv(), true);
    }

    /** The same with other manifests. */
    public SourceOptions withManifests(String path) {
        return new SourceOptions(path, values, sets, skipHooks, profiles, builder, environment, programs);
    }

    /** The same with this builder. */
    public SourceOptions withBuilder(Builder newBuilder) {
        return new SourceOptions(manifests, values, sets, skipHooks, profiles, newBuilder, environment, programs);
    }

    /** The same for a user with another environment, and rendered without other programs. */
    public SourceOptions withoutPrograms(Map<String, String> users) {
        return new SourceOptions(manifests, values, sets, skipHooks, profiles, builder, users, false);
    }
}
