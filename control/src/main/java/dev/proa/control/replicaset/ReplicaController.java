package dev.proa.control.replicaset;

import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.apps.v1.ReplicaSetStatus;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.KubeObject;
import dev.proa.client.ObjectKey;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Index;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Expectations;
import dev.proa.control.shared.Freshness;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.PodWriter;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.StatusWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keeps as many pods as each set wants, adopts and releases them by its selector, and counts them. It works on ReplicaSets, and on
 * ReplicationControllers seen as such.
 *
 * @param <T> ReplicaSet or ReplicationController
 */
final class ReplicaController<T extends KubeObject> {
    /** Most pods created or deleted in one go. */
    private static final int BURST = 500;

    private static final int WORKERS = 5;
    /** From how many pods on a set is looked at less often. */
    private static final int LARGE = 100;

    private final ControlContext context;
    private final SetKind<T> type;
    private final Informer<T> sets;
    private final Index<T> setsByOwner;
    private final ResourceClient<Pod> pods;
    private final ResourceClient<T> client;
    private final Expectations expectations;
    private final Freshness freshness = new Freshness();
    private final StatusWriter<T> statuses;
    private final PodWriter writer;
    private final Controller<ObjectKey> controller;

    ReplicaController(ControlContext shared, SetKind<T> type) {
        ControlContext context = shared.as(type.account());
        this.context = context;
        this.type = type;
        this.sets = context.informers().informer(type.kind());
        this.setsByOwner = sets.indexBy(set -> {
            OwnerReference owner = Owners.controllerOf(set);
            return owner == null ? List.of() : List.of(owner.uid());
        });
        this.pods = context.client().resource(Pod.KIND);
        this.client = context.client().resource(type.kind());
        this.statuses = new StatusWriter<>(client, freshness);
        this.expectations = new Expectations(context.clock());
        this.writer = new PodWriter(pods, context.events(type.account()), expectations);
        this.controller = context.<ObjectKey>controller(type.controller(), this::reconcile)
                .workers(WORKERS)
                .watchWith(sets, new SetHandler())
                .watchWith(context.pods().informer(), new PodHandler());
    }

    private Result reconcile(ObjectKey key) throws InterruptedException {
        T object = sets.get(key);
        if (object == null) {
            freshness.forget(key);
            return Result.DONE;
        }
        if (freshness.isBehind(object)) {
            return Result.after(Duration.ofSeconds(1)); // its event comes before that
        }
        ReplicaSet set = type.asSet(object);
        boolean mayAct = expectations.areMet(set.uid());
        List<Pod> all =
                context.pods().ownedOrOrphaned(key.namespace(), set.uid()).toList();
        LabelSelector selector = LabelSelector.of(set.spec().selector());
        List<Pod> active = Owners.claim(
                pods,
                all.stream().filter(Pods::isActive).toList(),
                set,
                type.kind(),
                selector,
                () -> Owners.isAlive(client, object));
        RuntimeException failure = mayAct && !set.isDeleting() ? scale(set, active) : null;
        int terminating = (int) all.stream()
                .filter(pod -> Pods.isTerminating(pod) && Owners.isControlledBy(pod, set) && selector.matches(pod))
                .count();
        Instant now = context.clock().instant();
        String problem = failure == null ? null : failure.getMessage();
        ReplicaSetStatus status = ReplicaSetCounts.status(set, active, terminating, problem, now);
        updateStatus(object, status);
        if (failure != null) {
            throw failure;
        }
        return nextCheck(set, status, active, now);
    }

    /** Creates or deletes what is too few or too many; returns the failure there was, if any. */
    private @Nullable RuntimeException scale(ReplicaSet set, List<Pod> active) throws InterruptedException {
        int missing = set.spec().replicas() - active.size();
        if (missing > 0) {
            return create(set, Math.min(missing, BURST));
        }
        return missing < 0 ? delete(set, active, Math.min(-missing, BURST)) : null;
    }

    private @Nullable RuntimeException create(ReplicaSet set, int count) throws InterruptedException {
        Pod pod = Pods.fromTemplate(
                set.spec().template(), set.namespace(), set.name(), Owners.controllerReference(type.kind(), set));
        return writer.create(set, pod, count);
    }

    private @Nullable RuntimeException delete(ReplicaSet set, List<Pod> active, int count) throws InterruptedException {
        return writer.delete(
                set,
                DeletionOrder.choose(
                        active, related(set), count, context.clock().instant()));
    }

    /** The pods of all replica sets that have the same owner. */
    private List<Pod> related(ReplicaSet set) {
        OwnerReference owner = Owners.controllerOf(set);
        List<String> siblings = owner == null
                ? List.of(set.uid())
                : setsByOwner.get(owner.uid()).stream().map(KubeObject::uid).toList();
        return siblings.stream()
                .flatMap(sibling -> context.pods().byController().get(sibling).stream())
                .toList();
    }

