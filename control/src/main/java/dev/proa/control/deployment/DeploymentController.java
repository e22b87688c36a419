package dev.proa.control.deployment;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.DeploymentStatus;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.ObjectKey;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Index;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Freshness;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.Terminating;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Rolls out the pod template of each Deployment and scales it, by creating and scaling ReplicaSets. */
public final class DeploymentController {
    private static final int WORKERS = 5;
    private static final Duration CATCH_UP = Duration.ofSeconds(1);

    private final ControlContext context;
    private final Informer<Deployment> deployments;
    private final Informer<ReplicaSet> sets;
    private final Index<ReplicaSet> setsByOwner;
    private final ResourceClient<Deployment> client;
    private final ResourceClient<ReplicaSet> setClient;
    private final Freshness freshness = new Freshness();
    private final Freshness setFreshness = new Freshness();
    /** The replica set last created for a deployment, until the cache shows it. */
    private final Map<ObjectKey, ObjectKey> created = new ConcurrentHashMap<>();

    private final EventRecorder events;
    private final ReplicaSetWriter writer;
    private final Controller<ObjectKey> controller;

    public DeploymentController(ControlContext shared) {
        ControlContext context = shared.as("deployment-controller");
        this.context = context;
        this.deployments = context.informers().informer(Deployment.KIND);
        this.sets = context.informers().informer(ReplicaSet.KIND);
        this.setsByOwner = sets.indexBy(set -> {
            OwnerReference owner = Owners.controllerOf(set);
            return List.of(owner == null ? orphansOf(set.namespace()) : owner.uid());
        });
        this.client = context.client().resource(Deployment.KIND);
        this.setClient = context.client().resource(ReplicaSet.KIND);
        this.events = context.events("deployment-controller");
        this.writer = new ReplicaSetWriter(setClient, setFreshness, events);
        this.controller = context.<ObjectKey>controller("deployment-controller", this::reconcile)
                .workers(WORKERS)
                .watch(deployments, deployment -> ObjectKey.of(deployment.value()))
                .watchWith(sets, new SetHandler())
                .watchWith(context.pods().informer(), new PodHandler());
    }

    private Result reconcile(ObjectKey key) {
        Deployment deployment = deployments.get(key);
        if (deployment == null) {
            freshness.forget(key);
            created.remove(key);
            return Result.DONE;
        }
        if (isBehind(key, deployment)) {
            return Result.after(CATCH_UP); // the event of what was written comes before that
        }
        if (deployment.spec().selector().value().isEmpty()) {
            refuse(deployment);
            return Result.DONE;
        }
        List<ReplicaSet> owned = claim(deployment);
        for (ReplicaSet set : owned) {
            if (setFreshness.isBehind(set)) {
                return Result.after(CATCH_UP);
            }
        }
        return advance(Rollout.of(deployment, owned));
    }

    private boolean isBehind(ObjectKey key, Deployment deployment) {
        ObjectKey set = created.get(key);
        if (set != null) {
            created.remove(key); // waited for once: it may have been deleted at once
            if (sets.get(set) == null) {
                return true;
            }
        }
        return freshness.isBehind(deployment);
    }

    private void refuse(Deployment deployment) {
        events.warning(
                deployment, "SelectingAll", "This deployment is selecting all pods. A non-empty selector is required.");
        long generation = deployment.metadata().generation();
        if (deployment.status().observedGeneration() < generation) {
            write(deployment.withStatus(status -> status.withObservedGeneration(generation)));
        }
    }

    private List<ReplicaSet> claim(Deployment deployment) {
        List<ReplicaSet> candidates = Stream.concat(
                        setsByOwner.get(deployment.uid()).stream(),
                        setsByOwner.get(orphansOf(deployment.namespace())).stream())
                .toList();
        return Owners.claim(
                setClient,
                candidates,
                deployment,
                Deployment.KIND,
                LabelSelector.of(deployment.spec().selector()),
                () -> Owners.isAlive(client, deployment));
    }

    private Result advance(Rollout found) {
        if (found.deployment().isDeleting()) {
            Rollout rollout = settle(found);
            updateStatus(rollout, RolloutStatus.counted(rollout, now()));
            return Result.DONE;
        }
        Rollout rollout = found.with(markPause(found.deployment()));
        if (rollout.deployment().spec().paused()) {
            return resize(rollout, true);
        }
        if (ProportionalScaling.isResized(rollout)) {
            return resize(rollout, false);
        }
        return switch (rollout.deployment().spec().strategy().type()) {
            case "Recreate" -> recreate(rollout);
            case "RollingUpdate" -> roll(rollout);
            default ->
                throw new IllegalStateException("unexpected deployment strategy type: "
                        + rollout.deployment().spec().strategy().type());
        };
    }

