package dev.proa.delivery;

import dev.proa.api.core.v1.Namespace;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.Rollout;
import dev.proa.delivery.config.DeliveryFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Checks manifests against the cluster before anything is built, so that nobody waits for a build in vain. */
final class Preflight {
    /** A cluster brings the kinds of Argo Rollouts after it is ready. */
    private static final Duration KINDS_WITHIN = Duration.ofSeconds(30);

    private static final Duration KINDS_AGAIN = Duration.ofMillis(100);

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

    /**
     * Waits until the kinds of Argo Rollouts are served, if manifests have any: a cluster that has just started for the first time does not yet.
     *
     * @throws DeliveryFailure when they are not in half a minute
     */
    void kinds(List<MapValue> manifests, Clock clock) {
        String group = Argo.GROUP + "/";
        if (manifests.stream().noneMatch(each -> each.string("apiVersion").startsWith(group))) {
            return;
        }
        Instant end = clock.instant().plus(KINDS_WITHIN);
        while (!servesRollouts()) {
            if (clock.instant().isAfter(end)) {
                throw new DeliveryFailure("the cluster does not serve Rollouts (" + Argo.GROUP + ") after "
                        + KINDS_WITHIN.toSeconds() + " s: look at its log, or deploy with --strategy rolling");
            }
            try {
                clock.sleep(KINDS_AGAIN);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DeliveryFailure("interrupted while waiting for the cluster to serve Rollouts");
            }
        }
    }

    private boolean servesRollouts() {
        try {
            client.resource(Rollout.KIND).in("default").list();
            return true;
        } catch (StatusException e) {
            if (e.code() == 403) {
                return true; // who may not list them is told so by what comes next
            }
            if (e.code() == 404) {
                return false;
            }
            throw e;
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
