package dev.proa.control.statefulset;

import dev.proa.api.apps.v1.ControllerRevision;
import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.apps.v1.StatefulSetStatus;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.selector.LabelSelector;
import dev.proa.client.ObjectKey;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.history.RevisionHistory;
import dev.proa.control.history.Revisions;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Expectations;
import dev.proa.control.shared.Freshness;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.StatusWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Keeps the pods of StatefulSets, their claims and their revisions, and counts them. */
public final class StatefulSetController {
    private static final int WORKERS = 5;

    private final ControlContext context;
    private final Informer<StatefulSet> sets;
    private final Informer<PersistentVolumeClaim> claims;
    private final ResourceClient<Pod> pods;
    private final ResourceClient<StatefulSet> client;
    private final RevisionHistory history;
    private final Expectations expectations;
    private final Freshness freshness = new Freshness();
    private final StatusWriter<StatefulSet> statuses;
    private final StatefulPodWriter writer;

    public StatefulSetController(ControlContext shared) {
        ControlContext context = shared.as("statefulset-controller");
        this.context = context;
        this.sets = context.informers().informer(StatefulSet.KIND);
        this.claims = context.informers().informer(PersistentVolumeClaim.KIND);
        this.pods = context.client().resource(Pod.KIND);
        this.client = context.client().resource(StatefulSet.KIND);
        this.statuses = new StatusWriter<>(client, freshness);
        this.history = new RevisionHistory(context);
        this.expectations = new Expectations(context.clock());
        this.writer = new StatefulPodWriter(context, claims, expectations);
        Controller<ObjectKey> controller = context.controller("statefulset-controller", this::reconcile);
        StatefulSetEvents events = new StatefulSetEvents(sets, controller.queue(), expectations);
        controller
                .workers(WORKERS)
                .watchWith(sets, events.ofSets())
                .watchWith(context.pods().informer(), events.ofPods())
                .watchWith(claims, events.ofClaims())
                .needs(history.informer());
    }

    private Result reconcile(ObjectKey key) throws InterruptedException {
        StatefulSet set = sets.get(key);
        if (set == null) {
            freshness.forget(key);
            return Result.DONE;
        }
        if (freshness.isBehind(set) || !expectations.areMet(set.uid())) {
            return Result.after(Duration.ofSeconds(1)); // what it waits for comes before that
        }
        LabelSelector selector = LabelSelector.of(set.spec().selector());
        List<ControllerRevision> revisions =
                history.matching(set, StatefulSet.KIND, selector, () -> Owners.isAlive(client, set));
        List<Pod> members = members(set, selector);
        Observed observed = observe(set, revisions, members);
        if (observed == null) {
            return Result.DONE;
        }
        Plan plan = Plan.of(observed);
        RuntimeException failure = writer.run(set, plan);
        updateStatus(set, plan.status());
        deleteOld(set, revisions, observed);
        if (failure != null) {
            throw failure;
        }
        return nextCheck(set, plan.status(), observed);
    }

    private List<Pod> members(StatefulSet set, LabelSelector selector) {
        List<Pod> candidates =
                context.pods().ownedOrOrphaned(set.namespace(), set.uid()).toList();
        return Owners.claim(
                pods,
                candidates,
                set,
                StatefulSet.KIND,
                pod -> selector.matches(pod) && Identity.isMember(set, pod),
                () -> Owners.isAlive(client, set));
    }

    /** Null when the set is being deleted before it has had any revision. */
    private @Nullable Observed observe(StatefulSet set, List<ControllerRevision> revisions, List<Pod> members)
            throws InterruptedException {
        int collisions = set.status().collisionCount();
        ControllerRevision update;
        switch (SetRevisions.update(set, revisions)) {
            case SetRevisions.Update.Latest(ControllerRevision latest) -> update = latest;
            case SetRevisions.Update.RolledBack(ControllerRevision old, long number) ->
                update = history.renumber(old, number);
            case SetRevisions.Update.New(long number) -> {
                if (set.isDeleting()) {
                    return null;
                }
                RevisionHistory.Created created = history.create(
                        count -> Revisions.of(StatefulSet.KIND, set, set.spec().template(), number, count), collisions);
                update = created.revision();
                collisions = created.collisions();
            }
        }
        ControllerRevision current = SetRevisions.current(set, revisions).orElse(update);
        Instant now = context.clock().instant();
        return new Observed(set, current, update, collisions, members, name -> claims.get(set.namespace(), name), now);
    }

    private void updateStatus(StatefulSet set, StatefulSetStatus status) {
        if (SetCounts.differ(set.status(), status)) {
            statuses.write(set, latest -> latest.withStatus(status));
        }
    }

    /** Deletes revisions beyond the limit of which there are no pods. */
    private void deleteOld(StatefulSet set, List<ControllerRevision> revisions, Observed observed) {
        if (revisions.size() <= set.spec().revisionHistoryLimit()) {
            return;
        }
        Set<String> live = new HashSet<>();
        live.add(observed.current().name());
        live.add(observed.update().name());
        observed.pods().forEach(pod -> live.add(Identity.revision(pod)));
        long old = revisions.stream()
                .filter(revision -> !live.contains(revision.name()))
                .count();
        int excess = (int) old - set.spec().revisionHistoryLimit();
        Revisions.expired(revisions, revision -> live.contains(revision.name()), excess)
                .forEach(history::delete);
    }

    private static Result nextCheck(StatefulSet set, StatefulSetStatus status, Observed observed) {
        int minReadySeconds = set.spec().minReadySeconds();
        if (minReadySeconds == 0 || status.readyReplicas() == status.availableReplicas()) {
            return Result.DONE;
        }
        return observed.pods().stream()
                .map(pod -> Pods.untilAvailable(pod, minReadySeconds, observed.now()))
                .filter(Objects::nonNull)
                .min(Duration::compareTo)
                .map(Result::after)
                .orElse(Result.after(Duration.ofSeconds(minReadySeconds)));
    }
}
