package dev.proa.control.statefulset;

import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.selector.LabelSelector;
import dev.proa.client.ObjectKey;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.WorkQueue;
import dev.proa.control.shared.Expectations;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.Pods;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Queues the StatefulSets that a change of a set or of a pod concerns. */
final class StatefulSetEvents {
    /** From how many pods on a set is looked at less often. */
    private static final int LARGE = 100;

    private final Informer<StatefulSet> sets;
    private final WorkQueue<ObjectKey> queue;
    private final Expectations expectations;

    StatefulSetEvents(Informer<StatefulSet> sets, WorkQueue<ObjectKey> queue, Expectations expectations) {
        this.sets = sets;
        this.queue = queue;
        this.expectations = expectations;
    }

    EventHandler<StatefulSet> ofSets() {
        return new SetHandler();
    }

    EventHandler<Pod> ofPods() {
        return new PodHandler();
    }

    EventHandler<PersistentVolumeClaim> ofClaims() {
        return new ClaimHandler();
    }

    private void add(StatefulSet set) {
        queue.add(ObjectKey.of(set.value()));
    }

    /**
     * A sync of a set takes time with the number of its pods, so large sets are synced less often: a thousand pods are counted ten
     * times a second and not with every event.
     */
    private void addSoon(StatefulSet set) {
        int replicas = Math.max(set.spec().replicas(), set.status().replicas());
        if (replicas < LARGE) {
            add(set);
        } else {
            queue.addAfter(ObjectKey.of(set.value()), Duration.ofMillis(Math.min(replicas / 10, 500)));
        }
    }

    /** Where pods wait for each other, what the next one may wait for is reconciled at once. */
    private void addForNext(StatefulSet set) {
        if (set.spec().podManagementPolicy().equals("Parallel")) {
            addSoon(set);
        } else {
            add(set);
        }
    }

    /** What users change is reconciled at once, the status that this controller has written itself when there is time. */
    private final class SetHandler implements EventHandler<StatefulSet> {
        @Override
        public void added(StatefulSet set) {
            add(set);
        }

        @Override
        public void updated(StatefulSet before, StatefulSet after) {
            if (!before.uid().equals(after.uid())) {
                deleted(before);
            } else if (before.metadata().generation() == after.metadata().generation()
                    && before.isDeleting() == after.isDeleting()) {
                addSoon(after);
                return;
            }
            added(after);
        }

        /** Another set may get the name at once: what was expected of this one is nothing to it. */
        @Override
        public void deleted(StatefulSet last) {
            expectations.forget(last.uid());
            added(last);
        }
    }

    /** Leaves alone the sets that would not see a difference. */
    private final class PodHandler implements EventHandler<Pod> {
        @Override
        public void added(Pod pod) {
            StatefulSet set = controllerOf(pod);
            if (set != null) {
                if (pod.isDeleting()) {
                    expectations.deleted(set.uid(), pod.uid());
                } else {
                    expectations.created(set.uid());
                }
                addSoon(set);
            } else if (Owners.controllerOf(pod) == null && !pod.isDeleting()) {
                addMatching(pod);
            }
        }

        @Override
        public void updated(Pod before, Pod after) {
            if (!before.uid().equals(after.uid())) { // it was replaced while nobody watched
                deleted(before);
                added(after);
                return;
            }
            StatefulSet was = controllerOf(before);
            StatefulSet is = controllerOf(after);
            if (after.isDeleting() && is != null) {
                expectations.deleted(is.uid(), after.uid());
            }
            if (was != null && (is == null || !was.uid().equals(is.uid()))) {
                add(was);
            }
            if (is != null) {
                if (was == null || isNext(before, after)) {
                    addForNext(is);
                } else if (looksDifferent(before, after)) {
                    addSoon(is);
                }
            } else if (Owners.controllerOf(after) == null
                    && (was != null || !before.labels().equals(after.labels()))) {
                addMatching(after);
            }
        }

        @Override
        public void deleted(Pod pod) {
            StatefulSet set = controllerOf(pod);
            if (set != null) {
                expectations.deleted(set.uid(), pod.uid());
                addForNext(set);
            }
        }

        private boolean isNext(Pod before, Pod after) {
            return Pods.isActive(before) != Pods.isActive(after)
                    || !Objects.equals(Pods.condition(before, "Ready"), Pods.condition(after, "Ready"));
        }

        /** Binding, addresses, images and so on change nothing for the set. */
        private boolean looksDifferent(Pod before, Pod after) {
            return before.isDeleting() != after.isDeleting() // of one that has failed, too
                    || !Pods.phase(before).equals(Pods.phase(after))
                    || !Objects.equals(
                            before.value().map("metadata").get("labels"),
                            after.value().map("metadata").get("labels"));
        }

        private @Nullable StatefulSet controllerOf(Pod pod) {
            OwnerReference owner = Owners.controllerOf(pod);
            if (owner == null || !owner.kind().equals("StatefulSet")) {
                return null;
            }
            StatefulSet set = sets.get(pod.namespace(), owner.name());
            return set != null && set.uid().equals(owner.uid()) ? set : null;
        }

        private void addMatching(Pod orphan) {
            for (StatefulSet set : sets.list(orphan.namespace())) {
                LabelSelector selector = LabelSelector.of(set.spec().selector());
                if (!selector.isEverything() && selector.matches(orphan)) {
                    add(set);
                }
            }
        }
    }

    /** A pod may wait for a claim of the pod before it to be gone. */
    private final class ClaimHandler implements EventHandler<PersistentVolumeClaim> {
        @Override
        public void deleted(PersistentVolumeClaim claim) {
            for (StatefulSet set : sets.list(claim.namespace())) {
                if (Claims.mayBeOf(set, claim.name())) {
                    addSoon(set);
                }
            }
        }
    }
}
