package dev.proa.delivery;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.Patch;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.argo.ObjectRef;
import dev.proa.delivery.argo.Rollout;
import dev.proa.delivery.config.DeliveryFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Gives workloads the pod template of an earlier revision, and makes way for it. */
final class TemplateChange {
    private static final Duration OBSERVED_WITHIN = Duration.ofSeconds(15);
    private static final Duration LOOK_EACH = Duration.ofMillis(100);
    /** Annotations that belong to the Deployment, not to one of its revisions. */
    private static final Set<String> OWN = Set.of(
            Applier.LAST_APPLIED,
            Revisions.ANNOTATION,
            "deployment.kubernetes.io/revision-history",
            "deployment.kubernetes.io/desired-replicas",
            "deployment.kubernetes.io/max-replicas",
            "deprecated.deployment.rollback.to");

    private final Client client;
    private final Clock clock;
    private final Progress progress;

    TemplateChange(Client client, Clock clock, Progress progress) {
        this.client = client;
        this.clock = clock;
        this.progress = progress;
    }

    /** Goes back to a revision; returns once the workload's controller may begin. */
    void back(Revisions revisions, Revisions.Revision target) throws InterruptedException {
        KubeObject workload = revisions.workload();
        List<MapValue> operations = new ArrayList<>();
        if (workload.value().map("spec").bool("paused")) {
            operations.add(MapValue.of("op", "remove", "path", "/spec/paused"));
            progress.detail("it was paused, and goes on");
        }
        ObjectRef reference =
                workload instanceof Rollout rollout ? rollout.spec().workloadRef() : null;
        if (reference == null) {
            operations.add(replace("/spec/template", target.template()));
        } else {
            changeReferred(workload.namespace(), reference, target);
        }
        if (workload instanceof Deployment deployment) {
            operations.add(annotations(deployment, target));
        }
        if (!operations.isEmpty()) {
            client.resource(revisions.kind())
                    .in(workload.namespace())
                    .patch(workload.name(), Patch.json(ListValue.copyOf(operations)));
        }
        if (workload instanceof StatefulSet set) {
            removeStuck(set);
        } else if (workload instanceof Rollout rollout
                && !Revisions.template(rollout.value()).equals(target.template())) {
            skipSteps(rollout, target);
        }
    }

    private static MapValue replace(String path, MapValue value) {
        return MapValue.of("op", "replace", "path", path, "value", value);
    }

    /** The template of a Rollout that refers to another workload is that workload's. */
    private void changeReferred(String namespace, ObjectRef reference, Revisions.Revision target) {
        for (Kind<? extends KubeObject> kind : List.of(Deployment.KIND, StatefulSet.KIND)) {
            if (kind.kind().equals(reference.kind())) {
                client.resource(kind)
                        .in(namespace)
                        .patch(
                                reference.name(),
                                Patch.json(ListValue.of(replace("/spec/template", target.template()))));
                return;
            }
        }
        throw new DeliveryFailure(
                "the Rollout has its template from a " + reference.kind() + ", which cannot be changed from here: "
                        + "change " + reference.kind() + " \"" + reference.name() + "\" itself");
    }

    private static MapValue annotations(Deployment deployment, Revisions.Revision target) {
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
        return MapValue.of(
                "op",
                deployment.annotations().isEmpty() ? "add" : "replace",
                "path",
                "/metadata/annotations",
                "value",
                annotations);
    }

    /**
     * A StatefulSet waits for a pod that will never be ready before it goes on, even when its template has been repaired (a known issue of
     * Kubernetes): such pods of the version that is left are deleted.
     */
    private void removeStuck(StatefulSet before) {
        String left = before.status().updateRevision();
        if (left.isEmpty() || before.spec().podManagementPolicy().equals("Parallel")) {
            return;
        }
        var pods = client.resource(Pod.KIND).in(before.namespace());
        String of = FirstAnswer.labels(before.spec().selector().matchLabels());
        for (Pod pod : pods.list(ListOptions.labels(of)).items()) {
            boolean ready = pod.status().conditions().stream()
                    .anyMatch(condition -> condition.type().equals("Ready")
                            && condition.status().equals("True"));
            if (!ready && !pod.isDeleting() && left.equals(pod.labels().get(Workload.REVISION_HASH))) {
                try {
                    pods.delete(pod.name());
                    progress.detail(
                            "pod " + pod.name() + " deleted, for it was not ready and would hold the others up");
                } catch (StatusException e) {
                    if (e.code() != 404) {
                        throw e;
                    }
                }
            }
        }
    }

    /** Nobody who goes back wants to wait for steps; to the stable version there are none. */
    private void skipSteps(Rollout before, Revisions.Revision target) throws InterruptedException {
        var rollouts = client.resource(Rollout.KIND).in(before.namespace());
        Instant end = clock.instant().plus(OBSERVED_WITHIN);
        while (clock.instant().isBefore(end)) {
            Rollout now = rollouts.find(before.name());
            if (now == null) {
                return;
            }
            var status = now.status();
            boolean observed = status.observedGeneration()
                            .equals(String.valueOf(now.metadata().generation()))
                    && !status.currentPodHash().equals(before.status().currentPodHash());
            if (observed && status.currentPodHash().equals(status.stableRS())) {
                return;
            }
            if (observed) {
                rollouts.patchStatus(
                        before.name(), Patch.merge(MapValue.of("status", MapValue.of("promoteFull", true))));
                progress.detail("its steps are skipped");
                return;
            }
            clock.sleep(LOOK_EACH);
        }
        progress.detail("its controller has not seen revision " + target.number() + " yet");
    }
}
