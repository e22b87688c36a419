package dev.proa.delivery;

import dev.proa.api.core.v1.Namespace;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.delivery.config.DeliveryFailure;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Checks manifests against the cluster before anything is built, so that nobody waits for a build in vain. */
final class Preflight {
    private final Client client;

    Preflight(Client client) {
        this.client = client;
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
}
