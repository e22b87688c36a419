package dev.proa.delivery;

import dev.proa.client.clock.Clock;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.delivery.source.ImageBuild;
import dev.proa.image.build.BuildEvent;
import dev.proa.image.build.BuildOptions;
import dev.proa.image.build.BuiltImage;
import dev.proa.image.build.DockerfileSource;
import dev.proa.image.build.ProjectImageBuilder;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.store.ImageStore;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** Builds the images of a plan, one after the other. For one plan at a time. */
final class ImageBuilds {
    private static final int USUAL_PORT = 8080;

    private final Build build;
    private final Clock clock;
    private final Progress progress;

    /** Builds an image. */
    interface Build {
        BuiltImage build(ImageBuild what, Consumer<BuildEvent> events);

        /**
         * Builds into a store.
         *
         * @param sandbox for Dockerfiles; it is not closed
         */
        static Build into(ImageStore images, BuildOptions options, BuildSandbox sandbox) {
            return (what, events) -> what.plain()
                    ? ProjectImageBuilder.build(what.folder(), images, what.image(), options, sandbox, events)
                    : ProjectImageBuilder.build(source(what), images, what.image(), options, sandbox, events);
        }

        /** Finds what was built before; what would have to be built fails. */
        static Build known(ImageStore images, BuildOptions options, BuildSandbox sandbox) {
            return (what, events) -> {
                Optional<BuiltImage> known = what.plain()
                        ? ProjectImageBuilder.known(what.folder(), images, what.image(), options, sandbox, events)
                        : ProjectImageBuilder.known(source(what), images, what.image(), options, sandbox, events);
                return known.orElseThrow(() -> new DeliveryFailure(what.image() + " has to be built"));
            };
        }

        private static DockerfileSource source(ImageBuild what) {
            return DockerfileSource.find(what.folder(), what.dockerfile()).with(what.target(), what.arguments());
        }
    }

    /**
     * The images that were built.
     *
     * @param references what replaces the names of the images in the manifests
     * @param port that the first one exposes
     * @param images by the names in the manifests
     */
    record Built(Map<String, String> references, int port, Map<String, BuiltImage> images) {
        /** The first reference; empty when nothing was built. */
        String first() {
            return references.values().stream().findFirst().orElse("");
        }
    }

    ImageBuilds(Build build, Clock clock, Progress progress) {
        this.build = build;
        this.clock = clock;
        this.progress = progress;
    }

    /**
     * Builds all images.
     *
     * @param named brings an image to the nodes if it must be there, and names it for the manifests
     */
    Built of(Plan plan, BiFunction<BuiltImage, String, String> named) {
        Map<String, String> references = new LinkedHashMap<>();
        Map<String, BuiltImage> images = new LinkedHashMap<>();
        int port = 0;
        for (ImageBuild what : plan.builds()) {
            progress.step("Building " + what.image());
            BuiltImage image = built(what);
            if (!image.unchanged()) {
                progress.detail("built " + image.reference().familiar());
            }
            String reference = named.apply(image, what.image());
            references.put(what.image(), reference);
            images.put(what.image(), image);
            port = port == 0 ? port(image) : port;
            if (!plan.manifests().generated() && !plan.manifests().uses(what.image())) {
                progress.detail("note: no container of " + plan.manifests().description() + " has the image \""
                        + what.image() + "\", so what was built is not used");
            }
        }
        return new Built(references, port == 0 ? USUAL_PORT : port, images);
    }

    private BuiltImage built(ImageBuild what) {
        try (StillGoing going = new StillGoing(clock, progress)) {
            return build.build(what, event -> going.said(event.message()));
        }
    }

    private static int port(BuiltImage image) {
        for (String port : image.image().config().exposedPorts()) {
            return Integer.parseInt(port.replaceAll("/.*", ""));
        }
        return USUAL_PORT;
    }
}
