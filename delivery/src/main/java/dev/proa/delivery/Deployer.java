package dev.proa.delivery;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import dev.proa.image.ImageFailure;
import dev.proa.image.build.BuildEvent;
import dev.proa.image.build.BuildOptions;
import dev.proa.image.build.Builder;
import dev.proa.image.build.BuiltImage;
import dev.proa.image.build.ProjectDetector;
import dev.proa.image.build.ProjectImageBuilder;
import dev.proa.image.build.SourcePort;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.store.ImageStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * {@code proa deploy}: builds an application, applies its manifests, follows the rollout and asks its URL. Blocks until
 * that has answered or the deployment has failed. For one deployment at a time.
 */
public final class Deployer {
    private final Client client;
    private final PodLogs logs;
    private final Build build;
    private final String host;
    private final Clock clock;
    private final Progress progress;

    /** Builds the image of the application in a folder. */
    interface Build {
        BuiltImage build(Path project, String name, Consumer<BuildEvent> events);
    }

    /**
     * @param images the store that the nodes take images from
     * @param sandbox for Dockerfiles; it is not closed
     * @param host the address of node ports as seen from here; empty when they cannot be reached, and then no URL is
     *     asked
     */
    public Deployer(
            Client client,
            PodLogs logs,
            ImageStore images,
            BuildOptions build,
            BuildSandbox sandbox,
            String host,
            Clock clock,
            Progress progress) {
        this(
                client,
                logs,
                (project, name, events) -> ProjectImageBuilder.build(project, images, name, build, sandbox, events),
                host,
                clock,
                progress);
    }

    Deployer(Client client, PodLogs logs, Build build, String host, Clock clock, Progress progress) {
        this.client = client;
        this.logs = logs;
        this.build = build;
        this.host = host;
        this.clock = clock;
        this.progress = progress;
    }

    /**
     * Checks a folder before anything is built or started.
     *
     * @param builder that is to build it
     * @return what is wrong and what to do; empty when nothing is
     */
    public static String check(Path folder, Builder builder) {
        try {
            Path project = folder.toAbsolutePath().normalize();
            AppName.of(ProjectDetector.detect(project, builder));
            Manifests.read(project);
            return "";
        } catch (ImageFailure | DeliveryFailure e) {
            return String.valueOf(e.getMessage());
        }
    }

    /**
     * The name of the application in a folder.
     *
     * @throws ImageFailure when its files are invalid
     * @throws IllegalArgumentException when there is no application in it; the message says what to do
     */
    public static String name(Path folder) {
        try {
            return AppName.of(ProjectDetector.detect(folder.toAbsolutePath().normalize()));
        } catch (DeliveryFailure e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /**
     * The manifests of a folder as YAML; call {@link #check} first. The image has the application's name, and generated
     * manifests use the port that its source names.
     *
     * @param name of the application; empty for the folder's own
     * @throws IllegalArgumentException when the name is invalid; the message says what to do
     */
    public static String manifests(Path folder, String name) {
        Path project = folder.toAbsolutePath().normalize();
        String own = AppName.of(ProjectDetector.detect(project));
        try {
            return Manifests.read(project)
                    .yaml(AppName.chosen(name, own), SourcePort.of(project).port());
        } catch (DeliveryFailure e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** Deploys. Failures that the user can fix are in the outcome; an interrupt ends it where it is. */
    public DeployOutcome deploy(DeployRequest request) throws InterruptedException {
        Path project = request.project().toAbsolutePath().normalize();
        try {
            String own = AppName.of(ProjectDetector.detect(project));
            String name = AppName.chosen(request.name(), own);
            Manifests manifests = Manifests.read(project);
            String imageName = manifests.isEmpty() ? name : own;
            List<MapValue> planned = manifests.finish(imageName, imageName, 8080, request.namespace());
            if (request.port() > 0 && !manifests.isEmpty()) {
                throw new DeliveryFailure(
                        "--port is for applications whose manifests are generated: write it as containerPort in "
                                + project.resolve("k8s")
                                + ", and as targetPort of its service\nNothing was built or changed.");
            }
            DeployedObjects deployed = DeployedObjects.find(client, request, name, project, planned);
            deployed.note().ifPresent(progress::detail);
            Preflight preflight = new Preflight(client, manifests::describe);
            preflight.claims(planned);
            preflight.namespaces(planned, request.createNamespace());
            progress.step("Building " + name);
            BuiltImage image = built(project, name);
            String reference = familiar(image.reference().toString());
            if (!image.unchanged()) {
                progress.detail("built " + reference);
            }
            if (!manifests.isEmpty() && !manifests.uses(own)) {
                progress.detail("note: no container in " + project.resolve("k8s") + " has the image \"" + own
                        + "\", so what was built is not used");
            }
            List<MapValue> objects = manifests.finish(
                    imageName, reference, deployed.port() > 0 ? deployed.port() : port(image), request.namespace());
            List<String> changed = apply(objects, manifests);
            changed.addAll(deployed.replace(objects, progress));
            Instant end = clock.instant().plus(request.timeout()); // the build has no timeout
            Advice advice = new Advice(project, manifests.isEmpty());
            RolloutFollower follower = new RolloutFollower(client, logs, clock, progress, advice);
            for (MapValue manifest : objects) {
                if (manifest.string("kind").equals("Deployment")) {
                    MapValue metadata = manifest.map("metadata");
                    follower.follow(metadata.string("namespace"), metadata.string("name"), request.timeout(), end);
                }
            }
            List<String> warnings = new ArrayList<>(UnsupportedKinds.warnings(objects));
            String url = new FirstAnswer(client, host, clock, progress).of(objects, end, warnings);
            warnings.forEach(warning -> progress.detail("warning: " + warning));
            return new DeployOutcome.Running(name, reference, url, changed, warnings);
        } catch (StatusException e) {
            return new DeployOutcome.Failed("the cluster's API did not go along: " + e.getMessage());
        } catch (TransportException e) {
            return new DeployOutcome.Failed("lost the cluster meanwhile: " + e.getMessage());
        } catch (ImageFailure | DeliveryFailure e) {
            return new DeployOutcome.Failed(String.valueOf(e.getMessage()));
        }
    }

    private BuiltImage built(Path project, String name) {
        try (StillGoing going = new StillGoing(clock, progress)) {
            return build.build(project, name, event -> going.said(event.message()));
        }
    }

    /** The short form: {@code hello:1} for {@code docker.io/library/hello:1}. */
    private static String familiar(String reference) {
        String library = "docker.io/library/";
        return reference.startsWith(library) ? reference.substring(library.length()) : reference;
    }

    private static int port(BuiltImage image) {
        for (String port : image.image().config().exposedPorts()) {
            return Integer.parseInt(port.replaceAll("/.*", ""));
        }
        return 8080;
    }

    private List<String> apply(List<MapValue> manifests, Manifests origin) {
        progress.step("Applying " + manifests.size() + (manifests.size() == 1 ? " manifest" : " manifests"));
        Applier applier = new Applier(client, origin::describe, origin.isEmpty());
        applier.check(manifests);
        List<String> changed = new ArrayList<>();
        for (MapValue manifest : manifests) {
            Applier.Change change = applier.apply(manifest);
            String line = Applier.describe(manifest) + " " + change;
            progress.detail(line);
            if (change != Applier.Change.UNCHANGED) {
                changed.add(line);
            }
        }
        return changed;
    }
}
