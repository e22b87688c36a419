package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.store.Key;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Gives new pods their service account, a volume with a token of it, and its image pull secrets; holds pods to the secrets of an account that
 * says so. Kubernetes' admission plugin {@code ServiceAccount}.
 */
public final class ServiceAccountPlugin implements MutatingPlugin, ValidatingPlugin {
    private static final String DEFAULT = "default";
    private static final String EPHEMERAL = "ephemeralcontainers";
    private static final String TOKEN_VOLUME = "kube-api-access-";
    private static final String TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
    private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
    /** An hour and a bit: kubelet renews at 80 %, and clocks differ. */
    private static final long TOKEN_SECONDS = 3607;
    /** How long to wait for the account that every namespace gets. */
    private static final Duration LONGEST_WAIT = Duration.ofMillis(1500);

    private final @Nullable Store store;

    /** A plugin that takes the accounts for all there will be. */
    public ServiceAccountPlugin() {
        this.store = null;
    }

    /** @param store where the account {@code default} of a new namespace is waited for */
    public ServiceAccountPlugin(Store store) {
        this.store = store;
    }

    @Override
    public String name() {
        return "ServiceAccount";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return PodAttributes.isPods(resource)
                && (operation == Operation.CREATE && subresource.isEmpty()
                        || operation == Operation.UPDATE && subresource.equals(EPHEMERAL));
    }

    @Override
    public MapValue admit(AdmissionAttributes attributes) {
        if (attributes.operation() != Operation.CREATE) {
            return attributes.object();
        }
        if (PodAttributes.isMirror(attributes)) {
            MirrorSecrets.check(attributes);
            return attributes.object();
        }
        MapValue spec = attributes.object().map("spec");
        String name = spec.string("serviceAccountName").isEmpty() ? DEFAULT : spec.string("serviceAccountName");
        MapValue account = account(attributes, name);
        MapValue result = spec.with("serviceAccountName", name).with("serviceAccount", name);
        Object own = spec.get("automountServiceAccountToken");
        Object ofAccount = account.get("automountServiceAccountToken");
        if (!Boolean.FALSE.equals(own == null ? ofAccount : own)) {
            result = withToken(result);
        }
        ListValue secrets = account.list("imagePullSecrets");
        if (result.list("imagePullSecrets").isEmpty() && !secrets.isEmpty()) {
            result = result.with("imagePullSecrets", secrets);
        }
        return PodAttributes.withSpec(attributes, result);
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        if (attributes.operation() == Operation.CREATE && PodAttributes.isMirror(attributes)) {
            MirrorSecrets.check(attributes);
            return;
        }
        String name = attributes.object().map("spec").string("serviceAccountName");
        if (name.isEmpty()) {
            throw attributes.forbidden("no service account specified for pod " + attributes.namespace() + "/"
                    + attributes.object().map("metadata").string("name"));
        }
        MountableSecrets secrets = new MountableSecrets(account(attributes, name));
        if (secrets.areEnforced()) {
            secrets.check(attributes);
        }
    }

    private MapValue account(AdmissionAttributes attributes, String name) {
        String namespace = attributes.namespace();
        Key key = new Key("serviceaccounts", namespace, name);
        StoredObject account = attributes.snapshot().get(key);
        if (account == null && store != null) {
            account = await(store, key, name.equals(DEFAULT) ? LONGEST_WAIT : Duration.ZERO);
        }
        if (account == null) {
            throw attributes.forbidden("error looking up service account " + namespace + "/" + name
                    + ": serviceaccount \"" + name + "\" not found");
        }
        return account.value();
    }

    /** Looks for an account with each commit. A new namespace is given its own a moment later. */
    private static @Nullable StoredObject await(Store store, Key key, Duration longest) {
        long until = System.nanoTime() + longest.toNanos();
        while (true) {
            Snapshot snapshot = store.snapshot();
            StoredObject account = snapshot.get(key);
            Duration left = Duration.ofNanos(until - System.nanoTime());
            try {
                if (account != null || !left.isPositive() || !store.await(snapshot.revision() + 1, left)) {
                    return account;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
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
