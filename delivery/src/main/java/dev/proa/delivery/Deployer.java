package dev.proa.delivery;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.config.AppSpec;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.delivery.config.ProaFile;
import dev.proa.delivery.config.Strategy;
import dev.proa.delivery.source.Kinds;
import dev.proa.image.ImageFailure;
import dev.proa.image.build.BuildOptions;
import dev.proa.image.build.BuiltImage;
import dev.proa.image.build.ProjectDetector;
import dev.proa.image.build.SourcePort;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * {@code proa deploy}: builds an application, applies its manifests, follows the rollout and asks its URL. Blocks until
 * that has answered or the deployment has failed. For one deployment at a time.
 */
public final class Deployer {
    private final Client client;
    private final PodLogs logs;
    private final Supplier<ImageStore.Lease> leases;
    private final ImageBuilds builds;
    private final Target target;
    private final Clock clock;
    private final Progress progress;
    private final Changes.Watcher changes;

    /**
     * @param images the store that the nodes take images from, or from which they are pushed
     * @param sandbox for Dockerfiles; it is not closed
     */
    public Deployer(
            Client client,
            PodLogs logs,
            ImageStore images,
            BuildOptions build,
            BuildSandbox sandbox,
            Target target,
            Clock clock,
            Progress progress) {
        this(
                client,
                logs,
                images::lease,
                ImageBuilds.Build.into(images, build, sandbox),
                target,
                clock,
                progress,
                Changes.watching(client));
    }

    Deployer(
            Client client,
            PodLogs logs,
            Supplier<ImageStore.Lease> leases,
            ImageBuilds.Build build,
            Target target,
            Clock clock,
            Progress progress,
            Changes.Watcher changes) {
        this.client = client;
        this.logs = logs;
        this.leases = leases;
        this.builds = new ImageBuilds(build, clock, progress);
        this.target = target;
        this.clock = clock;
        this.progress = progress;
        this.changes = changes;
    }

    /**
     * Only looks: a deployment fails as soon as there is something to build, to change or to wait for, so one that succeeds would have
     * changed nothing. The URL is asked once if the request has no time.
     *
     * @param sandbox tells of the machine for Dockerfiles; nothing is run in it, and it is not closed
     */
    public static Deployer looking(
            Client client,
            ImageStore images,
            BuildOptions build,
            BuildSandbox sandbox,
            Target target,
            Clock clock,
            Progress progress) {
        return new Deployer(
                new Client(new ReadingTransport(client.transport())),
                (namespace, pod, container, lines) -> "",
                images::lease,
                ImageBuilds.Build.known(images, build, sandbox),
                target,
                clock,
                progress,
                workload -> {
                    throw new DeliveryFailure(
                            workload.type() + " \"" + workload.object().name() + "\" is not rolled out");
                });
    }

    /**
     * Checks a folder before anything is built or started.
     *
     * @return what is wrong and what to do; empty when nothing is
     */
    public static String check(Path folder) {
        return check(DeployRequest.of(folder, "default", Duration.ZERO));
    }

    /** As {@link #check(Path)}, with the options of a request. */
    public static String check(DeployRequest request) {
        try {
            Plan.of(request.app(), request.name(), request.namespace(), request.sources(), true);
            return "";
        } catch (ImageFailure | DeliveryFailure e) {
            return String.valueOf(e.getMessage());
        }
    }

    /**
     * The name that a folder's application has when none is chosen.
     *
     * @return empty when there is no application
     */
    public static String name(Path folder) {
        try {
            return AppName.of(ProjectDetector.detect(folder.toAbsolutePath().normalize()));
        } catch (ImageFailure | DeliveryFailure e) {
            return "";
        }
    }