    /** A paused rollout does not count as stuck, nor does one that was just resumed. */
    private Deployment markPause(Deployment deployment) {
        if (!RolloutStatus.hasDeadline(deployment)) {
            return deployment;
        }
        MapValue progressing = RolloutStatus.progressing(deployment.status());
        String reason = progressing == null ? "" : progressing.string("reason");
        boolean marked = reason.equals(RolloutStatus.PAUSED);
        boolean paused = deployment.spec().paused();
        if (reason.equals(RolloutStatus.TIMED_OUT) || marked == paused) {
            return deployment;
        }
        return write(withProgressing(
                deployment,
                "Unknown",
                paused ? RolloutStatus.PAUSED : RolloutStatus.RESUMED,
                paused ? "Deployment is paused" : "Deployment is resumed"));
    }

    private Result resize(Rollout found, boolean paused) {
        Rollout rollout = scale(settle(found), ProportionalScaling::decide);
        if (paused) {
            writer.cleanUp(rollout);
        }
        updateStatus(rollout, RolloutStatus.counted(rollout, now()));
        return Result.DONE;
    }

    private Result roll(Rollout found) {
        Rollout rollout = settleOrCreate(found);
        ReplicaSet current = rollout.current();
        if (current == null) {
            return Result.DONE;
        }
        List<Scale> scales = RollingUpdate.next(rollout, current);
        rollout = scale(rollout, ignored -> scales);
        if (scales.isEmpty()
                && RolloutStatus.isComplete(
                        rollout.deployment(), rollout.deployment().status())) {
            writer.cleanUp(rollout);
        }
        return finish(rollout);
    }

    private Result recreate(Rollout found) {
        Rollout rollout = settle(found);
        List<Scale> down =
                rollout.activeOld().stream().map(set -> Scale.to(set, 0)).toList();
        if (!down.isEmpty()) {
            return finish(scale(rollout, ignored -> down));
        }
        if (hasOldPods(rollout)) {
            return finish(rollout);
        }
        rollout = settleOrCreate(rollout);
        ReplicaSet current = rollout.current();
        if (current == null) {
            return Result.DONE;
        }
        Scale up = Scale.to(current, rollout.desired());
        rollout = scale(rollout, ignored -> List.of(up));
        if (RolloutStatus.isComplete(rollout.deployment(), rollout.deployment().status())) {
            writer.cleanUp(rollout);
        }
        return finish(rollout);
    }

    private boolean hasOldPods(Rollout rollout) {
        return rollout.old().stream()
                .anyMatch(set -> set.status().replicas() > 0
                        || context.pods().byController().get(set.uid()).stream()
                                .anyMatch(pod -> !Pods.isFinished(pod)));
    }

    private Rollout scale(Rollout rollout, Function<Rollout, List<Scale>> decide) {
        Rollout scaled = rollout;
        for (Scale scale : decide.apply(rollout)) {
            scaled = scaled.withSet(writer.scale(rollout, scale));
        }
        return scaled;
    }

    private Result finish(Rollout rollout) {
        DeploymentStatus status = RolloutStatus.rolling(rollout, now());
        if (updateStatus(rollout, status)) {
            return Result.DONE; // its event brings the deployment back
        }
        Duration left = RolloutStatus.untilDeadline(rollout.deployment(), status, now());
        return left == null ? Result.DONE : Result.after(left);
    }

    /** Brings the revision and the annotations of the current replica set, if there is one, up to date. */
    private Rollout settle(Rollout rollout) {
        ReplicaSet current = rollout.current();
        if (current == null) {
            return rollout;
        }
        ReplicaSet annotated = writer.annotate(rollout, current);
        if (annotated != current) {
            return rollout.withCurrent(annotated);
        }
        Deployment deployment =
                withRevision(rollout.deployment(), current.annotations().getOrDefault(Revisions.REVISION, ""));
        if (RolloutStatus.hasDeadline(deployment) && RolloutStatus.progressing(deployment.status()) == null) {
            deployment = withProgressing(
                    deployment, "True", "FoundNewReplicaSet", "Found new replica set \"" + current.name() + "\"");
        }
        return deployment == rollout.deployment() ? rollout : rollout.with(write(deployment));
    }

    private Rollout settleOrCreate(Rollout rollout) {
        if (rollout.current() != null) {
            return settle(rollout);
        }
        Deployment deployment = rollout.deployment();
        ReplicaSetWriter.Created made;
        try {
            made = writer.create(rollout);
        } catch (ReplicaSetWriter.HashCollision e) {
            write(deployment.withStatus(status -> status.withCollisionCount(status.collisionCount() + 1)));
            return rollout; // its event brings the deployment back, which then gets another hash
        } catch (StatusException e) {
            reportFailure(rollout, e);
            throw e;
        }
        ReplicaSet current = made.set();
        created.put(ObjectKey.of(deployment.value()), ObjectKey.of(current.value()));
        Deployment changed = withRevision(deployment, Long.toString(Revisions.next(rollout)));
        if (made.fresh() && RolloutStatus.hasDeadline(deployment)) {
            changed = withProgressing(
                    changed, "True", "NewReplicaSetCreated", "Created new replica set \"" + current.name() + "\"");
        }
        return new Rollout(changed == deployment ? deployment : write(changed), current, rollout.old());
    }

