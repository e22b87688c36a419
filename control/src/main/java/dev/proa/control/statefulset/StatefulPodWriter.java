package dev.proa.control.statefulset;

import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Expectations;
import dev.proa.control.shared.SlowStart;
import dev.proa.control.shared.Terminating;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Does what a {@link Plan} says, and records an event on the StatefulSet for each pod and claim. Thread-safe. */
final class StatefulPodWriter {
    private final ResourceClient<Pod> pods;
    private final ResourceClient<PersistentVolumeClaim> claims;
    private final Informer<PersistentVolumeClaim> knownClaims;
    private final EventRecorder events;
    private final Expectations expectations;

    /**
     * @param knownClaims of all namespaces
     * @param expectations counts what was requested, by the UID of the set
     */
    StatefulPodWriter(ControlContext context, Informer<PersistentVolumeClaim> knownClaims, Expectations expectations) {
        this.pods = context.client().resource(Pod.KIND);
        this.claims = context.client().resource(PersistentVolumeClaim.KIND);
        this.knownClaims = knownClaims;
        this.events = context.events("statefulset-controller");
        this.expectations = expectations;
    }

    /**
     * Does all that is planned up to the first failure.
     *
     * @return the failure; null when there was none, or only because the namespace is being deleted
     */
    @Nullable
    RuntimeException run(StatefulSet set, Plan plan) throws InterruptedException {
        List<Action> all = plan.stages().stream().flatMap(List::stream).toList();
        Set<String> deletions = new HashSet<>();
        int creations = 0;
        for (Action action : all) {
            switch (action) {
                case Action.Create create -> creations++;
                case Action.Delete delete -> deletions.add(delete.pod().uid());
                case Action.ProvideClaims provide -> {}
                case Action.Correct correct -> {}
                case Action.OwnClaims own -> {}
            }
        }
        if (creations > 0 || !deletions.isEmpty()) {
            expectations.expect(set.uid(), creations, deletions);
        }
        Set<Action> done = Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
        RuntimeException failure = null;
        for (List<Action> stage : plan.stages()) {
            failure = failure == null ? run(set, stage, plan.ordered(), done) : failure;
        }
        for (Action action : all) {
            if (!done.contains(action)) {
                forget(set, action);
            }
        }
        return failure instanceof StatusException e && Terminating.isCauseOf(e) ? null : failure;
    }

    /** No event of an informer will come for what was not done. */
    private void forget(StatefulSet set, Action action) {
        if (action instanceof Action.Create) {
            expectations.created(set.uid());
        } else if (action instanceof Action.Delete) {
            expectations.deleted(set.uid(), action.pod().uid());
        }
    }

