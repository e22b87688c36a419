package dev.proa.control.scheduler.facts;

import static dev.proa.control.scheduler.facts.RandomNodes.pick;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The volumes of a cluster, and pods that use some of them. */
final class RandomVolumes {
    private static final List<String> NAMESPACES = List.of("default", "n1", "n2", "n3");
    private static final String ZONE = "topology.kubernetes.io/zone";
    private static final String DRIVER = "csi.example.com";

    private final Random random;
    private boolean isExclusiveUsed;

    RandomVolumes(Random random) {
        this.random = random;
    }

    /** Classes, volumes, claims, and what nodes can attach; the same in all cases. */
    static List<MapValue> world() {
        List<MapValue> objects = new ArrayList<>();
        objects.add(storageClass("immediate", "Immediate"));
        objects.add(storageClass("wait", "WaitForFirstConsumer")
                .with(
                        "allowedTopologies",
                        ListValue.of(MapValue.of(
                                "matchLabelExpressions",
                                ListValue.of(MapValue.of("key", ZONE, "values", ListValue.of("zone-0", "zone-1")))))));
        objects.add(storageClass("local", "WaitForFirstConsumer").with("provisioner", "kubernetes.io/no-provisioner"));
        for (int i = 0; i < 4; i++) {
            objects.add(csiNode("node-" + i));
        }
        for (String namespace : NAMESPACES) {
            for (int zone = 0; zone < 3; zone++) {
                addBound(namespace, "zone-" + zone, "ReadWriteOnce", zone, objects);
            }
            addBound(namespace, "exclusive", "ReadWriteOncePod", 0, objects);
            objects.add(claim(namespace, "unbound", "immediate", "ReadWriteOnce", ""));
            objects.add(claim(namespace, "later", "wait", "ReadWriteOnce", ""));
            objects.add(claim(namespace, "local", "local", "ReadWriteOnce", ""));
        }
        objects.add(volume("local-volume", "local", "ReadWriteOnce", null)
                .withMap("spec", spec -> spec.with("nodeAffinity", affinity("kubernetes.io/hostname", "node-1"))));
        return objects;
    }

    private static void addBound(String namespace, String name, String mode, int zone, List<MapValue> objects) {
        String volume = namespace + "-" + name;
        objects.add(claim(namespace, name, "immediate", mode, volume));
        objects.add(volume(
                        volume,
                        "immediate",
                        mode,
                        MapValue.of("kind", "PersistentVolumeClaim", "namespace", namespace, "name", name))
                .withMap("spec", spec -> zone == 1 ? spec : spec.with("nodeAffinity", affinity(ZONE, "zone-" + zone)))
                .withMap(
                        "metadata",
                        meta -> zone == 1 ? meta.with("labels", MapValue.of(ZONE, "zone-1__zone-2")) : meta));
    }

    private static MapValue affinity(String key, String value) {
        return MapValue.of(
                "required",
                MapValue.of(
                        "nodeSelectorTerms",
                        ListValue.of(MapValue.of(
                                "matchExpressions",
                                ListValue.of(
                                        MapValue.of("key", key, "operator", "In", "values", ListValue.of(value)))))));
    }

    private static MapValue storageClass(String name, String mode) {
        return MapValue.of(
                "apiVersion",
                "storage.k8s.io/v1",
                "kind",
                "StorageClass",
                "metadata",
                MapValue.of("name", name),
                "provisioner",
                DRIVER,
                "volumeBindingMode",
                mode);
    }

    private static MapValue csiNode(String name) {
        return MapValue.of(
                "apiVersion",
                "storage.k8s.io/v1",
                "kind",
                "CSINode",
                "metadata",
                MapValue.of("name", name),
                "spec",
                MapValue.of(
                        "drivers",
                        ListValue.of(
                                MapValue.of("name", DRIVER, "nodeID", name, "allocatable", MapValue.of("count", 2L)))));
    }

    private static MapValue volume(String name, String storageClass, String mode, @Nullable MapValue claim) {
        MapValue.Builder spec = MapValue.builder();
        spec.put("capacity", MapValue.of("storage", "1Gi"));
        spec.put("accessModes", ListValue.of(mode));
        spec.put("storageClassName", storageClass);
        spec.put("volumeMode", "Filesystem");
        spec.put("csi", MapValue.of("driver", DRIVER, "volumeHandle", name));
        if (claim != null) {
            spec.put("claimRef", claim.with("uid", "uid-of-" + claim.string("namespace") + claim.string("name")));
        }
        return MapValue.of(
                "apiVersion",
                "v1",
                "kind",
                "PersistentVolume",
                "metadata",
                MapValue.of("name", name),
                "spec",
                spec.build(),
                "status",
                MapValue.of("phase", claim == null ? "Available" : "Bound"));
    }

    private static MapValue claim(String namespace, String name, String storageClass, String mode, String volume) {
        MapValue.Builder metadata = MapValue.builder();
        metadata.put("namespace", namespace);
        metadata.put("name", name);
        metadata.put("uid", "uid-of-" + namespace + name);
        MapValue.Builder spec = MapValue.builder();
        spec.put("accessModes", ListValue.of(mode));
        spec.put("storageClassName", storageClass);
        spec.put("volumeMode", "Filesystem");
        spec.put("resources", MapValue.of("requests", MapValue.of("storage", "1Gi")));
        if (!volume.isEmpty()) {
            spec.put("volumeName", volume);
            metadata.put("annotations", MapValue.of("pv.kubernetes.io/bind-completed", "yes"));
        }
        return MapValue.of(
                "apiVersion",
                "v1",
                "kind",
                "PersistentVolumeClaim",
                "metadata",
                metadata.build(),
                "spec",
                spec.build(),
                "status",
                MapValue.of("phase", volume.isEmpty() ? "Pending" : "Bound"));
    }

    /** A pod on a node, perhaps with volumes. */
    MapValue usedBy(MapValue pod) {
        if (random.nextInt(4) > 0) {
            return pod;
        }
        String name = pick(random, "zone-0", "zone-1", "zone-2", "exclusive", "disk", "iscsi");
        if (name.equals("exclusive") && isExclusiveUsed) {
            return pod; // no second pod can use it
        }
        isExclusiveUsed |= name.equals("exclusive");
        return with(pod, name);
    }

    /** The pod that waits, perhaps with volumes. */
    MapValue wantedBy(MapValue pod) {
        if (random.nextInt(5) > 0) {
            return pod;
        }
        return with(
                pod,
                pick(
                        random,
                        "zone-0",
                        "zone-1",
                        "zone-2",
                        "exclusive",
                        "exclusive",
                        "disk",
                        "iscsi",
                        "later",
                        "later",
                        "local",
                        "local",
                        "unbound",
                        "missing"));
    }

    private MapValue with(MapValue pod, String name) {
        MapValue source = switch (name) {
            case "disk" ->
                MapValue.of("gcePersistentDisk", MapValue.of("pdName", "disk-1", "readOnly", random.nextInt(3) == 0));
            case "iscsi" ->
                MapValue.of(
                        "iscsi",
                        MapValue.of(
                                "iqn",
                                "iqn.2001-04.com.example:a",
                                "lun",
                                (long) random.nextInt(2),
                                "targetPortal",
                                "10.0.0.1",
                                "readOnly",
                                random.nextBoolean()));
            default -> MapValue.of("persistentVolumeClaim", MapValue.of("claimName", name));
        };
        return pod.withMap("spec", spec -> spec.with("volumes", ListValue.of(source.with("name", "data"))));
    }
}
