package dev.proa.control.scheduler.plugin.volume;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.storage.v1.StorageClass;
import dev.proa.client.informer.Index;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.volume.Claims;
import dev.proa.control.volume.VolumeMatching;
import dev.proa.control.volume.Volumes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides which nodes a pod's claims allow, and which volumes the unbound ones get there. Writes nothing. */
final class VolumeFinder {
    private static final String NO_PROVISIONER = "kubernetes.io/no-provisioner";
    private static final Status OTHER_NODE = unfit("node(s) didn't match PersistentVolume's node affinity");
    private static final Status NO_VOLUME = unfit("node(s) didn't find available persistent volumes to bind");
    private static final Status NO_SPACE = unfit("node(s) did not have enough free storage");
    private static final Status NOT_THERE =
            unfit("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)");

    private final AssumeCache<PersistentVolumeClaim> claims;
    private final AssumeCache<PersistentVolume> volumes;
    private final Index<PersistentVolume> volumesByClass;
    private final Informer<StorageClass> classes;
    private final StorageCapacity capacity;

    VolumeFinder(
            InformerFactory informers,
            AssumeCache<PersistentVolumeClaim> claims,
            AssumeCache<PersistentVolume> volumes) {
        this.claims = claims;
        this.volumes = volumes;
        this.volumesByClass =
                informers.informer(PersistentVolume.KIND).indexBy(volume -> List.of(Volumes.className(volume)));
        this.classes = informers.informer(StorageClass.KIND);
        this.capacity = new StorageCapacity(informers);
    }

    private static Status unfit(String reason) {
        return Status.unresolvable(reason).by(VolumeBinding.NAME);
    }

    /** What the claims allow on a node: volumes, or why the pod cannot run there. */
    sealed interface Found {
        record Fits(PodVolumes volumes) implements Found {}

        record Unfit(Status status) implements Found {}
    }

    private static final Found NOTHING_TO_DO = new Found.Fits(PodVolumes.NONE);

    /** Why the claims keep the pod from all nodes; null when they do not. */
    @Nullable
    String whyNowhere(Pod pod, List<Claims.Use> uses) {
        for (Claims.Use use : uses) {
            PersistentVolumeClaim claim = claims.written(pod.namespace(), use.claim());
            if (claim == null) {
                return use.ephemeral()
                        ? "waiting for ephemeral volume controller to create the persistentvolumeclaim \"" + use.claim()
                                + "\""
                        : "persistentvolumeclaim \"" + use.claim() + "\" not found";
            }
            if (claim.status().phase().equals("Lost")) {
                return "persistentvolumeclaim \"" + claim.name() + "\" bound to non-existent persistentvolume \""
                        + claim.spec().volumeName() + "\"";
            }
            if (claim.isDeleting()) {
                return "persistentvolumeclaim \"" + claim.name() + "\" is being deleted";
            }
            String foreign = use.ephemeral() ? Claims.whyNotOwned(pod, claim) : null;
            if (foreign != null) {
                return foreign;
            }
        }
        return null;
    }

    /** The claims of a pod, all of which exist. */
    PodClaims claims(Pod pod, List<Claims.Use> uses) {
        List<PersistentVolumeClaim> bound = new ArrayList<>();
        List<PersistentVolumeClaim> delayed = new ArrayList<>();
        List<PersistentVolumeClaim> immediate = new ArrayList<>();
        for (Claims.Use use : uses) {
            PersistentVolumeClaim claim = claims.get(pod.namespace(), use.claim());
            if (claim == null) {
                throw new IllegalStateException("error getting PVC \"" + pod.namespace() + "/" + use.claim() + "\"");
            }
            if (Claims.isFullyBound(claim)) {
                bound.add(claim);
            } else if (claim.spec().volumeName().isEmpty() && Claims.isDelayed(claim, classes)) {
                delayed.add(claim);
            } else {
                immediate.add(claim);
            }
        }
        delayed.sort(Comparator.comparing(Claims::requested)); // the smallest volumes go to the smallest claims
        Map<String, List<PersistentVolume>> candidates = new HashMap<>();
        for (PersistentVolumeClaim claim : delayed) {
            candidates.computeIfAbsent(
                    Claims.className(claim),
                    name -> volumesByClass.get(name).stream()
                            .map(volumes::current)
                            .toList());
        }
        return new PodClaims(bound, delayed, immediate, candidates);
    }

    /** @param pod its claims, none of which has to be bound before */
    Found find(PodClaims pod, Node node) {
        Status bound = whyNotBound(pod, node);
        if (pod.delayed().isEmpty()) {
            return bound == null ? NOTHING_TO_DO : new Found.Unfit(bound);
        }
        Found delayed = forDelayed(pod, node);
        if (bound == null) {
            return delayed;
        }
        return new Found.Unfit(delayed instanceof Found.Unfit(Status other) ? both(bound, other) : bound);
    }

    /** The reasons of both, in kube-scheduler's order. */
    private static Status both(Status bound, Status delayed) {
        String first = (bound == NOT_THERE ? delayed : bound).message();
        String second = (bound == NOT_THERE ? bound : delayed).message();
        return Status.unresolvable(first, second).by(VolumeBinding.NAME);
    }

    /** Why a claim that is bound keeps the pod off the node; null when none does. */
    private @Nullable Status whyNotBound(PodClaims pod, Node node) {
        for (PersistentVolumeClaim claim : pod.bound()) {
            PersistentVolume volume = volumes.get("", claim.spec().volumeName());
            if (volume == null) {
                return NOT_THERE;
            }
            if (!Volumes.isReachable(volume, node)) {
                return OTHER_NODE;
            }
        }
        return null;
    }

    private Found forDelayed(PodClaims pod, Node node) {
        List<PodVolumes.Binding> bindings = new ArrayList<>();
        List<PersistentVolumeClaim> provisions = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (PersistentVolumeClaim claim : pod.delayed()) {
            String selected = claim.annotations().get(Claims.SELECTED_NODE);
            PersistentVolume volume = null;
            if (selected == null) {
                List<PersistentVolume> candidates = pod.candidates().getOrDefault(Claims.className(claim), List.of());
                volume = VolumeMatching.find(claim, candidates, node, taken);
            } else if (!selected.equals(node.name())) {
                return new Found.Unfit(NO_VOLUME); // provisioning for another node is under way
            }
            if (volume == null) {
                provisions.add(claim);
            } else {
                taken.add(volume.name());
                bindings.add(new PodVolumes.Binding(claim, volume));
            }
        }
        for (PersistentVolumeClaim claim : provisions) {
            Status status = whyNotProvisioned(claim, node);
            if (status != null) {
                return new Found.Unfit(status);
            }
        }
        return new Found.Fits(new PodVolumes(bindings, provisions));
    }

    /** Why no volume can be provisioned for a claim on the node; null when one can. */
    private @Nullable Status whyNotProvisioned(PersistentVolumeClaim claim, Node node) {
        String name = Claims.className(claim);
        StorageClass type = classes.get("", name);
        if (type == null) {
            throw new IllegalStateException("failed to find storage class \"" + name + "\"");
        }
        if (type.provisioner().isEmpty()
                || type.provisioner().equals(NO_PROVISIONER)
                || !StorageCapacity.isAllowed(type, node)) {
            return NO_VOLUME;
        }
        return capacity.suffices(claim, type, node) ? null : NO_SPACE;
    }
}
