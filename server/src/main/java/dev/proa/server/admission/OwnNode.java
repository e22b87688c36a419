package dev.proa.server.admission;

import dev.proa.api.codec.GoText;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a node writes into its Node object: nothing by which it would get pods that are not meant for it. */
record OwnNode(String node, AdmissionAttributes request) {
    /** The labels of Kubernetes' own domains that a kubelet may set. */
    private static final Set<String> LABELS = Set.of(
            "kubernetes.io/hostname",
            "kubernetes.io/os",
            "kubernetes.io/arch",
            "topology.kubernetes.io/zone",
            "topology.kubernetes.io/region",
            "failure-domain.beta.kubernetes.io/zone",
            "failure-domain.beta.kubernetes.io/region",
            "beta.kubernetes.io/instance-type",
            "node.kubernetes.io/instance-type",
            "beta.kubernetes.io/os",
            "beta.kubernetes.io/arch");

    void check() {
        String quoted = GoText.quote(node);
        if (!request.name().equals(node)) {
            throw request.forbidden(
                    "node " + quoted + " is not allowed to modify node " + GoText.quote(request.name()));
        }
        MapValue object = request.object();
        MapValue old = request.old();
        if (request.operation() == Operation.CREATE) {
            Set<String> labels = forbidden(object, MapValue.EMPTY);
            if (object.map("spec").has("configSource")) {
                throw request.forbidden(
                        "node " + quoted + " is not allowed to create pods with a non-nil configSource");
            }
            if (!labels.isEmpty()) {
                throw request.forbidden(
                        "node " + quoted + " is not allowed to set the following labels: " + String.join(", ", labels));
            }
        } else if (request.operation() == Operation.UPDATE) {
            if (object.map("spec").has("configSource")) {
                keeps(
                        object.map("spec").get("configSource"),
                        old.map("spec").get("configSource"),
                        "update configSource to a new non-nil configSource");
            }
            keeps(object.map("spec").list("taints"), old.map("spec").list("taints"), "modify taints");
            keeps(
                    object.map("metadata").list("ownerReferences"),
                    old.map("metadata").list("ownerReferences"),
                    "modify ownerReferences");
            Set<String> labels = forbidden(object, old);
            if (!labels.isEmpty()) {
                throw request.forbidden("is not allowed to modify labels: " + String.join(", ", labels));
            }
        }
    }

    private void keeps(@Nullable Object now, @Nullable Object before, String what) {
        if (!Objects.equals(now, before)) {
            throw request.forbidden("node " + GoText.quote(node) + " is not allowed to " + what);
        }
    }

    /** The labels that differ and that are not the node's to set. */
    private static Set<String> forbidden(MapValue object, MapValue old) {
        MapValue labels = object.map("metadata").map("labels");
        MapValue before = old.map("metadata").map("labels");
        Set<String> changed = new TreeSet<>();
        for (MapValue each : new MapValue[] {labels, before}) {
            each.forEach(label -> {
                if (!Objects.equals(labels.get(label.getKey()), before.get(label.getKey()))) {
                    changed.add(label.getKey());
                }
            });
        }
        changed.removeIf(OwnNode::isOwn);
        return changed;
    }

    private static boolean isOwn(String label) {
        int slash = label.indexOf('/');
        String domain = slash < 0 ? "" : label.substring(0, slash);
        if (isIn(domain, "node-restriction.kubernetes.io")) {
            return false;
        }
        return !isIn(domain, "kubernetes.io") && !isIn(domain, "k8s.io")
                || LABELS.contains(label)
                || isIn(domain, "kubelet.kubernetes.io")
                || isIn(domain, "node.kubernetes.io");
    }

    private static boolean isIn(String domain, String parent) {
        return domain.equals(parent) || domain.endsWith("." + parent);
    }
}
