package dev.proa.server.quota;

import dev.proa.api.quota.QuotaScope;
import java.util.List;

/**
 * A resource of which nothing may be used without a quota that covers it: an item of {@code limitedResources} of {@code
 * ResourceQuotaConfiguration}.
 *
 * @param group the API group; empty for the core group
 * @param resource the plural name
 * @param contains what the names of the amounts contain that a quota must cover
 * @param scopes those of which a quota must have each that an object is in
 */
public record LimitedResource(String group, String resource, List<String> contains, List<QuotaScope> scopes) {
    public LimitedResource {
        if (resource.isEmpty()) {
            throw new IllegalArgumentException("resource: Required value");
        }
        contains = List.copyOf(contains);
        scopes = List.copyOf(scopes);
    }
}
