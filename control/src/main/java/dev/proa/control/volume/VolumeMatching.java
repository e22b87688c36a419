package dev.proa.control.volume;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.selector.LabelSelector;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds the volume for a claim: the one that points to it already, else the smallest available one that suits. */
public final class VolumeMatching {
    private static final String AVAILABLE = "Available";

    private VolumeMatching() {}

    /**
     * The volume for a claim; null for none.
     *
     * <p>Volumes with as few access modes as possible are taken first, so that those with more stay for claims that need them.
     *
     * @param delayed whether only a volume that points to the claim will do, because the scheduler chooses among the others
     */
    static @Nullable PersistentVolume find(
            PersistentVolumeClaim claim, Collection<PersistentVolume> volumes, boolean delayed) {
        Comparator<Set<String>> fewest =
                Comparator.<Set<String>>comparingInt(Set::size).thenComparing(Set::toString);
        TreeMap<Set<String>, List<PersistentVolume>> byModes = new TreeMap<>(fewest);
        for (PersistentVolume volume : volumes) {
            if (mayHave(claim, volume)
                    && volume.spec().accessModes().containsAll(claim.spec().accessModes())) {
                byModes.computeIfAbsent(new TreeSet<>(volume.spec().accessModes()), modes -> new ArrayList<>())
                        .add(volume);
            }
        }
        for (List<PersistentVolume> group : byModes.values()) {
            PersistentVolume found = find(claim, group, null, Set.of(), delayed);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /**
     * The volume for a claim on a node; null for none.
     *
     * @param taken the names of volumes that other claims of the pod get
     */
    public static @Nullable PersistentVolume find(
            PersistentVolumeClaim claim, Collection<PersistentVolume> volumes, Node node, Set<String> taken) {
        return find(claim, volumes, node, taken, true);
    }

    private static @Nullable PersistentVolume find(
            PersistentVolumeClaim claim,
            Collection<PersistentVolume> volumes,
            @Nullable Node node,
            Set<String> taken,
            boolean delayed) {
        LabelSelector selector =
                claim.spec().hasSelector() ? LabelSelector.of(claim.spec().selector()) : LabelSelector.EVERYTHING;
        PersistentVolume best = null;
        for (PersistentVolume volume : volumes) {
            if (taken.contains(volume.name()) || !mayHave(claim, volume)) {
                continue;
            }
            boolean reachable = node == null || Volumes.isReachable(volume, node);
            if (Volumes.isBoundTo(volume, claim)) {
                return reachable ? volume : null;
            }
            if (reachable
                    && (node != null || !delayed)
                    && isFree(claim, volume, selector)
                    && (best == null || isSmaller(volume, best))) {
                best = volume;
            }
        }
        return best;
    }

    /** What must be so even for a volume that points to the claim. */
    private static boolean mayHave(PersistentVolumeClaim claim, PersistentVolume volume) {
        return (!volume.spec().hasClaimRef() || Volumes.isBoundTo(volume, claim))
                && Volumes.capacity(volume).compareTo(Claims.requested(claim)) >= 0
                && !Volumes.hasOtherMode(volume, claim)
                && volume.spec().volumeAttributesClassName().equals(claim.spec().volumeAttributesClassName())
                && !volume.isDeleting();
    }

    private static boolean isFree(PersistentVolumeClaim claim, PersistentVolume volume, LabelSelector selector) {
        return volume.status().phase().equals(AVAILABLE)
                && selector.matches(volume)
                && Volumes.className(volume).equals(Claims.className(claim))
                && volume.spec().accessModes().containsAll(claim.spec().accessModes());
    }

    /** Of equal sizes the first by name, so that the choice does not depend on the order of a cache. */
    private static boolean isSmaller(PersistentVolume volume, PersistentVolume best) {
        int order = Volumes.capacity(volume).compareTo(Volumes.capacity(best));
        return order < 0 || order == 0 && volume.name().compareTo(best.name()) < 0;
    }
}
