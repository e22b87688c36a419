package dev.proa.control.scheduler.plugin.volume;

import static dev.proa.control.scheduler.framework.ClusterEvent.NODE;
import static dev.proa.control.scheduler.framework.ClusterEvent.PERSISTENT_VOLUME;
import static dev.proa.control.scheduler.framework.ClusterEvent.PERSISTENT_VOLUME_CLAIM;
import static dev.proa.control.scheduler.framework.ClusterEvent.STORAGE_CLASS;

import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.storage.v1.StorageClass;
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
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.volume.Claims;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Keeps pods in the zones and regions that their volumes are labelled with. */
public final class VolumeZone implements Plugin.PreFilter, Plugin.Filter, Plugin.EnqueueExtensions {
    private static final String NAME = "VolumeZone";
    private static final Status CONFLICT =
            Status.unresolvable("node(s) had no available volume zone").by(NAME);
    private static final CycleState.Key<Topologies> TOPOLOGIES = CycleState.Key.of(Topologies.class);

    /** The labels that count; the values are the names that old ones have now. */
    private static final Map<String, String> LABELS = Map.of(
            "failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone",
            "failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region",
            "topology.kubernetes.io/zone", "topology.kubernetes.io/zone",
            "topology.kubernetes.io/region", "topology.kubernetes.io/region");

    private final Informer<PersistentVolumeClaim> claims;
    private final Informer<PersistentVolume> volumes;
    private final Informer<StorageClass> classes;

    /** A label of a volume, with its values: a volume may be in several zones, as {@code a__b}. */
    private record Topology(String label, Set<String> values) {}

    private record Topologies(List<Topology> all) implements CycleState.Data {
        @Override
        public CycleState.Data copy() {
            return this;
        }
    }

    public VolumeZone(Handle handle) {
        this.claims = handle.informers().informer(PersistentVolumeClaim.KIND);
        this.volumes = handle.informers().informer(PersistentVolume.KIND);
        this.classes = handle.informers().informer(StorageClass.KIND);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public PreFilterResult preFilter(CycleState state, PodInfo pod) {
        List<Topology> all = new ArrayList<>();
        for (Claims.Use use : Claims.of(pod.pod())) {
            String problem = use.ephemeral() ? null : collect(pod.pod().namespace(), use.claim(), all);
            if (problem != null) {
                return PreFilterResult.of(Status.unresolvable(problem));
            }
        }
        if (all.isEmpty()) {
            return PreFilterResult.SKIP;
        }
        state.write(TOPOLOGIES, new Topologies(all));
        return PreFilterResult.ALL_NODES;
    }

    /** Adds the topologies of a claim's volume; returns why the pod cannot run anywhere, or null. */
    private @Nullable String collect(String namespace, String name, List<Topology> all) {
        PersistentVolumeClaim claim = claims.get(namespace, name);
        if (claim == null) {
            return "persistentvolumeclaim \"" + name + "\" not found";
        }
        String bound = claim.spec().volumeName();
        if (bound.isEmpty()) {
            return whyUnbound(claim);
        }
        PersistentVolume volume = volumes.get("", bound);
        if (volume == null) {
            return "persistentvolume \"" + bound + "\" not found";
        }
        all.addAll(topologies(volume));
        return null;
    }

    private @Nullable String whyUnbound(PersistentVolumeClaim claim) {
        String className = Claims.className(claim);
        if (className.isEmpty()) {
            return "PersistentVolumeClaim had no pv name and storageClass name";
        }
        StorageClass type = classes.get("", className);
        if (type == null) {
            return "storageclass.storage.k8s.io \"" + className + "\" not found";
        }
        return Claims.isDelayed(type) ? null : "PersistentVolume had no name";
    }

    private static List<Topology> topologies(PersistentVolume volume) {
        List<Topology> found = new ArrayList<>();
        volume.labels().forEach((label, value) -> {
            if (LABELS.containsKey(label)) {
                Set<String> values = new TreeSet<>();
                for (String each : value.split("__", -1)) {
                    values.add(each.strip());
                }
                if (!values.contains("")) {
                    found.add(new Topology(label, values));
                }
            }
        });
        return found;
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        Topologies wanted = state.read(TOPOLOGIES);
        Map<String, String> labels = node.node().labels();
        if (wanted == null || LABELS.keySet().stream().noneMatch(labels::containsKey)) {
            return Status.SUCCESS; // a cluster of one zone may have no labels
        }
        for (Topology topology : wanted.all) {
            String value = labels.get(topology.label);
            if (value == null) {
                value = labels.get(LABELS.get(topology.label));
            }
            if (value == null || !topology.values.contains(value)) {
                return CONFLICT;
            }
        }
        return Status.SUCCESS;
    }

    @Override
    public List<EventRegistration> eventsToRegister() {
        return List.of(
                new EventRegistration(
                        ClusterEvent.of(STORAGE_CLASS, Action.ADD),
                        (pod, before, after) -> after instanceof StorageClass type && Claims.isDelayed(type)),
                EventRegistration.of(ClusterEvent.of(NODE, Action.ADD, Action.UPDATE_NODE_LABEL)),
                VolumeHints.on(
                        PERSISTENT_VOLUME_CLAIM,
                        (pod, before, after) -> after instanceof PersistentVolumeClaim claim
                                && VolumeHints.uses(pod.pod(), claim, false)),
                VolumeHints.on(PERSISTENT_VOLUME, VolumeZone::hasMoved));
    }

    private static boolean hasMoved(PodInfo pod, @Nullable KubeObject before, @Nullable KubeObject after) {
        return !(before instanceof PersistentVolume old && after instanceof PersistentVolume now)
                || !Set.copyOf(topologies(old)).equals(Set.copyOf(topologies(now)));
    }
}
