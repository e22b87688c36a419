package dev.proa.delivery;

import dev.proa.api.value.MapValue;
import dev.proa.delivery.config.AppSpec;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.delivery.config.Strategy;
import dev.proa.delivery.source.EnvSecret;
import dev.proa.delivery.source.GeneratedSource;
import dev.proa.delivery.source.ImageBuild;
import dev.proa.delivery.source.ManifestSource;
import dev.proa.delivery.source.ManifestSource.Setting;
import dev.proa.delivery.source.SourceOptions;
import dev.proa.image.build.Project;
import dev.proa.image.build.ProjectDetector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What is to be deployed of a folder, found without building anything.
 *
 * @param project the folder, absolute
 * @param name of the application
 * @param image the name of the folder's own image in the manifests
 * @param manifests of the application
 * @param builds the images to build; none when the manifests name images that exist
 */
record Plan(Path project, String name, String image, Manifests manifests, List<ImageBuild> builds) {
    private static final int USUAL_PORT = 8080;
    private static final int USUAL_REPLICAS = 2;

    Plan {
        builds = List.copyOf(builds);
    }

    /**
     * Plans a deployment.
     *
     * @param app what {@code proa.yaml} or the command line says of it
     * @param name that the user gave; empty for the folder's own
     * @param claims whether the cluster provides persistent volumes
     * @throws DeliveryFailure when the folder cannot be deployed; the message says what to do
     */
    static Plan of(AppSpec app, String name, String namespace, SourceOptions options, boolean claims) {
        Path project = app.folder().toAbsolutePath().normalize();
        Project kind = ProjectDetector.detect(project, options.builder());
        if (!Files.isDirectory(project)) {
            throw new DeliveryFailure(((Project.Unknown) kind).message());
        }
        boolean buildable = !(kind instanceof Project.Unknown);
        String own = buildable ? AppName.of(kind) : AppName.of(project);
        String chosen = AppName.chosen(name.isEmpty() ? app.name() : name, own);
        boolean secret = !(kind instanceof Project.StaticSite) && EnvSecret.in(project);
        GeneratedSource generated =
                new GeneratedSource(app.replicas() == 0 ? USUAL_REPLICAS : app.replicas(), app.env(), secret);
        ManifestSource source = ManifestSources.find(project, options, buildable, generated);
        MapValue environment = secret ? EnvSecret.read(project, chosen, options.environment()) : null;
        Manifests manifests = Manifests.of(source, new Setting(chosen, namespace, USUAL_PORT, claims), environment);
        String image = manifests.generated() ? chosen : own;
        if (kind instanceof Project.Unknown unknown
                && (manifests.generated() || !manifests.namesBuilds() && manifests.uses(own))) {
            throw new DeliveryFailure(unknown.message());
        }
        List<ImageBuild> builds = manifests.namesBuilds()
                ? manifests.builds()
                : buildable ? List.of(ImageBuild.of(image, project)) : List.of();
        return new Plan(project, chosen, image, manifests, builds);
    }

    /** The objects as they would be with images that are not built yet. */
    List<MapValue> provisional() {
        return manifests.finish(Map.of(), USUAL_PORT, Strategy.ROLLING);
    }
}