    private @Nullable RuntimeException run(StatefulSet set, List<Action> stage, boolean ordered, Set<Action> done)
            throws InterruptedException {
        if (!ordered) {
            AtomicInteger next = new AtomicInteger();
            return SlowStart.run(stage.size(), () -> {
                        Action action = stage.get(next.getAndIncrement());
                        run(set, action);
                        done.add(action);
                    })
                    .failure();
        }
        try {
            for (Action action : stage) {
                run(set, action);
                done.add(action);
            }
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }

    private void run(StatefulSet set, Action action) {
        try {
            switch (action) {
                case Action.Create(Pod pod) -> create(set, pod);
                case Action.Delete(Pod pod) -> delete(set, pod);
                case Action.ProvideClaims(Pod pod) -> provideClaims(set, pod);
                case Action.Correct(Pod pod) -> correct(set, pod);
                case Action.OwnClaims(Pod pod) -> ownClaims(set, pod);
            }
        } catch (ClaimFailure e) {
            throw e.why;
        }
    }

    private void create(StatefulSet set, Pod pod) {
        try {
            createClaims(set, pod);
            pods.create(pod);
        } catch (ClaimFailure e) {
            if (!Terminating.isCauseOf(e.why)) {
                failed("Create", set, pod, e);
            }
            throw e;
        } catch (StatusException e) {
            if (!e.is(Reason.AlreadyExists) && !Terminating.isCauseOf(e)) {
                failed("Create", set, pod, e);
            }
            throw e;
        }
        succeeded("Create", set, pod);
    }

    /** A pod that is gone, or has been replaced, was deleted by somebody else, whose event may have come already. */
    private void delete(StatefulSet set, Pod pod) {
        DeleteOptions options = DeleteOptions.EMPTY.withPreconditions(p -> p.withUid(pod.uid()));
        try {
            pods.in(pod.namespace()).delete(pod.name(), options);
        } catch (StatusException e) {
            if (e.code() != 404 && e.code() != 409) {
                failed("Delete", set, pod, e);
                throw e;
            }
            expectations.deleted(set.uid(), pod.uid());
        }
        succeeded("Delete", set, pod);
    }

    private void provideClaims(StatefulSet set, Pod pod) {
        createClaims(set, pod);
        try {
            ownClaims(set, pod);
        } catch (StatusException e) {
            failedToUpdate(set, pod, e);
            throw e;
        }
    }

    private void createClaims(StatefulSet set, Pod pod) {
        for (PersistentVolumeClaim claim : Claims.of(set, pod)) {
            PersistentVolumeClaim known = knownClaims.get(claim.namespace(), claim.name());
            if (known == null) {
                known = create(set, pod, ClaimOwners.corrected(set, pod, claim));
            }
            if (known.isDeleting()) {
                String message = "pvc " + claim.name() + " is being deleted";
                throw new ClaimFailure(message, StatusException.gone(message));
            }
        }
    }

    /** The claim, which may have been there without the informer having shown it yet. */
    private PersistentVolumeClaim create(StatefulSet set, Pod pod, PersistentVolumeClaim claim) {
        PersistentVolumeClaim created;
        try {
            created = claims.create(claim);
        } catch (StatusException e) {
            if (e.is(Reason.AlreadyExists)) {
                return claims.in(claim.namespace()).get(claim.name());
            }
            if (!Terminating.isCauseOf(e)) {
                events.warning(
                        set,
                        "FailedCreate",
                        "Create Claim %s for Pod %s in StatefulSet %s failed error: %s"
                                .formatted(claim.name(), pod.name(), set.name(), e.getMessage()));
            }
            throw new ClaimFailure("failed to create PVC " + claim.name() + ": " + e.getMessage(), e);
        }
        events.normal(
                set,
                "SuccessfulCreate",
                "Create Claim %s Pod %s in StatefulSet %s success".formatted(claim.name(), pod.name(), set.name()));
        return created;
    }

    private void correct(StatefulSet set, Pod pod) {
        try {
            createClaims(set, pod);
            ownClaims(set, pod);
            if (!Identity.isLabeled(pod) || !Claims.areMounted(set, pod)) {
                pods.update(Claims.mounted(set, Identity.labeled(pod)));
            }
        } catch (ClaimFailure e) {
            failed("Update", set, pod, e);
            throw e;
        } catch (StatusException e) {
            failedToUpdate(set, pod, e);
            throw e;
        }
        succeeded("Update", set, pod);
    }

    private void ownClaims(StatefulSet set, Pod pod) {
        for (String name : Claims.names(set, pod)) {
            PersistentVolumeClaim claim = knownClaims.get(set.namespace(), name);
            if (claim == null) {
                continue;
            }
            if (ClaimOwners.isControlledByOther(set, pod, claim)) {
                events.warning(
                        set,
                        "ConflictingController",
                        "PersistentVolumeClaim " + name + " has a conflicting OwnerReference that acts as a manging"
                                + " controller, the retention policy is ignored for this claim");
            }
            if (!ClaimOwners.areRight(set, pod, claim)) {
                claims.update(ClaimOwners.corrected(set, pod, claim));
            }
        }
    }

    private void succeeded(String verb, StatefulSet set, Pod pod) {
        events.normal(
                set,
                "Successful" + verb,
                "%s Pod %s in StatefulSet %s successful".formatted(verb, pod.name(), set.name()));
    }

    /** A conflict is tried again, with what the object is now. */
    private void failedToUpdate(StatefulSet set, Pod pod, StatusException why) {
        if (why.code() != 409) {
            failed("Update", set, pod, why);
        }
    }

    private void failed(String verb, StatefulSet set, Pod pod, RuntimeException why) {
        events.warning(
                set,
                "Failed" + verb,
                "%s Pod %s in StatefulSet %s failed error: %s"
                        .formatted(verb, pod.name(), set.name(), why.getMessage()));
    }

    /** A claim could not be created; the message is for the event of its pod. */
    private static final class ClaimFailure extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final StatusException why;

        ClaimFailure(String message, StatusException why) {
            super(message, why);
            this.why = why;
        }
    }
}
