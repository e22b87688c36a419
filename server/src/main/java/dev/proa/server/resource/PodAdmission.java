package dev.proa.server.resource;

import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Key;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.StoredObject;
import org.jspecify.annotations.Nullable;

/**
 * What Kubernetes' admission plugins ServiceAccount, Priority, DefaultTolerationSeconds and RuntimeClass make of a new pod. A function of the pod
 * and of the state of the store.
 */
final class PodAdmission {
    private static final Resource PODS = new Resource("", "pods");
    private static final String TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
    private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
    private static final long TOLERATION_SECONDS = 300;
    /** An hour and a bit: kubelet renews at 80 %, and clocks differ. */
    private static final long TOKEN_SECONDS = 3607;

    private PodAdmission() {}

    static MapValue admit(MapValue pod, Snapshot snapshot) {
        MapValue spec = pod.map("spec");
        if (pod.map("metadata").map("annotations").has("kubernetes.io/config.mirror")) {
            return pod;
        }
        spec = serviceAccount(pod, spec, snapshot);
        spec = priority(pod, spec, snapshot);
        spec = tolerations(spec);
        spec = RuntimeClassAdmission.admit(spec, called(pod.map("metadata")), snapshot);
        return pod.with("spec", spec);
    }

    private static MapValue serviceAccount(MapValue pod, MapValue spec, Snapshot snapshot) {
        MapValue meta = pod.map("metadata");
        String name = spec.string("serviceAccountName");
        String account = name.isEmpty() ? "default" : name;
        String namespace = meta.string("namespace");
        StoredObject stored = snapshot.get(new Key("serviceaccounts", namespace, account));
        if (stored == null) {
            throw StatusException.forbidden(
                    PODS,
                    called(meta),
                    "error looking up service account " + namespace + "/" + account + ": serviceaccount \"" + account
                            + "\" not found");
        }
        MapValue result = spec.with("serviceAccountName", account).with("serviceAccount", account);
        Object own = spec.get("automountServiceAccountToken");
        Object ofAccount = stored.value().get("automountServiceAccountToken");
        if (!Boolean.FALSE.equals(own == null ? ofAccount : own)) {
            result = withToken(result, suffix(meta.string("uid")));
        }
        ListValue secrets = stored.value().list("imagePullSecrets");
        return result.list("imagePullSecrets").isEmpty() && !secrets.isEmpty()
                ? result.with("imagePullSecrets", secrets)
                : result;
    }

    /** How a pod is called that may have no name yet. */
    private static String called(MapValue meta) {
        String name = meta.string("name");
        return name.isEmpty() ? meta.string("generateName") : name;
    }

    private static MapValue withToken(MapValue spec, String suffix) {
        String volume = "kube-api-access-" + suffix;
        MapValue mount = MapValue.of("name", volume, "readOnly", true, "mountPath", TOKEN_PATH);
        MapValue result = spec;
        for (String list : new String[] {"initContainers", "containers"}) {
            result = Values.withEach(
                    result,
                    list,
                    container -> mountsToken(container)
                            ? container
                            : container.with(
                                    "volumeMounts",
                                    container.list("volumeMounts").plus(mount)));
        }
        return result.equals(spec)
                ? spec
                : result.with("volumes", result.list("volumes").plus(tokenVolume(volume)));
    }

    private static boolean mountsToken(MapValue container) {
        ListValue mounts = container.list("volumeMounts");
        for (int i = 0; i < mounts.size(); i++) {
            if (mounts.map(i).string("mountPath").equals(TOKEN_PATH)) {
                return true;
            }
        }
        return false;
    }

    private static MapValue tokenVolume(String name) {
        MapValue token = MapValue.of("expirationSeconds", TOKEN_SECONDS, "path", "token");
        MapValue authority = MapValue.of(
                "name", "kube-root-ca.crt", "items", ListValue.of(MapValue.of("key", "ca.crt", "path", "ca.crt")));
        MapValue namespace = MapValue.of(
                "path", "namespace", "fieldRef", MapValue.of("apiVersion", "v1", "fieldPath", "metadata.namespace"));
        return MapValue.of(
                "name",
                name,
                "projected",
                MapValue.of(
                        "defaultMode",
                        420L,
                        "sources",
                        ListValue.of(
                                MapValue.of("serviceAccountToken", token),
                                MapValue.of("configMap", authority),
                                MapValue.of("downwardAPI", MapValue.of("items", ListValue.of(namespace))))));
    }

