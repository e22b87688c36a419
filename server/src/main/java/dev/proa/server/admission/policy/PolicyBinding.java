package dev.proa.server.admission.policy;

import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.matching.MatchCriteria;
import dev.proa.server.store.StoredObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What puts a policy into force: for which requests, with which parameters.
 *
 * @param criteria null when it is for all requests that the policy is for
 * @param paramRef which objects are the parameters; null when there are none
 * @param actions what follows when a validation fails
 */
record PolicyBinding(
        String name,
        String policy,
        @Nullable MatchCriteria criteria,
        @Nullable MapValue paramRef,
        List<String> actions) {

    static PolicyBinding of(StoredObject object) {
        MapValue spec = object.value().map("spec");
        return new PolicyBinding(
                object.key().name(),
                spec.string("policyName"),
                spec.get("matchResources") instanceof MapValue match ? MatchCriteria.ofPolicy(match) : null,
                spec.get("paramRef") instanceof MapValue ref ? ref : null,
                spec.list("validationActions").stream().map(String::valueOf).toList());
    }

    /** @throws dev.proa.api.status.StatusException when that cannot be told */
    boolean matches(AdmissionAttributes request) {
        return criteria == null || criteria.match(request) != null;
    }
}
