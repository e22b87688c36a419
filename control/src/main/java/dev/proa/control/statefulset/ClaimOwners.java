package dev.proa.control.statefulset;

import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.control.shared.Owners;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Decides who owns a claim, so that the garbage collector deletes it with its StatefulSet or with its pod, as the set's {@code
 * persistentVolumeClaimRetentionPolicy} says (KEP-1847). Pure.
 *
 * <pre>
 *   whenDeleted, whenScaled     pod is wanted     pod is to go
 *   Retain,      Retain         nobody            nobody
 *   Delete,      Retain         set               set
 *   Retain,      Delete         nobody            pod
 *   Delete,      Delete         set               pod
 * </pre>
 */
final class ClaimOwners {
    private static final String DELETE = "Delete";

    private ClaimOwners() {}

    private static boolean deletesWithSet(StatefulSet set) {
        return set.spec().persistentVolumeClaimRetentionPolicy().whenDeleted().equals(DELETE);
    }

    private static boolean deletesWhenScaled(StatefulSet set) {
        return set.spec().persistentVolumeClaimRetentionPolicy().whenScaled().equals(DELETE);
    }

    private static boolean belongToSet(StatefulSet set, Pod pod) {
        return deletesWithSet(set) && !belongToPod(set, pod);
    }

    private static boolean belongToPod(StatefulSet set, Pod pod) {
        return deletesWhenScaled(set) && !Identity.isWanted(set, pod);
    }

    /**
     * Whether {@code claim} belongs to a former pod of the same name and will soon be deleted with it, so that {@code pod} must not be created yet.
     */
    static boolean isStale(StatefulSet set, Pod pod, PersistentVolumeClaim claim) {
        return deletesWhenScaled(set) && hasStale(claim, Pod.KIND, pod);
    }

    /** Whether the owners of {@code claim} are as they are to be, or nothing that this controller may change. */
    static boolean areRight(StatefulSet set, Pod pod, PersistentVolumeClaim claim) {
        if (hasStale(claim, StatefulSet.KIND, set) || hasStale(claim, Pod.KIND, pod)) {
            return true; // somebody who is gone has it: the garbage collector decides
        }
        boolean ofSet = has(claim, owner -> owner.string("uid").equals(set.uid()));
        boolean ofPod = has(claim, owner -> owner.string("uid").equals(pod.uid()));
        if (isControlledByOther(set, pod, claim)) {
            return !ofSet && !ofPod;
        }
        boolean withoutControl = has(
                claim,
                owner -> !owner.bool("controller")
                        && (owner.string("uid").equals(set.uid())
                                || owner.string("uid").equals(pod.uid())));
        return !withoutControl && ofSet == belongToSet(set, pod) && ofPod == belongToPod(set, pod);
    }

    /** Whether the policy cannot be kept, since somebody else controls {@code claim}. */
    static boolean isControlledByOther(StatefulSet set, Pod pod, PersistentVolumeClaim claim) {
        if (!deletesWithSet(set) && !deletesWhenScaled(set)) {
            return false;
        }
        return has(claim, owner -> {
            if (refersTo(owner, StatefulSet.KIND, set)) {
                return !owner.string("uid").equals(set.uid());
            }
            if (refersTo(owner, Pod.KIND, pod)) {
                return !owner.string("uid").equals(pod.uid());
            }
            return owner.bool("controller");
        });
    }

    /** {@code claim} with the owners that it is to have. */
    static PersistentVolumeClaim corrected(StatefulSet set, Pod pod, PersistentVolumeClaim claim) {
        List<MapValue> owners = new ArrayList<>();
        ListValue before = claim.value().map("metadata").list("ownerReferences");
        for (int i = 0; i < before.size(); i++) {
            MapValue owner = before.map(i);
            if (!refersTo(owner, StatefulSet.KIND, set) && !refersTo(owner, Pod.KIND, pod)) {
                owners.add(owner);
            }
        }
        if (!isControlledByOther(set, pod, claim)) {
            if (belongToSet(set, pod)) {
                owners.add(Owners.controllerReference(StatefulSet.KIND, set).value());
            } else if (belongToPod(set, pod)) {
                owners.add(Owners.controllerReference(Pod.KIND, pod).value());
            }
        }
        return new PersistentVolumeClaim(claim.value()
                .withMap(
                        "metadata",
                        metadata -> owners.isEmpty()
                                ? metadata.without("ownerReferences")
                                : metadata.with("ownerReferences", ListValue.copyOf(owners))));
    }

    private static boolean hasStale(PersistentVolumeClaim claim, Kind<?> kind, KubeObject object) {
        return has(
                claim,
                owner -> refersTo(owner, kind, object) && !owner.string("uid").equals(object.uid()));
    }

    private static boolean refersTo(MapValue owner, Kind<?> kind, KubeObject object) {
        return owner.string("apiVersion").equals(kind.apiVersion())
                && owner.string("kind").equals(kind.kind())
                && owner.string("name").equals(object.name());
    }

    private static boolean has(PersistentVolumeClaim claim, Predicate<MapValue> which) {
        ListValue owners = claim.value().map("metadata").list("ownerReferences");
        for (int i = 0; i < owners.size(); i++) {
            if (which.test(owners.map(i))) {
                return true;
            }
        }
        return false;
    }
}
