package dev.proa.node.kubelet.volume.plugin;

import dev.proa.api.core.v1.HostPathVolumeSource;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Volume;
import dev.proa.api.core.v1.VolumeNodeAffinity;
import dev.proa.api.selector.NodeSelectors;
import dev.proa.api.status.StatusException;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.node.kubelet.pod.ConfigFailure;
import dev.proa.node.kubelet.volume.LocalVolumes;
import dev.proa.node.kubelet.volume.VolumeDirectory;
import dev.proa.node.kubelet.volume.VolumePlugin;
import dev.proa.node.kubelet.volume.VolumeSpec;
import dev.proa.node.linux.FileSystems;
import dev.proa.node.usage.FilesystemUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code persistentVolumeClaim} and {@code ephemeral}: the PersistentVolume that a claim is bound to. Volumes of type {@code hostPath} and
 * {@code local} are paths of the node, and have nothing in the pod's directory.
 */
final class ClaimPlugin implements VolumePlugin {
    private final Client client;
    private final String node;
    private final LocalVolumes locals;
    /** Where the volumes of type {@code local} lie that are set up. */
    private final Map<VolumeDirectory, Path> measurable = new ConcurrentHashMap<>();

    /**
     * @param node the name of this node's object, with whose labels volumes must agree
     * @param locals the volumes that are provisioned on this node
     */
    ClaimPlugin(Client client, String node, LocalVolumes locals) {
        this.client = client;
        this.node = node;
        this.locals = locals;
    }

    @Override
    public String name() {
        return "kubernetes.io/persistent-claim";
    }

    @Override
    public boolean supports(Volume volume) {
        return volume.hasPersistentVolumeClaim() || volume.hasEphemeral();
    }

    @Override
    public Mounter mounter(VolumeSpec spec) {
        Volume volume = spec.volume();
        Pod pod = spec.pod();
        String name = volume.hasEphemeral()
                ? pod.name() + "-" + volume.name()
                : volume.persistentVolumeClaim().claimName();
        PersistentVolume bound;
        try {
            PersistentVolumeClaim claim = find(PersistentVolumeClaim.KIND, "PVC", pod.namespace(), name);
            if (volume.hasEphemeral() && !isControlledBy(claim, pod)) {
                throw new ConfigFailure("PVC " + pod.namespace() + "/" + name + " was not created for pod "
                        + pod.namespace() + "/" + pod.name() + " (pod is not owner)");
            }
            bound = volume(claim);
        } catch (ConfigFailure e) {
            throw new ConfigFailure("error processing PVC " + pod.namespace() + "/" + name + ": " + e.getMessage());
        }
        checkNodeAffinity(bound);
        return new PathMounter(bound, volume.persistentVolumeClaim().readOnly(), spec.fsGroup());
    }

    /** How full the file system of a volume of type {@code local} is; kubelets measure none of type {@code hostPath}. */
    @Override
    public @Nullable FilesystemUsage usage(VolumeDirectory directory) throws IOException {
        Path path = measurable.get(directory);
        return path == null ? null : FileSystems.of(path);
    }

    @Override
    public void forget(String podUid) {
        measurable.keySet().removeIf(directory -> directory.pod().endsWith(podUid));
    }

    private PersistentVolume volume(PersistentVolumeClaim claim) {
        if (claim.isDeleting()) {
            throw new ConfigFailure("PVC is being deleted");
        }
        String name = claim.spec().volumeName();
        if (!claim.status().phase().equals("Bound") || name.isEmpty()) {
            throw new ConfigFailure("PVC is not bound");
        }
        PersistentVolume volume = find(PersistentVolume.KIND, "PV", "", name);
        if (!volume.spec().claimRef().uid().equals(claim.uid())) {
            throw new ConfigFailure("PV " + name + " has claimRef.uid \""
                    + volume.spec().claimRef().uid() + "\", which differs from the claim's, \"" + claim.uid() + "\"");
        }
        if (volume.spec().volumeMode().equals("Block")) {
            throw new ConfigFailure("PV " + name + " is a block device, which this node does not support");
        }
        if (!volume.spec().hasHostPath() && !volume.spec().hasLocal()) {
            throw new ConfigFailure("no volume plugin matched PV " + name);
        }
        return volume;
    }

    /** A pod that names its node itself has passed no scheduler, and the path of another node is something else on this one. */
    private void checkNodeAffinity(PersistentVolume volume) {
        VolumeNodeAffinity affinity = volume.spec().nodeAffinity();
        if (affinity.hasRequired()
                && !NodeSelectors.matchesAny(
                        affinity.required().nodeSelectorTerms(), find(Node.KIND, "node", "", node))) {
            throw new ConfigFailure(
                    "NodeAffinity check failed for volume \"" + volume.name() + "\" : no matching NodeSelectorTerms");
        }
    }

    private <T extends KubeObject> T find(Kind<T> kind, String what, String namespace, String name) {
        String failure =
                "failed to fetch " + what + (namespace.isEmpty() ? " \"" + name + "\"" : "") + " from API server: ";
        try {
            return client.resource(kind).in(namespace).get(name);
        } catch (StatusException e) {
            throw new ConfigFailure(failure + e.getMessage());
        }
    }

    private static boolean isControlledBy(PersistentVolumeClaim claim, Pod pod) {
        return claim.metadata().ownerReferences().stream()
                .anyMatch(owner -> owner.controller() && owner.uid().equals(pod.uid()));
    }

    /** A volume that is a path of the node. */
    private final class PathMounter implements Mounter {
        private final PersistentVolume volume;
        private final boolean readOnly;
        private final long group;

        PathMounter(PersistentVolume volume, boolean readOnly, long group) {
            this.volume = volume;
            this.readOnly = readOnly;
            this.group = group;
        }

        private String path() {
            return volume.spec().hasHostPath()
                    ? volume.spec().hostPath().path()
                    : volume.spec().local().path();
        }

        @Override
        public boolean readOnly() {
            return readOnly;
        }

        @Override
        public MountSource source(VolumeDirectory directory) {
            return new MountSource.HostPath(Path.of(path()));
        }

        @Override
        public void setUp(VolumeDirectory directory) throws IOException {
            if (volume.spec().hasHostPath()) {
                HostPathVolumeSource source = volume.spec().hostPath();
                HostPaths.prepare(Path.of(source.path()), source.type());
            } else if (locals.has(path(), volume.name())) {
                locals.make(volume.name(), group);
            } else if (!Files.exists(Path.of(path()))) {
                throw new ConfigFailure("path \"" + path() + "\" does not exist");
            }
            if (volume.spec().hasLocal()) {
                measurable.put(directory, Path.of(path()));
            }
        }
    }
}
