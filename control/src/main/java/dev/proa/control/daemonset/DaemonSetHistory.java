package dev.proa.control.daemonset;

import dev.proa.api.apps.v1.ControllerRevision;
import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.value.MapValue;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.control.history.RevisionHistory;
import dev.proa.control.history.Revisions;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.Templates;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Keeps a ControllerRevision for each template that a DaemonSet has had, for {@code kubectl rollout history} and {@code undo}. */
final class DaemonSetHistory {
    private final RevisionHistory revisions;
    private final ResourceClient<DaemonSet> sets;
    private final ResourceClient<Pod> pods;

    DaemonSetHistory(RevisionHistory revisions, ResourceClient<DaemonSet> sets, ResourceClient<Pod> pods) {
        this.revisions = revisions;
        this.sets = sets;
        this.pods = pods;
    }

    /**
     * The revisions of a DaemonSet.
     *
     * @param current that of its template
     * @param old the others, the oldest first
     * @param collisions how often the hash of its template was taken
     */
    record Known(ControllerRevision current, List<ControllerRevision> old, int collisions) {
        /** What the pods of the present template have in their label. */
        String hash() {
            return current.labels().getOrDefault(Revisions.POD_LABEL, "");
        }
    }

    /**
     * Finds the revisions of {@code set}, adopts those without controller, and makes that of its template the latest, creating it if it is new.
     *
     * @param claimed its pods
     */
    Known construct(DaemonSet set, LabelSelector selector, Collection<Pod> claimed) throws InterruptedException {
        MapValue data = Revisions.data(set.spec().template());
        List<ControllerRevision> same = new ArrayList<>(1);
        List<ControllerRevision> old = new ArrayList<>();
        for (ControllerRevision found :
                revisions.claim(set, DaemonSet.KIND, selector, () -> Owners.isAlive(sets, set))) {
            ControllerRevision revision = labeled(found);
            (Revisions.isOf(revision, data) ? same : old).add(revision);
        }
        long number = old.isEmpty() ? 1 : old.getLast().revision() + 1;
        int collisions = set.status().collisionCount();
        if (same.isEmpty()) {
            RevisionHistory.Created created = revisions.create(count -> candidate(set, number, count), collisions);
            return new Known(created.revision(), old, created.collisions());
        }
        ControllerRevision current = withoutDuplicates(same, claimed);
        if (current.revision() < number) {
            current = revisions.renumber(current, number);
        }
        return new Known(current, old, collisions);
    }

    private static ControllerRevision candidate(DaemonSet set, long number, int collisions) {
        String hash = Templates.hash(set.spec().template(), collisions);
        return Revisions.of(DaemonSet.KIND, set, set.spec().template(), number, Revisions.POD_LABEL, hash);
    }

    /** Revisions of early versions of Kubernetes have no hash; their name does as well. */
    private ControllerRevision labeled(ControllerRevision revision) {
        MapValue labels = revision.value().map("metadata").map("labels");
        return labels.has(Revisions.POD_LABEL)
                ? revision
                : revisions.update(new ControllerRevision(revision.value()
                        .withMap(
                                "metadata",
                                metadata ->
                                        metadata.with("labels", labels.with(Revisions.POD_LABEL, revision.name())))));
    }

    /** Keeps the latest of several revisions of one template, and gives their pods to it. */
    private ControllerRevision withoutDuplicates(List<ControllerRevision> same, Collection<Pod> claimed) {
        ControllerRevision latest = same.getLast();
        if (same.size() > 1) {
            String hash = latest.labels().getOrDefault(Revisions.POD_LABEL, "");
            for (Pod pod : claimed) {
                if (!hash.equals(pod.labels().get(Revisions.POD_LABEL))) {
                    pods.in(pod.namespace())
                            .patch(
                                    pod.name(),
                                    Patch.merge(MapValue.of(
                                            "metadata",
                                            MapValue.of("labels", MapValue.of(Revisions.POD_LABEL, hash)))));
                }
            }
            same.subList(0, same.size() - 1).forEach(revisions::delete);
        }
        return latest;
    }

    /** Deletes the oldest revisions that are too many and that no pod has. */
    void cleanUp(DaemonSet set, Known known, Collection<Pod> claimed) {
        int excess = known.old().size() - set.spec().revisionHistoryLimit();
        if (excess <= 0) {
            return;
        }
        Set<String> live = claimed.stream()
                .map(pod -> pod.labels().getOrDefault(Revisions.POD_LABEL, ""))
                .collect(Collectors.toSet());
        known.old().stream()
                .filter(revision -> !live.contains(revision.labels().getOrDefault(Revisions.POD_LABEL, "")))
                .limit(excess)
                .forEach(revisions::delete);
    }
}
