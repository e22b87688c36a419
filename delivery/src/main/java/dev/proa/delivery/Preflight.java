package dev.proa.delivery;

import dev.proa.api.core.v1.Namespace;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.delivery.config.DeliveryFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Checks manifests against the cluster before anything is built, so that nobody waits for a build in vain. */
final class Preflight {
    private final Client client;
    private final Function<MapValue, String> named;

    /** @param named gives the name of an object in messages */
    Preflight(Client client, Function<MapValue, String> named) {
        this.client = client;
        this.named = named;
    }

    /**
     * Checks that the namespaces exist.
     *
     * @param create whether to create missing ones
     * @throws DeliveryFailure when one is missing and will not be created, by a manifest or by this
     */
    void namespaces(List<MapValue> manifests, boolean create) {
        Set<String> made = manifests.stream()
                .filter(manifest -> manifest.string("kind").equals("Namespace"))
                .map(manifest -> manifest.map("metadata").string("name"))
                .collect(Collectors.toSet());
        Set<String> wanted = new TreeSet<>();
        manifests.forEach(manifest -> wanted.add(manifest.map("metadata").string("namespace")));
        wanted.removeAll(made);
        wanted.removeAll(Set.of("", "default")); // the latter is always there
        for (String namespace : wanted) {
            if (client.resource(Namespace.KIND).find(namespace) != null) {
                continue;
            }
            if (!create) {
                throw new DeliveryFailure("there is no namespace \"" + namespace
                        + "\": have it made with --create-namespace, or name another with -n");
            }
            make(namespace);
        }
    }

    private void make(String namespace) {
        try {
            client.resource(Namespace.KIND)
                    .create(new Namespace(MapValue.of(
                            "apiVersion", "v1", "kind", "Namespace", "metadata", MapValue.of("name", namespace))));
        } catch (StatusException e) {
            if (e.code() != 409) { // somebody else created it meanwhile
                throw new DeliveryFailure("the namespace was refused: " + e.getMessage());
            }
        }
    }

    /**
     * Checks that PersistentVolumeClaims that pods mount are bound, since no controller here binds them.
     *
     * @throws DeliveryFailure when one is not
     */
    void claims(List<MapValue> manifests) {
        if (!UnsupportedKinds.has("PersistentVolumeClaim")) {
            return;
        }
        for (MapValue manifest : manifests) {
            MapValue spec = manifest.map("spec");
            MapValue pod = manifest.string("kind").equals("Pod")
                    ? spec
                    : spec.map("template").map("spec");
            String namespace = manifest.map("metadata").string("namespace");
            for (String claim : claims(pod.list("volumes"))) {
                PersistentVolumeClaim live = client.resource(PersistentVolumeClaim.KIND)
                        .in(namespace)
                        .find(claim);
                if (live == null || !live.status().phase().equals("Bound")) {
                    throw new DeliveryFailure(named.apply(manifest) + " mounts the claim \"" + claim
                            + "\", and nobody provides volumes in this cluster yet, so its pods would wait for ever: "
                            + "use an emptyDir where the data may go with the pod, or a database outside of the cluster"
                            + "\nNothing was built or changed.");
                }
            }
        }
    }

    private static List<String> claims(ListValue volumes) {
        List<String> claims = new ArrayList<>();
        for (int i = 0; i < volumes.size(); i++) {
            MapValue volume = volumes.map(i);
            String claim = volume.map("persistentVolumeClaim").string("claimName");
            if (!claim.isEmpty()) {
                claims.add(claim);
            } else if (volume.has("ephemeral")) {
                claims.add(volume.string("name"));
            }
        }
        return claims;
    }
}
