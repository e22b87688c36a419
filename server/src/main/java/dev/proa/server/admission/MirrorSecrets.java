package dev.proa.server.admission;

import dev.proa.api.value.ListValue;
import dev.proa.server.authorization.PodReferences;

/** Keeps mirror pods from using what their node could not read without them. */
final class MirrorSecrets {
    private MirrorSecrets() {}

    /** @throws dev.proa.api.status.StatusException when the mirror pod uses service accounts, secrets or tokens */
    static void check(AdmissionAttributes attributes) {
        if (!attributes.object().map("spec").string("serviceAccountName").isEmpty()) {
            throw attributes.forbidden("a mirror pod may not reference service accounts");
        }
        if (PodReferences.named(attributes.object()).stream()
                .anyMatch(key -> key.resource().equals("secrets"))) {
            throw attributes.forbidden("a mirror pod may not reference secrets");
        }
        ListValue volumes = attributes.object().map("spec").list("volumes");
        for (int i = 0; i < volumes.size(); i++) {
            ListValue sources = volumes.map(i).map("projected").list("sources");
            for (int j = 0; j < sources.size(); j++) {
                if (sources.map(j).has("serviceAccountToken")) {
                    throw attributes.forbidden("a mirror pod may not use ServiceAccountToken volume projections");
                }
            }
        }
    }
}
