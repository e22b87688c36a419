package dev.proa.control.statefulset;

import dev.proa.api.apps.v1.RollingUpdateStatefulSetStrategy;
import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.apps.v1.StatefulSetStatus;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.IntOrString;
import dev.proa.control.history.Revisions;
import dev.proa.control.shared.Pods;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides what is next for the pods of a StatefulSet. Pure.
 *
 * <p>First the replicas get what they lack, in the order of their ordinals; then pods of other ordinals go, the highest first; then pods of another
 * revision, the highest first. With {@code OrderedReady} everything waits for the pod before it: to be available, or to be gone. With {@code Parallel}
 * only updates wait.
 *
 * @param stages what to do; a stage begins when all before it went well
 * @param ordered whether the actions of a stage are done one after the other, rather than many at a time
 * @param status of the set, as observed and less the pods that the plan deletes for an update
 */
record Plan(List<List<Action>> stages, boolean ordered, StatefulSetStatus status) {
    static Plan of(Observed observed) {
        return new Planner(observed).plan();
    }

    private static final class Planner {
        private final Observed observed;
        private final StatefulSet set;
        private final boolean ordered;
        /** By index; null where the pod is missing. */
        private final @Nullable Pod[] replicas;
        /** Pods of other ordinals, the highest first. */
        private final List<Pod> condemned = new ArrayList<>();

        private final List<List<Action>> stages = new ArrayList<>();
        private int deletedForUpdate;

        Planner(Observed observed) {
            this.observed = observed;
            this.set = observed.set();
            this.ordered = !set.spec().podManagementPolicy().equals("Parallel");
            this.replicas = new Pod[set.spec().replicas()];
            for (Pod pod : observed.pods()) {
                int index = Identity.index(set, pod);
                if (index >= 0 && index < replicas.length) {
                    replicas[index] = pod;
                } else {
                    condemned.add(pod);
                }
            }
            condemned.sort(Comparator.comparingInt((Pod pod) -> Identity.index(set, pod))
                    .reversed());
        }

        Plan plan() {
            if (!set.isDeleting() && fillReplicas() && deleteCondemned() && updates()) {
                stages.add(deletionsForUpdate());
            }
            return new Plan(stages, ordered, SetCounts.status(observed, deletedForUpdate));
        }

        /** Whether what comes after may be done in this plan as well. */
        private boolean fillReplicas() {
            List<Action> actions = new ArrayList<>();
            stages.add(actions);
            for (int index = 0; index < replicas.length; index++) {
                Pod pod = replicas[index];
                boolean goesOn = pod == null ? create(index, actions) : keep(pod, actions);
                if (ordered && !goesOn) {
                    return false;
                }
            }
            return true;
        }

        private boolean create(int index, List<Action> actions) {
            int ordinal = Identity.start(set) + index;
            boolean old = isOld(index);
            Pod pod = Identity.create(
                    set,
                    ordinal,
                    Revisions.template(old ? observed.current() : observed.update()),
                    (old ? observed.current() : observed.update()).name());
            if (!observed.hasStaleClaim(pod)) {
                actions.add(new Action.Create(pod));
            }
            return false;
        }

        /** Whether the replica is one that the update under way has not come to, or is not to come to. */
        private boolean isOld(int index) {
            if (set.spec().updateStrategy().hasRollingUpdate()) {
                return index < set.spec().updateStrategy().rollingUpdate().partition();
            }
            return updates() && index < set.status().currentReplicas();
        }

        private boolean updates() {
            return set.spec().updateStrategy().type().equals("RollingUpdate");
        }

        private boolean keep(Pod pod, List<Action> actions) {
            if (Pods.isFinished(pod)) {
                if (!pod.isDeleting()) {
                    actions.add(new Action.Delete(pod));
                }
                return false; // its successor is created when it is gone
            }
            if (Pods.phase(pod).equals("Pending") && !(observed.hasClaims(pod) && observed.areClaimsOwned(pod))) {
                actions.add(new Action.ProvideClaims(pod));
                return false;
            }
            if (ordered && !(Pods.phase(pod).equals("Running") && observed.isAvailable(pod))) {
                return false;
            }
            if (!Identity.isLabeled(pod) || !Claims.areMounted(set, pod) || !observed.areClaimsOwned(pod)) {
                actions.add(new Action.Correct(pod));
            }
            return true;
        }

        private boolean deleteCondemned() {
            List<Action> owning = new ArrayList<>();
            List<Action> deletions = new ArrayList<>();
            stages.add(owning);
            stages.add(deletions);
            for (Pod pod : condemned) {
                if (!observed.areClaimsOwned(pod)) {
                    owning.add(new Action.OwnClaims(pod));
                }
            }
            for (Pod pod : condemned) {
                boolean may = !ordered || mayGo(pod);
                if (may && !pod.isDeleting()) {
                    deletions.add(new Action.Delete(pod));
                }
                if (ordered) {
                    return false; // one at a time
                }
            }
            return true;
        }

        /** In order, a pod that does not serve keeps those above it, unless none below it is in that state. */
        private boolean mayGo(Pod pod) {
            return Pods.phase(pod).equals("Running") && observed.isAvailable(pod) || pod == lowestUnavailable();
        }

        private @Nullable Pod lowestUnavailable() {
            for (Pod pod : condemned.reversed()) {
                if (!observed.isAvailable(pod)) {
                    return pod;
                }
            }
            return null;
        }

        private List<Action> deletionsForUpdate() {
            List<Action> deletions =
                    set.spec().updateStrategy().rollingUpdate().hasMaxUnavailable() ? several() : oneByOne();
            String current = observed.current().name();
            deletedForUpdate = (int) deletions.stream()
                    .filter(deletion -> Identity.revision(deletion.pod()).equals(current))
                    .count();
            return deletions;
        }

        /** The highest pod of another revision, once all above it are available. */
        private List<Action> oneByOne() {
            for (int index = replicas.length - 1; index >= partition(); index--) {
                Pod pod = replicas[index];
                if (pod == null || Pods.isFinished(pod)) {
                    return List.of(); // the plan creates or deletes it already
                }
                if (isOutdated(pod) && !pod.isDeleting()) {
                    return List.of(new Action.Delete(pod));
                }
                if (!observed.isAvailable(pod)) {
                    return List.of();
                }
            }
            return List.of();
        }

        /** As many pods of another revision, the highest first, as may become unavailable (KEP-961). */
        private List<Action> several() {
            RollingUpdateStatefulSetStrategy update =
                    set.spec().updateStrategy().rollingUpdate();
            IntOrString most = update.maxUnavailable();
            int left = Math.max(1, most.scaled(replicas.length, false));
            for (Pod pod : replicas) {
                if (pod == null || !observed.isAvailable(pod)) {
                    left--;
                }
            }
            List<Action> deletions = new ArrayList<>();
            for (int index = replicas.length - 1; index >= partition() && left > 0; index--) {
                Pod pod = replicas[index];
                if (pod != null && isOutdated(pod) && !pod.isDeleting() && !Pods.isFinished(pod)) {
                    deletions.add(new Action.Delete(pod));
                    left--;
                }
            }
            return deletions;
        }

        private int partition() {
            return set.spec().updateStrategy().rollingUpdate().partition();
        }

        private boolean isOutdated(Pod pod) {
            return !Identity.revision(pod).equals(observed.update().name());
        }
    }
}