    /**
     * The applications of a folder, in the order in which they are deployed.
     *
     * @param only the name of the one wanted; empty for all
     * @throws IllegalArgumentException when {@code proa.yaml} is wrong; the message says where
     */
    public static List<AppSpec> applications(Path folder, String only) {
        try {
            return ProaFile.applications(folder, only);
        } catch (ImageFailure | DeliveryFailure e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /**
     * What is found in a folder.
     *
     * @param folder of the application, absolute
     * @param name of the application
     * @param manifests where its manifests come from, as {@code the Compose file compose.yaml}; empty when they are generated
     * @param builds the folders that images are built of, in their order
     */
    public record Found(Path folder, String name, String manifests, List<Path> builds) {
        public Found {
            builds = List.copyOf(builds);
        }
    }

    /**
     * Looks what a request is about, without building anything.
     *
     * @throws IllegalArgumentException when the folder cannot be deployed; the message says what to do
     */
    public static Found find(DeployRequest request) {
        try {
            Plan plan = Plan.of(request.app(), request.name(), request.namespace(), request.sources(), true);
            return new Found(
                    plan.project(),
                    plan.name(),
                    plan.manifests().generated() ? "" : plan.manifests().description(),
                    plan.builds().stream().map(build -> build.folder()).toList());
        } catch (ImageFailure | DeliveryFailure e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /**
     * The manifests of a request as YAML. The image has the application's name, and generated manifests use the port that its source
     * names. The Secret made of {@code .env} is left out.
     *
     * @throws IllegalArgumentException when there can be none; the message says what to do
     */
    public static String manifests(DeployRequest request) {
        try {
            Plan plan = Plan.of(request.app(), request.name(), request.namespace(), request.sources(), false);
            int port = request.port() > 0
                    ? request.port()
                    : SourcePort.of(plan.project()).port();
            return plan.manifests().yaml(port);
        } catch (ImageFailure | DeliveryFailure e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** Deploys. Failures that the user can fix are in the outcome; an interrupt ends it where it is. */
    public DeployOutcome deploy(DeployRequest request) throws InterruptedException {
        try {
            return deploy(request, plan(request));
        } catch (StatusException e) {
            return new DeployOutcome.Failed("the cluster's API did not go along: " + e.getMessage());
        } catch (TransportException e) {
            return new DeployOutcome.Failed("lost the cluster meanwhile: " + e.getMessage());
        } catch (ImageFailure | DeliveryFailure e) {
            return new DeployOutcome.Failed(String.valueOf(e.getMessage()));
        }
    }

    private DeployOutcome deploy(DeployRequest request, Plan plan) throws InterruptedException {
        Started started = apply(request, plan, (manifest, images) -> manifest);
        Applied applied = started.applied;
        List<MapValue> objects = applied.objects();
        Instant end = clock.instant().plus(request.timeout()); // the build has no timeout
        Advice advice = new Advice(plan.project(), plan.manifests().generated());
        RolloutFollower follower = new RolloutFollower(client, logs, clock, progress, advice, changes);
        for (MapValue manifest : objects) {
            String kind = manifest.string("kind");
            if (Workload.KINDS.contains(kind)) {
                MapValue metadata = manifest.map("metadata");
                follow(follower, kind, metadata, request.timeout(), end);
            }
        }
        started.deployed.retire(objects, progress);
        List<String> warnings = new ArrayList<>(target.foreign() ? List.of() : UnsupportedKinds.warnings(objects));
        String url = new FirstAnswer(client, target.host(), clock, progress).of(objects, end, warnings);
        warnings.forEach(warning -> progress.detail("warning: " + warning));
        if (!target.foreign()
                && !plan.manifests().generated()
                && !applied.changed().isEmpty()) {
            UserNamespaceAdvice.on(objects).forEach(line -> progress.detail("note: " + line));
        }
        return new DeployOutcome.Running(plan.name(), applied.image(), url, applied.changed(), warnings);
    }

    /** A Rollout whose new version does not do gets its spec back, so that it is healthy, and the next deployment begins anew. */
    private void follow(RolloutFollower follower, String kind, MapValue metadata, Duration timeout, Instant end)
            throws InterruptedException {
        String namespace = metadata.string("namespace");
        String name = metadata.string("name");
        try {
            follower.follow(kind, namespace, name, timeout, end);
        } catch (DeliveryFailure e) {
            String back = kind.equals("Rollout") ? new StableVersion(client).restore(namespace, name) : "";
            throw back.isEmpty() ? e : new DeliveryFailure(e.getMessage() + "\n" + back);
        }
    }

    /** What was applied, and what was there before. */
    private record Started(Applied applied, DeployedObjects deployed) {}

    /**
     * What was applied.
     *
     * @param app the application's name
     * @param image the reference of the first image that was built; empty when none was
     * @param images what was built, by the names of the images in the manifests
     * @param objects in the order of their application
     * @param changed what was created or changed, as {@code deployment.apps/hello configured}
     */
    public record Applied(
            String app, String image, Map<String, BuiltImage> images, List<MapValue> objects, List<String> changed) {
        public Applied {
            images = Map.copyOf(images);
            objects = List.copyOf(objects);
            changed = List.copyOf(changed);
        }
    }

    /** Changes manifests before they are applied. */
    public interface Change {
        /** @param images what was built, by the names of the images in the manifests */
        MapValue of(MapValue manifest, Map<String, BuiltImage> images);

        /** Is told the application's name when all is built and checked, right before the first object is applied. */
        default void begins(String app) {}
    }

    /**
     * Builds and applies, and does not wait for what comes of it.
     *
     * @param change is made to each object before it is applied
     * @throws DeliveryFailure when the folder cannot be deployed, or the API refuses a manifest
     * @throws ImageFailure when an image cannot be built
     */
    public Applied apply(DeployRequest request, Change change) {
        return apply(request, plan(request), change).applied;
    }

    private Plan plan(DeployRequest request) {
        return Plan.of(request.app(), request.name(), request.namespace(), request.sources(), true);
    }

    /** No image is pruned from when it was built, or found unchanged, until an object names it. */
    private Started apply(DeployRequest request, Plan plan, Change change) {
        try (ImageStore.Lease lease = leases.get()) {
            return buildAndApply(request, plan, change);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot end the lease of the image store", e);
        }
    }

    private Started buildAndApply(DeployRequest request, Plan plan, Change change) {
        Manifests manifests = plan.manifests();
        List<MapValue> planned = plan.provisional();
        if (request.port() > 0 && !manifests.generated()) {
            throw new DeliveryFailure(
                    "--port is for applications whose manifests are generated: write it as containerPort in "
                            + manifests.description()
                            + ", and as targetPort of its service\nNothing was built or changed.");
        }
        DeployedObjects deployed = DeployedObjects.find(client, request, plan.name(), plan.project(), planned);
        deployed.note().ifPresent(progress::detail);
        checkStrategy(deployed.strategy());
        new Preflight(client).namespaces(planned, request.createNamespace());
        manifests.notes().forEach(note -> progress.detail("note: " + note));
        ImageBuilds.Built built = builds.of(plan, (image, name) -> target.push().push(image, name, progress::detail));
        int port = deployed.port() > 0 ? deployed.port() : built.port();
        List<MapValue> finished = manifests.finish(built.references(), port, deployed.strategy()).stream()
                .map(manifest -> change.of(manifest, built.images()))
                .toList();
        List<MapValue> objects = target.pullSecret() == null
                ? finished
                : target.pullSecret().into(finished, plan.name(), request.namespace());
        if (!target.foreign()) {
            new Preflight(client).kinds(objects, clock);
        }
        List<String> changed = apply(objects, manifests, ChangeCause.of(built.first(), plan.project()), () -> {
            change.begins(plan.name());
            deployed.expect(objects);
        });
        changed.addAll(deployed.replace(objects, progress));
        return new Started(new Applied(plan.name(), built.first(), built.images(), objects, changed), deployed);
    }

    private void checkStrategy(Strategy strategy) {
        if (strategy != Strategy.ROLLING && target.foreign()) {
            throw new DeliveryFailure(
                    "the strategy " + strategy + " needs the entry proxy, which only Proa's own clusters have: "
                            + "deploy with --strategy rolling, or write a Rollout for the controller of that cluster"
                            + "\nNothing was built or changed.");
        }
    }

    private List<String> apply(List<MapValue> manifests, Manifests origin, ChangeCause cause, Runnable begins) {
        progress.step("Applying " + manifests.size() + (manifests.size() == 1 ? " manifest" : " manifests"));
        Applier applier = new Applier(client, origin::describe, origin.generated(), cause);
        applier.check(manifests);
        begins.run();
        List<String> changed = new ArrayList<>();
        for (MapValue manifest : manifests) {
            Applier.Change change = applier.apply(manifest);
            String line = Kinds.describe(manifest) + " " + change;
            progress.detail(line);
            if (change != Applier.Change.UNCHANGED) {
                changed.add(line);
            }
        }
        return changed;
    }
}
