package dev.proa.control.deployment;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.meta.v1.LabelSelector;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Views;
import dev.proa.client.ResourceClient;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.control.shared.Freshness;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.Templates;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Creates, scales and deletes the ReplicaSets of Deployments, and records events about it. */
final class ReplicaSetWriter {
    private static final int LONGEST_NAME = 253;

    private final ResourceClient<ReplicaSet> client;
    private final Freshness freshness;
    private final EventRecorder events;

    ReplicaSetWriter(ResourceClient<ReplicaSet> client, Freshness freshness, EventRecorder events) {
        this.client = client;
        this.freshness = freshness;
        this.events = events;
    }

    /** The name of a deployment's template is taken by a replica set of another one. */
    static final class HashCollision extends RuntimeException {
        private static final long serialVersionUID = 1;

        HashCollision(String name) {
            super("replica set " + name + " is there with another template");
        }
    }

    /**
     * @param set the current replica set
     * @param fresh whether it was made just now, and not by an earlier attempt
     */
    record Created(ReplicaSet set, boolean fresh) {}

    /**
     * Creates the current replica set.
     *
     * @throws HashCollision when its name is taken by another template
     */
    Created create(Rollout rollout) {
        ReplicaSet wanted = current(rollout);
        try {
            ReplicaSet created = client.create(wanted);
            freshness.wrote(created);
            int size = wanted.spec().replicas();
            if (size > 0) {
                events.normal(
                        rollout.deployment(),
                        "ScalingReplicaSet",
                        "Scaled up replica set " + created.name() + " from 0 to " + size);
            }
            return new Created(created, true);
        } catch (StatusException e) {
            if (!e.is(Reason.AlreadyExists)) {
                throw e;
            }
        }
        ReplicaSet there = client.in(wanted.namespace()).get(wanted.name());
        if (Owners.isControlledBy(there, rollout.deployment())
                && Templates.same(
                        there.spec().template(), rollout.deployment().spec().template())) {
            return new Created(there, false);
        }
        throw new HashCollision(wanted.name());
    }

    /** The replica set that the template of a deployment is to have. Its name follows from the template. */
    static ReplicaSet current(Rollout rollout) {
        Deployment deployment = rollout.deployment();
        String hash =
                Templates.hash(deployment.spec().template(), deployment.status().collisionCount());
        Map<String, String> labels =
                new HashMap<>(deployment.spec().template().metadata().labels());
        labels.put(Templates.HASH_LABEL, hash);
        LabelSelector selector = deployment.spec().selector();
        Map<String, String> matched = new HashMap<>(selector.matchLabels());
        matched.put(Templates.HASH_LABEL, hash);
        String name = deployment.name();
        int longest = LONGEST_NAME - 1 - hash.length();
        if (name.length() > longest) {
            name = name.substring(0, longest);
        }
        Map<String, String> annotations =
                Revisions.withSizes(Revisions.annotations(deployment, Map.of(), Revisions.next(rollout)), rollout);
        MapValue metadata = MapValue.of(
                "name", name + "-" + hash,
                "namespace", deployment.namespace(),
                "labels", Views.values(labels),
                "annotations", Views.values(annotations),
                "ownerReferences",
                        ListValue.of(Owners.controllerReference(Deployment.KIND, deployment)
                                .value()));
        MapValue.Builder spec = MapValue.builder(4)
                .put("replicas", (long) RollingUpdate.sizeOfCurrent(rollout, 0))
                .put("selector", selector.withMatchLabels(matched).value())
                .put(
                        "template",
                        deployment
                                .spec()
                                .template()
                                .withMetadata(m -> m.withLabels(labels))
                                .value());
        if (deployment.spec().minReadySeconds() > 0) {
            spec.put("minReadySeconds", (long) deployment.spec().minReadySeconds());
        }
        return new ReplicaSet(
                MapValue.of("apiVersion", "apps/v1", "kind", "ReplicaSet", "metadata", metadata, "spec", spec.build()));
    }

    /** Gives the current replica set the annotations it is to have; returns it as it is then. */
    ReplicaSet annotate(Rollout rollout, ReplicaSet current) {
        Map<String, String> annotations =
                Revisions.annotations(rollout.deployment(), current.annotations(), Revisions.next(rollout));
        int minReadySeconds = rollout.deployment().spec().minReadySeconds();
        if (annotations.equals(current.annotations()) && current.spec().minReadySeconds() == minReadySeconds) {
            return current;
        }
        ReplicaSet changed = current.withMetadata(m -> m.withAnnotations(annotations))
                .withSpec(s ->
                        minReadySeconds == 0 ? s.withoutMinReadySeconds() : s.withMinReadySeconds(minReadySeconds));
        return write(changed);
    }

    /** Gives a replica set another size; returns it as it is then. */
    ReplicaSet scale(Rollout rollout, Scale scale) {
        ReplicaSet set = scale.set();
        int from = set.spec().replicas();
        boolean resized = from != scale.to();
        Map<String, String> annotations = Revisions.withSizes(set.annotations(), rollout);
        if (!resized && (!scale.always() || annotations.equals(set.annotations()))) {
            return set;
        }
        ReplicaSet written =
                write(set.withMetadata(m -> m.withAnnotations(annotations)).withSpec(s -> s.withReplicas(scale.to())));
        if (resized) {
            events.normal(
                    rollout.deployment(),
                    "ScalingReplicaSet",
                    "Scaled " + (from < scale.to() ? "up" : "down") + " replica set " + set.name() + " from " + from
                            + " to " + scale.to());
        }
        return written;
    }

    /** Deletes the oldest of the old replica sets that nobody needs, beyond those that are kept to return to. */
    void cleanUp(Rollout rollout) {
        Deployment deployment = rollout.deployment();
        if (!deployment.spec().hasRevisionHistoryLimit()
                || deployment.spec().revisionHistoryLimit() == Integer.MAX_VALUE) {
            return;
        }
        List<ReplicaSet> alive = rollout.old().stream()
                .filter(set -> !set.isDeleting())
                .sorted(Comparator.comparingLong((ReplicaSet set) -> Revisions.of(set))
                        .thenComparing(Rollout.BY_AGE))
                .toList();
        int excess = alive.size() - deployment.spec().revisionHistoryLimit();
        for (int i = 0; i < excess; i++) {
            ReplicaSet set = alive.get(i);
            boolean unused = set.status().replicas() == 0
                    && set.spec().replicas() == 0
                    && set.metadata().generation() <= set.status().observedGeneration();
            if (unused) {
                delete(set);
            }
        }
    }

    private void delete(ReplicaSet set) {
        try {
            client.in(set.namespace()).delete(set.name());
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }

    private ReplicaSet write(ReplicaSet set) {
        ReplicaSet written = client.update(set);
        freshness.wrote(written);
        return written;
    }
}
