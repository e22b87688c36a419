package dev.proa.control.volume;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.storage.v1.StorageClass;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.reconcile.EventRecorder;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Volumes that are directories of a node: which claims can have one, and what it looks like. */
public final class LocalVolumes {
    /** What StorageClasses name as their provisioner. */
    public static final String PROVISIONER = "proa.dev/local-path";
    /** On a Node: the directory in which its volumes lie. */
    public static final String DIRECTORY = "node.proa.dev/local-volumes";
    /** On a volume: its node. */
    public static final String NODE_LABEL = "node.proa.dev/name";

    private static final String HOST_NAME = "kubernetes.io/hostname";
    private static final Set<String> MODES = Set.of("ReadWriteOnce", "ReadWriteOncePod");

    private LocalVolumes() {}

    /**
     * Why a claim can have no volume on a node; null when it can.
     *
     * @param name of the node, empty when none was chosen
     * @param node null when there is none of that name
     */
    static @Nullable String whyNot(PersistentVolumeClaim claim, String name, @Nullable Node node) {
        if (claim.spec().hasSelector()) {
            return "claim.Spec.Selector is not supported";
        }
        if (claim.spec().hasDataSource() || claim.spec().hasDataSourceRef()) {
            return "data sources are not supported";
        }
        if (claim.spec().volumeMode().equals("Block")) {
            return "only volumes of mode Filesystem are supported";
        }
        if (!MODES.containsAll(claim.spec().accessModes())) {
            return "only the access modes ReadWriteOnce and ReadWriteOncePod are supported";
        }
        if (name.isEmpty()) {
            return "configuration error, no node was specified";
        }
        if (node == null) {
            return "node \"" + name + "\" not found";
        }
        return directory(node).isEmpty() ? "node \"" + name + "\" has no directory for local volumes" : null;
    }

    private static String directory(Node node) {
        return node.annotations().getOrDefault(DIRECTORY, "");
    }

    /** The volume for a claim on a node. */
    static PersistentVolume make(PersistentVolumeClaim claim, StorageClass type, Node node) {
        String name = "pvc-" + claim.uid();
        MapValue hostName = MapValue.of(
                "key",
                HOST_NAME,
                "operator",
                "In",
                "values",
                ListValue.of(node.labels().getOrDefault(HOST_NAME, node.name())));
        MapValue.Builder spec = MapValue.builder(8)
                .put("accessModes", ListValue.copyOf(claim.spec().accessModes()))
                .put(
                        "capacity",
                        MapValue.of(
                                "storage",
                                claim.spec().resources().value().map("requests").get("storage")))
                .put("claimRef", EventRecorder.reference(claim).value())
                .put("local", MapValue.of("path", directory(node) + "/" + name))
                .put(
                        "nodeAffinity",
                        MapValue.of(
                                "required",
                                MapValue.of(
                                        "nodeSelectorTerms",
                                        ListValue.of(MapValue.of("matchExpressions", ListValue.of(hostName))))))
                .put("persistentVolumeReclaimPolicy", type.reclaimPolicy().isEmpty() ? "Delete" : type.reclaimPolicy())
                .put("storageClassName", type.name())
                .put("volumeMode", "Filesystem");
        return new PersistentVolume(MapValue.of(
                "apiVersion",
                "v1",
                "kind",
                "PersistentVolume",
                "metadata",
                MapValue.of(
                        "name",
                        name,
                        "labels",
                        MapValue.of(NODE_LABEL, node.name()),
                        "annotations",
                        MapValue.of(Volumes.PROVISIONED_BY, PROVISIONER)),
                "spec",
                spec.build()));
    }
}
