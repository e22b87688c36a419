package dev.proa.server.admission;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.authorization.PodReferences;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A pod that a node makes: a copy of what it runs, which refers to nothing that would give the node rights. */
record MirrorPod(String node, AdmissionAttributes request) {
    /** What volumes refer to, by their type. */
    private static final Map<String, String> BY_VOLUME = new TreeMap<>(Map.of(
            "configMap", "configmaps (via configmap volumes)",
            "secret", "secrets (via secret volumes)",
            "csi", "csidrivers (via CSI volumes)",
            "glusterfs", "endpoints (via glusterFS volumes)",
            "persistentVolumeClaim", "persistentvolumeclaims",
            "ephemeral", "persistentvolumeclaims (via ephemeral volumes)",
            "azureFile", "secrets (via azureFile volumes)"));

    private static final Map<String, String> BY_SOURCE = new TreeMap<>(Map.of(
            "configMap", "configmaps (via projected volumes)",
            "secret", "secrets (via projected volumes)",
            "serviceAccountToken", "serviceaccounts (via projected volumes)",
            "clusterTrustBundle", "clustertrustbundles",
            "podCertificate", "podcertificates"));

    void check() {
        MapValue pod = request.object();
        String quoted = GoText.quote(node);
        if (!PodReferences.isMirror(pod)) {
            throw request.forbidden("pod does not have \"kubernetes.io/config.mirror\" annotation, node " + quoted
                    + " can only create mirror pods");
        }
        if (!pod.map("spec").string("nodeName").equals(node)) {
            throw request.forbidden("node " + quoted + " can only create pods with spec.nodeName set to itself");
        }
        checkOwner(pod.map("metadata").list("ownerReferences"), quoted);
        String referred = referred(pod);
        if (referred != null) {
            throw request.forbidden("node " + quoted + " can not create pods that reference " + referred);
        }
    }

    private void checkOwner(ListValue owners, String quoted) {
        String only = "node " + quoted + " can only create pods with ";
        if (owners.size() > 1) {
            throw request.forbidden(only + "a single owner reference set to itself");
        }
        MapValue owner = owners.isEmpty() ? MapValue.EMPTY : owners.map(0);
        if (!owner.string("apiVersion").equals("v1")
                || !owner.string("kind").equals("Node")
                || !owner.string("name").equals(node)) {
            throw request.forbidden(only + "an owner reference set to itself");
        }
        if (!owner.bool("controller")) {
            throw request.forbidden(only + "a controller owner reference set to itself");
        }
        if (owner.bool("blockOwnerDeletion")) {
            throw request.forbidden("node " + quoted + " must not set blockOwnerDeletion on an owner reference");
        }
        StoredObject stored = request.snapshot().get(new Key("nodes", "", node));
        if (stored == null) {
            throw StatusException.notFound(new Resource("", "node"), node);
        }
        String uid = stored.value().map("metadata").string("uid");
        if (!owner.string("uid").equals(uid)) {
            throw request.forbidden("node " + node + " UID mismatch: expected " + owner.string("uid") + " got " + uid);
        }
    }

    /** What kind of object a pod refers to, if it refers to any. */
    private static @Nullable String referred(MapValue pod) {
        Set<String> resources =
                PodReferences.named(pod).stream().map(Key::resource).collect(Collectors.toSet());
        for (String resource : new String[] {"serviceaccounts", "secrets", "configmaps"}) {
            if (resources.contains(resource)) {
                return resource;
            }
        }
        if (!pod.map("spec").list("resourceClaims").isEmpty()) {
            return "resourceclaims";
        }
        ListValue volumes = pod.map("spec").list("volumes");
        for (int i = 0; i < volumes.size(); i++) {
            String by = referredByVolume(volumes.map(i));
            if (by != null) {
                return by;
            }
        }
        return null;
    }

    private static @Nullable String referredByVolume(MapValue volume) {
        String by = first(volume, BY_VOLUME);
        ListValue sources = volume.map("projected").list("sources");
        for (int i = 0; i < sources.size() && by == null; i++) {
            by = first(sources.map(i), BY_SOURCE);
        }
        return by;
    }

    private static @Nullable String first(MapValue of, Map<String, String> types) {
        return types.entrySet().stream()
                .filter(type -> of.has(type.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }
}
