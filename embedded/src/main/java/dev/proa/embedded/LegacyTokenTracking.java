package dev.proa.embedded;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Secret;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** Writes down when the tokens in secrets are used, and since when that is done (KEP-2799). */
final class LegacyTokenTracking {
    private static final String NAMESPACE = "kube-system";
    private static final String NAME = "kube-apiserver-legacy-service-account-token-tracking";
    private static final String LAST_USED = "kubernetes.io/legacy-token-last-used";

    private final Client client;

    /** @param client acts as the server itself */
    LegacyTokenTracking(Client client) {
        this.client = client;
    }

    /** Says that uses are written down from now on, unless it has been said already. */
    void begin(Instant now) {
        ResourceClient<ConfigMap> maps = client.resource(ConfigMap.KIND).in(NAMESPACE);
        ConfigMap there = maps.find(NAME);
        MapValue data =
                MapValue.of("since", LocalDate.ofInstant(now, ZoneOffset.UTC).toString());
        try {
            if (there == null) {
                maps.create(new ConfigMap(ConfigMap.of(NAMESPACE, NAME).value().with("data", data)));
            } else if (!isDate(there.value().map("data").string("since"))) {
                maps.update(new ConfigMap(there.value().with("data", data)));
            }
        } catch (StatusException e) {
            if (e.code() != 409) {
                throw e; // otherwise somebody else has just said it
            }
        }
    }

    private static boolean isDate(String text) {
        try {
            return LocalDate.parse(text).toString().equals(text);
        } catch (DateTimeException e) {
            return false;
        }
    }

    /** Labels a secret, if it has this uid still, with the day on which its token was used. Waits until that is done. */
    void mark(String namespace, String name, String uid, LocalDate day) {
        MapValue metadata = MapValue.of("uid", uid, "labels", MapValue.of(LAST_USED, day.toString()));
        client.resource(Secret.KIND).in(namespace).patch(name, Patch.merge(MapValue.of("metadata", metadata)));
    }
}
