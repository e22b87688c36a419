package dev.proa.delivery;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.config.DeliveryFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * {@code proa rollback}: rolls an application back to an earlier revision, as {@code kubectl rollout undo} does, and
 * follows the rollout.
 */
public final class Rollback {
    static final String REVISION = Revisions.ANNOTATION;
    private static final String TEMPLATE_HASH = "pod-template-hash";
    /** Annotations that belong to the Deployment, not to one of its revisions. */
    private static final Set<String> OWN = Set.of(
            Applier.LAST_APPLIED,
            REVISION,
            "deployment.kubernetes.io/revision-history",
            "deployment.kubernetes.io/desired-replicas",
            "deployment.kubernetes.io/max-replicas",
            "deprecated.deployment.rollback.to");

    private final Client client;
    private final PodLogs logs;
    private final String host;
    private final Clock clock;
    private final Progress progress;
    private final Changes.Watcher changes;

    /**
     * @param host the address of node ports as seen from here; empty when they cannot be reached, and then no URL is
     *     asked
     */
    public Rollback(Client client, PodLogs logs, String host, Clock clock, Progress progress) {
        this(client, logs, host, clock, progress, Changes.watching(client));
    }

    Rollback(Client client, PodLogs logs, String host, Clock clock, Progress progress, Changes.Watcher changes) {
        this.client = client;
        this.logs = logs;
        this.host = host;
        this.clock = clock;
        this.progress = progress;
        this.changes = changes;
    }

    /**
     * Rolls back to a revision and follows the rollout until the URL answers or it has failed.
     *
     * @param revision its number; 0 for the previous one
     * @throws IllegalArgumentException when there is no such application or revision; the message lists those that
     *     exist
     */
    public DeployOutcome back(String namespace, String app, long revision, Duration timeout)
            throws InterruptedException {
        Application application = Application.find(client, namespace, app);
        Deployment deployment = deployment(application, app);
        NavigableMap<Long, ReplicaSet> history = Revisions.of(client, deployment);
        ReplicaSet target = target(deployment, history, revision);
        try {
            progress.step("Rolling " + deployment.name() + " back to revision " + Revisions.number(target));
            List<String> changed = new ArrayList<>();
            if (template(target).equals(template(deployment.value()))) {
                progress.detail("skipped rollback (current template already matches revision "
                        + Revisions.number(target) + ")");
            } else {
                client.resource(Deployment.KIND)
                        .in(deployment.namespace())
                        .patch(deployment.name(), patch(deployment, target));
                changed.add("deployment.apps/" + deployment.name() + " rolled back");
                progress.detail(changed.getFirst());
            }
            Instant end = clock.instant().plus(timeout);
            new RolloutFollower(client, logs, clock, progress, Advice.general(), changes)
                    .follow("Deployment", deployment.namespace(), deployment.name(), timeout, end);
            List<String> warnings = new ArrayList<>();
            String url = new FirstAnswer(client, host, clock, progress).of(application.services(), end, warnings);
            return new DeployOutcome.Running(app, image(target), url, changed, warnings);
        } catch (StatusException e) {
            return new DeployOutcome.Failed("the cluster's API did not go along: " + e.getMessage());
        } catch (TransportException e) {
            return new DeployOutcome.Failed("lost the cluster meanwhile: " + e.getMessage());
        } catch (DeliveryFailure e) {
            return new DeployOutcome.Failed(String.valueOf(e.getMessage()));
        }
    }

    private static Deployment deployment(Application application, String app) {
        Deployment deployment = Revisions.deployment(application, app);
        if (deployment.spec().paused()) {
            throw new IllegalArgumentException(
                    "cannot rollback a paused deployment; resume it first with \"kubectl rollout "
                            + "resume deployment/" + deployment.name() + "\" and try again");
        }
        return deployment;
    }

    private static ReplicaSet target(Deployment deployment, NavigableMap<Long, ReplicaSet> history, long revision) {
        if (revision > 0) {
            ReplicaSet target = history.get(revision);
            if (target == null) {
                throw new IllegalArgumentException("unable to find specified revision " + revision + " in history of \""
                        + deployment.name() + "\"; there is "
                        + history.keySet().stream().map(String::valueOf).collect(Collectors.joining(", ")));
            }
            return target;
        }
        if (history.size() < 2) {
            throw new IllegalArgumentException("no rollout history found for deployment \"" + deployment.name()
                    + "\": there is no version before the present one");
        }
        return history.lowerEntry(history.lastKey()).getValue();
    }

    private static String image(ReplicaSet set) {
        var containers = set.spec().template().spec().containers();
        return containers.isEmpty() ? "" : containers.getFirst().image();
    }

    private static MapValue template(ReplicaSet set) {
        return template(set.value());
    }

    /** The pod template without the label that has its hash. */
    static MapValue template(MapValue object) {
        return object.map("spec")
                .map("template")
                .withMap("metadata", metadata -> metadata.withMap("labels", labels -> labels.without(TEMPLATE_HASH).without(Argo.POD_TEMPLATE_HASH)));
    }

    private static Patch patch(Deployment deployment, ReplicaSet target) {
        MapValue annotations = MapValue.EMPTY;
        for (var entry : deployment.annotations().entrySet()) {
            if (OWN.contains(entry.getKey())) {
                annotations = annotations.with(entry.getKey(), entry.getValue());
            }
        }
        for (var entry : target.annotations().entrySet()) {
            if (!OWN.contains(entry.getKey())) {
                annotations = annotations.with(entry.getKey(), entry.getValue());
            }
        }
        return Patch.json(ListValue.of(
                MapValue.of("op", "replace", "path", "/spec/template", "value", template(target)),
                MapValue.of(
                        "op",
                        deployment.annotations().isEmpty() ? "add" : "replace",
                        "path",
                        "/metadata/annotations",
                        "value",
                        annotations)));
    }
}
