package dev.proa.delivery;

import dev.proa.delivery.compose.ComposeSource;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.delivery.source.FolderSource;
import dev.proa.delivery.source.GeneratedSource;
import dev.proa.delivery.source.HelmSource;
import dev.proa.delivery.source.KustomizeSource;
import dev.proa.delivery.source.ManifestSource;
import dev.proa.delivery.source.SourceOptions;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Kind;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds where the manifests of a folder come from. */
final class ManifestSources {
    private ManifestSources() {}

    /**
     * The source of a folder's manifests. The first of these counts: {@code k8s} (a kustomization, a chart, or plain files), a
     * kustomization, a Helm chart in the folder, in {@code chart} or in {@code helm}, a Compose file; else they are generated. A
     * Compose file that builds nothing counts only for a folder that is no project itself, since many projects have one for the
     * database of their tests.
     *
     * @param buildable whether the folder is a project that can be built
     * @param generated what to take when there are none
     */
    static ManifestSource find(Path project, SourceOptions options, boolean buildable, GeneratedSource generated) {
        try (SourceFolder folder = SourceFolder.open(project)) {
            if (!options.manifests().isEmpty()) {
                return named(project, folder, options);
            }
            if (folder.kind("k8s") == Kind.DIRECTORY) {
                ManifestSource special = special(project, folder, "k8s", options);
                return special == null ? new FolderSource(project, "k8s") : special;
            }
            for (String path : List.of("", "chart", "helm")) {
                ManifestSource special = special(project, folder, path, options);
                if (special != null) {
                    return special;
                }
            }
            String compose = compose(folder, "");
            if (!compose.isEmpty()) {
                ComposeSource source = new ComposeSource(project, compose, options.profiles(), options.environment());
                if (!buildable || source.builds()) {
                    return source;
                }
            }
            return generated;
        }
    }

    private static ManifestSource named(Path project, SourceFolder folder, SourceOptions options) {
        String path = options.manifests().replaceAll("/+$", "");
        return switch (folder.kind(path)) {
            case NOTHING ->
                throw new DeliveryFailure("there is no " + project.resolve(path) + " to take manifests from");
            case FILE ->
                path.matches("(.*/)?(docker-)?compose[^/]*\\.ya?ml")
                        ? new ComposeSource(project, path, options.profiles(), options.environment())
                        : new FolderSource(project, path);
            case DIRECTORY -> {
                ManifestSource special = special(project, folder, path, options);
                String compose = compose(folder, path + "/");
                yield special != null
                        ? special
                        : !compose.isEmpty()
                                ? new ComposeSource(project, compose, options.profiles(), options.environment())
                                : new FolderSource(project, path);
            }
        };
    }

    private static String compose(SourceFolder folder, String prefix) {
        return ManifestSource.COMPOSE_FILES.stream()
                .map(name -> prefix + name)
                .filter(file -> folder.kind(file) == Kind.FILE)
                .findFirst()
                .orElse("");
    }

    /** The kustomization or chart in a folder of the project; null when it is neither. */
    private static @Nullable ManifestSource special(
            Path project, SourceFolder folder, String path, SourceOptions options) {
        String prefix = path.isEmpty() ? "" : path + "/";
        boolean kustomization =
                KustomizeSource.FILES.stream().anyMatch(file -> folder.kind(prefix + file) == Kind.FILE);
        if (!kustomization && folder.kind(prefix + "Chart.yaml") != Kind.FILE) {
            return null;
        }
        if (!options.programs()) {
            throw new DeliveryFailure(project.resolve(path) + " is rendered by another program");
        }
        return kustomization ? new KustomizeSource(project, path) : new HelmSource(project, path, options);
    }
}
