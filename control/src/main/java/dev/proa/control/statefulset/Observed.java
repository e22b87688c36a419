package dev.proa.control.statefulset;

import dev.proa.api.apps.v1.ControllerRevision;
import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.control.shared.Pods;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a plan is made of.
 *
 * @param current the revision that pods had before the update under way
 * @param update the revision of the template that the set has now; {@code current} when no update is under way
 * @param collisions how often a revision could not have the name of its hash
 * @param pods the members of the set
 * @param claims finds a claim of the set's namespace by its name; null when there is none
 */
record Observed(
        StatefulSet set,
        ControllerRevision current,
        ControllerRevision update,
        int collisions,
        List<Pod> pods,
        Function<String, @Nullable PersistentVolumeClaim> claims,
        Instant now) {

    /** Whether {@code pod} serves, and has for long enough. */
    boolean isAvailable(Pod pod) {
        return Pods.isAvailable(pod, set.spec().minReadySeconds(), now) && !pod.isDeleting();
    }

    /** Whether all claims of {@code pod} are there to stay. */
    boolean hasClaims(Pod pod) {
        for (String name : Claims.names(set, pod)) {
            PersistentVolumeClaim claim = claims.apply(name);
            if (claim == null || claim.isDeleting()) {
                return false;
            }
        }
        return true;
    }

    /** Whether a claim of {@code pod} is about to be deleted with a former pod of that name. */
    boolean hasStaleClaim(Pod pod) {
        for (String name : Claims.names(set, pod)) {
            PersistentVolumeClaim claim = claims.apply(name);
            if (claim != null && ClaimOwners.isStale(set, pod, claim)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the claims of {@code pod} that are there have the right owners. */
    boolean areClaimsOwned(Pod pod) {
        for (String name : Claims.names(set, pod)) {
            PersistentVolumeClaim claim = claims.apply(name);
            if (claim != null && !ClaimOwners.areRight(set, pod, claim)) {
                return false;
            }
        }
        return true;
    }
}