    private void updateStatus(T set, ReplicaSetStatus status) {
        MapValue wanted = type.status(status);
        if (!wanted.equals(set.value().map("status"))) {
            statuses.write(set, latest -> type.kind().of(latest.value().with("status", wanted)));
        }
    }

    private static Result nextCheck(ReplicaSet set, ReplicaSetStatus status, List<Pod> active, Instant now) {
        int minReadySeconds = set.spec().minReadySeconds();
        if (minReadySeconds == 0 || status.readyReplicas() == status.availableReplicas()) {
            return Result.DONE;
        }
        return active.stream()
                .map(pod -> Pods.untilAvailable(pod, minReadySeconds, now))
                .filter(Objects::nonNull)
                .min(Duration::compareTo)
                .map(Result::after)
                .orElse(Result.after(Duration.ofSeconds(minReadySeconds)));
    }

    /**
     * A sync of a set takes time with the number of its pods, so large sets are synced less often: a thousand pods are counted ten
     * times a second and not with every event.
     */
    private void addSoon(ReplicaSet set) {
        ObjectKey key = ObjectKey.of(set.value());
        int replicas = Math.max(set.spec().replicas(), set.status().replicas());
        if (replicas < LARGE) {
            controller.queue().add(key);
        } else {
            controller.queue().addAfter(key, Duration.ofMillis(Math.min(replicas / 10, 500)));
        }
    }

    /** What users change is reconciled at once, the status that this controller has written itself when there is time. */
    private final class SetHandler implements EventHandler<T> {
        @Override
        public void added(T set) {
            controller.queue().add(ObjectKey.of(set.value()));
        }

        @Override
        public void updated(T before, T after) {
            if (!before.uid().equals(after.uid())) {
                deleted(before);
            } else if (before.metadata().generation() == after.metadata().generation()
                    && before.isDeleting() == after.isDeleting()) {
                addSoon(type.asSet(after));
                return;
            }
            added(after);
        }

        /** Another set may get the name at once: what was expected of this one is nothing to it. */
        @Override
        public void deleted(T last) {
            expectations.forget(last.uid());
            added(last);
        }
    }

    /** Finds the sets that a change of a pod concerns, and leaves alone those that would not see a difference. */
    private final class PodHandler implements EventHandler<Pod> {
        @Override
        public void added(Pod pod) {
            if (pod.isDeleting()) {
                deleted(pod);
                return;
            }
            ReplicaSet set = controllerOf(pod);
            if (set != null) {
                expectations.created(set.uid());
                addSoon(set);
            } else if (Owners.controllerOf(pod) == null) {
                addMatching(pod);
            }
        }

        @Override
        public void updated(Pod before, Pod after) {
            ReplicaSet was = controllerOf(before);
            ReplicaSet is = controllerOf(after);
            if (after.isDeleting() && is != null) {
                expectations.deleted(is.uid(), after.uid());
            }
            if (was != null && (is == null || !was.uid().equals(is.uid()))) {
                controller.queue().add(ObjectKey.of(was.value()));
            }
            if (is != null) {
                if (was == null || looksDifferent(before, after)) {
                    addSoon(is);
                }
            } else if (Owners.controllerOf(after) == null
                    && (was != null || !before.labels().equals(after.labels()))) {
                addMatching(after);
            }
        }

        @Override
        public void deleted(Pod pod) {
            ReplicaSet set = controllerOf(pod);
            if (set != null) {
                expectations.deleted(set.uid(), pod.uid());
                addSoon(set);
            }
        }

        /** Binding, addresses, images and so on change nothing for the set. */
        private boolean looksDifferent(Pod before, Pod after) {
            return Pods.isActive(before) != Pods.isActive(after)
                    || Pods.isTerminating(before) != Pods.isTerminating(after)
                    || !Objects.equals(Pods.condition(before, "Ready"), Pods.condition(after, "Ready"))
                    || !Objects.equals(
                            before.value().map("metadata").get("labels"),
                            after.value().map("metadata").get("labels"));
        }

        private @Nullable ReplicaSet controllerOf(Pod pod) {
            OwnerReference owner = Owners.controllerOf(pod);
            if (owner == null || !owner.kind().equals(type.kind().kind())) {
                return null;
            }
            T set = sets.get(pod.namespace(), owner.name());
            return set != null && set.uid().equals(owner.uid()) ? type.asSet(set) : null;
        }

        private void addMatching(Pod orphan) {
            for (T set : sets.list(orphan.namespace())) {
                LabelSelector selector = LabelSelector.of(type.asSet(set).spec().selector());
                if (!selector.isEverything() && selector.matches(orphan)) {
                    controller.queue().add(ObjectKey.of(set.value()));
                }
            }
        }
    }
}
