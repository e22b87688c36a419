package dev.proa.server.quota;

import dev.proa.api.quota.Amounts;
import dev.proa.api.quota.QuotaScope;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.server.store.Change;
import dev.proa.server.store.StoredObject;
import java.util.List;
import java.util.Map;

/**
 * A quota, and what will be used of it when the requests at hand are granted.
 *
 * @param hard the limits that its status shows
 */
record Quota(StoredObject stored, List<QuotaScope> scopes, Map<String, Quantity> hard, Map<String, Quantity> used) {

    static Quota of(StoredObject stored) {
        MapValue status = stored.value().map("status");
        return new Quota(
                stored,
                QuotaScope.ofQuota(stored.value().map("spec")),
                Amounts.of(status.map("hard")),
                Amounts.of(status.map("used")));
    }

    String name() {
        return stored.key().name();
    }

    Quota withUsed(Map<String, Quantity> changed) {
        return new Quota(stored, scopes, hard, changed);
    }

    boolean isChanged() {
        return !Amounts.equal(used, Amounts.of(stored.value().map("status").map("used")));
    }

    /** Writes what is used, unless the quota was changed meanwhile. */
    Change update() {
        MapValue changed = stored.value().withMap("status", status -> status.with("used", Amounts.toValue(used)));
        return new Change.Update(stored.key(), stored.revision(), changed);
    }
}
