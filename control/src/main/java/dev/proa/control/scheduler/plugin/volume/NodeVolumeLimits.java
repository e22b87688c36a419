package dev.proa.control.scheduler.plugin.volume;

import static dev.proa.control.scheduler.framework.ClusterEvent.CSI_NODE;
import static dev.proa.control.scheduler.framework.ClusterEvent.PERSISTENT_VOLUME_CLAIM;
import static dev.proa.control.scheduler.framework.ClusterEvent.VOLUME_ATTACHMENT;

import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.storage.v1.CSINode;
import dev.proa.api.storage.v1.CSINodeDriver;
import dev.proa.api.storage.v1.StorageClass;
import dev.proa.api.storage.v1.VolumeAttachment;
import dev.proa.api.view.KubeObject;
import dev.proa.client.informer.Index;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.ClusterEvent.Action;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.Handle;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PreFilterResult;
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.volume.Claims;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keeps pods off nodes to which no more volumes of their CSI drivers can be attached. */
public final class NodeVolumeLimits implements Plugin.PreFilter, Plugin.Filter, Plugin.EnqueueExtensions {
    private static final String NAME = "NodeVolumeLimits";
    private static final Status EXCEEDED =
            Status.unschedulable("node(s) exceed max volume count").by(NAME);

    private final Informer<CSINode> nodes;
    private final Informer<PersistentVolumeClaim> claims;
    private final Informer<PersistentVolume> volumes;
    private final Informer<StorageClass> classes;
    private final Index<VolumeAttachment> attachments;

    /** What a CSI driver attaches. */
    private record Attached(String driver, String volume) {}

    public NodeVolumeLimits(Handle handle) {
        InformerFactory informers = handle.informers();
        this.nodes = informers.informer(CSINode.KIND);
        this.claims = informers.informer(PersistentVolumeClaim.KIND);
        this.volumes = informers.informer(PersistentVolume.KIND);
        this.classes = informers.informer(StorageClass.KIND);
        this.attachments = informers
                .informer(VolumeAttachment.KIND)
                .indexBy(attachment -> List.of(attachment.spec().nodeName()));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public PreFilterResult preFilter(CycleState state, PodInfo pod) {
        return Claims.of(pod.pod()).isEmpty() ? PreFilterResult.SKIP : PreFilterResult.ALL_NODES;
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        for (Claims.Use use : Claims.of(pod.pod())) {
            PersistentVolumeClaim claim = claims.get(pod.pod().namespace(), use.claim());
            if (claim == null) {
                return Status.unresolvable("looking up PVC " + pod.pod().namespace() + "/" + use.claim()
                        + ": persistentvolumeclaim \"" + use.claim() + "\" not found");
            }
            String foreign = use.ephemeral() ? Claims.whyNotOwned(pod.pod(), claim) : null;
            if (foreign != null) {
                return Status.error(foreign);
            }
        }
        Map<String, Integer> limits = limits(node.name());
        return limits.isEmpty() || fits(pod.pod(), node, limits) ? Status.SUCCESS : EXCEEDED;
    }

    private boolean fits(Pod pod, NodeInfo node, Map<String, Integer> limits) {
        Map<Attached, Boolean> wanted = new HashMap<>();
        collect(pod, wanted);
        if (wanted.isEmpty()) {
            return true;
        }
        Map<Attached, Boolean> there = new HashMap<>();
        node.pods().forEach(other -> collect(other.pod(), there));
        attachments.get(node.name()).forEach(attachment -> collect(attachment, there));
        Map<String, Integer> counts = new HashMap<>();
        there.keySet().forEach(each -> counts.merge(each.driver, 1, Integer::sum));
        wanted.keySet().removeAll(there.keySet());
        wanted.keySet().forEach(each -> counts.merge(each.driver, 1, Integer::sum));
        return wanted.keySet().stream()
                .allMatch(each ->
                        counts.getOrDefault(each.driver, 0) <= limits.getOrDefault(each.driver, Integer.MAX_VALUE));
    }

    private Map<String, Integer> limits(String node) {
        CSINode csi = nodes.get("", node);
        return csi == null ? Map.of() : limits(csi);
    }

    private static Map<String, Integer> limits(CSINode node) {
        Map<String, Integer> limits = new HashMap<>();
        for (CSINodeDriver driver : node.spec().drivers()) {
            if (driver.allocatable().hasCount()) {
                limits.put(driver.name(), driver.allocatable().count());
            }
        }
        return limits;
    }

    /** Adds the volumes that a pod's claims have or will have. */
    private void collect(Pod pod, Map<Attached, Boolean> found) {
        for (Claims.Use use : Claims.of(pod)) {
            PersistentVolumeClaim claim = claims.get(pod.namespace(), use.claim());
            Attached volume = claim == null ? null : attached(claim);
            if (volume != null) {
                found.put(volume, true);
            }
        }
    }

    private @Nullable Attached attached(PersistentVolumeClaim claim) {
        String name = claim.spec().volumeName();
        PersistentVolume volume = name.isEmpty() ? null : volumes.get("", name);
        if (volume != null) {
            return volume.spec().hasCsi()
                    ? new Attached(
                            volume.spec().csi().driver(), volume.spec().csi().volumeHandle())
                    : null;
        }
        String className = Claims.className(claim);
        StorageClass type = className.isEmpty() ? null : classes.get("", className);
        // it has no handle yet, and none of a driver begins so
        return type == null ? null : new Attached(type.provisioner(), "\0" + Claims.key(claim));
    }

    private void collect(VolumeAttachment attachment, Map<Attached, Boolean> found) {
        String name = attachment.spec().source().persistentVolumeName();
        PersistentVolume volume = name.isEmpty() ? null : volumes.get("", name);
        if (volume != null && volume.spec().hasCsi()) {
            found.put(
                    new Attached(
                            attachment.spec().attacher(), volume.spec().csi().volumeHandle()),
                    true);
        }
    }

    @Override
    public List<EventRegistration> eventsToRegister() {
        return List.of(
                VolumeHints.on(CSI_NODE, NodeVolumeLimits::hasMoreRoom),
                new EventRegistration(
                        ClusterEvent.ASSIGNED_POD_DELETED,
                        (pod, before, after) ->
                                before instanceof Pod gone && !Claims.of(gone).isEmpty()),
                new EventRegistration(ClusterEvent.of(PERSISTENT_VOLUME_CLAIM, Action.ADD), VolumeHints::isClaimOf),
                new EventRegistration(
                        ClusterEvent.of(VOLUME_ATTACHMENT, Action.DELETE),
                        (pod, before, after) -> Claims.of(pod.pod()).stream().anyMatch(use -> !use.ephemeral())));
    }

    private static boolean hasMoreRoom(PodInfo pod, @Nullable KubeObject before, @Nullable KubeObject after) {
        if (!(before instanceof CSINode old && after instanceof CSINode now)) {
            return true;
        }
        Map<String, Integer> limits = limits(old);
        return limits(now).entrySet().stream()
                .anyMatch(limit -> limit.getValue() > limits.getOrDefault(limit.getKey(), 0));
    }
}
