package dev.proa.server.authorization;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Key;
import dev.proa.server.store.Snapshot;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The objects that a pod names, and that whoever runs it therefore has to read. A pure function of the pod. */
public final class PodReferences {
    static final String SECRETS = "secrets";
    static final String CONFIG_MAPS = "configmaps";
    static final String ACCOUNTS = "serviceaccounts";
    static final String CLAIMS = "persistentvolumeclaims";
    static final String RESOURCE_CLAIMS = "resourceclaims.resource.k8s.io";
    private static final String MIRROR = "kubernetes.io/config.mirror";

    /** Volumes whose credentials are in {@code secretRef}. */
    private static final List<String> WITH_SECRET_REF =
            List.of("cephfs", "cinder", "flexVolume", "iscsi", "rbd", "scaleIO", "storageos");

    private final MapValue pod;
    private final String namespace;
    private final Set<Key> keys = new LinkedHashSet<>();

    private PodReferences(MapValue pod) {
        this.pod = pod;
        this.namespace = pod.map("metadata").string("namespace");
    }

    /** Of a mirror pod nothing: a node makes those by itself, and must not give itself rights by one. */
    public static Set<Key> of(MapValue pod) {
        return isMirror(pod) ? Set.of() : new PodReferences(pod).collect();
    }

    /** What a pod names, even if it is a mirror pod. */
    public static Set<Key> named(MapValue pod) {
        return new PodReferences(pod).collect();
    }

    /** Whether a pod is a node's copy of one that it runs without being told to. */
    public static boolean isMirror(MapValue pod) {
        return pod.map("metadata").map("annotations").has(MIRROR);
    }

    /** Whether a volume of the pod wants a token for an audience; empty for that of the API server. */
    public static boolean wantsToken(MapValue pod, String audience, Snapshot snapshot) {
        for (MapValue volume : maps(pod.map("spec").list("volumes"))) {
            for (MapValue source : maps(volume.map("projected").list("sources"))) {
                if (source.has("serviceAccountToken")
                        && source.map("serviceAccountToken").string("audience").equals(audience)) {
                    return true;
                }
            }
        }
        return NodeRelations.hasDriverWithAudience(snapshot, pod, audience);
    }

    /** The name of the claim that an ephemeral volume of a pod has. */
    static String ephemeralClaim(MapValue pod, MapValue volume) {
        return pod.map("metadata").string("name") + "-" + volume.string("name");
    }

    private Set<Key> collect() {
        MapValue spec = pod.map("spec");
        add(ACCOUNTS, spec.string("serviceAccountName"));
        maps(spec.list("imagePullSecrets")).forEach(secret -> add(SECRETS, secret.string("name")));
        for (String list : new String[] {"initContainers", "containers", "ephemeralContainers"}) {
            maps(spec.list(list)).forEach(this::container);
        }
        maps(spec.list("volumes")).forEach(this::volume);
        maps(spec.list("resourceClaims")).forEach(this::resourceClaim);
        add(
                RESOURCE_CLAIMS,
                pod.map("status").map("extendedResourceClaimStatus").string("resourceClaimName"));
        return keys;
    }

    private void container(MapValue container) {
        for (MapValue source : maps(container.list("envFrom"))) {
            add(SECRETS, source.map("secretRef").string("name"));
            add(CONFIG_MAPS, source.map("configMapRef").string("name"));
        }
        for (MapValue variable : maps(container.list("env"))) {
            add(SECRETS, variable.map("valueFrom").map("secretKeyRef").string("name"));
            add(CONFIG_MAPS, variable.map("valueFrom").map("configMapKeyRef").string("name"));
        }
    }

    private void volume(MapValue volume) {
        add(SECRETS, volume.map("secret").string("secretName"));
        add(SECRETS, volume.map("azureFile").string("secretName"));
        add(SECRETS, volume.map("csi").map("nodePublishSecretRef").string("name"));
        for (String type : WITH_SECRET_REF) {
            add(SECRETS, volume.map(type).map("secretRef").string("name"));
        }
        add(CONFIG_MAPS, volume.map("configMap").string("name"));
        for (MapValue source : maps(volume.map("projected").list("sources"))) {
            add(SECRETS, source.map("secret").string("name"));
            add(CONFIG_MAPS, source.map("configMap").string("name"));
        }
        add(CLAIMS, volume.map("persistentVolumeClaim").string("claimName"));
        if (volume.has("ephemeral")) {
            add(CLAIMS, ephemeralClaim(pod, volume));
        }
    }

    private void resourceClaim(MapValue claim) {
        add(RESOURCE_CLAIMS, claim.string("resourceClaimName"));
        for (MapValue made : maps(pod.map("status").list("resourceClaimStatuses"))) {
            if (made.string("name").equals(claim.string("name"))) {
                add(RESOURCE_CLAIMS, made.string("resourceClaimName"));
            }
        }
    }

    private void add(String resource, String name) {
        if (!name.isEmpty()) {
            keys.add(new Key(resource, namespace, name));
        }
    }

    private static List<MapValue> maps(ListValue list) {
        return java.util.stream.IntStream.range(0, list.size())
                .mapToObj(list::map)
                .toList();
    }
}
