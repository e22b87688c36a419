package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.authorization.PodReferences;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Gives new pods their service account, a volume with a token of it, and its image pull secrets. Kubernetes' admission plugin {@code
 * ServiceAccount}.
 */
public final class ServiceAccountPlugin implements MutatingPlugin {
    private static final String TOKEN_VOLUME = "kube-api-access-";
    private static final String TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
    private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
    /** An hour and a bit: kubelet renews at 80 %, and clocks differ. */
    private static final long TOKEN_SECONDS = 3607;

    @Override
    public String name() {
        return "ServiceAccount";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return operation == Operation.CREATE && subresource.isEmpty() && PodAttributes.isPods(resource);
    }

    @Override
    public MapValue admit(AdmissionAttributes attributes) {
        if (PodAttributes.isMirror(attributes)) {
            checkMirror(attributes);
            return attributes.object();
        }
        MapValue spec = attributes.object().map("spec");
        String name = spec.string("serviceAccountName").isEmpty() ? "default" : spec.string("serviceAccountName");
        String namespace = attributes.namespace();
        StoredObject account = attributes.snapshot().get(new Key("serviceaccounts", namespace, name));
        if (account == null) {
            throw attributes.forbidden("error looking up service account " + namespace + "/" + name
                    + ": serviceaccount \"" + name + "\" not found");
        }
        MapValue result = spec.with("serviceAccountName", name).with("serviceAccount", name);
        Object own = spec.get("automountServiceAccountToken");
        Object ofAccount = account.value().get("automountServiceAccountToken");
        if (!Boolean.FALSE.equals(own == null ? ofAccount : own)) {
            result = withToken(result);
        }
        ListValue secrets = account.value().list("imagePullSecrets");
        if (result.list("imagePullSecrets").isEmpty() && !secrets.isEmpty()) {
            result = result.with("imagePullSecrets", secrets);
        }
        return PodAttributes.withSpec(attributes, result);
    }

    /** A mirror pod has no rights, and names nothing that would give it any. */
    private static void checkMirror(AdmissionAttributes attributes) {
        MapValue spec = attributes.object().map("spec");
        if (!spec.string("serviceAccountName").isEmpty()) {
            throw attributes.forbidden("a mirror pod may not reference service accounts");
        }
        if (PodReferences.named(attributes.object()).stream()
                .anyMatch(key -> key.resource().equals("secrets"))) {
            throw attributes.forbidden("a mirror pod may not reference secrets");
        }
        ListValue volumes = spec.list("volumes");
        for (int i = 0; i < volumes.size(); i++) {
            ListValue sources = volumes.map(i).map("projected").list("sources");
            for (int j = 0; j < sources.size(); j++) {
                if (sources.map(j).has("serviceAccountToken")) {
                    throw attributes.forbidden("a mirror pod may not use ServiceAccountToken volume projections");
                }
            }
        }
    }

    private static MapValue withToken(MapValue spec) {
        String present = presentVolume(spec.list("volumes"));
        String volume = present.isEmpty() ? TOKEN_VOLUME + suffix() : present;
        MapValue mount = MapValue.of("name", volume, "readOnly", true, "mountPath", TOKEN_PATH);
        MapValue result = spec;
        for (String list : new String[] {"initContainers", "containers"}) {
            ListValue containers = result.list(list);
            for (int i = 0; i < containers.size(); i++) {
                MapValue container = containers.map(i);
                if (!mountsToken(container)) {
                    containers = containers.with(
                            i,
                            container.with(
                                    "volumeMounts",
                                    container.list("volumeMounts").plus(mount)));
                }
            }
            result = containers == result.list(list) ? result : result.with(list, containers);
        }
        return result == spec || !present.isEmpty()
                ? result
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

    /** The name of the volume with the token, if an earlier look at the pod, or its writer, has put one in; else empty. */
    private static String presentVolume(ListValue volumes) {
        for (int i = 0; i < volumes.size(); i++) {
            if (volumes.map(i).string("name").startsWith(TOKEN_VOLUME)) {
                return volumes.map(i).string("name");
            }
        }
        return "";
    }

    private static String suffix() {
        StringBuilder out = new StringBuilder(5);
        ThreadLocalRandom.current().ints(5, 0, ALPHABET.length()).forEach(index -> out.append(ALPHABET.charAt(index)));
        return out.toString();
    }
}
