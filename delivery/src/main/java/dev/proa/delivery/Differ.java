package dev.proa.delivery;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.image.build.BuildOptions;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.store.ImageStore;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code proa diff}: what a deployment would change. Images are built, since their digests are part of the manifests, but neither
 * pushed nor is anything in the cluster changed.
 */
public final class Differ {
    private final Client client;
    private final ImageBuilds builds;
    private final Target target;

    /**
     * @param images the store that images are built into
     * @param sandbox for Dockerfiles; it is not closed
     */
    public Differ(
            Client client,
            ImageStore images,
            BuildOptions options,
            BuildSandbox sandbox,
            Target target,
            Clock clock,
            Progress progress) {
        this(client, ImageBuilds.Build.into(images, options, sandbox), target, clock, progress);
    }

    Differ(Client client, ImageBuilds.Build build, Target target, Clock clock, Progress progress) {
        this.client = client;
        this.builds = new ImageBuilds(build, clock, progress);
        this.target = target;
    }

    /**
     * The differences as lines of unified diffs, in the order in which objects would be applied; none when a deployment would change
     * nothing. Objects that are no longer in the manifests are deletions when they would be deleted.
     *
     * @throws IllegalArgumentException when the folder cannot be deployed, or the API refuses a manifest; the message says why
     */
    public List<String> diff(DeployRequest request) {
        try {
            Plan plan = Plan.of(request.app(), request.name(), request.namespace(), request.sources(), true);
            DeployedObjects deployed =
                    DeployedObjects.find(client, request, plan.name(), plan.project(), plan.provisional());
            ImageBuilds.Built built = builds.of(plan, target.push()::reference);
            int port = deployed.port() > 0 ? deployed.port() : built.port();
            List<MapValue> objects = plan.manifests().finish(built.references(), port, deployed.strategy());
            if (target.pullSecret() != null) {
                objects = target.pullSecret().into(objects, plan.name(), request.namespace());
            }
            Applier applier = new Applier(
                    client,
                    plan.manifests()::describe,
                    plan.manifests().generated(),
                    ChangeCause.of(built.first(), plan.project()));
            List<String> lines = new ArrayList<>();
            for (MapValue object : objects) {
                lines.addAll(ManifestDiff.of(applier.preview(object)));
            }
            for (MapValue orphan : deployed.orphans(objects)) {
                lines.addAll(ManifestDiff.deleted(orphan));
            }
            return lines;
        } catch (DeliveryFailure e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (StatusException e) {
            throw new IllegalArgumentException("the cluster's API did not go along: " + e.getMessage(), e);
        }
    }
}