    private void reportFailure(Rollout rollout, StatusException e) {
        if (Terminating.isCauseOf(e)) {
            return;
        }
        Deployment deployment = rollout.deployment();
        String message = "Failed to create new replica set \""
                + ReplicaSetWriter.current(rollout).name() + "\": " + e.getMessage();
        if (RolloutStatus.hasDeadline(deployment)) {
            write(withProgressing(deployment, "False", "ReplicaSetCreateError", message));
        }
        events.warning(deployment, "ReplicaSetCreateError", message);
    }

    private static Deployment withRevision(Deployment deployment, String revision) {
        MapValue annotations = deployment.value().map("metadata").map("annotations");
        if (revision.isEmpty() || annotations.string(Revisions.REVISION).equals(revision)) {
            return deployment;
        }
        return new Deployment(deployment
                .value()
                .withMap("metadata", m -> m.with("annotations", annotations.with(Revisions.REVISION, revision))));
    }

    private Deployment withProgressing(Deployment deployment, String status, String reason, String message) {
        ListValue conditions = RolloutStatus.set(
                deployment.status().value().list("conditions"),
                RolloutStatus.condition(RolloutStatus.PROGRESSING, status, reason, message, now()));
        return deployment.withStatus(
                before -> new DeploymentStatus(before.value().with("conditions", conditions)));
    }

    /** Writes the status unless it is the same; tells whether it was written. */
    private boolean updateStatus(Rollout rollout, DeploymentStatus status) {
        Deployment deployment = rollout.deployment();
        if (status.value().equals(deployment.status().value())) {
            return false;
        }
        write(deployment.withStatus(status));
        return true;
    }

    private Deployment write(Deployment deployment) {
        Deployment written = client.updateStatus(deployment);
        freshness.wrote(written);
        return written;
    }

    private Instant now() {
        return context.clock().instant();
    }

    private static String orphansOf(String namespace) {
        return "orphans of " + namespace;
    }

    private @Nullable Deployment ownerOf(ReplicaSet set) {
        OwnerReference owner = Owners.controllerOf(set);
        if (owner == null || !owner.kind().equals("Deployment")) {
            return null;
        }
        Deployment deployment = deployments.get(set.namespace(), owner.name());
        return deployment != null && deployment.uid().equals(owner.uid()) ? deployment : null;
    }

    /** Finds the deployment of a replica set, and for one without a controller those that could adopt it. */
    private final class SetHandler implements EventHandler<ReplicaSet> {
        @Override
        public void added(ReplicaSet set) {
            add(set);
        }

        @Override
        public void updated(ReplicaSet before, ReplicaSet after) {
            Deployment was = ownerOf(before);
            if (was != null && ownerOf(after) == null) {
                controller.queue().add(ObjectKey.of(was.value()));
            }
            add(after);
        }

        @Override
        public void deleted(ReplicaSet last) {
            add(last);
        }

        private void add(ReplicaSet set) {
            Deployment owner = ownerOf(set);
            if (owner != null) {
                controller.queue().add(ObjectKey.of(owner.value()));
                return;
            }
            if (Owners.controllerOf(set) != null) {
                return;
            }
            List<Deployment> matching = new ArrayList<>();
            for (Deployment deployment : deployments.list(set.namespace())) {
                LabelSelector selector = LabelSelector.of(deployment.spec().selector());
                if (!selector.isEverything() && selector.matches(set)) {
                    matching.add(deployment);
                }
            }
            matching.forEach(deployment -> controller.queue().add(ObjectKey.of(deployment.value())));
        }
    }

    /** A deployment that is recreated waits for the last of its old pods. */
    private final class PodHandler implements EventHandler<Pod> {
        @Override
        public void updated(Pod before, Pod after) {
            if (Pods.isFinished(after) && !Pods.isFinished(before)) {
                deleted(after);
            }
        }

        @Override
        public void deleted(Pod pod) {
            OwnerReference owner = Owners.controllerOf(pod);
            if (owner == null || !owner.kind().equals("ReplicaSet")) {
                return;
            }
            ReplicaSet set = sets.get(pod.namespace(), owner.name());
            Deployment deployment = set == null ? null : ownerOf(set);
            if (deployment != null && deployment.spec().strategy().type().equals("Recreate")) {
                controller.queue().add(ObjectKey.of(deployment.value()));
            }
        }
    }
}
