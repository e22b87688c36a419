package dev.proa.server.resource.pod;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.server.validation.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Warns about what persistent volumes and their claims should not use any more, with Kubernetes' texts. */
final class PersistentVolumeWarnings {
    private static final String BETA_CLASS = "volume.beta.kubernetes.io/storage-class";
    private static final String BETA_MOUNT_OPTIONS = "volume.beta.kubernetes.io/mount-options";
    private static final String CLASS_MOVED = "deprecated since v1.8; use \"storageClassName\" attribute instead";

    /** What the API server says of old labels of nodes. */
    private static final Map<String, String> NODE_LABELS = Map.of(
            "beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
            "beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead",
            "failure-domain.beta.kubernetes.io/region",
                    "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
            "failure-domain.beta.kubernetes.io/zone",
                    "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
            "beta.kubernetes.io/instance-type",
                    "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
            "app.kubernetes.io/created-by", "deprecated since v1.9",
            "scheduler.alpha.kubernetes.io/preferAvoidPods",
                    "deprecated since v1.22; use Taints and Tolerations instead",
            "node-role.kubernetes.io/master", "use \"node-role.kubernetes.io/control-plane\" instead");

    /** Types of volumes that are not there any more, by the field of their source, in Kubernetes' order. */
    private static final List<Map.Entry<String, String>> SOURCES = List.of(
            Map.entry("cephfs", "cephfs: deprecated in v1.28, non-functional in v1.31+"),
            Map.entry("photonPersistentDisk", "photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+"),
            Map.entry("scaleIO", "scaleIO: deprecated in v1.16, non-functional in v1.22+"),
            Map.entry("storageos", "storageOS: deprecated in v1.22, non-functional in v1.25+"),
            Map.entry("glusterfs", "glusterfs: deprecated in v1.25, non-functional in v1.26+"),
            Map.entry("rbd", "rbd: deprecated in v1.28, non-functional in v1.31+"));

    private PersistentVolumeWarnings() {}

    static List<String> volume(MapValue volume) {
        List<String> warnings = new ArrayList<>();
        annotation(volume, BETA_CLASS, CLASS_MOVED, warnings);
        annotation(
                volume, BETA_MOUNT_OPTIONS, "deprecated since v1.31; use \"mountOptions\" attribute instead", warnings);
        MapValue spec = volume.map("spec");
        if (spec.string("persistentVolumeReclaimPolicy").equals("Recycle")) {
            warnings.add("spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the"
                    + " recommended approach is to use dynamic provisioning.");
        }
        ListValue terms = spec.map("nodeAffinity").map("required").list("nodeSelectorTerms");
        for (int i = 0; i < terms.size(); i++) {
            ListValue expressions = terms.map(i).list("matchExpressions");
            for (int j = 0; j < expressions.size(); j++) {
                String key = expressions.map(j).string("key");
                if (NODE_LABELS.containsKey(key)) {
                    warnings.add("spec.nodeAffinity.required.nodeSelectorTerms[" + i + "].matchExpressions[" + j
                            + "].key: " + key + " is " + NODE_LABELS.get(key));
                }
            }
        }
        SOURCES.stream()
                .filter(source -> spec.has(source.getKey()))
                .forEach(source -> warnings.add("spec." + source.getValue()));
        return warnings;
    }

    static List<String> claim(MapValue claim) {
        List<String> warnings = new ArrayList<>();
        annotation(claim, BETA_CLASS, CLASS_MOVED, warnings);
        MapValue resources = claim.map("spec").map("resources");
        for (String list : new String[] {"requests", "limits"}) {
            Quantity quantity = Values.quantity(resources.map(list).get("storage"));
            if (quantity != null && quantity.amount().stripTrailingZeros().scale() > 0) {
                warnings.add("spec.resources." + list + "[storage]: fractional byte value \"" + quantity
                        + "\" is invalid, must be an integer");
            }
        }
        return warnings;
    }

    private static void annotation(MapValue object, String name, String why, List<String> warnings) {
        if (object.map("metadata").map("annotations").has(name)) {
            warnings.add("metadata.annotations[" + name + "]: " + why);
        }
    }
}
