package dev.proa.control.scheduler.plugin.volume;

import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.KubeObject;
import dev.proa.client.informer.Informer;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.ClusterEvent.Action;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.Handle;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PreFilterResult;
import dev.proa.control.scheduler.framework.Snapshot;
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.volume.Claims;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a pod waiting while another one uses its claim that is for one pod only ({@code ReadWriteOncePod}, KEP-2485), and keeps pods off
 * nodes where a pod has the same disk of an old in-line type.
 */
public final class VolumeRestrictions
        implements Plugin.PreFilter, Plugin.PreFilterExtensions, Plugin.Filter, Plugin.EnqueueExtensions {
    private static final String NAME = "VolumeRestrictions";
    private static final Status IN_USE = Status.unschedulable(
                    "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by"
                            + " another pod")
            .by(NAME);
    private static final Status DISK_TAKEN =
            Status.unschedulable("node(s) had no available disk").by(NAME);
    private static final CycleState.Key<Conflicts> CONFLICTS = CycleState.Key.of(Conflicts.class);

    private final Informer<PersistentVolumeClaim> claims;

    /** How many references other pods have to the pod's claims that are for one pod only. */
    private static final class Conflicts implements CycleState.Data {
        private final Set<String> exclusive;
        private int references;

        Conflicts(Set<String> exclusive, int references) {
            this.exclusive = exclusive;
            this.references = references;
        }

        int of(PodInfo pod, Pod other) {
            return other.namespace().equals(pod.pod().namespace()) ? count(exclusive, other) : 0;
        }

        @Override
        public CycleState.Data copy() {
            return new Conflicts(exclusive, references);
        }
    }

    public VolumeRestrictions(Handle handle) {
        this.claims = handle.informers().informer(PersistentVolumeClaim.KIND);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public PreFilterResult preFilter(CycleState state, PodInfo pod) {
        Set<String> exclusive = new HashSet<>();
        for (Claims.Use use : Claims.of(pod.pod())) {
            if (use.ephemeral()) {
                continue;
            }
            PersistentVolumeClaim claim = claims.get(pod.pod().namespace(), use.claim());
            if (claim == null) {
                return PreFilterResult.of(
                        Status.unresolvable("persistentvolumeclaim \"" + use.claim() + "\" not found"));
            }
            if (claim.spec().accessModes().contains("ReadWriteOncePod")) {
                exclusive.add(claim.name());
            }
        }
        int references = exclusive.isEmpty() ? 0 : used(exclusive, pod, state.snapshot());
        if (references == 0 && !hasDisk(pod.pod())) {
            return PreFilterResult.SKIP;
        }
        state.write(CONFLICTS, new Conflicts(exclusive, references));
        return PreFilterResult.ALL_NODES;
    }

    /** How many of the claims a pod on a node uses. */
    private static int used(Set<String> exclusive, PodInfo pod, Snapshot snapshot) {
        Set<String> found = new HashSet<>();
        for (NodeInfo node : snapshot.nodes()) {
            for (String claim : exclusive) {
                if (node.claims().contains(pod.pod().namespace() + "/" + claim)) {
                    found.add(claim);
                }
            }
        }
        return found.size();
    }

    private static int count(Set<String> exclusive, Pod other) {
        return (int) Claims.of(other).stream()
                .filter(use -> !use.ephemeral() && exclusive.contains(use.claim()))
                .count();
    }

    @Override
    public Plugin.PreFilterExtensions preFilterExtensions() {
        return this;
    }

    @Override
    public Status addPod(CycleState state, PodInfo pod, PodInfo added, NodeInfo node) {
        return change(state, pod, added, 1);
    }

    @Override
    public Status removePod(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node) {
        return change(state, pod, removed, -1);
    }

    private static Status change(CycleState state, PodInfo pod, PodInfo other, int sign) {
        Conflicts conflicts = state.read(CONFLICTS);
        if (conflicts != null) {
            conflicts.references += sign * conflicts.of(pod, other.pod());
        }
        return Status.SUCCESS;
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        if (hasDisk(pod.pod()) && node.pods().stream().anyMatch(other -> Disks.conflict(pod.pod(), other.pod()))) {
            return DISK_TAKEN;
        }
        Conflicts conflicts = state.read(CONFLICTS);
        return conflicts != null && conflicts.references > 0 ? IN_USE : Status.SUCCESS;
    }

    private static boolean hasDisk(Pod pod) {
        ListValue volumes = pod.value().map("spec").list("volumes");
        for (int i = 0; i < volumes.size(); i++) {
            if (Disks.isDisk(volumes.map(i))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public List<EventRegistration> eventsToRegister() {
        return List.of(
                new EventRegistration(ClusterEvent.ASSIGNED_POD_DELETED, VolumeRestrictions::isFreed),
                EventRegistration.of(ClusterEvent.NODE_ADDED),
                new EventRegistration(
                        ClusterEvent.of(ClusterEvent.PERSISTENT_VOLUME_CLAIM, Action.ADD),
                        (pod, before, after) -> after instanceof PersistentVolumeClaim claim
                                && VolumeHints.uses(pod.pod(), claim, false)));
    }

    private static boolean isFreed(PodInfo pod, @Nullable KubeObject before, @Nullable KubeObject after) {
        if (!(before instanceof Pod gone) || !gone.namespace().equals(pod.pod().namespace())) {
            return false;
        }
        Set<String> own = new HashSet<>();
        Claims.of(pod.pod()).stream().filter(use -> !use.ephemeral()).forEach(use -> own.add(use.claim()));
        return count(own, gone) > 0 || Disks.conflict(pod.pod(), gone);
    }

    /** Disks that only one node, or one writer, can have: the in-line types of GCE, AWS, iSCSI and RBD. */
    private static final class Disks {
        static boolean isDisk(MapValue volume) {
            return volume.has("gcePersistentDisk")
                    || volume.has("awsElasticBlockStore")
                    || volume.has("iscsi")
                    || volume.has("rbd");
        }

        static boolean conflict(Pod pod, Pod other) {
            ListValue volumes = pod.value().map("spec").list("volumes");
            ListValue others = other.value().map("spec").list("volumes");
            for (int i = 0; i < volumes.size(); i++) {
                for (int j = 0; isDisk(volumes.map(i)) && j < others.size(); j++) {
                    if (conflict(volumes.map(i), others.map(j))) {
                        return true;
                    }
                }
            }
            return false;
        }

        private static boolean conflict(MapValue one, MapValue other) {
            return same(one, other, "gcePersistentDisk", "pdName") && isWritten(one, other, "gcePersistentDisk")
                    || same(one, other, "awsElasticBlockStore", "volumeID")
                    || same(one, other, "iscsi", "iqn") && isWritten(one, other, "iscsi")
                    || same(one, other, "rbd", "pool")
                            && same(one, other, "rbd", "image")
                            && one.map("rbd").list("monitors").stream()
                                    .anyMatch(other.map("rbd").list("monitors")::contains)
                            && isWritten(one, other, "rbd");
        }

        private static boolean same(MapValue one, MapValue other, String type, String field) {
            return one.has(type)
                    && other.has(type)
                    && one.map(type).string(field).equals(other.map(type).string(field));
        }

        private static boolean isWritten(MapValue one, MapValue other, String type) {
            return !one.map(type).bool("readOnly") || !other.map(type).bool("readOnly");
        }
    }
}