    /** Five characters that follow from the pod's identity, so that the same pod is made the same again. */
    private static String suffix(String identity) {
        long hash = 1125899906842597L;
        for (int i = 0; i < identity.length(); i++) {
            hash = 31 * hash + identity.charAt(i);
        }
        StringBuilder out = new StringBuilder(5);
        long rest = hash >>> 1;
        for (int i = 0; i < 5; i++) {
            out.append(ALPHABET.charAt((int) (rest % ALPHABET.length())));
            rest /= ALPHABET.length();
        }
        return out.toString();
    }

    private static MapValue priority(MapValue pod, MapValue spec, Snapshot snapshot) {
        String name = spec.string("priorityClassName");
        MapValue priorityClass = name.isEmpty() ? defaultClass(snapshot) : namedClass(name, snapshot);
        if (priorityClass == null) {
            throw StatusException.forbidden(
                    PODS, called(pod.map("metadata")), "no PriorityClass with name " + name + " was found");
        }
        long value = priorityClass.integer("value", 0);
        String policy = priorityClass.string("preemptionPolicy").isEmpty()
                ? "PreemptLowerPriority"
                : priorityClass.string("preemptionPolicy");
        if (spec.get("priority") instanceof Long given && given != value) {
            throw StatusException.forbidden(
                    PODS,
                    called(pod.map("metadata")),
                    "the integer value of priority (" + given
                            + ") must not be provided in pod spec; priority admission controller computed " + value
                            + " from the given PriorityClass name");
        }
        if (spec.get("preemptionPolicy") instanceof String given && !given.equals(policy)) {
            throw StatusException.forbidden(
                    PODS,
                    called(pod.map("metadata")),
                    "the string value of PreemptionPolicy (" + given
                            + ") must not be provided in pod spec; priority admission controller computed " + policy
                            + " from the given PriorityClass name");
        }
        MapValue result = spec.with("priority", value).with("preemptionPolicy", policy);
        String className = priorityClass.map("metadata").string("name");
        return className.isEmpty() ? result : result.with("priorityClassName", className);
    }

    private static @Nullable MapValue namedClass(String name, Snapshot snapshot) {
        StoredObject stored = snapshot.get(new Key("priorityclasses.scheduling.k8s.io", "", name));
        if (stored != null) {
            return stored.value();
        }
        // The two classes of the system are there even before somebody has stored them.
        return switch (name) {
            case "system-node-critical" -> systemClass(name, 2_000_001_000L);
            case "system-cluster-critical" -> systemClass(name, 2_000_000_000L);
            default -> null;
        };
    }

    private static MapValue systemClass(String name, long value) {
        return MapValue.of("metadata", MapValue.of("name", name), "value", value);
    }

    /** Of several classes that are the default the lowest counts. */
    private static MapValue defaultClass(Snapshot snapshot) {
        MapValue lowest = null;
        for (StoredObject stored : snapshot.list("priorityclasses.scheduling.k8s.io", null, null)) {
            MapValue value = stored.value();
            if (value.bool("globalDefault")
                    && (lowest == null || value.integer("value", 0) < lowest.integer("value", 0))) {
                lowest = value;
            }
        }
        return lowest == null ? MapValue.EMPTY : lowest;
    }

    /** Every pod leaves a node that is not ready or not reachable for five minutes, unless it says otherwise. */
    static MapValue tolerations(MapValue spec) {
        ListValue tolerations = spec.list("tolerations");
        for (String key : new String[] {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}) {
            if (!tolerates(spec.list("tolerations"), key)) {
                tolerations = tolerations.plus(MapValue.of(
                        "key",
                        key,
                        "operator",
                        "Exists",
                        "effect",
                        "NoExecute",
                        "tolerationSeconds",
                        TOLERATION_SECONDS));
            }
        }
        return tolerations == spec.list("tolerations") ? spec : spec.with("tolerations", tolerations);
    }

    private static boolean tolerates(ListValue tolerations, String key) {
        for (int i = 0; i < tolerations.size(); i++) {
            String own = tolerations.map(i).string("key");
            String effect = tolerations.map(i).string("effect");
            if ((own.isEmpty() || own.equals(key)) && (effect.isEmpty() || effect.equals("NoExecute"))) {
                return true;
            }
        }
        return false;
    }
}
